//! The statuses of an order (9.2).

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Where an order stands, in UNIGOX' words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the contract's table 9.2 says what each means")]
pub enum Status {
    Created,
    PendingAddress,
    AwaitingLiquidityProvider,
    AwaitingCryptoTransferAuthorization,
    CryptoTransferAuthorizationPending,
    CryptoReceived,
    FiatPaymentStarted,
    FiatPaymentReviewStarted,
    AwaitingFiatReceivedConfirmation,
    FiatReceivedConfirmed,
    CryptoReleasePending,
    Completed,
    Cancelled,
    Failed,
    PriceChangedRequoteNeeded,
    DisputeStarted,
    RefundPending,
    Refunded,
    SettlementInProgress,
    Returned,
    /// A word that no document knows.
    Other(String),
}

const KNOWN: [Status; 20] = [
    Status::Created,
    Status::PendingAddress,
    Status::AwaitingLiquidityProvider,
    Status::AwaitingCryptoTransferAuthorization,
    Status::CryptoTransferAuthorizationPending,
    Status::CryptoReceived,
    Status::FiatPaymentStarted,
    Status::FiatPaymentReviewStarted,
    Status::AwaitingFiatReceivedConfirmation,
    Status::FiatReceivedConfirmed,
    Status::CryptoReleasePending,
    Status::Completed,
    Status::Cancelled,
    Status::Failed,
    Status::PriceChangedRequoteNeeded,
    Status::DisputeStarted,
    Status::RefundPending,
    Status::Refunded,
    Status::SettlementInProgress,
    Status::Returned,
];

impl Status {
    /// The word itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::PendingAddress => "pending_address",
            Self::AwaitingLiquidityProvider => "awaiting_liquidity_provider",
            Self::AwaitingCryptoTransferAuthorization => "awaiting_crypto_transfer_authorization",
            Self::CryptoTransferAuthorizationPending => "crypto_transfer_authorization_pending",
            Self::CryptoReceived => "crypto_received",
            Self::FiatPaymentStarted => "fiat_payment_started",
            Self::FiatPaymentReviewStarted => "fiat_payment_review_started",
            Self::AwaitingFiatReceivedConfirmation => "awaiting_fiat_received_confirmation",
            Self::FiatReceivedConfirmed => "fiat_received_confirmed",
            Self::CryptoReleasePending => "crypto_release_pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::PriceChangedRequoteNeeded => "price_changed_requote_needed",
            Self::DisputeStarted => "dispute_started",
            Self::RefundPending => "refund_pending",
            Self::Refunded => "refunded",
            Self::SettlementInProgress => "settlement_in_progress",
            Self::Returned => "returned",
            Self::Other(word) => word,
        }
    }

    /// Whether the list can be filtered by it (section 11).
    pub(super) fn is_filter(&self) -> bool {
        match self {
            Self::Created
            | Self::AwaitingLiquidityProvider
            | Self::AwaitingCryptoTransferAuthorization
            | Self::CryptoTransferAuthorizationPending
            | Self::CryptoReceived
            | Self::AwaitingFiatReceivedConfirmation
            | Self::FiatReceivedConfirmed
            | Self::CryptoReleasePending
            | Self::Completed
            | Self::Cancelled
            | Self::Failed
            | Self::PriceChangedRequoteNeeded
            | Self::SettlementInProgress
            | Self::Returned => true,
            Self::PendingAddress
            | Self::FiatPaymentStarted
            | Self::FiatPaymentReviewStarted
            | Self::DisputeStarted
            | Self::RefundPending
            | Self::Refunded
            | Self::Other(_) => false,
        }
    }

    /// Whether webhooks tell of it: three statuses are in no list of theirs (12.1).
    pub(super) fn is_told(&self) -> bool {
        ![
            Self::CryptoTransferAuthorizationPending,
            Self::FiatReceivedConfirmed,
            Self::CryptoReleasePending,
        ]
        .contains(self)
    }
}

impl FromStr for Status {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        let known = KNOWN.into_iter().find(|status| status.as_str() == word);
        Ok(known.unwrap_or_else(|| Self::Other(word.to_owned())))
    }
}

impl Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for status in KNOWN {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("lost".parse(), Ok(Status::Other("lost".to_owned())));
    }
}
