//! Where an order stands, from CryptoPocket's word for it and what only we know. Beside this folder,
//! `mapping.md` has the same as a table, with the reasons.

use offramp_domain::{
    api::Action,
    order::{Custody, OrderState, Reason},
};

use super::assumptions;
use crate::provider::{Assessment, LocalFacts, Snapshot};

/// CryptoPocket's words for where an order stands (contract 9). All but one are assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Made, and not read yet, or waiting for its tokens.
    Started,
    CryptoReceived,
    Finished,
    Expired,
    Failed,
    Refunded,
    Unknown,
}

impl Status {
    fn parse(word: &str) -> Self {
        match word {
            assumptions::CREATED | assumptions::STARTED => Self::Started,
            assumptions::CRYPTO_RECEIVED => Self::CryptoReceived,
            assumptions::FINISHED => Self::Finished,
            assumptions::EXPIRED => Self::Expired,
            assumptions::FAILED => Self::Failed,
            assumptions::REFUNDED => Self::Refunded,
            _ => Self::Unknown,
        }
    }
}

/// Where an order stands.
pub(super) fn assess(snapshot: &Snapshot, facts: LocalFacts) -> Assessment {
    let mut assessment = match Status::parse(&snapshot.status) {
        Status::Started => waiting(facts),
        Status::CryptoReceived => Assessment {
            funded: true,
            deposit_seen: true,
            ..stands(OrderState::DepositReceived, Custody::Provider)
        },
        Status::Finished => Assessment {
            funded: true,
            ..stands(OrderState::Completed, Custody::Converted)
        },
        Status::Expired => ended(
            facts,
            Assessment {
                reason: Some(Reason::OfferOver),
                ..stands(OrderState::Expired, Custody::Payer)
            },
        ),
        Status::Failed => ended(facts, stands(OrderState::Failed, Custody::Payer)),
        Status::Refunded => Assessment {
            funded: true,
            ..stands(OrderState::Refunded, Custody::Returned)
        },
        Status::Unknown => unknown(facts),
    };
    assessment.funded |= facts.ever_funded;
    assessment
}

/// CryptoPocket waits for the tokens. A report is kept here alone, and so is a cancellation.
fn waiting(facts: LocalFacts) -> Assessment {
    let assessment = if facts.ever_funded {
        // It held the crypto, and now says that it does not. Never "send it" a second time.
        Assessment {
            reason: Some(Reason::DepositMissing),
            ..stands(OrderState::Attention, Custody::Unknown)
        }
    } else if facts.reported && facts.report_is_stale {
        Assessment {
            reason: Some(Reason::DepositMissing),
            actions: vec![Action::ReportSent, Action::Cancel],
            ..stands(OrderState::Attention, Custody::InFlight)
        }
    } else if facts.reported {
        Assessment {
            actions: vec![Action::ReportSent],
            ..stands(OrderState::DepositSubmitted, Custody::InFlight)
        }
    } else {
        Assessment {
            actions: vec![Action::ReportSent, Action::Cancel],
            reason: facts.offer_is_over.then_some(Reason::OfferOver),
            ..stands(OrderState::AwaitingDeposit, Custody::Payer)
        }
    };
    Assessment {
        waits_for_deposit: true,
        ..assessment
    }
}

/// It ended without a payout: quietly only where no crypto was seen or reported.
fn ended(facts: LocalFacts, quietly: Assessment) -> Assessment {
    if facts.ever_funded {
        Assessment {
            reason: Some(Reason::PayoutFailed),
            ..stands(OrderState::Attention, Custody::Unknown)
        }
    } else if facts.reported {
        Assessment {
            reason: Some(Reason::DepositMissing),
            ..stands(OrderState::Attention, Custody::Unknown)
        }
    } else {
        quietly
    }
}

/// A word that nobody knows: neither success nor failure. Whoever may have sent crypto can still say
/// so.
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
