//! Sending the crypto: on which network, how much, where to, until when.
//!
//! Everything here follows from the order: what may be sent, what may be done, who acts next.

mod address;
mod cancel;
mod offline;
mod pay;
mod refusal;
mod report;
mod time_left;

use leptos::prelude::*;
use offramp_domain::api::{
    Action, AfterSending, Authorisation, Deposit, Offer, Order, Party, TransferToAddress,
};

pub(crate) use self::refusal::Refusal;
use self::{
    address::Address,
    pay::{AmountToSend, FromExchange, NetworkBanner, ScanOrOpen},
    time_left::TimeLeft,
};
pub(super) use self::{
    cancel::CancelOrder, offline::OfflineNotice, refusal::unmarked, report::ReportSent,
};
use super::{Actions, status::next_sentence};
use crate::{
    context::{context, words},
    i18n::{DepositMessages, fill},
    order::OrderHandle,
    state::Signal,
    ui::{CopyButton, Notice, NoticeKind},
    view::{View, region, view},
};

/// The step that asks for the crypto.
#[component]
pub(crate) fn DepositStep(
    /// The order that is paid.
    handle: OrderHandle,
) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit;
    let screen = Signal::memo(move || handle.order.with(Screen::of));
    let title = Signal::derive(move || screen.with(|screen| screen.title(words)));
    let state = Signal::derive(move || {
        handle
            .order
            .with(|order| Some(order.state.as_str().to_owned()))
    });
    let notice = region(move || screen.with(|screen| screen.notice(words)));
    let instruction = region(move || screen.get().instruction());
    // Where nothing is sent from here, whose turn it is has to be said.
    let next = Signal::derive(move || {
        let is_elsewhere =
            screen.with(|screen| matches!(screen, Screen::Sign | Screen::Authorise(_)));
        is_elsewhere.then(|| handle.order.with(|order| next_sentence(&locale, order)))
    });
    view! {
        <section class="checkout-step checkout-deposit" data-testid="step-deposit" data-state=state>
            <h2 class="checkout-step__title" tabindex="-1">
                {title}
            </h2>
            <OfflineNotice connection=handle.connection />
            <div class="checkout-step__group" aria-live="polite">
                {notice}
            </div>
            {instruction}
            <p class="checkout-status__next">{next}</p>
            <Actions handle />
            <ReportSent handle />
            <Refusal problem=unmarked(handle.problem) />
            <CancelOrder handle />
        </section>
    }
}

/// What there is to send, and whether it should be sent.
#[derive(Clone, PartialEq)]
enum Screen {
    /// Send it.
    Send(TransferToAddress),
    /// Do not send it now.
    TooLate(TransferToAddress),
    /// The order is being called off: the address is out of sight.
    Cancelling,
    /// The payer's wallet has to sign.
    Sign,
    /// The partner has to authorise.
    Authorise(Authorisation),
    /// There is nothing to send.
    Nothing,
}

impl Screen {
    fn of(order: &Order) -> Self {
        if order.pending_action == Some(Action::Cancel) {
            return Self::Cancelling;
        }
        match &order.deposit {
            Some(Deposit::TransferToAddress(transfer)) => match transfer.offer {
                Offer::Live => Self::Send(transfer.clone()),
                Offer::Over => Self::TooLate(transfer.clone()),
            },
            Some(Deposit::SignTypedData(_)) => Self::Sign,
            Some(Deposit::Authorise(authorisation)) => Self::Authorise(authorisation.clone()),
            None => Self::Nothing,
        }
    }

    fn title(&self, words: &DepositMessages) -> String {
        match self {
            Self::Send(transfer) => fill(words.title(), &[("network", transfer.network.name())]),
            Self::TooLate(_) => words.over.title().to_owned(),
            Self::Cancelling => words.cancelling.title().to_owned(),
            Self::Sign => words.sign.title().to_owned(),
            Self::Authorise(_) => words.authorise.title().to_owned(),
            Self::Nothing => words.waiting.title().to_owned(),
        }
    }

    /// What changed since the payer was asked to send; read out when it appears.
    fn notice(&self, words: &'static DepositMessages) -> View {
        match self {
            Self::TooLate(_) => view! {
                <Notice kind=NoticeKind::Danger>
                    <p>
                        <strong>{words.over.body()}</strong>
                    </p>
                    <p>{words.over.why()}</p>
                    <p>{words.over.sent()}</p>
                </Notice>
            },
            Self::Cancelling => view! {
                <Notice kind=NoticeKind::Warning>
                    <p>{words.cancelling.body()}</p>
                </Notice>
            },
            Self::Send(_) | Self::Sign | Self::Authorise(_) | Self::Nothing => View::empty(),
        }
    }

    fn instruction(self) -> View {
        match self {
            Self::Send(transfer) => view! { <Send transfer /> },
            Self::TooLate(transfer) => view! { <Address transfer /> },
            // What is signed is said where it is signed.
            Self::Cancelling | Self::Sign => View::empty(),
            Self::Authorise(authorisation) => view! { <ByPartner authorisation /> },
            Self::Nothing => view! { <NothingYet /> },
        }
    }
}

/// All that a wallet has to be told, the riskiest first.
#[component]
fn Send(transfer: TransferToAddress) -> View {
    let words = &words().deposit;
    let address = transfer.address.clone();
    let TransferToAddress {
        network,
        token,
        amount,
        offer_until,
        after_sending,
        ..
    } = transfer;
    let wait = (after_sending == AfterSending::Wait)
        .then(|| view! { <p data-testid="wait">{words.wait()}</p> });
    view! {
        <AmountToSend amount token />
        <NetworkBanner transfer=transfer.clone() />
        <ScanOrOpen transfer=transfer.clone() />
        <div class="checkout-step__group">
            <Address transfer />
            <CopyButton label=words.copy_address() text=address action="copy-address" />
            <p class="checkout-muted">{words.compare()}</p>
            <p class="checkout-muted">{words.one_use()}</p>
        </div>
        {offer_until.map(|until| view! { <TimeLeft until /> })}
        <FromExchange amount token network />
        {wait}
    }
}

/// The business pays, from what the payer has with it.
#[component]
fn ByPartner(authorisation: Authorisation) -> View {
    let locale = context().locale;
    let body = locale.words.deposit.authorise.body();
    let amount = locale.crypto(authorisation.amount, authorisation.token);
    let network = authorisation.network.name();
    view! {
        <p class="checkout-step__lead">
            {fill(body, &[("amount", &amount), ("network", network)])}
        </p>
    }
}

#[component]
fn NothingYet() -> View {
    let words = &words().deposit;
    view! { <p class="checkout-step__lead">{words.waiting.body()}</p> }
}

/// Whether the payer may do this now.
fn is_offered(order: &Order, action: Action) -> bool {
    order
        .actions
        .iter()
        .any(|offer| offer.action == action && offer.by == Party::Payer)
}

/// The two ends of something long: `0x3c49…3359`.
pub(super) fn shortened(text: &str) -> String {
    let end = text.len().saturating_sub(4);
    match (text.get(..6), text.get(end..)) {
        (Some(head), Some(tail)) if text.len() > 13 => [head, "…", tail].concat(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_known_by_its_ends() {
        assert_eq!(
            shortened("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
            "0x3c49…3359"
        );
        assert_eq!(shortened("0x1234"), "0x1234");
    }
}
