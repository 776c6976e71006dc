//! Where an order stands, from Capa's word for it and what only we know. Beside this file,
//! `mapping.md` has the same as a table, with the reasons.

use offramp_domain::{
    api::Action,
    order::{Custody, OrderState, Reason},
};

use crate::provider::{Assessment, LocalFacts, Snapshot};

/// Capa's words for where an order stands (contract 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Pending,
    PendingPayment,
    InProgress,
    CryptoReceived,
    CryptoNotReceived,
    CompletedCryptoReceival,
    ReadyBankTransfer,
    BankTransferPending,
    AwaitingManualFiatTransfer,
    Completed,
    Failed,
    Cancelled,
    Expired,
    /// Of on-ramps only.
    FiatPaymentReceived,
    /// Of on-ramps only.
    FiatReceived,
    /// Of on-ramps only.
    AwaitingManualCryptoTransfer,
    Unknown(String),
}

impl Status {
    fn parse(word: &str) -> Self {
        match word {
            "PENDING" => Self::Pending,
            "PENDING_PAYMENT" => Self::PendingPayment,
            "IN_PROGRESS" => Self::InProgress,
            "CRYPTO_RECEIVED" => Self::CryptoReceived,
            "CRYPTO_NOT_RECEIVED" => Self::CryptoNotReceived,
            "COMPLETED_CRYPTO_RECEIVAL" => Self::CompletedCryptoReceival,
            "READY_BANK_TRANSFER" => Self::ReadyBankTransfer,
            "BANK_TRANSFER_PENDING" => Self::BankTransferPending,
            "AWAITING_MANUAL_FIAT_TRANSFER" => Self::AwaitingManualFiatTransfer,
            "COMPLETED" => Self::Completed,
            "FAILED" => Self::Failed,
            "CANCELLED" => Self::Cancelled,
            "EXPIRED" => Self::Expired,
            "FIAT_PAYMENT_RECEIVED" => Self::FiatPaymentReceived,
            "FIAT_RECEIVED" => Self::FiatReceived,
            "AWAITING_MANUAL_CRYPTO_TRANSFER" => Self::AwaitingManualCryptoTransfer,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// Where an order stands.
pub(super) fn assess(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    let or_matched = |sight| {
        if snapshot.tx_hash.is_some() {
            Sight::Matched
        } else {
            sight
        }
    };
    let mut assessment = match Status::parse(&snapshot.status) {
        Status::Pending | Status::PendingPayment => waiting(facts, or_matched(Sight::NotLooked)),
        Status::CryptoNotReceived => waiting(facts, or_matched(Sight::Nothing)),
        Status::InProgress => in_progress(facts),
        Status::CryptoReceived | Status::CompletedCryptoReceival => Assessment {
            funded: true,
            deposit_seen: true,
            ..stands(OrderState::DepositReceived, Custody::Provider)
        },
        Status::ReadyBankTransfer
        | Status::BankTransferPending
        | Status::AwaitingManualFiatTransfer => Assessment {
            funded: true,
            ..stands(OrderState::PayoutInProgress, Custody::Converted)
        },
        Status::Completed => Assessment {
            funded: true,
            ..stands(OrderState::Completed, Custody::Converted)
        },
        Status::Cancelled => cancelled(snapshot, facts),
        Status::Expired => expired(snapshot, facts),
        Status::Failed => failed(snapshot, facts),
        Status::FiatPaymentReceived
        | Status::FiatReceived
        | Status::AwaitingManualCryptoTransfer
        | Status::Unknown(_) => unknown(facts),
    };
    assessment.funded |= facts.ever_funded;
    assessment
}

/// What Capa knows of a deposit while it still waits for one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// It has not said that it looked.
    NotLooked,
    /// It looked, and there was nothing.
    Nothing,
    /// It names the transfer (U29), whatever its word.
    Matched,
}

/// Capa waits for the deposit.
fn waiting(facts: LocalFacts, sight: Sight) -> Assessment {
    let assessment = if facts.ever_funded {
        // It held the crypto, and now says that it does not. Never "send it" a second time.
        Assessment {
            reason: Some(Reason::DepositMissing),
            ..stands(OrderState::Attention, Custody::Unknown)
        }
    } else if facts.reported && facts.report_is_stale {
        Assessment {
            reason: (sight != Sight::Matched).then_some(Reason::DepositMissing),
            actions: match sight {
                Sight::NotLooked | Sight::Nothing => vec![Action::ReportSent, Action::Cancel],
                Sight::Matched => vec![Action::ReportSent],
            },
            ..stands(OrderState::Attention, Custody::InFlight)
        }
    } else if facts.reported {
        Assessment {
            actions: match sight {
                Sight::Nothing => vec![Action::ReportSent, Action::Cancel],
                Sight::NotLooked | Sight::Matched => vec![Action::ReportSent],
            },
            ..stands(OrderState::DepositSubmitted, Custody::InFlight)
        }
    } else {
        unreported(facts, sight)
    };
    Assessment {
        deposit_seen: sight == Sight::Matched,
        waits_for_deposit: true,
        ..assessment
    }
}

/// Capa waits, and the payer has not said anything.
fn unreported(facts: LocalFacts, sight: Sight) -> Assessment {
    let was_seen = match sight {
        Sight::Matched => true,
        // Without a report, an execute follows only a deposit that was seen.
        Sight::NotLooked => facts.executed,
        Sight::Nothing => false,
    };
    if was_seen {
        Assessment {
            actions: vec![Action::ReportSent],
            ..stands(OrderState::DepositSubmitted, on_its_way(facts))
        }
    } else {
        Assessment {
            actions: vec![Action::ReportSent, Action::Cancel],
            reason: facts.offer_is_over.then_some(Reason::OfferOver),
            ..stands(OrderState::AwaitingDeposit, Custody::Payer)
        }
    }
}

/// Something has arrived, or is being looked into.
fn in_progress(facts: LocalFacts) -> Assessment {
    let assessment = if facts.ever_funded {
        stands(OrderState::PayoutInProgress, Custody::Provider)
    } else if facts.reported && facts.report_is_stale {
        Assessment {
            actions: vec![Action::ReportSent],
            ..stands(OrderState::Attention, Custody::InFlight)
        }
    } else {
        Assessment {
            actions: vec![Action::ReportSent],
            ..stands(OrderState::DepositSubmitted, on_its_way(facts))
        }
    };
    Assessment {
        deposit_seen: true,
        ..assessment
    }
}

/// Where crypto is that somebody saw: an execute makes Capa look for it.
fn on_its_way(facts: LocalFacts) -> Custody {
    if facts.executed {
        Custody::InFlight
    } else {
        Custody::Unknown
    }
}

/// The reason that a Mexican account's penny test gives (contract 8).
const NOT_THE_PAYERS_ACCOUNT: &str = "NAME_VERIFICATION_FAILED";

fn cancelled(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    let reason = snapshot.cancellation_reason.as_deref().unwrap_or_default();
    if reason.to_ascii_uppercase().contains(NOT_THE_PAYERS_ACCOUNT) {
        // The test comes after the deposit (U23): crypto is owed back.
        return Assessment {
            reason: Some(Reason::AccountNotOwned),
            funded: true,
            ..stands(OrderState::Attention, Custody::Provider)
        };
    }
    if is_funded(snapshot, facts) {
        let unseen = if facts.cancel_asked {
            Reason::DepositAfterEnd
        } else {
            Reason::PayoutFailed
        };
        ended_with_crypto(facts, unseen, Custody::Provider)
    } else if facts.cancel_asked {
        Assessment {
            reason: Some(Reason::CancelledByPayer),
            ..stands(OrderState::Cancelled, Custody::Payer)
        }
    } else if facts.reported || facts.executed {
        ended_in_doubt()
    } else {
        stands(OrderState::Cancelled, Custody::Payer)
    }
}

fn expired(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    if is_funded(snapshot, facts) {
        ended_with_crypto(facts, Reason::DepositAfterEnd, Custody::Unknown)
    } else if facts.reported || facts.executed {
        ended_in_doubt()
    } else {
        Assessment {
            reason: Some(Reason::OfferOver),
            ..stands(OrderState::Expired, Custody::Payer)
        }
    }
}

fn failed(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    if is_funded(snapshot, facts) {
        ended_with_crypto(facts, Reason::PayoutFailed, Custody::Unknown)
    } else if facts.reported || facts.executed {
        ended_in_doubt()
    } else {
        stands(OrderState::Failed, Custody::Payer)
    }
}

/// Whether Capa was seen to hold the crypto, or names the transfer that brought it (U29).
fn is_funded(snapshot: &Snapshot, facts: LocalFacts) -> bool {
    facts.ever_funded || snapshot.tx_hash.is_some()
}

/// It ended, and Capa has crypto. `unseen` is why, where it was never seen on the way.
fn ended_with_crypto(facts: LocalFacts, unseen: Reason, custody: Custody) -> Assessment {
    Assessment {
        reason: Some(if facts.ever_funded {
            Reason::PayoutFailed
        } else {
            unseen
        }),
        funded: true,
        ..stands(OrderState::Attention, custody)
    }
}

/// It ended, and the payer says that crypto was sent, or something was seen of it.
fn ended_in_doubt() -> Assessment {
    Assessment {
        reason: Some(Reason::DepositMissing),
        ..stands(OrderState::Attention, Custody::Unknown)
    }
}

/// A word that nobody knows, or that does not belong to an off-ramp: neither success nor failure.
/// Whoever may have sent crypto can still say so.
fn unknown(facts: LocalFacts) -> Assessment {
    let actions = if facts.ever_funded {
        vec![]
    } else {
        vec![Action::ReportSent]
    };
    Assessment {
        actions,
        reason: Some(Reason::UnknownStatus),
        ..stands(OrderState::Attention, Custody::Unknown)
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
