//! Words for where an order stands, matched in full: a new state asks for its sentence here.

use std::time::Duration;

use offramp_domain::{
    api::{Action, Order, Party},
    bank::CountryCode,
    order::{Custody, OrderState, Reason, is_closed},
    time::Timestamp,
};

use crate::i18n::{
    Locale, Messages, StatusBodyMessages, StatusMoneyMessages, StatusReasonMessages,
    StatusTitleMessages, StatusUsuallyMessages, fill,
};

/// How long an order that nobody understands is only "in progress".
const CHECKING: Duration = minutes(30);

/// Where an order stands, as the screen tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// As it is.
    State(OrderState),
    /// In a state that nobody understands yet.
    Checking,
    /// Nobody can tell whether it was made, and nothing was shown.
    Unmade,
    /// With an answer of the payer's on its way to the provider.
    Passing,
    /// Being called off.
    Cancelling,
}

impl Standing {
    /// `is_late`: [`patience`] is over.
    pub(super) fn of(order: &Order, is_late: bool) -> Self {
        match order.pending_action.filter(|_| !order.state.is_terminal()) {
            Some(Action::Cancel) => return Self::Cancelling,
            Some(
                Action::AuthoriseTransfer
                | Action::ConfirmReceived
                | Action::ReportNotReceived
                | Action::AuthoriseRefund
                | Action::ProvideInformation
                | Action::CompleteVerification
                | Action::ChangeDestination,
            ) => return Self::Passing,
            Some(Action::ReportSent) | None => {}
        }
        let is_unknown =
            order.state == OrderState::Attention && order.reason == Some(Reason::UnknownStatus);
        if order.reason == Some(Reason::CreateUnknown) && order.state == OrderState::Attention {
            Self::Unmade
        } else if is_unknown && !is_late {
            Self::Checking
        } else {
            Self::State(order.state)
        }
    }

    pub(super) fn title(self, words: &Messages) -> &'static str {
        match self {
            Self::State(state) => words.status.title.of(state),
            Self::Checking => words.status.checking.title(),
            Self::Unmade => words.status.unmade(),
            Self::Passing => words.status.passing.title(),
            Self::Cancelling => words.deposit.cancelling.title(),
        }
    }

    pub(super) fn body(self, locale: &Locale, order: &Order) -> String {
        let words = locale.words;
        let sentence = match self {
            Self::State(state) => words.status.body.of(state),
            Self::Checking => words.status.checking.body(),
            Self::Unmade => words.status.reason.create_unknown(),
            Self::Passing => words.status.passing.body(),
            Self::Cancelling => words.deposit.cancelling.body(),
        };
        let crypto = locale.crypto(order.crypto.amount, order.crypto.token);
        fill(
            sentence,
            &[
                ("crypto", &crypto),
                ("network", order.crypto.network.name()),
                ("account", &locale.account(&order.destination)),
                (
                    "usually",
                    words.status.usually.of(order.destination.country),
                ),
            ],
        )
    }

    /// Whether "longer than usual" would be news.
    pub(super) fn may_be_late(self) -> bool {
        match self {
            Self::State(state) => state != OrderState::Attention,
            Self::Checking | Self::Unmade | Self::Passing | Self::Cancelling => false,
        }
    }

    /// Whether the payer may wonder what became of their crypto.
    pub(super) fn may_worry(self, order: &Order) -> bool {
        match self {
            Self::State(OrderState::Attention) => true,
            Self::State(state) => {
                state.is_terminal() && state != OrderState::Completed || order.reason.is_some()
            }
            Self::Checking | Self::Unmade | Self::Passing | Self::Cancelling => false,
        }
    }

    /// Whether a person may have to help.
    pub(super) fn needs_help(self, order: &Order) -> bool {
        // Also after the end: nobody but the payer knows whether the money is there by now.
        if order.not_received.is_some() {
            return true;
        }
        match self {
            Self::State(state) => match state {
                OrderState::Attention
                | OrderState::Disputed
                | OrderState::PayoutReturned
                | OrderState::RefundRequired
                | OrderState::Failed => true,
                OrderState::Completed
                | OrderState::Cancelled
                | OrderState::Expired
                | OrderState::Refunded => !is_closed(order.state, order.custody),
                OrderState::Creating
                | OrderState::Created
                | OrderState::Blocked
                | OrderState::AwaitingDeposit
                | OrderState::DepositSubmitted
                | OrderState::DepositReceived
                | OrderState::PayoutInProgress
                | OrderState::AwaitingConfirmation
                | OrderState::Settling
                | OrderState::Refunding => false,
            },
            Self::Unmade => true,
            Self::Checking | Self::Passing | Self::Cancelling => false,
        }
    }
}

/// Where an order stands, in two or three words.
pub(crate) fn state_title(words: &Messages, order: &Order) -> &'static str {
    Standing::of(order, false).title(words)
}

/// Who acts next, and until when.
pub(crate) fn next_sentence(locale: &Locale, order: &Order) -> String {
    let words = &locale.words.status.next;
    if is_closed(order.state, order.custody) {
        return words.over().to_owned();
    }
    // Over, with the crypto in other hands: whoever has it has to say what becomes of it.
    let by = order.next.as_ref().map_or(Party::Provider, |next| next.by);
    let (whose, rest) = match by {
        Party::Payer => (words.payer(), "."),
        Party::Partner => (words.partner(), words.wait()),
        Party::Provider => (words.provider(), words.wait()),
    };
    let until = order.next.as_ref().and_then(|next| next.until);
    let until = until.map_or_else(String::new, |until| {
        // A time may end in a full stop of its own: `8:13 p.m.`
        let time = locale.date_time(until);
        fill(words.until(), &[("time", time.trim_end_matches('.'))])
    });
    [whose, &until, rest].concat()
}

/// Until when the order may stay where it is before that is unusual; nothing where it depends on
/// people, or where nothing follows.
pub(super) fn patience(order: &Order) -> Option<Timestamp> {
    let usual = match order.state {
        OrderState::Creating => minutes(3),
        OrderState::Created
        | OrderState::DepositSubmitted
        | OrderState::DepositReceived
        | OrderState::Settling => minutes(10),
        OrderState::PayoutInProgress => match order.destination.country {
            CountryCode::Mx => minutes(60),
            CountryCode::Do => days(1),
            // Business days, a weekend between them.
            CountryCode::Sepa => days(3),
            CountryCode::Us => days(5),
            CountryCode::Ar
            | CountryCode::Cl
            | CountryCode::Co
            | CountryCode::Pe
            | CountryCode::Gb
            | CountryCode::Gh
            | CountryCode::In
            | CountryCode::Ng => days(2),
        },
        OrderState::Refunding => minutes(60),
        OrderState::Attention => CHECKING,
        OrderState::Blocked
        | OrderState::AwaitingDeposit
        | OrderState::AwaitingConfirmation
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Completed
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded
        | OrderState::Failed => return None,
    };
    Some(reached_at(order).plus(usual))
}

/// When the order came to where it is.
fn reached_at(order: &Order) -> Timestamp {
    let entry = order
        .timeline
        .iter()
        .rev()
        .find(|entry| entry.state == order.state);
    entry.map_or(order.updated_at, |entry| entry.at)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

impl StatusTitleMessages {
    pub(super) fn of(&self, state: OrderState) -> &'static str {
        match state {
            OrderState::Creating => self.creating(),
            OrderState::Created => self.created(),
            OrderState::Blocked => self.blocked(),
            OrderState::AwaitingDeposit => self.awaiting_deposit(),
            OrderState::DepositSubmitted => self.deposit_submitted(),
            OrderState::DepositReceived => self.deposit_received(),
            OrderState::PayoutInProgress => self.payout_in_progress(),
            OrderState::AwaitingConfirmation => self.awaiting_confirmation(),
            OrderState::Settling => self.settling(),
            OrderState::PayoutReturned => self.payout_returned(),
            OrderState::Disputed => self.disputed(),
            OrderState::RefundRequired => self.refund_required(),
            OrderState::Refunding => self.refunding(),
            OrderState::Attention => self.attention(),
            OrderState::Completed => self.completed(),
            OrderState::Cancelled => self.cancelled(),
            OrderState::Expired => self.expired(),
            OrderState::Refunded => self.refunded(),
            OrderState::Failed => self.failed(),
        }
    }
}

impl StatusBodyMessages {
    pub(super) fn of(&self, state: OrderState) -> &'static str {
        match state {
            OrderState::Creating => self.creating(),
            OrderState::Created => self.created(),
            OrderState::Blocked => self.blocked(),
            OrderState::AwaitingDeposit => self.awaiting_deposit(),
            OrderState::DepositSubmitted => self.deposit_submitted(),
            OrderState::DepositReceived => self.deposit_received(),
            OrderState::PayoutInProgress => self.payout_in_progress(),
            OrderState::AwaitingConfirmation => self.awaiting_confirmation(),
            OrderState::Settling => self.settling(),
            OrderState::PayoutReturned => self.payout_returned(),
            OrderState::Disputed => self.disputed(),
            OrderState::RefundRequired => self.refund_required(),
            OrderState::Refunding => self.refunding(),
            OrderState::Attention => self.attention(),
            OrderState::Completed => self.completed(),
            OrderState::Cancelled => self.cancelled(),
            OrderState::Expired => self.expired(),
            OrderState::Refunded => self.refunded(),
            OrderState::Failed => self.failed(),
        }
    }
}

impl StatusReasonMessages {
    /// Why an order is where it is: by its reason, or by how far it was when it was called off.
    pub(super) fn why(&self, order: &Order) -> Option<&'static str> {
        if let Some(reason) = order.reason {
            return Some(self.of(reason));
        }
        let mut before = order.timeline.iter().rev().map(|entry| entry.state);
        let before = before.find(|state| *state != order.state);
        if order.state != OrderState::Cancelled {
            None
        } else if before == Some(OrderState::AwaitingDeposit) {
            Some(self.unpaid())
        } else if before == Some(OrderState::Created) {
            Some(self.untaken())
        } else {
            None
        }
    }

    fn of(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::NotCreated => self.not_created(),
            Reason::CreateUnknown => self.create_unknown(),
            Reason::OfferOver => self.offer_over(),
            Reason::Abandoned => self.abandoned(),
            Reason::CancelledByPayer => self.cancelled_by_payer(),
            Reason::AccountNotOwned => self.account_not_owned(),
            Reason::PriceChanged => self.price_changed(),
            Reason::DepositMissing => self.deposit_missing(),
            Reason::DepositAfterEnd => self.deposit_after_end(),
            Reason::WrongAmount => self.wrong_amount(),
            Reason::PayoutFailed => self.payout_failed(),
            Reason::ProviderMismatch => self.provider_mismatch(),
            Reason::UnknownStatus => self.unknown_status(),
        }
    }
}

impl StatusMoneyMessages {
    /// What became of the crypto.
    pub(super) fn of(&self, custody: Custody) -> &'static str {
        match custody {
            Custody::Payer => self.payer(),
            Custody::InFlight => self.in_flight(),
            Custody::Provider => self.provider(),
            Custody::Escrow => self.escrow(),
            Custody::Converted => self.converted(),
            Custody::Returned => self.returned(),
            Custody::Unknown => self.unknown(),
        }
    }
}

impl StatusUsuallyMessages {
    fn of(&self, country: CountryCode) -> &'static str {
        match country {
            CountryCode::Mx => self.mexico(),
            CountryCode::Do => self.dominican_republic(),
            CountryCode::Us => self.united_states(),
            CountryCode::Sepa => self.sepa(),
            CountryCode::Ar
            | CountryCode::Cl
            | CountryCode::Co
            | CountryCode::Pe
            | CountryCode::Gb
            | CountryCode::Gh
            | CountryCode::In
            | CountryCode::Ng => self.elsewhere(),
        }
    }
}
