//! Why a call gave no usable answer, in detail that stays inside this module.
//!
//! Nothing here holds a key, an id of a person, an account number or a body: what is kept of an
//! unreadable answer is where it broke, and of an unknown code only one that looks like a code.

use serde_json::error::Category;
use thiserror::Error;

use super::{NAME, said::Said};
use crate::{
    outgoing::{NotSent, Unanswered},
    provider::{ProviderError, Refusal},
};

/// Why a call gave no usable answer.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// Certain: the contract lists this answer to this call.
    #[error("refused")]
    Refused(#[source] Refusal),
    /// Certain: answers were refused, and a text names them.
    #[error("refused with a text")]
    Fields(Said),
    /// Certain: the key was looked at before anything else.
    #[error("the key is not accepted")]
    Key,
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
    /// A status that says nothing certain.
    #[error("HTTP status {status} {}", with_code(.code.as_deref()))]
    Status {
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
            // Whoever asked knows which fields there are.
            Failure::Fields(_) => Self::Refused {
                provider: NAME,
                refusal: Refusal::Fields { keys: Vec::new() },
            },
            Failure::Key => Self::Key { provider: NAME },
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
            | Failure::Status { .. }
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
        let error = serde_json::from_str::<u8>("\"DE89370400440532013000\"").unwrap_err();
        let failure = Failure::unreadable(&error);
        assert!(!format!("{failure} {failure:?}").contains("DE89"));
    }

    #[test]
    fn only_what_is_certain_is_a_refusal() {
        let certain = ProviderError::from(Failure::Refused(Refusal::NotFound));
        assert!(matches!(certain, ProviderError::Refused { .. }));
        let uncertain = ProviderError::from(Failure::Status {
            status: 409,
            code: Some("QUOTE_ALREADY_USED".to_owned()),
        });
        assert!(matches!(uncertain, ProviderError::Unavailable { .. }));
    }
}
