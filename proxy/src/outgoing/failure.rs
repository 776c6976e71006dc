//! What is known of a call that got no answer. Nothing here names an address, a key or a body.

use std::time::Duration;

use thiserror::Error;

/// A call without an answer.
#[derive(Debug, Error)]
pub enum Unanswered {
    /// Certain: not a byte of the request left the proxy.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// Sent, perhaps, and not answered in time.
    #[error("no answer in time")]
    TimedOut,
    /// Sent, perhaps, and the connection broke.
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    /// More than a sensible answer holds.
    #[error("an answer of more than {limit} bytes")]
    TooLarge {
        /// How much would have been read.
        limit: usize,
    },
    /// Compressed, which nobody asked for: what it unfolds to has no limit.
    #[error("an answer in an encoding that was not asked for")]
    Encoded,
}

/// Why a request never left.
#[derive(Debug, Error)]
pub enum NotSent {
    /// The provider has not answered for a while, and is left alone.
    #[error("the provider has not answered lately")]
    Open {
        /// When it may be asked again.
        retry_in: Duration,
    },
    /// Too many calls are under way.
    #[error("too many calls are under way")]
    Busy,
    /// No connection stands: a request is written only after it does.
    #[error("no connection can be made")]
    Unreachable(#[source] reqwest::Error),
    /// The address would lead elsewhere.
    #[error("an address that is not the provider's")]
    Address,
}

impl Unanswered {
    /// What the HTTP library says, without the address: it holds ids of people.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        if error.is_connect() {
            NotSent::Unreachable(error.without_url()).into()
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Connection(error.without_url())
        }
    }
}

impl NotSent {
    /// In how many seconds it is worth trying again.
    pub fn retry_after_secs(&self) -> u64 {
        match self {
            Self::Open { retry_in } => (*retry_in + Duration::from_millis(999)).as_secs().max(1),
            Self::Busy | Self::Unreachable(_) | Self::Address => 1,
        }
    }
}
