//! Why a call gave no usable answer, in detail that stays inside the adapters.
//!
//! Nothing here holds a key, a token, an id of a person, an account number or a body that prints:
//! what is kept of an unreadable answer is where it broke, and of an unknown code only one that looks
//! like a code.

use secrecy::SecretString;
use serde_json::error::Category;
use thiserror::Error;

use crate::{
    outgoing::{NotSent, Unanswered},
    provider::{ActOutcome, CreateOutcome, ProviderError, Refusal, Snapshot},
};

/// Why a call gave no usable answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// Certain: the contract lists this answer to this call.
    #[error("refused")]
    Refused(#[source] Refusal),
    /// Certain: answers were refused, and a text names them. It does not print.
    #[error("refused with a text")]
    RefusedInWords(SecretString),
    /// Certain: the key or the token was looked at before anything else.
    #[error("the key is not accepted")]
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
    pub fn unreadable(error: &serde_json::Error) -> Self {
        Self::Unreadable {
            category: error.classify(),
            line: error.line(),
            column: error.column(),
        }
    }

    /// A refusal that the core treats in no way of its own.
    pub fn other(code: &str) -> Self {
        Self::Refused(Refusal::Other {
            code: code.to_owned(),
        })
    }

    /// Whether the key or the token is not accepted.
    fn is_key(&self) -> bool {
        match self {
            Self::Key => true,
            Self::NoToken(failure) => failure.is_key(),
            Self::Refused(_)
            | Self::RefusedInWords(_)
            | Self::RateLimited { .. }
            | Self::NotSent(_)
            | Self::Unanswered(_)
            | Self::Status { .. }
            | Self::Unreadable { .. }
            | Self::Misfit(_)
            | Self::Request => false,
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
            Failure::Refused(refusal) => Self::Refused(refusal),
            // Whoever asked knows which fields there are.
            Failure::RefusedInWords(_) => Self::Refused(Refusal::Fields { keys: Vec::new() }),
            Failure::Key => Self::Key,
            Failure::NoToken(failure) => match (*failure).into() {
                // Only the token was asked for, and the call never left.
                Self::Unavailable(source) => Self::NotSent {
                    retry_after_secs: 1,
                    source,
                },
                known @ (Self::NotSent { .. }
                | Self::RateLimited { .. }
                | Self::Refused(_)
                | Self::Key) => known,
            },
            Failure::RateLimited { retry_after_secs } => Self::RateLimited { retry_after_secs },
            Failure::NotSent(reason) => Self::NotSent {
                retry_after_secs: reason.retry_after_secs(),
                source: Box::new(reason),
            },
            Failure::Unanswered(_)
            | Failure::Status { .. }
            | Failure::Unreadable { .. }
            | Failure::Misfit(_)
            | Failure::Request => Self::Unavailable(Box::new(failure)),
        }
    }
}

/// How a create ended, with the provider's code of a key that is not accepted.
pub fn created(ended: Result<Snapshot, Failure>, unauthorized: &str) -> CreateOutcome {
    match ended {
        Ok(snapshot) => CreateOutcome::Created(Box::new(snapshot)),
        Err(Failure::Refused(refusal)) => CreateOutcome::Refused(refusal),
        // The key is looked at before anything else: there is certainly no order.
        Err(failure) if failure.is_key() => CreateOutcome::Refused(Refusal::Other {
            code: unauthorized.to_owned(),
        }),
        Err(failure @ (Failure::NoToken(_) | Failure::NotSent(_))) => {
            CreateOutcome::NotSent(failure.into())
        }
        Err(failure) => CreateOutcome::Uncertain(failure.into()),
    }
}

/// How an action ended: a refusal is an end, too.
///
/// # Errors
/// When nobody knows how it ended.
pub fn acted(ended: Result<ActOutcome, Failure>) -> Result<ActOutcome, ProviderError> {
    match ended {
        Err(Failure::Refused(refusal)) => Ok(ActOutcome::Refused(refusal)),
        ended => Ok(ended?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_answer_is_not_repeated() {
        let number = "014680260346007120";
        let error = serde_json::from_str::<u8>(&format!("\"{number}\"")).unwrap_err();
        assert!(error.to_string().contains(number));
        let failure = Failure::unreadable(&error);
        assert_eq!(
            failure.to_string(),
            "an answer that cannot be read (Data at line 1, column 20)"
        );
        assert!(!format!("{failure:?}").contains("0146"));
        for iban in ["ES9121000418450200051332", "DE89370400440532013000"] {
            let error = serde_json::from_str::<u8>(&format!("\"{iban}\"")).unwrap_err();
            let failure = Failure::unreadable(&error);
            assert!(!format!("{failure} {failure:?}").contains(&iban[..4]));
        }
    }

    #[test]
    fn a_text_that_names_fields_does_not_print() {
        let failure = Failure::RefusedInWords("iban DE89370400440532013000 is invalid".into());
        assert!(!format!("{failure} {failure:?}").contains("DE89"));
        assert!(matches!(
            ProviderError::from(failure),
            ProviderError::Refused(Refusal::Fields { keys }) if keys.is_empty()
        ));
    }

    #[test]
    fn only_what_is_certain_is_a_refusal() {
        let certain = ProviderError::from(Failure::Refused(Refusal::NotFound));
        assert!(matches!(certain, ProviderError::Refused(Refusal::NotFound)));
        for (status, code) in [(400, None), (409, Some("QUOTE_ALREADY_USED".to_owned()))] {
            let uncertain = ProviderError::from(Failure::Status { status, code });
            assert!(matches!(uncertain, ProviderError::Unavailable(_)));
        }
    }

    #[test]
    fn what_was_not_sent_is_told_from_what_got_no_answer() {
        let retry_in = std::time::Duration::from_millis(4_200);
        let open = Failure::from(Unanswered::from(NotSent::Open { retry_in }));
        assert!(matches!(
            ProviderError::from(open),
            ProviderError::NotSent {
                retry_after_secs: 5,
                ..
            }
        ));
        let lost = Failure::from(Unanswered::TimedOut);
        assert!(matches!(
            ProviderError::from(lost),
            ProviderError::Unavailable(_)
        ));
    }

    #[test]
    fn a_missing_token_is_why_nothing_was_asked() {
        let key = Failure::NoToken(Box::new(Failure::Key));
        assert!(key.is_key());
        assert!(matches!(ProviderError::from(key), ProviderError::Key));
        let lost = Failure::NoToken(Box::new(Failure::Unanswered(Unanswered::TimedOut)));
        assert!(!lost.is_key());
        let error = ProviderError::from(lost);
        assert!(matches!(error, ProviderError::NotSent { .. }));
    }

    #[test]
    fn only_what_certainly_made_no_order_is_no_doubt() {
        let no_token = |failure| Failure::NoToken(Box::new(failure));
        for failure in [Failure::Key, no_token(Failure::Key)] {
            let CreateOutcome::Refused(Refusal::Other { code }) = created(Err(failure), "KEY")
            else {
                panic!("a refused key is certain");
            };
            assert_eq!(code, "KEY");
        }
        for failure in [
            Failure::NotSent(NotSent::Busy),
            no_token(Failure::Unanswered(Unanswered::TimedOut)),
        ] {
            let outcome = created(Err(failure), "KEY");
            assert!(matches!(outcome, CreateOutcome::NotSent(_)), "{outcome:?}");
        }
        for failure in [
            Failure::Unanswered(Unanswered::TimedOut),
            Failure::Status {
                status: 500,
                code: None,
            },
            Failure::Misfit("another order"),
            Failure::Request,
        ] {
            let outcome = created(Err(failure), "KEY");
            assert!(
                matches!(outcome, CreateOutcome::Uncertain(_)),
                "{outcome:?}"
            );
        }
        let refused = created(Err(Failure::Refused(Refusal::QuoteExpired)), "KEY");
        assert!(matches!(
            refused,
            CreateOutcome::Refused(Refusal::QuoteExpired)
        ));
    }

    #[test]
    fn a_refused_action_has_ended() {
        let refused = acted(Err(Failure::Refused(Refusal::NotPossibleNow))).unwrap();
        assert_eq!(refused, ActOutcome::Refused(Refusal::NotPossibleNow));
        let lost = acted(Err(Failure::Unanswered(Unanswered::TimedOut)));
        assert!(matches!(lost, Err(ProviderError::Unavailable(_))));
    }

    #[test]
    fn a_status_is_said_with_its_code() {
        let failure = Failure::Status {
            status: 418,
            code: Some("TEAPOT".to_owned()),
        };
        assert_eq!(failure.to_string(), "HTTP status 418 with the code TEAPOT");
        let failure = Failure::Status {
            status: 502,
            code: None,
        };
        assert_eq!(failure.to_string(), "HTTP status 502 without a code");
    }
}
