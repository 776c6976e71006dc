//! What is missing before an order goes on: answers, or a proof of who the payer is.

use leptos::{ev::SubmitEvent, prelude::*};
use offramp_domain::api::{Action, ErrorCode};
use web_sys::HtmlFormElement;

use crate::{
    app::{VerificationLink, is_web_address},
    context::words,
    order::{ActionRequest, OrderHandle},
    state::{NodeRef, Signal, effect},
    steps::{
        bank::{Asking, Holder, Question, Questions, Summary},
        focus_named,
    },
    ui::{Button, ButtonType},
    view::{View, handler, region, view},
};

/// The questions, checked as those of a bank account.
#[component]
pub(super) fn Give(handle: OrderHandle, questions: Vec<Question>) -> View {
    let words = &words().status.give;
    let country = handle
        .order
        .with_untracked(|order| order.destination.country);
    let asking = Asking::new(country, questions, Holder::Payer);
    let root = NodeRef::<HtmlFormElement>::default();
    effect(move || {
        let refused = handle.problem.get();
        let refused = refused.as_ref().and_then(|error| error.problem());
        if let Some(problem) = refused.filter(|problem| problem.code == ErrorCode::InvalidFields) {
            asking.refuse(&problem.fields);
        }
    });
    let send = handler(move |event: SubmitEvent| {
        event.prevent_default();
        match asking.accepted() {
            Some(fields) => handle.act.run(ActionRequest::ProvideInformation { fields }),
            None => focus_named(root, &asking.first_refused().unwrap_or_default()),
        }
    });
    let busy = Signal::derive(move || handle.acting.get() == Some(Action::ProvideInformation));
    view! {
        <form class="checkout-step__group" on:submit=send novalidate node_ref=root>
            <h3 class="checkout-step__subtitle">{words.title()}</h3>
            <Summary asking />
            <Questions asking />
            <Button
                label=words.send()
                submit=ButtonType::Submit
                busy
                action="provide-information"
            />
        </form>
    }
}

/// Asks for the page of the verification, and then links to it: the browser may keep a tab from
/// opening by itself.
#[component]
pub(super) fn VerifyPayer(handle: OrderHandle) -> View {
    let words = words();
    let ask = move |()| handle.act.run(ActionRequest::CompleteVerification);
    let busy = Signal::derive(move || handle.acting.get() == Some(Action::CompleteVerification));
    let way = region(move || {
        match handle
            .verification_url
            .get()
            .filter(|url| is_web_address(url))
        {
            Some(url) => view! { <VerificationLink url /> },
            None => {
                view! { <Button label=words.status.get_link() busy action="complete-verification" on_press=ask /> }
            }
        }
    });
    view! {
        <div class="checkout-step__group" aria-live="polite">
            {way}
        </div>
    }
}
