//! An order: where it stands, who holds the crypto, and which moves are allowed.

use serde::{Deserialize, Serialize};

use crate::names::names;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Stored; the provider's answer is not known yet.
    Creating,
    /// The provider accepted it and there is nothing to do yet.
    Created,
    /// Something is missing before it can go on: data, or a verification.
    Blocked,
    /// A deposit instruction is live.
    AwaitingDeposit,
    /// The payer says that the crypto was sent; nobody has confirmed it.
    DepositSubmitted,
    /// The provider holds the crypto.
    DepositReceived,
    /// Fiat is on its way.
    PayoutInProgress,
    /// The payee has to say whether the money arrived.
    AwaitingConfirmation,
    /// Confirmed; the provider closes the books.
    Settling,
    /// The bank sent the money back; the provider will try again.
    PayoutReturned,
    /// Two sides disagree, and people decide.
    Disputed,
    /// Crypto is owed back and needs a signature.
    RefundRequired,
    /// Crypto is on its way back.
    Refunding,
    /// Something that only a person can settle.
    Attention,
    /// The money was delivered.
    Completed,
    /// Ended without a payout; nothing is owed.
    Cancelled,
    /// The deposit never came.
    Expired,
    /// The crypto went back.
    Refunded,
    /// Ended in an error.
    Failed,
}

names! { OrderState::as_str {
    Creating => "creating",
    Created => "created",
    Blocked => "blocked",
    AwaitingDeposit => "awaiting_deposit",
    DepositSubmitted => "deposit_submitted",
    DepositReceived => "deposit_received",
    PayoutInProgress => "payout_in_progress",
    AwaitingConfirmation => "awaiting_confirmation",
    Settling => "settling",
    PayoutReturned => "payout_returned",
    Disputed => "disputed",
    RefundRequired => "refund_required",
    Refunding => "refunding",
    Attention => "attention",
    Completed => "completed",
    Cancelled => "cancelled",
    Expired => "expired",
    Refunded => "refunded",
    Failed => "failed",
} }

/// Who holds the crypto.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// The payer still has it.
    Payer,
    /// It is on its way.
    InFlight,
    /// The provider has it.
    Provider,
    /// An escrow has it.
    Escrow,
    /// It has become money.
    Converted,
    /// It went back.
    Returned,
    /// Nobody can tell.
    Unknown,
}

names! { Custody::as_str {
    Payer => "payer",
    InFlight => "in_flight",
    Provider => "provider",
    Escrow => "escrow",
    Converted => "converted",
    Returned => "returned",
    Unknown => "unknown",
} }

/// Why an order is where it is, where that needs saying. A closed list: a provider's own words
/// never leave the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The provider never made the order; nothing was taken.
    NotCreated,
    /// Nobody can tell whether the provider made the order; no address was shown.
    CreateUnknown,
    /// The deposit did not come while the address was offered.
    OfferOver,
    /// Given up where the provider has no way to cancel.
    Abandoned,
    /// The payer cancelled.
    CancelledByPayer,
    /// The bank account does not belong to the payer.
    AccountNotOwned,
    /// The price moved before the provider could take the order.
    PriceChanged,
    /// The payer says that crypto was sent, and the provider does not see it.
    DepositMissing,
    /// Crypto arrived after the order had ended.
    DepositAfterEnd,
    /// Another amount of crypto arrived than was agreed.
    WrongAmount,
    /// The money could not be delivered.
    PayoutFailed,
    /// What the provider answered does not fit what was asked.
    ProviderMismatch,
    /// The provider said something nobody knows.
    UnknownStatus,
}

names! { Reason::as_str {
    NotCreated => "not_created",
    CreateUnknown => "create_unknown",
    OfferOver => "offer_over",
    Abandoned => "abandoned",
    CancelledByPayer => "cancelled_by_payer",
    AccountNotOwned => "account_not_owned",
    PriceChanged => "price_changed",
    DepositMissing => "deposit_missing",
    DepositAfterEnd => "deposit_after_end",
    WrongAmount => "wrong_amount",
    PayoutFailed => "payout_failed",
    ProviderMismatch => "provider_mismatch",
    UnknownStatus => "unknown_status",
} }

/// How much of a move was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The order may go there.
    Allowed,
    /// The order is there already.
    Same,
    /// A report of the past: recorded, and ignored.
    Backward,
}

impl OrderState {
    /// Whether nothing is expected to follow.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Cancelled | Self::Expired | Self::Refunded | Self::Failed => {
                true
            }
            Self::Creating
            | Self::Created
            | Self::Blocked
            | Self::AwaitingDeposit
            | Self::DepositSubmitted
            | Self::DepositReceived
            | Self::PayoutInProgress
            | Self::AwaitingConfirmation
            | Self::Settling
            | Self::PayoutReturned
            | Self::Disputed
            | Self::RefundRequired
            | Self::Refunding
            | Self::Attention => false,
        }
    }

    /// How far along the straight way from stored to settled this is; nothing beside that way.
    fn progress(self) -> Option<u8> {
        match self {
            Self::Creating => Some(0),
            Self::Created => Some(1),
            Self::Blocked => Some(2),
            Self::AwaitingDeposit => Some(3),
            Self::DepositSubmitted => Some(4),
            Self::DepositReceived => Some(5),
            Self::PayoutInProgress => Some(6),
            Self::AwaitingConfirmation => Some(7),
            Self::Settling => Some(8),
            Self::PayoutReturned
            | Self::Disputed
            | Self::RefundRequired
            | Self::Refunding
            | Self::Attention
            | Self::Completed
            | Self::Cancelled
            | Self::Expired
            | Self::Refunded
            | Self::Failed => None,
        }
    }

    /// Whether an order here may go to `next`.
    ///
    /// Forward along the straight way, skipping allowed; from anywhere open to every branch and
    /// every end; from an end only on late evidence: to `attention`, to `refund_required`, and to
    /// `completed`, because a fresh read that shows money delivered always wins.
    pub fn may_become(self, next: Self) -> Move {
        if self == next {
            return Move::Same;
        }
        let allowed = match self {
            Self::Completed => false,
            Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded => {
                matches!(
                    next,
                    Self::Attention | Self::RefundRequired | Self::Completed
                )
            }
            Self::Attention => next != Self::Creating,
            Self::Disputed => {
                next.is_terminal()
                    || matches!(
                        next,
                        Self::Settling | Self::RefundRequired | Self::Refunding | Self::Attention
                    )
            }
            Self::RefundRequired | Self::Refunding => {
                next.is_terminal() || matches!(next, Self::Refunding | Self::Attention)
            }
            Self::PayoutReturned => {
                next.is_terminal()
                    || matches!(
                        next,
                        Self::PayoutInProgress
                            | Self::AwaitingConfirmation
                            | Self::Settling
                            | Self::Disputed
                            | Self::RefundRequired
                            | Self::Refunding
                            | Self::Attention
                    )
            }
            // Waiting for a deposit and saying that it was sent may each turn out wrong once
            // more: the payer corrects a report, the provider asks for data.
            Self::Blocked
            | Self::Creating
            | Self::Created
            | Self::AwaitingDeposit
            | Self::DepositSubmitted
            | Self::DepositReceived
            | Self::PayoutInProgress
            | Self::AwaitingConfirmation
            | Self::Settling => match (self.progress(), next.progress()) {
                (Some(here), Some(there)) => there > here,
                (None, _) | (_, None) => true,
            },
        };
        if allowed {
            Move::Allowed
        } else {
            Move::Backward
        }
    }
}

/// Whether nothing is left to watch: an end, and crypto in nobody's hands but an owner's.
pub fn is_closed(state: OrderState, custody: Custody) -> bool {
    state.is_terminal()
        && match custody {
            Custody::Payer | Custody::Converted | Custody::Returned => true,
            Custody::InFlight | Custody::Provider | Custody::Escrow | Custody::Unknown => false,
        }
}

/// Whether the provider does not hold crypto for the order yet. A payer has at most one such order.
pub fn is_unfunded(state: OrderState, custody: Custody) -> bool {
    match state {
        OrderState::Creating
        | OrderState::Created
        | OrderState::Blocked
        | OrderState::AwaitingDeposit
        | OrderState::DepositSubmitted => true,
        OrderState::Attention => match custody {
            Custody::Payer | Custody::InFlight | Custody::Unknown => true,
            Custody::Provider | Custody::Escrow | Custody::Converted | Custody::Returned => false,
        },
        OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding
        | OrderState::Completed
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded
        | OrderState::Failed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_happy_path_is_allowed_and_cannot_be_walked_back() {
        let path = [
            OrderState::Creating,
            OrderState::AwaitingDeposit,
            OrderState::DepositSubmitted,
            OrderState::DepositReceived,
            OrderState::PayoutInProgress,
            OrderState::Completed,
        ];
        for (index, from) in path.into_iter().enumerate() {
            for to in path.into_iter().skip(index + 1) {
                assert_eq!(from.may_become(to), Move::Allowed, "{from:?} to {to:?}");
                assert_eq!(to.may_become(from), Move::Backward, "{to:?} to {from:?}");
            }
        }
    }

    #[test]
    fn every_open_order_may_need_attention() {
        for state in OrderState::ALL {
            let expected = if state == OrderState::Attention {
                Move::Same
            } else if state == OrderState::Completed {
                Move::Backward
            } else {
                Move::Allowed
            };
            assert_eq!(
                state.may_become(OrderState::Attention),
                expected,
                "{state:?}"
            );
        }
    }

    #[test]
    fn delivered_money_beats_every_other_state() {
        for state in OrderState::ALL {
            if state != OrderState::Completed {
                assert_eq!(
                    state.may_become(OrderState::Completed),
                    Move::Allowed,
                    "{state:?}"
                );
            }
        }
    }

    #[test]
    fn an_end_is_left_only_on_late_evidence() {
        for end in [
            OrderState::Cancelled,
            OrderState::Expired,
            OrderState::Failed,
        ] {
            assert_eq!(end.may_become(OrderState::AwaitingDeposit), Move::Backward);
            assert_eq!(end.may_become(OrderState::DepositReceived), Move::Backward);
            assert_eq!(end.may_become(OrderState::Attention), Move::Allowed);
        }
    }

    #[test]
    fn closed_means_nobody_holds_crypto_any_more() {
        assert!(is_closed(OrderState::Completed, Custody::Converted));
        assert!(is_closed(OrderState::Cancelled, Custody::Payer));
        assert!(!is_closed(OrderState::Cancelled, Custody::Escrow));
        assert!(!is_closed(OrderState::Failed, Custody::Unknown));
        assert!(!is_closed(OrderState::Attention, Custody::Payer));
    }

    #[test]
    fn attention_blocks_a_new_order_only_before_the_provider_holds_crypto() {
        assert!(is_unfunded(OrderState::Attention, Custody::InFlight));
        assert!(!is_unfunded(OrderState::Attention, Custody::Provider));
        assert!(!is_unfunded(OrderState::DepositReceived, Custody::Provider));
    }
}
