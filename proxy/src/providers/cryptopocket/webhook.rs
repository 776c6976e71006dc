//! Webhooks: who signed them, and what they hint at (contract 11).

use std::fmt;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use offramp_domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::assumptions::{WEBHOOK_IDS, WEBHOOK_WINDOW};
use crate::provider::{Hint, ProviderRef, WebhookError};

/// Which key's secret it is signed with.
const KEY: &str = "x-api-key";
/// When it was signed, in Unix seconds.
const TIMESTAMP: &str = "x-timestamp";
/// Where the signature is.
const SIGNATURE: &str = "x-signature";

/// Checks signatures with the secret of the key that is named.
pub(super) struct Verifier {
    key: SecretString,
    secret: SecretString,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

impl Verifier {
    pub(super) fn new(key: SecretString, secret: SecretString) -> Self {
        Self { key, secret }
    }

    /// Verifies the bytes as they came, then reads which order they are about.
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, WebhookError> {
        self.verify(headers, body, now)
            .ok_or(WebhookError::Signature)?;
        let json: Value = serde_json::from_slice(body).map_err(|_| WebhookError::Body)?;
        hint(&json).ok_or(WebhookError::Body)
    }

    /// An HMAC-SHA256 over the raw body and the timestamp after it, compared in constant time, and
    /// not older or younger than five minutes.
    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Option<()> {
        let key = only(headers, KEY)?;
        let ours = self.key.expose_secret().as_bytes();
        if !bool::from(key.as_bytes().ct_eq(ours)) {
            return None;
        }
        let timestamp = only(headers, TIMESTAMP)?;
        let seconds: i64 = timestamp.parse().ok()?;
        let signed_at = Timestamp::from_millis(seconds.checked_mul(1_000)?);
        if now.since(signed_at).max(signed_at.since(now)) > WEBHOOK_WINDOW {
            return None;
        }
        let signature = decode(only(headers, SIGNATURE)?)?;
        let secret = self.secret.expose_secret().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(body);
        mac.update(timestamp.as_bytes());
        mac.verify_slice(&signature).ok()
    }
}

/// A header that has to be there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None | Some(_), _) => None,
    }
}

/// Hex in either case, or base64: no document says which (A-9). The lengths tell them apart.
fn decode(signature: &str) -> Option<Vec<u8>> {
    const HEX: usize = 64;
    let encoding = if signature.len() == HEX {
        &HEXLOWER_PERMISSIVE
    } else {
        &BASE64
    };
    encoding.decode(signature.as_bytes()).ok()
}

/// The event and the order it is about, wherever that is named (A-10).
fn hint(json: &Value) -> Option<Hint> {
    let in_data = json.get("data").and_then(|data| data.get("id"));
    let beside = WEBHOOK_IDS.iter().map(|name| json.get(name));
    let mut named = [in_data].into_iter().chain(beside).flatten();
    let id = named.find_map(text)?;
    let kind = json.get("type").and_then(Value::as_str)?;
    Some(Hint {
        event_key: format!("{kind}/{id}"),
        reference: Some(ProviderRef(id)),
        payer_id: None,
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// The test vector of section 11.2.
    const BODY: &str = r#"{"type":"CRYPTO_RECEIVED","data":{"id":"ExM63FJ9ZsAZF2VfTfU4rn7Sq"}}"#;
    const HEX: &str = "6d82a97b31dfeba70dac2da85039cab844dae535336d2663ba818be068f91989";
    const IN_BASE64: &str = "bYKpezHf66cNrC2oUDnKuETa5TUzbSZjuoGL4Gj5GYk=";
    const SIGNED_AT: i64 = 1_769_947_205;

    fn verifier() -> Verifier {
        Verifier::new("cp_test_key".into(), "cp_test_secret".into())
    }

    fn headers(values: [&str; 3]) -> HeaderMap {
        [KEY, TIMESTAMP, SIGNATURE]
            .into_iter()
            .zip(values)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn read(headers: &HeaderMap, body: &str) -> Result<Hint, WebhookError> {
        verifier().read(headers, body.as_bytes(), at(SIGNED_AT))
    }

    fn read_signed(body: &str) -> Result<Hint, WebhookError> {
        let timestamp = SIGNED_AT.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(b"cp_test_secret").unwrap();
        mac.update(body.as_bytes());
        mac.update(timestamp.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        read(&headers(["cp_test_key", &timestamp, &signature]), body)
    }

    #[test]
    fn the_vector_is_taken_in_every_encoding() {
        for signature in [HEX, &HEX.to_uppercase(), IN_BASE64] {
            let hint = read(&headers(["cp_test_key", "1769947205", signature]), BODY).unwrap();
            assert_eq!(
                hint,
                Hint {
                    event_key: "CRYPTO_RECEIVED/ExM63FJ9ZsAZF2VfTfU4rn7Sq".to_owned(),
                    reference: Some(ProviderRef("ExM63FJ9ZsAZF2VfTfU4rn7Sq".to_owned())),
                    payer_id: None,
                }
            );
        }
    }

    #[test]
    fn five_minutes_are_the_limit_on_both_sides() {
        let headers = headers(["cp_test_key", "1769947205", HEX]);
        let read = |off: i64| verifier().read(&headers, BODY.as_bytes(), at(SIGNED_AT + off));
        assert!(read(300).is_ok() && read(-300).is_ok());
        assert_eq!(read(301), Err(WebhookError::Signature));
        assert_eq!(read(-301), Err(WebhookError::Signature));
    }

    #[test]
    fn each_part_has_to_be_there_once_and_fit() {
        let right = ["cp_test_key", "1769947205", HEX];
        for (place, wrong) in [
            (0, ""),
            (0, "another_key"),
            (1, ""),
            (1, "1769947206"),
            (1, "99999999999999999999"),
            (1, "now"),
            (2, ""),
            (2, "00"),
            (2, &HEX[..62]),
            (2, "not base64!"),
        ] {
            let mut values = right;
            values[place] = wrong;
            assert_eq!(
                read(&headers(values), BODY),
                Err(WebhookError::Signature),
                "{wrong}"
            );
        }
        let mut twice = headers(right);
        twice.append(SIGNATURE, HeaderValue::from_static(HEX));
        assert_eq!(read(&twice, BODY), Err(WebhookError::Signature));
        let longer = format!("{BODY} ");
        assert_eq!(read(&headers(right), &longer), Err(WebhookError::Signature));
    }

    #[test]
    fn the_order_is_found_wherever_it_is_named() {
        for body in [
            r#"{"type":"RAMPOFF_FINISHED","data":{"id":"r-1","status":"finished"},"id":"e-1"}"#,
            r#"{"type":"RAMPOFF_FINISHED","id":"r-1","rampoff_id":"r-2"}"#,
            r#"{"type":"RAMPOFF_FINISHED","rampoff_id":"r-1"}"#,
            r#"{"type":"RAMPOFF_FINISHED","data":{},"payment_id":"r-1"}"#,
        ] {
            let hint = read_signed(body).unwrap();
            assert_eq!(hint.event_key, "RAMPOFF_FINISHED/r-1", "{body}");
        }
        for body in ["", "[]", "{}", r#"{"type":"X"}"#, r#"{"id":"r-1"}"#] {
            assert_eq!(read_signed(body), Err(WebhookError::Body), "{body}");
        }
    }

    #[test]
    fn the_keys_do_not_print() {
        assert_eq!(format!("{:?}", verifier()), "Verifier(…)");
    }
}
