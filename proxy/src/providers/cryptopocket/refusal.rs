//! What an answer says of itself: a success, a refusal, or nothing that is certain (contract 3).
//!
//! Errors usually come with HTTP 200. A business error is certain, whatever its code: it comes in the
//! place of an answer. Two are not: an internal error, and the text of an exception where a code
//! should be; nobody knows what was done before either.

use http::StatusCode;
use offramp_domain::money::Amount;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::assumptions;
use crate::{
    provider::{Refusal, Side},
    providers::failure::Failure,
};

/// The code of keys or a token that are not accepted.
pub(super) const AUTHORIZATION: &str = "authorization_incorrect";

/// The code of an error inside.
const UNEXPECTED: &str = "unexpected_error";

/// The words of a success: two, and one of them misspelled (contract 3.1).
const SUCCESSES: [&str; 3] = ["ok", "success", "sucess"];

/// The word of an error.
const ERROR: &str = "error";

/// Questions of ours that a refused form may be about.
const QUESTIONS: [&str; 2] = ["iban", "bank_name"];

/// What stands around every answer.
#[derive(Default, Deserialize)]
struct Envelope {
    status: Option<String>,
    error: Option<Value>,
    message: Option<Value>,
    data: Option<Value>,
    errors: Option<Value>,
    onboarding_link: Option<Value>,
}

/// Whether an answer is a success; otherwise what it means.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<(), Failure> {
    let envelope = match serde_json::from_slice::<Envelope>(body) {
        Ok(envelope) => envelope,
        Err(error) if status.is_success() => return Err(Failure::unreadable(&error)),
        Err(_) => Envelope::default(),
    };
    if !status.is_server_error() && envelope.code() == Some(AUTHORIZATION) {
        return Err(Failure::Key);
    }
    if status.is_success() {
        return match (envelope.status.as_deref(), &envelope.error) {
            (Some(word), None) if SUCCESSES.contains(&word) => Ok(()),
            (Some(ERROR), _) => Err(envelope.business_error(status)),
            (Some(_) | None, _) => Err(Failure::Misfit("neither a success nor an error")),
        };
    }
    if status == StatusCode::UNPROCESSABLE_ENTITY
        && let Some(Value::Object(fields)) = &envelope.errors
    {
        return Err(refused_form(fields.keys()));
    }
    Err(Failure::Status {
        status: status.as_u16(),
        code: envelope
            .code()
            .filter(|code| is_code(code))
            .map(str::to_owned),
    })
}

impl Envelope {
    /// The code, which is in `error` or, where that says nothing, in `message` (F1, F1b).
    fn code(&self) -> Option<&str> {
        let text = |value: &'_ Option<Value>| value.as_ref().and_then(Value::as_str).is_some();
        let found = if text(&self.error) {
            &self.error
        } else {
            &self.message
        };
        found.as_ref().and_then(Value::as_str)
    }

    fn business_error(&self, status: StatusCode) -> Failure {
        let certain = self
            .code()
            .filter(|code| is_code(code) && *code != UNEXPECTED);
        let Some(code) = certain else {
            return Failure::Status {
                status: status.as_u16(),
                code: self.code().filter(|code| is_code(code)).map(str::to_owned),
            };
        };
        Failure::Refused(match code {
            "require_kyc" => Refusal::NotVerified { url: self.url() },
            "kyc_reinforced_required" => Refusal::FormMissing { url: self.url() },
            "coin_not_supported" => Refusal::AssetUnavailable,
            "user_not_found" => Refusal::PayerUnknown,
            assumptions::RAMPOFF_NOT_FOUND => Refusal::NotFound,
            assumptions::MIN_AMOUNT | assumptions::MIN_PURCHASE => Refusal::AmountOutOfRange {
                min: self.number(),
                max: None,
                side: Side::Crypto,
            },
            assumptions::INVALID_IBAN => Refusal::Fields {
                keys: vec!["iban".to_owned()],
            },
            other => Refusal::Other {
                code: other.to_owned(),
            },
        })
    }

    /// Where the person goes: all of `data`, or a link in it or beside it (F1c).
    fn url(&self) -> Option<String> {
        let data = self.data.as_ref();
        let in_data = |key| data.and_then(|data| data.get(key));
        let places = [
            data,
            in_data("kyc_form_url"),
            in_data("onboarding_link"),
            in_data("url"),
            self.onboarding_link.as_ref(),
        ];
        let mut texts = places.into_iter().flatten().filter_map(Value::as_str);
        texts.find_map(web_address)
    }

    /// The first number of the message.
    fn number(&self) -> Option<Amount> {
        let message = self.message.as_ref().and_then(Value::as_str)?;
        let mut numbers = message.split_whitespace().filter_map(|word| {
            let word = word.trim_matches(|mark: char| !mark.is_ascii_digit());
            word.parse().ok()
        });
        numbers.next()
    }
}

/// Where an answer sends a person, wherever it says so: its shape is not published (contract 5.7).
pub(super) fn link(body: &[u8]) -> Result<Option<String>, Failure> {
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|error| Failure::unreadable(&error))?;
    Ok(envelope.url())
}

/// The text, if a browser may be sent there.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    is_web.then(|| text.to_owned())
}

/// A form that was looked through before anything was done (F2).
fn refused_form<'a>(fields: impl Iterator<Item = &'a String>) -> Failure {
    let keys: Vec<_> = fields
        .filter(|field| QUESTIONS.contains(&field.as_str()))
        .cloned()
        .collect();
    if keys.is_empty() {
        Failure::other("validation")
    } else {
        Failure::Refused(Refusal::Fields { keys })
    }
}

/// Whether a text can be a code, and nothing private: there are no digits in it, for one.
fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(body: &Value) -> Result<(), Failure> {
        read(StatusCode::OK, body.to_string().as_bytes())
    }

    #[track_caller]
    fn refusal(body: &Value) -> Refusal {
        match said(body) {
            Err(Failure::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_success_has_three_words_and_no_error() {
        for word in ["ok", "success", "sucess"] {
            assert!(
                said(&json!({ "status": word, "data": {} })).is_ok(),
                "{word}"
            );
        }
        for body in [
            json!({ "status": "ok", "error": "user_banned" }),
            json!({ "status": "done", "data": {} }),
            json!({ "success": true, "data": {} }),
            json!({}),
        ] {
            let failure = said(&body).unwrap_err();
            assert!(matches!(failure, Failure::Misfit(_)), "{failure:?} {body}");
        }
    }

    #[test]
    fn a_code_is_in_error_or_in_message() {
        for place in ["error", "message"] {
            let refused = |code: &str| refusal(&json!({ "status": "error", place: code }));
            assert_eq!(refused("coin_not_supported"), Refusal::AssetUnavailable);
            assert_eq!(refused("user_not_found"), Refusal::PayerUnknown);
            assert_eq!(refused("rampoff_not_found"), Refusal::NotFound);
            let keys = vec!["iban".to_owned()];
            assert_eq!(refused("invalid_iban"), Refusal::Fields { keys });
            for unknown in ["user_banned", "max_amount", "something_new"] {
                let code = unknown.to_owned();
                assert_eq!(refused(unknown), Refusal::Other { code });
            }
        }
    }

    #[test]
    fn a_verification_comes_with_its_address() {
        let url = "https://b2b.cryptopocket.example/kyc/1";
        let verified = |url: Option<&str>| Refusal::NotVerified {
            url: url.map(str::to_owned),
        };
        for data in [
            json!(url),
            json!({ "kyc_form_url": url }),
            json!({ "url": url }),
        ] {
            let body = json!({ "status": "error", "error": "require_kyc", "data": data });
            assert_eq!(refusal(&body), verified(Some(url)));
        }
        for data in [json!("javascript:alert(1)"), json!(7), json!(null)] {
            let body = json!({ "status": "error", "error": "require_kyc", "data": data });
            assert_eq!(refusal(&body), verified(None));
        }
        let body = json!({
            "status": "error", "error": "kyc_reinforced_required", "onboarding_link": url,
        });
        let url = Some(url.to_owned());
        assert_eq!(refusal(&body), Refusal::FormMissing { url });
    }

    #[test]
    fn a_minimum_comes_with_its_number() {
        let min = |body: &Value| {
            let refusal = refusal(body);
            let Refusal::AmountOutOfRange { min, max: None, .. } = refusal else {
                panic!("{refusal:?}")
            };
            min.map(|min| min.to_string())
        };
        for (message, least) in [("10", "10"), ("The minimum is 12.50 USDC.", "12.50")] {
            let body = json!({ "status": "error", "error": "min_amount", "message": message });
            assert_eq!(min(&body).as_deref(), Some(least));
        }
        assert_eq!(
            min(&json!({ "status": "error", "message": "min_amount" })),
            None
        );
    }

    #[test]
    fn an_exception_is_no_refusal() {
        for text in ["unexpected_error", "SQLSTATE[40001]: deadlock", ""] {
            let failure = said(&json!({ "status": "error", "error": text })).unwrap_err();
            assert!(matches!(failure, Failure::Status { .. }), "{failure:?}");
            assert!(!format!("{failure:?}").contains("SQL"));
        }
        let failure = said(&json!({ "status": "error" })).unwrap_err();
        assert!(matches!(failure, Failure::Status { code: None, .. }));
    }

    #[test]
    fn a_refused_form_names_our_questions_only() {
        let refused = |errors: Value| {
            let body = json!({ "message": "No.", "errors": errors }).to_string();
            read(StatusCode::UNPROCESSABLE_ENTITY, body.as_bytes())
        };
        let Err(Failure::Refused(refusal)) = refused(json!({ "iban": ["No."], "user_id": [] }))
        else {
            panic!("not refused")
        };
        let keys = vec!["iban".to_owned()];
        assert_eq!(refusal, Refusal::Fields { keys });
        let other = refused(json!({ "amount": ["No."] }));
        assert!(matches!(
            other,
            Err(Failure::Refused(Refusal::Other { .. }))
        ));
        let bare = read(StatusCode::UNPROCESSABLE_ENTITY, b"{}");
        assert!(matches!(bare, Err(Failure::Status { status: 422, .. })));
    }

    #[test]
    fn a_refused_token_is_told_apart_whatever_the_status() {
        let body = json!({ "status": "error", "error": AUTHORIZATION }).to_string();
        for status in [
            StatusCode::OK,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
        ] {
            assert!(matches!(read(status, body.as_bytes()), Err(Failure::Key)));
        }
        let broken = read(StatusCode::BAD_GATEWAY, body.as_bytes());
        assert!(matches!(broken, Err(Failure::Status { status: 502, .. })));
    }

    #[test]
    fn another_status_says_nothing_certain() {
        for (status, body) in [
            (404, r#"{"message":"Not found"}"#),
            (500, "<html>"),
            (302, ""),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = read(status, body.as_bytes()).unwrap_err();
            assert!(
                matches!(failure, Failure::Status { code: None, .. }),
                "{failure:?}"
            );
        }
    }
}
