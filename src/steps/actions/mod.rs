//! What an order waits for from its payer, beside sending: a panel for each action that is offered.

mod give;
mod received;

use leptos::prelude::*;
use offramp_domain::api::{Action, ActionOffer, Order, Party};

use self::{
    give::{Give, VerifyPayer},
    received::Received,
};
use super::{bank::Question, wallet::Sign};
use crate::{
    order::OrderHandle,
    state::{RwSignal, Signal},
    view::{IntoView, View, region, view},
};

/// The panels of an order. An action without a panel is offered elsewhere, or by nobody yet.
#[component]
pub(crate) fn Actions(
    /// The order that waits.
    handle: OrderHandle,
) -> View {
    // What is typed survives a poll that offers the same again.
    let offered = Signal::memo(move || handle.order.with(fingerprint));
    region(move || {
        offered.track();
        let panels = handle.order.with_untracked(|order| panels(handle, order));
        panels.into_view()
    })
}

fn panels(handle: OrderHandle, order: &Order) -> Vec<View> {
    let may_report = offers(order).any(|offer| offer.action == Action::ReportNotReceived);
    let panel = |offer: &ActionOffer| match offer.action {
        Action::ConfirmReceived => {
            view! { <Received handle is_asked_for=is_asked_for(order, offer) may_report /> }
        }
        Action::ProvideInformation => {
            let questions = Question::listed(&offer.fields, |_| RwSignal::default());
            view! { <Give handle questions /> }
        }
        Action::CompleteVerification => view! { <VerifyPayer handle /> },
        action @ (Action::AuthoriseTransfer | Action::AuthoriseRefund) => {
            view! { <Sign handle action /> }
        }
        Action::ReportNotReceived
        | Action::ReportSent
        | Action::ChangeDestination
        | Action::Cancel => View::empty(),
    };
    offers(order).map(panel).collect()
}

/// Whether the order waits for this of the payer; once money is missed, it waits for others.
fn is_asked_for(order: &Order, offer: &ActionOffer) -> bool {
    offer.required && order.not_received.is_none()
}

fn offers(order: &Order) -> impl Iterator<Item = &ActionOffer> {
    order
        .actions
        .iter()
        .filter(|offer| offer.by == Party::Payer)
}

/// What is offered, and the figure that is agreed to: another figure is asked about anew.
fn fingerprint(order: &Order) -> String {
    let mut text = order
        .fiat
        .amount
        .map(|amount| amount.to_string())
        .unwrap_or_default();
    for offer in offers(order) {
        text.push_str(offer.action.as_str());
        text.push(if is_asked_for(order, offer) { '!' } else { '?' });
        for field in &offer.fields {
            text.push_str(&field.key);
        }
    }
    text
}
