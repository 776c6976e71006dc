//! Why a call gave no usable answer, in detail that stays inside this module.
//!
//! Nothing here holds a key, a token, an id of a person, an account number or a body: what is kept of
//! an unreadable answer is where it broke, and of an unknown code only one that looks like a code.

use serde_json::error::Category;
use thiserror::Error;

use super::NAME;
use crate::{
    outgoing::{NotSent, Unanswered},
    provider::{ProviderError, Refusal},
};

/// Why a call gave no usable answer.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// Certain: a business error, or a form that was not accepted.
    #[error("refused")]
    Refused(#[source] Refusal),
    /// Certain: the keys or the token were looked at before anything else.
    #[error("the keys are not accepted")]
    Key,
    /// Certain: there was no token to ask with.
    #[error("no token")]
    NoToken(#[source] Box<Failure>),
    /// Too many calls.
    #[error("too many calls")]
    RateLimited {
        /// How long to wait, where it was said.
        retry_after_secs: Option<u64>,
    },
    /// Certain: not a byte of it left.
    #[error("not sent")]
    NotSent(#[source] NotSent),
    /// Sent, perhaps, and without an answer that could be read to its end.
    #[error("no answer")]
    Unanswered(#[source] Unanswered),
    /// An error, and nothing that says what was done before it.
    #[error("HTTP status {status} {}", with_code(.code.as_deref()))]
    Broken {
        /// The status.
        status: u16,
        /// The code beside it, if it looks like one.
        code: Option<String>,
    },
    /// Not the JSON that was agreed on.
    #[error("an answer that cannot be read ({category:?} at line {line}, column {column})")]
    Unreadable {
        /// What is wrong with it.
        category: Category,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Readable, and not what was asked for.
    #[error("an answer that does not fit: {0}")]
    Misfit(&'static str),
    /// A request that could not be written.
    #[error("a request that cannot be written")]
    Request,
}

fn with_code(code: Option<&str>) -> String {
    code.map_or_else(
        || "without a code".to_owned(),
        |code| format!("with the code {code}"),
    )
}

impl Failure {
    /// Where reading stopped, without the text that stopped it.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self::Unreadable {
            category: error.classify(),
            line: error.line(),
            column: error.column(),
        }
    }

    /// Whether the keys or the token are not accepted.
    pub(super) fn is_key(&self) -> bool {
        match self {
            Self::Key => true,
            Self::NoToken(failure) => failure.is_key(),
            Self::Refused(_)
            | Self::RateLimited { .. }
            | Self::NotSent(_)
            | Self::Unanswered(_)
            | Self::Broken { .. }
            | Self::Unreadable { .. }
            | Self::Misfit(_)
            | Self::Request => false,
        }
    }

    /// A refusal that the core treats in no way of its own.
    pub(super) fn other(code: &str) -> Self {
        Self::Refused(Refusal::Other {
            code: code.to_owned(),
        })
    }
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::NotSent(reason) => Self::NotSent(reason),
            Unanswered::TimedOut
            | Unanswered::Connection(_)
            | Unanswered::TooLarge { .. }
            | Unanswered::Encoded => Self::Unanswered(unanswered),
        }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused {
                provider: NAME,
                refusal,
            },
            Failure::Key => Self::Key { provider: NAME },
            Failure::NoToken(failure) => match (*failure).into() {
                // Only the token was asked for, and the call never left.
                Self::Unavailable { source, .. } => Self::NotSent {
                    provider: NAME,
                    retry_after_secs: 1,
                    source,
                },
                known @ (Self::NotSent { .. }
                | Self::RateLimited { .. }
                | Self::Refused { .. }
                | Self::Key { .. }) => known,
            },
            Failure::RateLimited { retry_after_secs } => Self::RateLimited {
                provider: NAME,
                retry_after_secs,
            },
            Failure::NotSent(reason) => Self::NotSent {
                provider: NAME,
                retry_after_secs: reason.retry_after_secs(),
                source: Box::new(reason),
            },
            Failure::Unanswered(_)
            | Failure::Broken { .. }
            | Failure::Unreadable { .. }
            | Failure::Misfit(_)
            | Failure::Request => Self::Unavailable {
                provider: NAME,
                source: Box::new(failure),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_answer_is_not_repeated() {
        let error = serde_json::from_str::<u8>("\"ES9121000418450200051332\"").unwrap_err();
        let failure = Failure::unreadable(&error);
        assert!(!format!("{failure} {failure:?}").contains("ES91"));
    }

    #[test]
    fn a_missing_token_is_why_nothing_was_asked() {
        let error = ProviderError::from(Failure::NoToken(Box::new(Failure::Key)));
        assert!(matches!(error, ProviderError::Key { .. }));
        let lost = Failure::Unanswered(Unanswered::TimedOut);
        let error = ProviderError::from(Failure::NoToken(Box::new(lost)));
        assert!(matches!(error, ProviderError::NotSent { .. }));
    }
}
