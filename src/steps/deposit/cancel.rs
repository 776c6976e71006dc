//! Calling an order off, after asking once more.

use leptos::prelude::*;
use offramp_domain::api::{Action, Order};

use super::is_offered;
use crate::{
    context::words,
    order::{ActionRequest, OrderHandle},
    state::{RwSignal, Signal},
    ui::{Ask, ButtonKind, Question},
    view::{View, region, view},
};

/// The button, wherever the order can be called off, and the question behind it.
#[component]
pub(crate) fn CancelOrder(
    /// The order that may be called off.
    handle: OrderHandle,
) -> View {
    let is_possible = Signal::memo(move || handle.order.with(may_cancel));
    let content = region(move || {
        if !is_possible.get() {
            return View::empty();
        }
        let busy = Signal::derive(move || handle.acting.get() == Some(Action::Cancel));
        let asked = RwSignal::new(String::new());
        let cancel = move |()| handle.act.run(ActionRequest::Cancel);
        view! { <Ask question=question(handle) asked busy on_yes=cancel /> }
    });
    view! { <div class="checkout-step__actions">{content}</div> }
}

fn question(handle: OrderHandle) -> Question {
    let words = &words().deposit.cancel;
    // Nobody can have sent anything where nothing was shown.
    let may_have_sent = handle
        .order
        .with_untracked(|order| is_offered(order, Action::ReportSent));
    Question {
        open: (words.open(), ButtonKind::Quiet, "cancel"),
        title: words.title(),
        lines: vec![words.not_sent().to_owned()],
        warning: may_have_sent.then(|| words.sent().to_owned()),
        yes: (words.yes(), ButtonKind::Danger, "cancel-yes"),
        no: (words.no(), "cancel-no"),
    }
}

fn may_cancel(order: &Order) -> bool {
    is_offered(order, Action::Cancel) && order.pending_action != Some(Action::Cancel)
}
