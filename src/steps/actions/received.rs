//! Whether the money arrived: asked in plain words, answered in two steps, never for the payer.

use std::rc::Rc;

use leptos::prelude::*;
use offramp_domain::api::Action;

use crate::{
    context::context,
    i18n::fill,
    order::{ActionRequest, OrderHandle},
    state::{RwSignal, Signal},
    ui::{Ask, ButtonKind, Extra, Question, TextField},
    view::{View, view},
};

/// The question, and what each answer means.
#[component]
pub(super) fn Received(
    handle: OrderHandle,
    /// Whether it is the payer's turn to say so; before it, nobody is urged.
    is_asked_for: bool,
    /// Whether "it has not arrived" can be said.
    may_report: bool,
) -> View {
    let locale = context().locale;
    let words = &locale.words.status;
    let (amount, account) = handle.order.with_untracked(|order| {
        let amount = order.fiat.amount;
        let amount = amount.map(|amount| locale.money(amount, order.fiat.currency));
        (
            amount.unwrap_or_else(|| words.confirm.all().to_owned()),
            locale.account(&order.destination),
        )
    });
    let filled = |sentence| fill(sentence, &[("amount", &amount), ("account", &account)]);
    let (label, kind) = if is_asked_for {
        (words.confirm.yes(), ButtonKind::Secondary)
    } else {
        (words.confirm.early(), ButtonKind::Quiet)
    };
    let back = locale.words.common.back();
    let yes = Question {
        open: (label, kind, "received"),
        title: words.confirm.title(),
        lines: vec![filled(words.confirm.only_if())],
        warning: Some(words.confirm.finality().to_owned()),
        yes: (
            words.confirm.confirm(),
            ButtonKind::Danger,
            "confirm-received",
        ),
        no: (back, "received-no"),
    };
    let no = Question {
        open: (words.missing.no(), kind, "not-received"),
        title: words.missing.title(),
        lines: vec![words.missing.next().to_owned()],
        warning: Some(words.missing.body().to_owned()),
        yes: (
            words.missing.report(),
            ButtonKind::Primary,
            "report-not-received",
        ),
        no: (back, "not-received-no"),
    };
    let asked = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let extra: Extra = Rc::new(
        move || view! { <TextField label=words.missing.note() name="note" value=note enter="send" /> },
    );
    let confirm = move |()| handle.act.run(ActionRequest::ConfirmReceived);
    let report = move |()| {
        let note = note.with_untracked(|note| note.trim().to_owned());
        let note = (!note.is_empty()).then_some(note);
        handle.act.run(ActionRequest::ReportNotReceived { note });
        asked.set(String::new());
    };
    let busy = |action| Signal::derive(move || handle.acting.get() == Some(action));
    let question = is_asked_for.then(|| {
        view! {
            <p>
                <strong>{filled(words.confirm.question())}</strong>
            </p>
            <p>{words.confirm.silence()}</p>
        }
    });
    let missing = may_report.then(|| {
        let busy = busy(Action::ReportNotReceived);
        view! { <Ask question=no asked busy on_yes=report extra=Some(extra) /> }
    });
    view! {
        <div class="checkout-step__actions" data-testid="received">
            {question}
            <Ask question=yes asked busy=busy(Action::ConfirmReceived) on_yes=confirm />
            {missing}
        </div>
    }
}
