//! The second step: the account that is paid, asked for as its country needs it.

mod form;
mod question;
mod saved;

use leptos::{ev::SubmitEvent, prelude::*};
use offramp_domain::api::{Checkout, DestinationRequest, Form, FormField, Receiver};
use web_sys::HtmlFormElement;

use self::saved::{Accounts, SavedAccounts, Saving};
use super::{Drafts, Refusal, country_of, focus_named};
use crate::{
    context::words,
    i18n::fill,
    state::{Callback, NodeRef, StoredValue},
    ui::{Button, ButtonKind, ButtonType, Notice, NoticeKind},
    view::{View, handler, region, view},
    wizard::{Ask, Payee},
};
pub(super) use form::{Asking, Holder, Questions};
pub(super) use question::Question;

/// The form of a country, or one of the accounts saved earlier. What is typed is checked when the
/// payer leaves a field, and all of it when they go on.
#[component]
pub(crate) fn BankStep(
    /// What the proxy offers.
    checkout: StoredValue<Checkout>,
    /// What is sold, and for money in which country.
    ask: Ask,
    /// What is typed, also after going back.
    drafts: Drafts,
    /// Called with the account.
    on_done: Callback<Payee>,
    /// Called when the payer wants another amount.
    on_back: Callback<()>,
) -> Option<View> {
    let words = words();
    let (receiver, is_kept) = checkout
        .with_value(|checkout| (checkout.receiver.clone(), checkout.quote_needs_destination));
    let answer = move |key: &str| drafts.answer(ask.country, key);
    let (questions, is_registered, is_any) = checkout.with_value(|checkout| {
        let offer = country_of(checkout, ask.country)?;
        Some(match &offer.form {
            Form::BuiltIn => (
                Question::built_in(ask.country.country(), answer),
                false,
                false,
            ),
            Form::Fields { fields } => (
                Question::listed(fields, answer),
                false,
                names_in_ways(fields),
            ),
            Form::Registered { fields } => (Question::listed(fields, answer), true, false),
        })
    })?;
    let holder = receiver
        .as_ref()
        .map_or(Holder::Payer, |_| Holder::Receiver);
    let asking = Asking::new(ask.country, questions, holder);
    drafts
        .refused_fields
        .update(|refused| asking.refuse(&std::mem::take(refused)));

    let root = NodeRef::<HtmlFormElement>::default();
    let focus_refused = move || focus_named(root, &asking.first_refused().unwrap_or_default());
    let accounts = Accounts::of(drafts.accounts, ask.country);
    let saving = Saving::new(accounts, on_done, move |problem| {
        asking.refuse(&problem.fields);
        focus_refused();
    });
    let submit = handler(move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(payee) = accounts.chosen() {
            on_done.run(payee);
            return;
        }
        match asking.accepted() {
            Some(fields) if is_kept && !is_registered => saving.save(&DestinationRequest {
                country: ask.country,
                fields,
            }),
            Some(fields) => on_done.run(asking.payee(fields, is_registered)),
            None => focus_refused(),
        }
    });
    let form = region(move || {
        if accounts.is_another.get() {
            let one_of = is_any.then(|| view! { <p>{words.bank.one_of()}</p> });
            view! {
                {one_of}
                <Questions asking />
            }
        } else {
            View::empty()
        }
    });
    let (title, lead) = match &receiver {
        Some(Receiver { name, .. }) => (
            fill(words.bank.title_for(), &[("name", name)]),
            fill(words.bank.lead_for(), &[("name", name)]),
        ),
        None if is_registered => (
            words.bank.registered_title().to_owned(),
            words.bank.registered_lead().to_owned(),
        ),
        None => (words.bank.title().to_owned(), words.bank.lead().to_owned()),
    };
    let busy = saving.is_running();
    Some(view! {
        <section class="checkout-step checkout-bank" data-testid="step-bank">
            <h2 class="checkout-step__title" tabindex="-1">
                {title}
            </h2>
            <p class="checkout-step__lead">{lead}</p>
            <form on:submit=submit novalidate node_ref=root>
                <Summary asking />
                <SavedAccounts accounts />
                {form}
                <Refusal problem=saving.problem() />
                <div class="checkout-step__actions">
                    <Button
                        label=words.common.next()
                        submit=ButtonType::Submit
                        busy
                        action="continue"
                    />
                    <Button
                        label=words.common.back()
                        kind=ButtonKind::Quiet
                        action="back"
                        on_press=on_back
                    />
                </div>
            </form>
        </section>
    })
}

/// Whether an account may be named in several ways, none of which is asked for by itself.
fn names_in_ways(fields: &[FormField]) -> bool {
    let is_choice = |field: &FormField| !field.options.is_empty();
    fields.len() > 2
        && fields
            .iter()
            .all(|field| is_choice(field) || !field.required)
}

/// What has to be mended, all of it, once the payer wanted to go on.
#[component]
pub(super) fn Summary(asking: Asking) -> View {
    let words = words();
    let summary = region(move || {
        if !asking.is_refused.get() {
            return View::empty();
        }
        let entry = |(label, problem): (String, String)| {
            view! { <li>{label} ": " {problem}</li> }
        };
        let entries = asking
            .summary(words)
            .into_iter()
            .map(entry)
            .collect::<Vec<_>>();
        view! {
            <Notice kind=NoticeKind::Danger>
                <div class="checkout-bank__summary">
                    <p>{words.bank.summary()}</p>
                    <ul>{entries}</ul>
                </div>
            </Notice>
        }
    });
    view! {
        <div role="alert" data-testid="error-summary">
            {summary}
        </div>
    }
}
