//! Watching the money arrive: what happened, who acts next, and what it came to.

mod facts;
mod receipt;
mod standing;
mod timeline;

use leptos::prelude::*;
use offramp_domain::{
    api::Order,
    order::{OrderState, is_closed},
};

pub(crate) use self::standing::{next_sentence, state_title};
use self::{
    facts::{Facts, OrderNumber},
    receipt::Receipt,
    standing::{Standing, patience},
    timeline::Timeline,
};
use super::{
    Actions,
    deposit::{CancelOrder, OfflineNotice, Refusal, ReportSent, unmarked},
};
use crate::{
    context::{context, words},
    hooks::use_countdown,
    i18n::{Locale, fill},
    order::OrderHandle,
    state::{Callback, Signal},
    ui::{Button, ButtonKind, Notice, NoticeKind},
    view::{View, region, view},
};

/// The step that shows how far the order is, until its end and after it.
#[component]
pub(crate) fn StatusStep(
    /// The order that is watched.
    handle: OrderHandle,
    /// Called when the payer wants to sell more.
    on_restart: Callback<()>,
) -> View {
    let locale = context().locale;
    let words = &locale.words.status;
    let order = handle.order;
    let left = use_countdown(Signal::derive(move || order.with(patience)));
    let is_late = Signal::memo(move || left.get() == Some(0));
    let standing = move || order.with(|order| Standing::of(order, is_late.get()));
    let may_worry = move || order.with(|order| standing().may_worry(order));

    let state = Signal::derive(move || order.with(|order| Some(order.state.as_str().to_owned())));
    let title = Signal::derive(move || standing().title(locale.words).to_owned());
    let body = Signal::derive(move || order.with(|order| standing().body(&locale, order)));
    let announced = Signal::derive(move || {
        let title = title.get();
        let stop = if title.ends_with('?') { " " } else { ". " };
        [title.as_str(), stop, &body.get()].concat()
    });
    let figure = Signal::derive(move || order.with(|order| figure(&locale, order)));
    let reason = Signal::derive(move || {
        let reason = order.with(|order| words.reason.why(order));
        reason.filter(|_| may_worry()).map(str::to_owned)
    });
    // Where the crypto is, where the payer may wonder.
    let money = Signal::derive(move || {
        may_worry().then(|| words.money.of(order.with(|order| order.custody)).to_owned())
    });
    // What the payer said of money that did not arrive.
    let missing = Signal::derive(move || {
        let at = order.with(|order| order.not_received.as_ref().map(|said| said.at))?;
        Some(fill(
            words.missing.told(),
            &[("time", &locale.date_time(at))],
        ))
    });
    let next = Signal::derive(move || order.with(|order| next_sentence(&locale, order)));
    let is_longer = Signal::memo(move || is_late.get() && standing().may_be_late());
    let needs_help = Signal::memo(move || order.with(|order| standing().needs_help(order)));
    let trouble = region(move || {
        let is_longer = is_longer.get();
        if !is_longer && !needs_help.get() {
            return View::empty();
        }
        view! {
            {is_longer.then(|| view! { <Longer /> })}
            <Help order />
        }
    });
    view! {
        <section class="checkout-step checkout-status" data-testid="step-status">
            <h2
                class="checkout-step__title"
                tabindex="-1"
                data-testid="order-state"
                data-state=state
            >
                {title}
            </h2>
            <p class="checkout-visually-hidden" role="status">
                {announced}
            </p>
            <OfflineNotice connection=handle.connection />
            <div class="checkout-step__group">
                <p class="checkout-status__result">{figure}</p>
                <p>{body}</p>
                <p>{reason}</p>
                <p class="checkout-status__money">{money}</p>
                <p>{missing}</p>
                <p class="checkout-status__next">{next}</p>
            </div>
            <Actions handle />
            {trouble}
            <ReportSent handle />
            <Refusal problem=unmarked(handle.problem) />
            <CancelOrder handle />
            <Timeline order />
            <Facts order />
            <Ending order on_restart />
        </section>
    }
}

/// What arrived, once it did.
fn figure(locale: &Locale, order: &Order) -> Option<String> {
    let is_paid = order.state == OrderState::Completed;
    let amount = order.fiat.amount.filter(|_| is_paid)?;
    Some(locale.money(amount, order.fiat.currency))
}

#[component]
fn Longer() -> View {
    let words = &words().status;
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>{words.longer()}</p>
        </Notice>
    }
}

/// Whom to write to, and which number to give them.
#[component]
fn Help(order: Signal<Order>) -> View {
    let words = &words().status;
    view! {
        <Notice kind=NoticeKind::Info>
            <p>{words.help()}</p>
            <OrderNumber order />
        </Notice>
    }
}

/// What can still be done with an order that is over, or that no longer needs its payer.
#[component]
fn Ending(order: Signal<Order>, on_restart: Callback<()>) -> View {
    let words = &words().status;
    let is_paid = Signal::memo(move || order.with(|order| order.state == OrderState::Completed));
    let may_restart = Signal::memo(move || order.with(|order| !order.unfunded));
    let is_over = Signal::memo(move || order.with(|order| is_closed(order.state, order.custody)));
    let receipt = region(move || {
        if is_paid.get() {
            view! { <Receipt order /> }
        } else {
            View::empty()
        }
    });
    let restart = region(move || {
        if !may_restart.get() {
            return View::empty();
        }
        let kind = if is_over.get() {
            ButtonKind::Primary
        } else {
            ButtonKind::Quiet
        };
        view! { <Button label=words.restart() kind action="restart" on_press=on_restart /> }
    });
    view! { <div class="checkout-step__actions">{receipt} {restart}</div> }
}
