//! The checkout itself: who may speak to the proxy, which order is open, which step is shown.

mod offer;
mod trouble;

use std::{mem, rc::Rc};

use leptos::prelude::*;
use offramp_domain::{
    api::{Checkout, Order, Party, WalletLink},
    order::OrderState,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, HtmlElement, ShadowRoot};

use offer::Offer;
pub(crate) use offer::{VerificationLink, is_web_address};
pub(crate) use trouble::RequestId;
use trouble::{Failed, Loading};

use crate::{
    api::{Api, ApiError},
    clock::ServerClock,
    config::{Config, OpenedOrder},
    context::{Context, context, within, words},
    element::Host,
    i18n::{Locale, fill},
    order::OrderHandle,
    state::{Callback, NodeRef, RwSignal, Signal, StoredValue, Task, effect},
    steps::{DepositStep, Drafts, StatusStep},
    ui::Progress,
    view::{View, region, view},
    wizard::{OrderId, Step, Wizard},
};

/// The checkout.
///
/// A host page can set, as attributes or properties of `<offramp-checkout>`: `session` or
/// `session-url`, `proxy`, `locale`, `theme` (`auto`, `light`, `dark`), `country`, `token`,
/// `network`, `amount`, `order` with `resume`, and as a property `appearance`
/// (`{ variables: { colorPrimary: … } }`).
///
/// It can listen to `offramp:ready`, `offramp:step-change { step }`, `offramp:order-created`,
/// `offramp:status-change`, `offramp:complete` and `offramp:cancel { id, state, custody }`, and
/// `offramp:error { code, request_id? }`; each detail also has `v: 1`.
///
/// It can restyle by the custom properties `--offramp-*` of `style/tokens.css`, and by the parts
/// `checkout`, `progress`, `field`, `input`, `select`, `choice`, `notice`, `button` and
/// `button-primary`, `button-secondary`, `button-quiet`, `button-danger`, `button-copy`.
#[component]
pub(crate) fn App(
    /// The custom element.
    host: Host,
    /// What the page has set.
    config: Signal<Config>,
) -> View {
    let clock = ServerClock::new();
    let mut before = Vec::new();
    effect(move || {
        let appearance = config.with(|config| config.appearance.clone());
        host.set_properties(&before, &appearance);
        before = appearance;
    });
    let progress = Progressed {
        wizard: RwSignal::new(Wizard::Amount),
        drafts: Drafts::new(),
        known: StoredValue::new(None),
        needs_wallet: RwSignal::new(false),
    };
    // The order that the page names, once the payer has left it.
    let left = RwSignal::new(None::<OpenedOrder>);
    let setting = Signal::memo(move || {
        let left = left.get();
        config.with(|config| Setting {
            proxy: config.proxy.clone(),
            locale: config.locale,
            opened: config
                .opened
                .clone()
                .filter(|opened| left.as_ref() != Some(opened)),
        })
    });
    region(move || {
        let Setting { locale, opened, .. } = setting.get();
        let resume = opened.as_ref().and_then(|opened| opened.resume.clone());
        let api = config.with_untracked(|config| Api::new(config, resume, clock.offset()));
        let context = Context {
            locale,
            host,
            clock,
            api,
        };
        let view = || {
            view! {
                <div
                    class="checkout"
                    part="checkout"
                    role="region"
                    aria-label=locale.words.common.title()
                    lang=locale.language()
                >
                    <Started opened left config progress />
                </div>
            }
        };
        within(Some(context), view)
    })
}

/// What cannot change without asking the proxy anew.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    proxy: String,
    locale: Locale,
    opened: Option<OpenedOrder>,
}

/// How far the payer is.
#[derive(Clone, Copy, Debug)]
struct Progressed {
    wizard: RwSignal<Wizard>,
    drafts: Drafts,
    /// The order on the screen, as it was last seen.
    known: StoredValue<Option<Rc<Order>>>,
    /// Whether the payer's wallet has to be linked before an account is asked for.
    needs_wallet: RwSignal<bool>,
}

impl Progressed {
    fn show(self, order: Rc<Order>) {
        let screen = Wizard::for_order(&order);
        self.known.set_value(Some(order));
        self.wizard.set(screen);
    }
}

/// What there is to begin with.
enum Start {
    /// A payer with a session.
    Payer {
        checkout: Rc<Checkout>,
        /// The order that they have to finish first.
        order: Option<Rc<Order>>,
        /// The others that are under way.
        orders: Vec<Rc<Order>>,
    },
    /// An order that the page names, without the steps before it.
    Order(Rc<Order>),
}

async fn start(api: Api, opened: Option<String>) -> Result<Start, ApiError> {
    if let Some(id) = opened {
        return api.order(&id).await.map(Start::Order);
    }
    let mut checkout = api.checkout().await?;
    let orders = mem::take(&mut checkout.orders);
    Ok(Start::Payer {
        order: checkout.order.take().map(Rc::new),
        orders: orders.into_iter().map(Rc::new).collect(),
        checkout: Rc::new(checkout),
    })
}

/// The first answer of the proxy, while it is awaited, and what follows from it.
#[component]
fn Started(
    opened: Option<OpenedOrder>,
    /// Takes the opened order once the payer has left it.
    left: RwSignal<Option<OpenedOrder>>,
    config: Signal<Config>,
    progress: Progressed,
) -> View {
    let Context { api, host, .. } = context();
    let id = opened.as_ref().map(|opened| opened.id.clone());
    let load = Task::new();
    let begin = Callback::new(move |()| load.run(start(api, id.clone())));
    begin.run(());
    // What can be sold, and which orders are open, may be different by now.
    let restart = Callback::new(move |()| {
        progress.wizard.set(Wizard::Amount);
        if opened.is_some() {
            left.set(opened.clone());
        } else {
            load.forget();
            begin.run(());
        }
    });
    let busy = load.is_running();
    region(move || {
        let before: Rc<dyn Fn() -> View> = match &*load.outcome().value() {
            None => return view! { <Loading /> },
            Some(Err(error)) => {
                let error = error.clone();
                return view! { <Failed error busy on_retry=begin /> };
            }
            Some(Ok(Start::Order(order))) => {
                progress.show(Rc::clone(order));
                Rc::new(View::empty)
            }
            Some(Ok(Start::Payer {
                checkout,
                order,
                orders,
            })) => {
                // What waits for the payer comes before a new sale, until they have left it.
                let waiting = orders.iter().find(|order| is_payers(order));
                let waiting = waiting.filter(|_| progress.known.with_value(Option::is_none));
                if let Some(order) = order.as_ref().or(waiting) {
                    progress.show(Rc::clone(order));
                }
                progress
                    .drafts
                    .accounts
                    .set_value(checkout.destinations.clone());
                progress
                    .needs_wallet
                    .set(checkout.wallet == Some(WalletLink::Required));
                let checkout = StoredValue::of(Rc::clone(checkout));
                let orders = StoredValue::new(orders.clone());
                Rc::new(
                    move || view! { <Offer checkout orders config progress busy on_check=begin /> },
                )
            }
        };
        host.ready();
        view! { <Screen progress on_restart=restart before /> }
    })
}

/// Whether the payer acts next.
fn is_payers(order: &Order) -> bool {
    order
        .next
        .as_ref()
        .is_some_and(|next| next.by == Party::Payer)
}

/// The current step under its progress: those of an order, or those before there is one.
#[component]
fn Screen(
    progress: Progressed,
    /// Called when the payer wants to begin anew.
    on_restart: Callback<()>,
    /// The steps before there is an order.
    before: Rc<dyn Fn() -> View>,
) -> View {
    let Progressed {
        wizard,
        known,
        needs_wallet,
        ..
    } = progress;
    let host = context().host;
    let words = words();
    let screen = NodeRef::<HtmlDivElement>::default();
    let step = Signal::memo(move || wizard.with(Wizard::step));
    let mut shown = None;
    effect(move || {
        let (step, needs_wallet) = (step.get(), needs_wallet.get());
        if shown.is_none_or(|(shown, _)| shown != step) {
            host.step_changed(step);
        }
        if shown.is_some_and(|shown| shown != (step, needs_wallet)) {
            request_animation_frame(move || focus_title(screen));
        }
        shown = Some((step, needs_wallet));
    });
    let order = Signal::memo(move || wizard.with(|wizard| wizard.order().cloned()));
    let content = region(move || {
        // Read first, and always: without it nothing would notice the first order.
        let wanted = order.get();
        match known
            .get_value()
            .filter(|known| wanted == Some(OrderId::of(known)))
        {
            Some(order) => view! { <Ordered order progress step on_restart /> },
            None => before(),
        }
    });
    let place = Signal::derive(move || wizard.with(Wizard::place));
    let label = move || {
        let (place, count) = (place.get().to_string(), Step::COUNT.to_string());
        fill(
            words.common.step_of(),
            &[("step", &place), ("steps", &count)],
        )
    };
    view! {
        <div class="checkout__screen" node_ref=screen>
            <Progress step=place of=Step::COUNT label=Signal::derive(label) />
            {content}
        </div>
    }
}

/// A new step is read from its title on, unless the payer has found their way into it already.
fn focus_title(screen: NodeRef<HtmlDivElement>) {
    let screen = screen.get();
    let screen = screen.filter(|screen| focused_within(screen).is_none());
    let title = screen.and_then(|screen| screen.query_selector("h2[tabindex]").ok().flatten());
    if let Some(title) = title {
        // Fails for nothing that has a tabindex.
        let _ = title.unchecked_into::<HtmlElement>().focus();
    }
}

/// What has the focus, if that is in the same shadow root.
fn focused_within(element: &Element) -> Option<Element> {
    let root: ShadowRoot = element.get_root_node().dyn_into().ok()?;
    root.active_element()
}

/// The steps of an order, whichever it needs now.
#[component]
fn Ordered(
    order: Rc<Order>,
    progress: Progressed,
    /// The step on the screen.
    step: Signal<Step>,
    on_restart: Callback<()>,
) -> View {
    let Context { api, host, .. } = context();
    let Progressed { wizard, known, .. } = progress;
    let Some(handle) = OrderHandle::watch(api, order) else {
        return View::empty();
    };
    let mut before = None;
    effect(move || {
        let order = handle.order.value();
        let state = order.state;
        let screen = Wizard::for_order(&order);
        if wizard.with_untracked(|shown| *shown != screen) {
            wizard.set(screen);
        }
        if before.is_some_and(|before| before != state) {
            host.status_changed(&order);
            match state {
                OrderState::Completed => host.completed(&order),
                OrderState::Cancelled => host.cancelled(&order),
                OrderState::Creating
                | OrderState::Created
                | OrderState::Blocked
                | OrderState::AwaitingDeposit
                | OrderState::DepositSubmitted
                | OrderState::DepositReceived
                | OrderState::PayoutInProgress
                | OrderState::AwaitingConfirmation
                | OrderState::Settling
                | OrderState::PayoutReturned
                | OrderState::Disputed
                | OrderState::RefundRequired
                | OrderState::Refunding
                | OrderState::Attention
                | OrderState::Expired
                | OrderState::Refunded
                | OrderState::Failed => {}
            }
        }
        known.set_value(Some(order));
        before = Some(state);
    });
    region(move || match step.get() {
        Step::Deposit => view! { <DepositStep handle /> },
        Step::Status => view! { <StatusStep handle on_restart /> },
        // The payer begins anew, and this is about to go.
        Step::Amount | Step::Bank | Step::Confirm => View::empty(),
    })
}
