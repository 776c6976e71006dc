//! The third step: the price, held while the payer reads, and the press that makes the order.

mod create;
mod held;
mod review;
mod worse;

use std::rc::Rc;

use leptos::{
    ev::{Event, FocusEvent, KeyboardEvent, PointerEvent},
    prelude::*,
};
use offramp_domain::{
    api::{Checkout, ErrorCode, Order, OrderRequest, Quote},
    money::Amount,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::Drafts;
use crate::{
    api::{Api, ApiError},
    app::{RequestId, VerificationLink, is_web_address},
    context::{Context, context, words},
    i18n::fill,
    state::{Callback, RwSignal, Signal, StoredValue, Task, effect},
    ui::{Button, ButtonKind, Notice, NoticeKind},
    view::{View, handler, region, view},
    wizard::{Ask, Payee},
};
use create::{Made, Press, create, is_unknown};
use held::{Change, HeldQuote, Phase, promised};
use review::{Review, Total, WhatIf};
use worse::{Worse, WorsePrice};

/// Where the payer can go from here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exits {
    /// There is a new order.
    pub(crate) created: Callback<Rc<Order>>,
    /// There was an order already.
    pub(crate) open: Callback<Rc<Order>>,
    /// Another account.
    pub(crate) bank: Callback<()>,
    /// Another amount.
    pub(crate) amount: Callback<()>,
    /// A wallet, before anything else.
    pub(crate) wallet: Callback<()>,
}

/// Shows what the payer agrees to at a price that is held, and makes the order on a press.
#[component]
pub(crate) fn ConfirmStep(
    /// What the proxy offers.
    checkout: StoredValue<Checkout>,
    /// What is sold.
    ask: Ask,
    /// The account that is paid.
    payee: Payee,
    /// What was typed, to mark what is refused there.
    drafts: Drafts,
    /// Where to go from here.
    exits: Exits,
) -> View {
    let locale = context().locale;
    let words = &locale.words.confirm;
    let (receiver, needs_destination) = checkout
        .with_value(|checkout| (checkout.receiver.clone(), checkout.quote_needs_destination));
    let destination = needs_destination.then(|| payee.destination.clone());
    let held = HeldQuote::take(ask, destination);
    let account = payee.shown.clone();
    let confirming = Confirming::new(held, payee, drafts, exits);
    let quote = Signal::derive(move || confirming.quote());
    let asked = Signal::derive(move || {
        confirming.worse.with(|worse| {
            let Worse { before, now } = worse.as_ref()?;
            Some(
                [
                    words.worse.before(),
                    " ",
                    &locale.money(*before, now.currency),
                ]
                .concat(),
            )
        })
    });
    let is_refused =
        Signal::derive(move || held.phase.with(|phase| matches!(phase, Phase::Refused(_))));
    // A press on the button is a decision of its own.
    let touch = move |event: &Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("button").ok().flatten());
        if button.is_none() {
            held.touch();
        }
    };
    view! {
        <section
            class="checkout-step checkout-confirm"
            data-testid="step-confirm"
            on:pointerdown=handler(move |event: PointerEvent| touch(&event))
            on:keydown=handler(move |event: KeyboardEvent| touch(&event))
            on:focusin=handler(move |event: FocusEvent| touch(&event))
        >
            <h2 class="checkout-step__title" tabindex="-1">
                {words.title()}
            </h2>
            <Total quote asked is_refused />
            <Changed confirming />
            <Review quote account receiver />
            <WhatIf quote />
            <Decision confirming />
        </section>
    }
}

/// The press, and what came of it.
#[derive(Clone, Copy)]
struct Confirming {
    api: Api,
    held: HeldQuote,
    payee: StoredValue<Payee>,
    drafts: Drafts,
    exits: Exits,
    make: Task<Result<Made, ApiError>>,
    /// Whether the answer to a press is being looked for.
    is_checking: RwSignal<bool>,
    /// A press whose answer is not known: it is sent again as it was.
    unanswered: RwSignal<Option<Press>>,
    worse: RwSignal<Option<Worse>>,
    /// Why there is no order.
    error: RwSignal<Option<ApiError>>,
}

impl Confirming {
    fn new(held: HeldQuote, payee: Payee, drafts: Drafts, exits: Exits) -> Self {
        let Context { api, host, .. } = context();
        let is_checking = RwSignal::new(false);
        let make = Task::new();
        let confirming = Self {
            api,
            held,
            payee: StoredValue::new(payee),
            drafts,
            exits,
            make,
            is_checking,
            unanswered: RwSignal::new(None),
            worse: RwSignal::new(None),
            error: RwSignal::new(None),
        };
        effect(move || match make.outcome().get() {
            None => {}
            Some(Ok(Made::New(order))) => exits.created.run(order),
            Some(Ok(Made::Open(order))) => exits.open.run(order),
            Some(Err(error)) => {
                host.failed(&error);
                confirming.refused(error);
            }
        });
        confirming
    }

    /// The price that every figure on the screen is of: the one that is asked about, as long as one
    /// is.
    fn quote(self) -> Option<Quote> {
        let asked = self
            .worse
            .with(|worse| worse.as_ref().map(|worse| worse.now.clone()));
        asked.or_else(|| self.held.quote.get())
    }

    fn is_busy(self) -> bool {
        self.make.is_running().get()
            || self.held.is_settling.get()
            || self
                .held
                .phase
                .with(|phase| matches!(phase, Phase::Restarting))
            || self.held.quote.with(Option::is_none)
    }

    /// What the main button does at this moment.
    fn press(self) {
        let is_ignored = untrack(|| self.is_busy());
        match self.held.phase.get_untracked() {
            Phase::Refused(_) | Phase::Stopped => self.held.start_again(),
            Phase::Asking | Phase::Restarting | Phase::Held if is_ignored => {}
            Phase::Asking | Phase::Restarting | Phase::Held => {
                if let Some(press) = self.unanswered.get_untracked() {
                    self.send(press);
                } else if let Some(quote) = self.held.quote.get_untracked() {
                    self.order(quote.id, quote.fiat_minimum);
                }
            }
        }
    }

    /// Accepts a worse price in so many words.
    fn accept(self, minimum: Option<Amount>) {
        let is_ignored = untrack(|| self.is_busy());
        if let Some(worse) = self.worse.get_untracked().filter(|_| !is_ignored) {
            self.order(worse.now.id, minimum);
        }
    }

    fn order(self, quote_id: String, min_fiat_amount: Option<Amount>) {
        let destination = self.payee.with_value(|payee| payee.destination.clone());
        self.send(Press::new(OrderRequest {
            quote_id,
            min_fiat_amount,
            destination,
        }));
    }

    fn send(self, press: Press) {
        self.held.freeze();
        self.error.set(None);
        self.unanswered.set(Some(press.clone()));
        self.make.run(create(self.api, press, self.is_checking));
    }

    fn refused(self, error: ApiError) {
        if is_unknown(&error) {
            self.error.set(Some(error));
            return;
        }
        self.unanswered.set(None);
        let changed = error.problem().and_then(|problem| problem.quote.clone());
        if let Some(now) = changed.filter(|_| error.code() == Some(ErrorCode::QuoteChanged)) {
            self.ask_about(now);
            return;
        }
        // The price before the one that was asked about does not come back.
        self.decline();
        match &error {
            ApiError::Problem(problem) if problem.code == ErrorCode::InvalidFields => {
                self.drafts.refused_fields.set(problem.fields.clone());
                self.exits.bank.run(());
                return;
            }
            ApiError::Problem(_) | ApiError::Network | ApiError::Unreadable => {}
        }
        let is_over = error.code() == Some(ErrorCode::QuoteNotFound);
        self.error.set(Some(error));
        self.held.thaw();
        if is_over {
            self.held.start_again();
        }
    }

    /// The price is worse than the one that was confirmed: the payer decides.
    fn ask_about(self, now: Quote) {
        let asked = self
            .worse
            .with_untracked(|worse| worse.as_ref().map(|worse| promised(&worse.now)));
        let before = asked.or_else(|| {
            self.held
                .quote
                .with_untracked(|quote| quote.as_ref().map(promised))
        });
        self.held.settle();
        self.worse.set(before.map(|before| Worse { before, now }));
    }

    /// Back to the review, where the new price stands.
    fn decline(self) {
        if let Some(worse) = self.worse.get_untracked() {
            self.worse.set(None);
            self.held.show(worse.now);
            self.held.thaw();
        }
    }

    /// Back to the amount, where the refusal stands.
    fn change_amount(self) {
        self.drafts.amount.refusal.set(self.error.get_untracked());
        self.exits.amount.run(());
    }
}

/// What became of the figure since it was first shown. Only this is read out, never the time. A
/// question about the next one says more.
#[component]
fn Changed(confirming: Confirming) -> View {
    let Confirming { held, worse, .. } = confirming;
    let locale = context().locale;
    let words = &locale.words.confirm;
    let money = move |amount| {
        let currency = held
            .quote
            .with(|quote| quote.as_ref().map(|quote| quote.currency));
        currency.map_or_else(String::new, |currency| locale.money(amount, currency))
    };
    let notice = region(move || {
        let Some(change) = held.change.get().filter(|_| worse.with(Option::is_none)) else {
            return View::empty();
        };
        let (kind, text) = match change {
            Change::Better(now) => (
                NoticeKind::Success,
                fill(words.changed(), &[("amount", &money(now))]),
            ),
            Change::Worse { now, less } => {
                let (now, less) = (money(now), money(less));
                let text = fill(words.changed_less(), &[("amount", &now), ("less", &less)]);
                (NoticeKind::Warning, text)
            }
        };
        view! {
            <Notice kind>
                <p>{text}</p>
            </Notice>
        }
    });
    view! {
        <div aria-live="polite" data-testid="quote-change">
            {notice}
        </div>
    }
}

/// The buttons, and why there is no order yet.
#[component]
fn Decision(confirming: Confirming) -> View {
    let decision = region(move || match confirming.worse.get() {
        Some(worse) => {
            let accept = Callback::new(move |minimum| confirming.accept(minimum));
            let decline = Callback::new(move |()| confirming.decline());
            view! {
                <WorsePrice
                    worse
                    busy=Signal::derive(move || confirming.is_busy())
                    on_accept=accept
                    on_decline=decline
                />
            }
        }
        None => view! { <Confirm confirming /> },
    });
    view! {
        <Trouble confirming />
        {decision}
    }
}

/// The button that makes the order, or a new price where the last one has ended.
#[component]
fn Confirm(confirming: Confirming) -> View {
    let words = words();
    let phase = confirming.held.phase;
    let is_unanswered = move || {
        confirming.unanswered.with(Option::is_some) && confirming.error.with(Option::is_some)
    };
    let is_over = move || {
        phase.with(|phase| matches!(phase, Phase::Stopped | Phase::Refused(_))) && !is_unanswered()
    };
    let label = Signal::derive(move || {
        let label = if is_unanswered() {
            words.common.retry()
        } else if is_over() {
            words.confirm.update()
        } else {
            words.confirm.confirm()
        };
        label.to_owned()
    });
    let action = Signal::derive(move || {
        let action = if is_unanswered() {
            "retry"
        } else if is_over() {
            "update-rate"
        } else {
            "confirm"
        };
        action.to_owned()
    });
    let busy = Signal::derive(move || confirming.is_busy() && !is_over());
    let stopped = Signal::derive(move || {
        let is_stopped = phase.with(|phase| matches!(phase, Phase::Stopped));
        is_stopped.then(|| words.confirm.stopped().to_owned())
    });
    view! {
        <div class="checkout-step__actions">
            <p class="checkout-muted">{stopped}</p>
            <Button
                label
                busy
                on_press=Callback::new(move |()| confirming.press())
                attr:data-action=action
            />
            <Button
                label=words.common.back()
                kind=ButtonKind::Quiet
                action="back"
                on_press=confirming.exits.bank
            />
        </div>
    }
}

/// What went wrong with the price or with the order, and the way out.
#[component]
fn Trouble(confirming: Confirming) -> View {
    let words = words();
    let error = move || {
        confirming
            .error
            .get()
            .or_else(|| match confirming.held.phase.get() {
                Phase::Refused(error) => Some(error),
                Phase::Asking | Phase::Restarting | Phase::Held | Phase::Stopped => None,
            })
    };
    let notice = region(move || {
        if confirming.is_checking.get() {
            return view! {
                <Notice>
                    <p>{words.confirm.checking()}</p>
                </Notice>
            };
        }
        match error() {
            Some(error) => view! { <Refused confirming error /> },
            None => View::empty(),
        }
    });
    view! { <div role="alert">{notice}</div> }
}

/// One refusal: what it means, and where to go from here.
#[component]
fn Refused(confirming: Confirming, error: ApiError) -> View {
    let words = words();
    let is_unanswered = is_unknown(&error) && confirming.unanswered.with(Option::is_some);
    let code = error.code();
    let sentence = if is_unanswered {
        words.confirm.unknown()
    } else if code == Some(ErrorCode::QuoteNotFound) {
        words.confirm.quote_over()
    } else {
        words.errors.sentence(&error)
    };
    let id = error.request_id().map(str::to_owned);
    let needs_amount = matches!(
        code,
        Some(ErrorCode::AmountOutOfRange | ErrorCode::LimitReached | ErrorCode::AssetUnavailable)
    );
    let change_amount = needs_amount.then(|| {
        let change = Callback::new(move |()| confirming.change_amount());
        way_out(words.confirm.change_amount(), "change-amount", change)
    });
    let link = (code == Some(ErrorCode::WalletNotLinked)).then(|| {
        way_out(
            words.wallet.link.title(),
            "to-wallet",
            confirming.exits.wallet,
        )
    });
    let change_bank = (code == Some(ErrorCode::ProviderRejected)).then(|| {
        way_out(
            words.confirm.change_bank(),
            "change-bank",
            confirming.exits.bank,
        )
    });
    let url = error
        .problem()
        .and_then(|problem| problem.verification_url.clone());
    let verify = url.filter(|url| is_web_address(url));
    view! {
        <Notice kind=NoticeKind::Danger>
            <p>{sentence}</p>
            <RequestId id />
            {change_amount}
            {change_bank}
            {link}
            {verify.map(|url| view! { <VerificationLink url /> })}
        </Notice>
    }
}

fn way_out(label: &'static str, action: &'static str, on_press: Callback<()>) -> View {
    view! { <Button label kind=ButtonKind::Secondary action on_press /> }
}
