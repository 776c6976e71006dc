//! Where an order stands, from UNIGOX' word for it, what it takes, and what only we know. Beside this
//! file, `mapping.md` has the same as a table, with the reasons.

use offramp_domain::{
    api::Action,
    order::{Custody, OrderState, Reason},
};

use crate::provider::{Assessment, LocalFacts, Snapshot};

/// UNIGOX' words for where an order stands (contract 9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Created,
    AwaitingLiquidityProvider,
    PendingAddress,
    AwaitingAuthorization,
    AuthorizationPending,
    CryptoReceived,
    FiatPaymentStarted,
    FiatPaymentReviewStarted,
    AwaitingConfirmation,
    FiatReceivedConfirmed,
    CryptoReleasePending,
    Completed,
    Cancelled,
    Failed,
    PriceChanged,
    DisputeStarted,
    RefundPending,
    Refunded,
    /// Of orders that settle a day later only.
    SettlementInProgress,
    /// Of orders that settle a day later only.
    Returned,
    Unknown,
}

impl Status {
    fn parse(word: &str) -> Self {
        match word {
            "created" => Self::Created,
            "awaiting_liquidity_provider" => Self::AwaitingLiquidityProvider,
            "pending_address" => Self::PendingAddress,
            "awaiting_crypto_transfer_authorization" => Self::AwaitingAuthorization,
            "crypto_transfer_authorization_pending" => Self::AuthorizationPending,
            "crypto_received" => Self::CryptoReceived,
            "fiat_payment_started" => Self::FiatPaymentStarted,
            "fiat_payment_review_started" => Self::FiatPaymentReviewStarted,
            "awaiting_fiat_received_confirmation" => Self::AwaitingConfirmation,
            "fiat_received_confirmed" => Self::FiatReceivedConfirmed,
            "crypto_release_pending" => Self::CryptoReleasePending,
            "completed" => Self::Completed,
            "cancelled" => Self::Cancelled,
            "failed" => Self::Failed,
            "price_changed_requote_needed" => Self::PriceChanged,
            "dispute_started" => Self::DisputeStarted,
            "refund_pending" => Self::RefundPending,
            "refunded" => Self::Refunded,
            "settlement_in_progress" => Self::SettlementInProgress,
            "returned" => Self::Returned,
            _ => Self::Unknown,
        }
    }
}

/// What orders that settle a day later wait for while their crypto is in the escrow (13.3).
const PARKED: [&str; 3] = [
    "sign_settlement_consent",
    "submit_source_of_funds",
    "await_review",
];

/// Where an order stands.
pub(super) fn assess(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    let mut assessment = match Status::parse(&snapshot.status) {
        Status::Created | Status::AwaitingLiquidityProvider => {
            before_funding(snapshot, facts, OrderState::Created, None)
        }
        Status::PendingAddress => {
            let asks = Some(Action::ProvideInformation);
            before_funding(snapshot, facts, OrderState::Blocked, asks)
        }
        Status::AwaitingAuthorization => {
            let asks =
                takes(snapshot, Action::AuthoriseTransfer).then_some(Action::AuthoriseTransfer);
            before_funding(snapshot, facts, OrderState::AwaitingDeposit, asks)
        }
        Status::AuthorizationPending => {
            if facts.ever_funded {
                lost()
            } else {
                stands(OrderState::DepositSubmitted, Custody::InFlight)
            }
        }
        Status::CryptoReceived => received(snapshot),
        Status::FiatPaymentStarted | Status::FiatPaymentReviewStarted => {
            in_escrow(snapshot, OrderState::PayoutInProgress)
        }
        Status::AwaitingConfirmation => awaiting_confirmation(snapshot, facts),
        Status::FiatReceivedConfirmed | Status::CryptoReleasePending => {
            funded(OrderState::Settling, Custody::Escrow)
        }
        Status::Completed => funded(OrderState::Completed, Custody::Converted),
        Status::Cancelled => ended(snapshot, facts, End::Cancelled),
        Status::Failed => ended(snapshot, facts, End::Failed),
        Status::PriceChanged => ended(snapshot, facts, End::PriceChanged),
        Status::DisputeStarted => funded(OrderState::Disputed, Custody::Escrow),
        Status::RefundPending => funded(OrderState::Refunding, Custody::Escrow),
        Status::Refunded => funded(OrderState::Refunded, Custody::Returned),
        Status::SettlementInProgress => funded(OrderState::PayoutInProgress, Custody::Converted),
        Status::Returned => funded(OrderState::PayoutReturned, Custody::Converted),
        Status::Unknown => Assessment {
            reason: Some(Reason::UnknownStatus),
            ..stands(OrderState::Attention, Custody::Unknown)
        },
    };
    assessment.funded |= facts.ever_funded;
    assessment
}

/// Whether UNIGOX takes this now: `next_action` must be done, `allowed_actions` may be. The first is
/// written with underscores, the second with hyphens.
fn takes(snapshot: &Snapshot, action: Action) -> bool {
    let word = match action {
        Action::AuthoriseTransfer => "authorize-crypto-transfer",
        Action::ConfirmReceived => "confirm-fiat-received",
        Action::AuthoriseRefund => "authorize-refund",
        Action::Cancel => "cancel",
        Action::ReportSent
        | Action::ReportNotReceived
        | Action::ProvideInformation
        | Action::CompleteVerification
        | Action::ChangeDestination => return false,
    };
    let said = snapshot.takes.iter().chain(&snapshot.wants);
    said.into_iter().any(|said| said.replace('_', "-") == word)
}

/// Nothing is in the escrow yet. Once a signature was handed in it may be, whatever UNIGOX says: no
/// second one is asked for, and nothing is called off.
fn before_funding(
    snapshot: &Snapshot,
    facts: LocalFacts,
    state: OrderState,
    asks: Option<Action>,
) -> Assessment {
    if facts.ever_funded {
        return lost();
    }
    let cancel = takes(snapshot, Action::Cancel).then_some(Action::Cancel);
    let actions = asks.into_iter().chain(cancel);
    if facts.transfer_signed {
        return Assessment {
            waits_for_deposit: true,
            ..stands(state, Custody::InFlight)
        };
    }
    Assessment {
        actions: actions.collect(),
        waits_for_deposit: true,
        ..stands(state, Custody::Payer)
    }
}

/// The crypto was in the escrow, and now UNIGOX says that it is not there yet. Never "sign it" a
/// second time.
fn lost() -> Assessment {
    Assessment {
        reason: Some(Reason::DepositMissing),
        ..stands(OrderState::Attention, Custody::Unknown)
    }
}

fn received(snapshot: &Snapshot) -> Assessment {
    let parked = snapshot
        .wants
        .as_deref()
        .is_some_and(|wants| PARKED.contains(&wants));
    if parked {
        funded(OrderState::Blocked, Custody::Escrow)
    } else {
        in_escrow(snapshot, OrderState::DepositReceived)
    }
}

/// The buyer pays. Whoever has the money already may say so.
fn in_escrow(snapshot: &Snapshot, state: OrderState) -> Assessment {
    let confirm = takes(snapshot, Action::ConfirmReceived).then_some(Action::ConfirmReceived);
    Assessment {
        actions: confirm.into_iter().collect(),
        ..funded(state, Custody::Escrow)
    }
}

/// Nobody but the person who is paid says that the money arrived, or that it did not.
fn awaiting_confirmation(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    let mut assessment = in_escrow(snapshot, OrderState::AwaitingConfirmation);
    if !facts.not_received {
        assessment.actions.push(Action::ReportNotReceived);
    }
    assessment
}

/// How UNIGOX says that an order has ended without a payout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Cancelled,
    Failed,
    PriceChanged,
}

/// The word never tells whether crypto is left in the escrow; what UNIGOX takes does.
fn ended(snapshot: &Snapshot, facts: LocalFacts, end: End) -> Assessment {
    let may_be_funded = facts.ever_funded || facts.transfer_signed;
    if takes(snapshot, Action::AuthoriseRefund) {
        return if facts.refund_signed {
            funded(OrderState::Refunding, Custody::Escrow)
        } else {
            Assessment {
                actions: vec![Action::AuthoriseRefund],
                ..funded(OrderState::RefundRequired, Custody::Escrow)
            }
        };
    }
    if facts.refund_signed {
        return funded(OrderState::Refunded, Custody::Returned);
    }
    let reason = if facts.ever_funded {
        Reason::PayoutFailed
    } else {
        Reason::DepositMissing
    };
    match (end, may_be_funded) {
        // It is said to come back by itself, and that nobody can see here.
        (End::Failed, true) => Assessment {
            reason: Some(reason),
            ..stands(OrderState::Failed, Custody::Unknown)
        },
        (End::Failed, false) => stands(OrderState::Failed, Custody::Payer),
        // Held back by staff, or gone: nobody can tell from here.
        (End::Cancelled | End::PriceChanged, true) => Assessment {
            reason: Some(reason),
            ..stands(OrderState::Attention, Custody::Unknown)
        },
        (End::Cancelled, false) => Assessment {
            reason: facts.cancel_asked.then_some(Reason::CancelledByPayer),
            ..stands(OrderState::Cancelled, Custody::Payer)
        },
        (End::PriceChanged, false) => Assessment {
            reason: Some(Reason::PriceChanged),
            ..stands(OrderState::Cancelled, Custody::Payer)
        },
    }
}

/// The crypto is, or was, out of the payer's hands.
fn funded(state: OrderState, custody: Custody) -> Assessment {
    Assessment {
        funded: true,
        ..stands(state, custody)
    }
}

/// A state and a custody, and nothing to do.
fn stands(state: OrderState, custody: Custody) -> Assessment {
    Assessment {
        state,
        custody,
        actions: Vec::new(),
        reason: None,
        funded: false,
        deposit_seen: false,
        waits_for_deposit: false,
    }
}

#[cfg(test)]
mod tests;
