//! Calling an order off, after asking once more.

use leptos::prelude::*;
use offramp_domain::api::{Action, Order};
use web_sys::{HtmlButtonElement, HtmlHeadingElement};

use super::is_offered;
use crate::{
    context::words,
    order::{ActionRequest, OrderHandle},
    state::{Callback, NodeRef, RwSignal, Signal},
    ui::{Button, ButtonKind, unique_id},
    view::{View, region, view},
};

/// The button, wherever the order can be called off, and the question behind it.
#[component]
pub(crate) fn CancelOrder(
    /// The order that may be called off.
    handle: OrderHandle,
) -> View {
    let is_possible = Signal::memo(move || handle.order.with(may_cancel));
    let words = &words().deposit.cancel;
    let is_asked = RwSignal::new(false);
    let button = NodeRef::<HtmlButtonElement>::default();
    let keep = Callback::new(move |()| {
        is_asked.set(false);
        // The button is back after the next rendering.
        request_animation_frame(move || {
            if let Some(button) = button.get() {
                // A button that cannot be focused stays as it is.
                let _ = button.focus();
            }
        });
    });
    let content = region(move || match (is_possible.get(), is_asked.get()) {
        (false, _) => View::empty(),
        (true, false) => view! {
            <Button
                label=words.open
                kind=ButtonKind::Quiet
                action="cancel"
                on_press=move |()| is_asked.set(true)
                node_ref=button
            />
        },
        (true, true) => view! { <Ask handle on_keep=keep /> },
    });
    view! { <div class="checkout-step__actions">{content}</div> }
}

#[component]
fn Ask(handle: OrderHandle, on_keep: Callback<()>) -> View {
    let words = &words().deposit.cancel;
    let title_id = unique_id("cancel");
    let title = NodeRef::<HtmlHeadingElement>::default();
    request_animation_frame(move || {
        if let Some(title) = title.get() {
            // A heading that cannot be focused stays as it is.
            let _ = title.focus();
        }
    });
    let busy = move || handle.acting.get() == Some(Action::Cancel);
    view! {
        <div class="checkout-deposit__ask" role="group" aria-labelledby=title_id.clone()>
            <h3 class="checkout-step__subtitle" id=title_id.clone() tabindex="-1" node_ref=title>
                {words.title}
            </h3>
            <p>{words.not_sent}</p>
            <p>
                <strong>{words.sent}</strong>
            </p>
            <div class="checkout-step__actions">
                <Button
                    label=words.yes
                    kind=ButtonKind::Danger
                    busy=Signal::derive(busy)
                    action="cancel-yes"
                    on_press=move |()| handle.act.run(ActionRequest::Cancel)
                />
                <Button
                    label=words.no
                    kind=ButtonKind::Secondary
                    action="cancel-no"
                    on_press=on_keep
                />
            </div>
        </div>
    }
}

fn may_cancel(order: &Order) -> bool {
    is_offered(order, Action::Cancel) && order.pending_action != Some(Action::Cancel)
}
