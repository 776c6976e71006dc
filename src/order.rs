//! An order on the screen, kept up to date: one poll for each order of a page, however many
//! elements show it; none while the page is hidden.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::Function;
use leptos::{prelude::*, task::spawn_local};
use offramp_domain::{
    api::{Action, ErrorCode, Order},
    order::is_closed,
    time::Timestamp,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{
    api::{self, Abort, Api, ApiError, Hold, IdempotencyKey, Polled},
    clock::monotonic_millis,
    hooks::{pause, sleep},
    state::{ArcRwSignal, Callback, Signal, StoredValue},
    view::Listener,
};

/// Longest random pause between two polls, so that many pages do not ask in step.
const JITTER_MS: u32 = 2_000;

/// Pause between plain polls during the first minute, and after it.
const PLAIN_MS: u32 = 2_000;
const PLAIN_LATER_MS: u32 = 10_000;
const FIRST_MINUTE_MS: i64 = 60_000;

/// Cut connections after which answers are no longer held.
const CUTS: u32 = 2;

/// How often an action is sent again when nothing came back, and after how long.
const RESENDS: u32 = 3;
const RESEND_MS: u32 = 2_000;

/// What the payer may do with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ActionRequest {
    /// Say that the crypto was sent, with its hash where they have it.
    ReportSent { tx_hash: Option<String> },
    /// Call it off.
    Cancel,
    /// Say that the money arrived. Final.
    ConfirmReceived,
    /// Say that it did not, and what is seen instead.
    ReportNotReceived { note: Option<String> },
    /// Give what is missing.
    ProvideInformation { fields: Vec<(String, String)> },
    /// Ask where to verify who one is.
    CompleteVerification,
    /// Hand in what the payer's wallet signed.
    Signed {
        action: Action,
        signing_request: String,
        signature: String,
    },
}

impl ActionRequest {
    /// Its name.
    pub(crate) fn action(&self) -> Action {
        match self {
            Self::ReportSent { .. } => Action::ReportSent,
            Self::Cancel => Action::Cancel,
            Self::ConfirmReceived => Action::ConfirmReceived,
            Self::ReportNotReceived { .. } => Action::ReportNotReceived,
            Self::ProvideInformation { .. } => Action::ProvideInformation,
            Self::CompleteVerification => Action::CompleteVerification,
            Self::Signed { action, .. } => *action,
        }
    }
}

/// Whether what is shown is what is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// It is.
    Live,
    /// It was; the proxy cannot be reached.
    Offline {
        /// When it last answered.
        last_checked: Timestamp,
    },
}

/// An order that keeps itself up to date, and what can be done with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderHandle {
    /// The order as it is now.
    pub(crate) order: Signal<Order>,
    /// Does something with it.
    pub(crate) act: Callback<ActionRequest>,
    /// What is being done.
    pub(crate) acting: Signal<Option<Action>>,
    /// Why the last action was refused.
    pub(crate) problem: Signal<Option<ApiError>>,
    /// Where the payer verifies who they are, once that was asked for.
    pub(crate) verification_url: Signal<Option<String>>,
    /// Whether the order is up to date.
    pub(crate) connection: Signal<Connection>,
}

impl OrderHandle {
    /// Follows an order until the owner is gone. Nothing when the owner is gone already.
    pub(crate) fn watch(api: Api, order: Rc<Order>) -> Option<Self> {
        let watch = Watch::of(api.connection()?, order);
        let handle = Self {
            order: watch.order.clone().into(),
            acting: watch.acting.clone().into(),
            problem: watch.problem.clone().into(),
            verification_url: watch.verification_url.clone().into(),
            connection: watch.connection.clone().into(),
            act: {
                let watch = Rc::downgrade(&watch);
                let watch = StoredValue::new(watch);
                Callback::new(move |request| {
                    if let Some(watch) = watch.try_get_value().and_then(|watch| watch.upgrade()) {
                        spawn_local(watch.act(request));
                    }
                })
            },
        };
        // What is dropped last ends the polling.
        StoredValue::new(watch);
        Some(handle)
    }
}

thread_local! {
    static WATCHES: RefCell<Vec<Weak<Watch>>> = const { RefCell::new(Vec::new()) };
}

/// One order of one proxy, followed.
struct Watch {
    connection_to: Rc<api::Connection>,
    id: String,
    order: ArcRwSignal<Order>,
    acting: ArcRwSignal<Option<Action>>,
    problem: ArcRwSignal<Option<ApiError>>,
    verification_url: ArcRwSignal<Option<String>>,
    connection: ArcRwSignal<Connection>,
    /// The press that was not answered, to be sent again as the same one.
    unanswered: RefCell<Option<(ActionRequest, IdempotencyKey)>>,
    /// The poll under way.
    poll: RefCell<Option<Rc<Abort>>>,
    /// Ends the pause under way.
    wake: RefCell<Option<Function>>,
    listeners: RefCell<Vec<Listener>>,
    last_checked: Cell<Timestamp>,
}

impl Watch {
    /// The watch of this order, shared with every element that shows it.
    fn of(connection_to: Rc<api::Connection>, order: Rc<Order>) -> Rc<Self> {
        let known = WATCHES.with_borrow_mut(|watches| {
            watches.retain(|watch| watch.strong_count() > 0);
            watches.iter().filter_map(Weak::upgrade).find(|watch| {
                watch.id == order.id && watch.connection_to.identity() == connection_to.identity()
            })
        });
        if let Some(watch) = known {
            watch.accept(order);
            return watch;
        }
        let watch = Rc::new(Self {
            last_checked: Cell::new(connection_to.clock().now()),
            connection_to,
            id: order.id.clone(),
            order: ArcRwSignal::of(order),
            acting: ArcRwSignal::new(None),
            problem: ArcRwSignal::new(None),
            verification_url: ArcRwSignal::new(None),
            connection: ArcRwSignal::new(Connection::Live),
            unanswered: RefCell::default(),
            poll: RefCell::default(),
            wake: RefCell::default(),
            listeners: RefCell::default(),
        });
        watch.listen();
        WATCHES.with_borrow_mut(|watches| watches.push(Rc::downgrade(&watch)));
        spawn_local(follow(Rc::downgrade(&watch)));
        watch
    }

    /// Hidden: the poll ends. Seen again, in front again, online again: the next one starts.
    fn listen(self: &Rc<Self>) {
        let listeners = ["visibilitychange", "focus", "online"].map(|event| {
            let watch = Rc::downgrade(self);
            let look = move |_| {
                let Some(watch) = watch.upgrade() else { return };
                if is_hidden() {
                    watch.end_poll();
                } else {
                    watch.end_pause();
                }
            };
            Listener::new(&window(), event.into(), Box::new(look))
        });
        self.listeners.borrow_mut().extend(listeners);
    }

    /// Takes what the proxy says, unless something newer is known.
    fn accept(&self, order: Rc<Order>) {
        self.checked();
        let is_news = self
            .order
            .with_untracked(|known| order.sequence >= known.sequence && *order != *known);
        if is_news {
            self.order.share(order);
        }
    }

    /// The proxy has just answered.
    fn checked(&self) {
        self.last_checked.set(self.connection_to.clock().now());
        if self.connection.get_untracked() != Connection::Live {
            self.connection.set(Connection::Live);
        }
    }

    /// The proxy has not answered.
    fn lost(&self) {
        self.connection.set(Connection::Offline {
            last_checked: self.last_checked.get(),
        });
    }

    /// Waits for a while, or until [`Watch::end_pause`].
    fn pause(&self, millis: Option<u32>) -> JsFuture {
        let (ended, end) = pause(millis);
        self.wake.replace(end);
        ended
    }

    async fn act(self: Rc<Self>, request: ActionRequest) {
        if self.acting.with_untracked(Option::is_some) {
            return;
        }
        let unanswered = self.unanswered.borrow_mut().take();
        let key = match unanswered {
            Some((same, key)) if same == request => key,
            Some(_) | None => IdempotencyKey::random(),
        };
        self.problem.set(None);
        self.acting.set(Some(request.action()));
        let mut answer = self.connection_to.act(&self.id, &request, &key).await;
        for _ in 0..RESENDS {
            if !answer.as_ref().is_err_and(is_unanswered) {
                break;
            }
            sleep(RESEND_MS).await;
            answer = self.connection_to.act(&self.id, &request, &key).await;
        }
        match answer {
            Ok((order, verification_url)) => {
                if verification_url.is_some() {
                    self.verification_url.set(verification_url);
                }
                self.accept(order);
            }
            Err(error) => {
                if is_unanswered(&error) {
                    self.unanswered.replace(Some((request, key)));
                }
                self.problem.set(Some(error));
            }
        }
        self.acting.set(None);
        self.end_pause();
    }

    fn end_poll(&self) {
        if let Some(poll) = self.poll.borrow().as_ref() {
            poll.now();
        }
    }

    fn end_pause(&self) {
        if let Some(wake) = self.wake.take() {
            // A promise's own function: it does not throw.
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end_poll();
        self.end_pause();
    }
}

/// Whether the same request has to be sent again to learn what became of it.
fn is_unanswered(error: &ApiError) -> bool {
    match error {
        ApiError::Problem(problem) => problem.code == ErrorCode::InProgress,
        ApiError::Network => true,
        ApiError::Unreadable => false,
    }
}

/// Polls until the order is closed or nobody looks at it any more. Holds on to the watch only
/// between two awaits, so that dropping it ends this.
async fn follow(watch: Weak<Watch>) {
    let mut rhythm = Rhythm {
        began: monotonic_millis(),
        cuts: 0,
    };
    let mut etag = None::<String>;
    while let Some(seen) = watch.upgrade() {
        if seen
            .order
            .with_untracked(|order| is_closed(order.state, order.custody))
        {
            return;
        }
        if is_hidden() {
            let pause = seen.pause(None);
            drop(seen);
            let _ = pause.await;
            // While the device sleeps its clock may stand still: the next answer is a whole one,
            // with the time at the server.
            etag = None;
            continue;
        }
        let hold = rhythm.hold();
        let abort = Rc::new(Abort::new());
        seen.poll.replace(Some(Rc::clone(&abort)));
        let (connection_to, id) = (Rc::clone(&seen.connection_to), seen.id.clone());
        drop(seen);
        let polled = connection_to.poll(&id, etag.as_deref(), hold, &abort).await;

        let Some(seen) = watch.upgrade() else { return };
        seen.poll.replace(None);
        let millis = match polled {
            Ok(Polled::Changed(order, tag)) => {
                etag = tag;
                seen.accept(order);
                if etag.is_some() && hold == Hold::UntilChange {
                    0
                } else {
                    rhythm.plain()
                }
            }
            Ok(Polled::Unchanged { was_held }) => {
                seen.checked();
                if was_held { 0 } else { rhythm.plain() }
            }
            // Ended because nobody looks.
            Err(ApiError::Network) if is_hidden() => continue,
            Err(ApiError::Network) => {
                rhythm.cuts += 1;
                seen.lost();
                rhythm.plain()
            }
            Err(error) => {
                // It will not come back.
                if error.code() == Some(ErrorCode::NotFound) {
                    seen.problem.set(Some(error));
                    return;
                }
                seen.lost();
                PLAIN_LATER_MS
            }
        };
        let pause = seen.pause(Some(millis + jitter_millis()));
        drop(seen);
        let _ = pause.await;
    }
}

/// When to ask, and whether the answer may be held.
struct Rhythm {
    began: i64,
    cuts: u32,
}

impl Rhythm {
    fn hold(&self) -> Hold {
        if self.cuts < CUTS {
            Hold::UntilChange
        } else {
            Hold::No
        }
    }

    fn plain(&self) -> u32 {
        if monotonic_millis() - self.began < FIRST_MINUTE_MS {
            PLAIN_MS
        } else {
            PLAIN_LATER_MS
        }
    }
}

fn jitter_millis() -> u32 {
    u32::from(u16::from_le_bytes(api::random())) % JITTER_MS
}

fn is_hidden() -> bool {
    document().hidden()
}
