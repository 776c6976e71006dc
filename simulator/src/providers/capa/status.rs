//! The words in which Capa says where a transaction stands.

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Where a transaction stands, in Capa's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Pending processing: waiting for the deposit.
    Pending,
    /// The other name of a new transaction.
    PendingPayment,
    /// Being processed; where a deposit does not match, a case for support.
    InProgress,
    /// The crypto has been received.
    CryptoReceived,
    /// The crypto was looked for and not found.
    CryptoNotReceived,
    /// The receival of the crypto is complete.
    CompletedCryptoReceival,
    /// Ready to start the bank transfer.
    ReadyBankTransfer,
    /// The bank transfer is pending.
    BankTransferPending,
    /// A person at Capa makes the bank transfer.
    AwaitingManualFiatTransfer,
    /// Completed successfully.
    Completed,
    /// Failed.
    Failed,
    /// Cancelled.
    Cancelled,
    /// Expired without a deposit.
    Expired,
    /// Of on-ramps only.
    FiatPaymentReceived,
    /// Of on-ramps only.
    FiatReceived,
    /// Of on-ramps only.
    AwaitingManualCryptoTransfer,
    /// A word that no document names.
    Other(String),
}

impl Status {
    /// The word itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::PendingPayment => "PENDING_PAYMENT",
            Self::InProgress => "IN_PROGRESS",
            Self::CryptoReceived => "CRYPTO_RECEIVED",
            Self::CryptoNotReceived => "CRYPTO_NOT_RECEIVED",
            Self::CompletedCryptoReceival => "COMPLETED_CRYPTO_RECEIVAL",
            Self::ReadyBankTransfer => "READY_BANK_TRANSFER",
            Self::BankTransferPending => "BANK_TRANSFER_PENDING",
            Self::AwaitingManualFiatTransfer => "AWAITING_MANUAL_FIAT_TRANSFER",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
            Self::FiatPaymentReceived => "FIAT_PAYMENT_RECEIVED",
            Self::FiatReceived => "FIAT_RECEIVED",
            Self::AwaitingManualCryptoTransfer => "AWAITING_MANUAL_CRYPTO_TRANSFER",
            Self::Other(word) => word,
        }
    }

    /// The documented status with this name.
    pub(super) fn documented(word: &str) -> Option<Self> {
        Self::DOCUMENTED
            .into_iter()
            .find(|status| status.as_str() == word)
    }

    /// The sixteen values that the list can be filtered by.
    pub const DOCUMENTED: [Self; 16] = [
        Self::Pending,
        Self::PendingPayment,
        Self::InProgress,
        Self::CryptoReceived,
        Self::CryptoNotReceived,
        Self::CompletedCryptoReceival,
        Self::ReadyBankTransfer,
        Self::BankTransferPending,
        Self::AwaitingManualFiatTransfer,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::FiatPaymentReceived,
        Self::FiatReceived,
        Self::AwaitingManualCryptoTransfer,
    ];
}

/// Any word is a status; one that is not documented is [`Status::Other`].
impl FromStr for Status {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(Self::documented(word).unwrap_or_else(|| Self::Other(word.to_owned())))
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
    fn every_word_reads_back() {
        for status in Status::DOCUMENTED {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
    }

    #[test]
    fn a_word_nobody_knows_is_kept() {
        assert_eq!("MAYBE".parse(), Ok(Status::Other("MAYBE".to_owned())));
        assert_eq!(Status::documented("pending"), None);
    }
}
