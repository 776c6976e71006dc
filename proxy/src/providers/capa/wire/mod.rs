//! Capa's JSON, exactly as they spell it, and its translation into our words and back.
//!
//! Nothing here can be printed: most of it holds account numbers, names or ids of people.

mod bank;
mod notification;
mod order;
mod payer;
mod quote;

use serde::{Deserialize, de::DeserializeOwned};

use crate::providers::{exchange::Answer, failure::Failure};

pub(super) use self::{
    notification::{Notifications, OneNotification},
    order::{Acted, CreateRequest, ExecuteRequest, Page, Transaction},
    payer::{Kyc, NOT_BEGUN, UserRequest, new_user},
    quote::{Quote, QuoteRequest, quote_query},
};

/// The only kind of transaction that we make.
pub(super) const OFF_RAMP: &str = "OFF_RAMP";

/// What almost every answer is wrapped in. Verifications have a `status` in the place of `success`
/// (contract 1.3), so neither is required.
#[derive(Deserialize)]
struct Envelope<T> {
    success: Option<bool>,
    data: T,
}

/// What an answer holds.
pub(super) fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    let envelope: Envelope<T> =
        serde_json::from_slice(&answer.body).map_err(|error| Failure::unreadable(&error))?;
    match envelope.success {
        Some(true) | None => Ok(envelope.data),
        Some(false) => Err(Failure::Misfit("a success that says it is none")),
    }
}

/// A text, unless there is nothing in it.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<u8, String> {
        data(&Answer::with_body(body)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn an_answer_is_unwrapped_in_either_envelope() {
        assert_eq!(read(r#"{"success":true,"data":7}"#), Ok(7));
        assert_eq!(read(r#"{"status":"ok","data":7,"more":[]}"#), Ok(7));
    }

    #[test]
    fn a_success_has_to_say_so_and_to_hold_what_was_asked_for() {
        let misfit = "an answer that does not fit: a success that says it is none";
        assert_eq!(
            read(r#"{"success":false,"data":7}"#),
            Err(misfit.to_owned())
        );
        for body in [
            "",
            "<html></html>",
            "[]",
            "{}",
            r#"{"data":"seven"}"#,
            r#"{"data":7"#,
        ] {
            assert!(
                read(body)
                    .unwrap_err()
                    .starts_with("an answer that cannot be read"),
                "{body}"
            );
        }
    }
}
