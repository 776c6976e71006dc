//! What the browser tests of the last two steps mount: one step over an order of their own making,
//! without a proxy. Nothing of the widget itself uses this.

use std::{cell::OnceCell, rc::Rc};

use offramp_domain::{
    api::{Action, Order, Problem},
    time::Timestamp,
};
use web_sys::HtmlElement;

use crate::{
    api::{Api, ApiError},
    clock::{ClockOffset, ServerClock},
    config::{Config, Prefill},
    context::{Context, within},
    element::Host,
    i18n::{Locale, Tag},
    order::{ActionRequest, Connection, OrderHandle},
    state::{ArcRwSignal, Callback},
    steps::{DepositStep, StatusStep},
    view::{Mounted, view},
};

/// The file of words for a tag. Here, because only the loader can fetch one.
pub fn words(tag: &str) -> &'static str {
    if tag.starts_with("es") {
        include_str!(concat!(env!("OUT_DIR"), "/words.es.txt"))
    } else {
        include_str!(concat!(env!("OUT_DIR"), "/words.en.txt"))
    }
}

/// A language with its words.
#[expect(clippy::expect_used, reason = "a test without words cannot go on")]
pub(crate) fn locale(tag: &str) -> Locale {
    let file = || words(tag).to_owned();
    let tag = Tag::parse(tag).unwrap_or(Tag::SPANISH);
    Locale::new(tag, file).expect("a line for each sentence")
}

/// A page that says nothing but the language.
fn nothing_set(locale: Locale) -> Config {
    Config {
        proxy: String::new(),
        session: None,
        wallet: None,
        locale,
        prefill: Prefill::default(),
        opened: None,
        appearance: Vec::new(),
    }
}

/// Which step is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sending the crypto.
    Deposit,
    /// Watching the money arrive.
    Status,
}

/// What the payer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Said that the crypto was sent.
    ReportSent(Option<String>),
    /// Called the order off.
    Cancel,
    /// Said that the money arrived.
    ConfirmReceived,
    /// Said that it did not.
    ReportNotReceived(Option<String>),
    /// Gave what was missing.
    ProvideInformation(Vec<(String, String)>),
    /// Asked where to verify who they are.
    CompleteVerification,
    /// Had a wallet sign.
    Signed(Action),
    /// Asked for another one.
    Restart,
}

/// A mounted step, with the hands of the proxy on it. Dropping it takes it off the page.
pub struct Stage {
    order: ArcRwSignal<Order>,
    acting: ArcRwSignal<Option<Action>>,
    problem: ArcRwSignal<Option<ApiError>>,
    verification_url: ArcRwSignal<Option<String>>,
    connection: ArcRwSignal<Connection>,
    did: ArcRwSignal<Vec<Did>>,
    clock: Rc<OnceCell<ClockOffset>>,
    _mounted: Mounted,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("did", &self.did())
            .finish_non_exhaustive()
    }
}

impl Stage {
    /// Mounts a step in a language (`es`, `en-US`), when it is `now` at the server.
    pub fn mount(
        step: Step,
        language: &str,
        now: Timestamp,
        order: Order,
        root: HtmlElement,
    ) -> Self {
        let order = ArcRwSignal::new(order);
        let acting = ArcRwSignal::new(None);
        let problem = ArcRwSignal::new(None);
        let verification_url = ArcRwSignal::new(None);
        let connection = ArcRwSignal::new(Connection::Live);
        let did = ArcRwSignal::new(Vec::new());
        let clock = Rc::new(OnceCell::new());
        let mounted = {
            let (order, did, clock) = (order.clone(), did.clone(), Rc::clone(&clock));
            let (acting, problem) = (acting.clone(), problem.clone());
            let (connection, verification_url) = (connection.clone(), verification_url.clone());
            let locale = locale(language);
            let page = root.clone();
            Mounted::new(root, move || {
                let host = Host::new(page);
                let server = ServerClock::new();
                let offset = clock.get_or_init(|| server.offset());
                offset.learn(now);
                let context = Context {
                    locale,
                    host,
                    clock: server,
                    api: Api::new(&nothing_set(locale), None, offset.clone()),
                };
                let act = {
                    let did = did.clone();
                    move |request| {
                        did.update(|did| {
                            did.push(match request {
                                ActionRequest::ReportSent { tx_hash } => Did::ReportSent(tx_hash),
                                ActionRequest::Cancel => Did::Cancel,
                                ActionRequest::ConfirmReceived => Did::ConfirmReceived,
                                ActionRequest::ReportNotReceived { note } => {
                                    Did::ReportNotReceived(note)
                                }
                                ActionRequest::ProvideInformation { fields } => {
                                    Did::ProvideInformation(fields)
                                }
                                ActionRequest::CompleteVerification => Did::CompleteVerification,
                                ActionRequest::Signed { action, .. } => Did::Signed(action),
                            });
                        });
                    }
                };
                let handle = OrderHandle {
                    order: order.into(),
                    act: Callback::new(act),
                    acting: acting.into(),
                    problem: problem.into(),
                    verification_url: verification_url.into(),
                    connection: connection.into(),
                };
                let restart = move |()| did.update(|did| did.push(Did::Restart));
                let step = || match step {
                    Step::Deposit => view! { <DepositStep handle /> },
                    Step::Status => {
                        view! { <StatusStep handle on_restart=Callback::new(restart) /> }
                    }
                };
                let shown = within(Some(context), step);
                view! {
                    <div class="checkout" lang=locale.language()>
                        {shown}
                    </div>
                }
            })
        };
        Self {
            order,
            acting,
            problem,
            verification_url,
            connection,
            did,
            clock,
            _mounted: mounted,
        }
    }

    /// The proxy says something new.
    pub fn change(&self, change: impl FnOnce(&mut Order)) {
        self.order.update(change);
    }

    /// The clock at the server jumps; the next beat of a countdown sees it.
    pub fn set_time(&self, now: Timestamp) {
        if let Some(clock) = self.clock.get() {
            clock.learn(now);
        }
    }

    /// The proxy is working on an action, or on none.
    pub fn set_acting(&self, action: Option<Action>) {
        self.acting.set(action);
    }

    /// The proxy refused an action.
    pub fn refuse(&self, problem: Problem) {
        self.problem.set(Some(ApiError::Problem(Rc::new(problem))));
    }

    /// The proxy says where the payer verifies who they are.
    pub fn send_to(&self, url: &str) {
        self.verification_url.set(Some(url.to_owned()));
    }

    /// The proxy cannot be reached since then.
    pub fn disconnect(&self, last_checked: Timestamp) {
        self.connection.set(Connection::Offline { last_checked });
    }

    /// What the payer did so far.
    pub fn did(&self) -> Vec<Did> {
        self.did.get_untracked()
    }
}
