//! The second step: the account that is paid, asked for as its country needs it.

mod form;
mod question;

use leptos::{ev::SubmitEvent, prelude::*};
use offramp_domain::api::{
    Checkout, Destination, Form, MaskedDestination, Receiver, SavedDestination,
};
use web_sys::HtmlFormElement;

use super::{Drafts, country_of, focus_named};
use crate::{
    context::words,
    i18n::fill,
    state::{Callback, NodeRef, RwSignal, Signal, StoredValue},
    ui::{Button, ButtonKind, ButtonType, Choice, Notice, NoticeKind},
    view::{View, handler, region, view},
    wizard::{Ask, Payee},
};
pub(super) use form::{Asking, Holder, Questions};
pub(super) use question::Question;

/// The choice of an account that is not saved.
const ANOTHER: &str = "";

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
    let (receiver, saved) = checkout.with_value(|checkout| {
        let here = |saved: &&SavedDestination| saved.country == ask.country;
        let saved: Vec<_> = checkout.destinations.iter().filter(here).cloned().collect();
        (checkout.receiver.clone(), saved)
    });
    let answer = move |key: &str| drafts.answer(ask.country, key);
    let questions = checkout.with_value(|checkout| {
        let offer = country_of(checkout, ask.country)?;
        Some(match &offer.form {
            Form::BuiltIn => Question::built_in(ask.country.country(), answer),
            Form::Fields { fields } | Form::Registered { fields } => {
                Question::listed(fields, answer)
            }
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
    let first = saved
        .first()
        .map_or(ANOTHER.to_owned(), |saved| saved.id.clone());
    let chosen = RwSignal::new(first);
    let is_another = Signal::memo(move || chosen.with(|chosen| chosen == ANOTHER));
    let saved = StoredValue::new(saved);
    let submit = handler(move |event: SubmitEvent| {
        event.prevent_default();
        let payee = match saved.with_value(|saved| payee_saved(saved, &chosen.get_untracked())) {
            Some(payee) => Some(payee),
            None => asking.accepted().map(|fields| asking.payee(fields)),
        };
        match payee {
            Some(payee) => on_done.run(payee),
            None => focus_named(root, &asking.first_refused().unwrap_or_default()),
        }
    });
    let form = region(move || {
        if is_another.get() {
            view! { <Questions asking /> }
        } else {
            View::empty()
        }
    });
    let title = match &receiver {
        Some(Receiver { name, .. }) => fill(words.bank.title_for, &[("name", name)]),
        None => words.bank.title.to_owned(),
    };
    let lead = match &receiver {
        Some(Receiver { name, .. }) => fill(words.bank.lead_for, &[("name", name)]),
        None => words.bank.lead.to_owned(),
    };
    Some(view! {
        <section class="checkout-step checkout-bank" data-testid="step-bank">
            <h2 class="checkout-step__title" tabindex="-1">
                {title}
            </h2>
            <p class="checkout-step__lead">{lead}</p>
            <form on:submit=submit novalidate node_ref=root>
                <Summary asking />
                <SavedAccounts saved chosen />
                {form}
                <div class="checkout-step__actions">
                    <Button label=words.common.next submit=ButtonType::Submit action="continue" />
                    <Button
                        label=words.common.back
                        kind=ButtonKind::Quiet
                        action="back"
                        on_press=on_back
                    />
                </div>
            </form>
        </section>
    })
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
                    <p>{words.bank.summary}</p>
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

/// The accounts saved earlier, and the way to another one. Nothing where there are none.
#[component]
fn SavedAccounts(
    saved: StoredValue<Vec<SavedDestination>>,
    chosen: RwSignal<String>,
) -> Option<View> {
    let words = words();
    let option = |saved: &SavedDestination| {
        let bank = saved.bank_name.as_deref().unwrap_or_default();
        let text = fill(
            words.bank.saved_account,
            &[("bank", bank), ("number", &saved.masked)],
        );
        (saved.id.clone(), text.trim().to_owned())
    };
    let mut options: Vec<_> = saved.with_value(|saved| saved.iter().map(option).collect());
    (!options.is_empty()).then(|| {
        options.push((ANOTHER.to_owned(), words.bank.another.to_owned()));
        view! { <Choice legend=words.bank.saved name="destination" options value=chosen /> }
    })
}

fn payee_saved(saved: &[SavedDestination], id: &str) -> Option<Payee> {
    let saved = saved.iter().find(|saved| saved.id == id)?;
    Some(Payee {
        destination: Destination::Saved {
            id: saved.id.clone(),
        },
        shown: MaskedDestination {
            country: saved.country,
            bank_name: saved.bank_name.clone(),
            masked: saved.masked.clone(),
        },
    })
}
