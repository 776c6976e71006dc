//! What a provider refuses, and why a call gave nothing that can be used.

use std::time::Duration;

use offramp_domain::money::Amount;
use thiserror::Error;

/// Why a call to the provider did not give an answer that can be used.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// No answer, or one that says nothing: a time-out, a reset, a 5xx, an unreadable body.
    #[error("the provider gave no usable answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Certain: the provider was not asked.
    #[error("the provider was not asked")]
    NotSent {
        /// In how many seconds it is worth trying again.
        retry_after_secs: u64,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Too many calls.
    #[error("the provider asks to slow down")]
    RateLimited {
        /// How long, where it was said.
        retry_after_secs: Option<u64>,
    },
    /// The provider refused.
    #[error("the provider refused")]
    Refused(#[source] Refusal),
    /// The partner's key is not accepted.
    #[error("the provider does not accept the configured key")]
    Key,
}

impl ProviderError {
    /// How long to wait before the provider is asked again, where that is known.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::NotSent {
                retry_after_secs, ..
            } => Some(Duration::from_secs(*retry_after_secs)),
            Self::RateLimited { retry_after_secs } => retry_after_secs.map(Duration::from_secs),
            Self::Unavailable(_) | Self::Refused(_) | Self::Key => None,
        }
    }
}

/// A refusal by the provider that is certain: nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The locked price is over.
    #[error("the quote has expired")]
    QuoteExpired,
    /// The payer has to verify who they are.
    #[error("the payer is not verified")]
    NotVerified {
        /// Where, if the provider says so.
        url: Option<String>,
    },
    /// The payer is verified, and has to fill in a form besides. Nobody says when that is done.
    #[error("the payer has to fill in a form")]
    FormMissing {
        /// Where, if the provider says so.
        url: Option<String>,
    },
    /// The payer has to link a wallet first.
    #[error("no wallet is linked")]
    WalletNotLinked,
    /// The wallet that has to pay is short.
    #[error("the paying wallet is short")]
    FundsUnavailable,
    /// The provider refused answers, by their keys.
    #[error("answers were refused")]
    Fields {
        /// The keys.
        keys: Vec<String>,
    },
    /// The receiver is not verified.
    #[error("the receiver is not verified")]
    ReceiverNotVerified,
    /// The provider does not know the payer (any more).
    #[error("the payer is not known")]
    PayerUnknown,
    /// The order, quote, receiver or account does not exist.
    #[error("not found")]
    NotFound,
    /// Too little or too much.
    #[error("the amount is out of range")]
    AmountOutOfRange {
        /// Least, where it was said.
        min: Option<Amount>,
        /// Greatest, where it was said.
        max: Option<Amount>,
        /// Whether fiat or crypto is limited.
        side: Side,
    },
    /// The token, network or currency is switched off.
    #[error("the token, network or currency is not available")]
    AssetUnavailable,
    /// The order is in a state that does not allow it.
    #[error("not possible in this state")]
    NotPossibleNow,
    /// Anything else that the contract lists; the code, for the log.
    #[error("refused with {code}")]
    Other {
        /// The provider's code.
        code: String,
    },
}

/// Which of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The money.
    Fiat,
    /// The token.
    Crypto,
}

/// Why a webhook was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WebhookError {
    /// No webhooks are configured.
    #[error("no webhooks are configured")]
    NotConfigured,
    /// The signature is missing or wrong.
    #[error("the signature does not fit")]
    Signature,
    /// The body is not what was agreed on.
    #[error("the body cannot be read")]
    Body,
}
