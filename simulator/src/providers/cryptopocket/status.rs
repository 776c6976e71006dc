//! The words in which CryptoPocket says where an off-ramp stands. Only `finished` is published.

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::assumptions;

/// Where an off-ramp stands, in CryptoPocket's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the tokens.
    Started,
    /// The tokens are there.
    CryptoReceived,
    /// The money is on the account.
    Finished,
    /// The tokens never came.
    Expired,
    /// Ended in error.
    Failed,
    /// The tokens went back.
    Refunded,
    /// A word that nobody assumed.
    Other(String),
}

impl Status {
    /// The statuses that are known or assumed.
    pub const ASSUMED: [Self; 6] = [
        Self::Started,
        Self::CryptoReceived,
        Self::Finished,
        Self::Expired,
        Self::Failed,
        Self::Refunded,
    ];

    /// The word itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Started => assumptions::STARTED,
            Self::CryptoReceived => assumptions::CRYPTO_RECEIVED,
            Self::Finished => "finished",
            Self::Expired => assumptions::EXPIRED,
            Self::Failed => assumptions::FAILED,
            Self::Refunded => assumptions::REFUNDED,
            Self::Other(word) => word,
        }
    }
}

/// Any word is a status; one that nobody assumed is [`Status::Other`].
impl FromStr for Status {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        let assumed = Self::ASSUMED.into_iter().find(|one| one.as_str() == word);
        Ok(assumed.unwrap_or_else(|| Self::Other(word.to_owned())))
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
        for status in Status::ASSUMED {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("maybe".parse(), Ok(Status::Other("maybe".to_owned())));
    }
}
