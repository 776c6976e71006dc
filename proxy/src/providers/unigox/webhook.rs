//! Webhooks: who signed them, and what they hint at (contract 12).

use std::{fmt, time::Duration};

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use offramp_domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use crate::provider::{Hint, ProviderRef, WebhookError};

/// Where the signature is, and what it begins with.
const SIGNATURE: &str = "x-unigox-signature";
const SCHEME: &str = "sha256=";

/// When it was signed, in seconds.
const TIMESTAMP: &str = "x-unigox-timestamp";

/// Checks signatures with the secret, and with the one before it.
pub(super) struct Verifier {
    secrets: Vec<SecretString>,
    window: Duration,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// One envelope for every event. A test's `data` is empty.
#[derive(Deserialize)]
struct Envelope {
    event_id: String,
    event_type: String,
    #[serde(default)]
    data: Data,
}

/// What is read of it. Users are named by UNIGOX' id alone, which says nothing to anybody else: what a
/// verification came to is asked when it matters.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    order_id: Option<String>,
}

impl Verifier {
    pub(super) fn new(
        secret: SecretString,
        previous: Option<SecretString>,
        window: Duration,
    ) -> Self {
        Self {
            secrets: [secret].into_iter().chain(previous).collect(),
            window,
        }
    }

    /// Verifies the bytes as they came, then reads them. An event that nobody knows hints at
    /// nothing.
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, WebhookError> {
        self.verify(headers, body, now)?;
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_| WebhookError::Body)?;
        Ok(envelope.into())
    }

    /// An HMAC-SHA256 over the time and the raw body, compared in constant time.
    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), WebhookError> {
        let timestamp = only(headers, TIMESTAMP)?;
        let signed_at: i64 = timestamp.parse().map_err(|_| WebhookError::Signature)?;
        let signed_at = Timestamp::from_millis(signed_at.saturating_mul(1_000));
        let signature = only(headers, SIGNATURE)?
            .strip_prefix(SCHEME)
            .and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok())
            .ok_or(WebhookError::Signature)?;
        // Every secret is tried, so that the time it takes does not tell which one fits.
        let mut found = false;
        for secret in &self.secrets {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
                .map_err(|_| WebhookError::NotConfigured)?;
            mac.update(timestamp.as_bytes());
            mac.update(b".");
            mac.update(body);
            found |= mac.verify_slice(&signature).is_ok();
        }
        let apart = now.since(signed_at).max(signed_at.since(now));
        if found && apart <= self.window {
            Ok(())
        } else {
            Err(WebhookError::Signature)
        }
    }
}

/// A header that has to be there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, WebhookError> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| WebhookError::Signature),
        (Some(_), Some(_)) | (None, _) => Err(WebhookError::Signature),
    }
}

impl From<Envelope> for Hint {
    fn from(envelope: Envelope) -> Self {
        let Envelope {
            event_id,
            event_type,
            data,
        } = envelope;
        let is_about_an_order = matches!(
            event_type.as_str(),
            "order.status.changed" | "order.refund.required"
        );
        let reference = data.order_id.filter(|_| is_about_an_order);
        Self {
            event_key: event_id,
            reference: reference.map(ProviderRef),
            payer_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// The test vector of section 12.2.
    const AT: i64 = 1_769_947_205;
    const BODY: &str = r#"{"event_id":"evt_a1b2c3d4-e5f6-7890-abcd-ef1234567890","event_type":"order.status.changed","created_at":"2026-02-01T12:00:05Z","data":{"order_id":"b2c3d4e5-f6a7-8901-bcde-f12345678901","status":"crypto_received"}}"#;
    const SIGNED: &str = "sha256=c405c68165b5485dc3572aae0ad4361c6e3fe470a39fb09d5cdb5ccfb2f17486";
    const SECRET: &str = "whsec_test_unigox";

    fn verifier() -> Verifier {
        Verifier::new(SECRET.into(), None, Duration::from_mins(5))
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(secs * 1_000)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn vector() -> HeaderMap {
        headers(&[(TIMESTAMP, "1769947205"), (SIGNATURE, SIGNED)])
    }

    fn read_signed(body: &str) -> Result<Hint, WebhookError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{AT}.{body}").as_bytes());
        let signature = format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes()));
        let headers = headers(&[(TIMESTAMP, &AT.to_string()), (SIGNATURE, &signature)]);
        verifier().read(&headers, body.as_bytes(), at(AT))
    }

    #[test]
    fn the_contracts_vector_is_taken() {
        let hint = verifier().read(&vector(), BODY.as_bytes(), at(AT)).unwrap();
        let order = "b2c3d4e5-f6a7-8901-bcde-f12345678901".to_owned();
        assert_eq!(hint.event_key, "evt_a1b2c3d4-e5f6-7890-abcd-ef1234567890");
        assert_eq!(hint.reference, Some(ProviderRef(order)));
        assert_eq!(hint.payer_id, None);
    }

    #[test]
    fn it_is_taken_within_five_minutes_on_either_side() {
        for (now, is_taken) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let read = verifier().read(&vector(), BODY.as_bytes(), at(AT + now));
            assert_eq!(read.is_ok(), is_taken, "{now}");
        }
    }

    #[test]
    fn everything_that_is_signed_counts() {
        let refused = |headers: &HeaderMap, body: &str| {
            assert_eq!(
                verifier().read(headers, body.as_bytes(), at(AT)),
                Err(WebhookError::Signature)
            );
        };
        refused(&vector(), &format!("{BODY} "));
        refused(&headers(&[(SIGNATURE, SIGNED)]), BODY);
        refused(&headers(&[(TIMESTAMP, "1769947205")]), BODY);
        let with = |at, signature| headers(&[(TIMESTAMP, at), (SIGNATURE, signature)]);
        refused(&with("1769947206", SIGNED), BODY);
        refused(&with("now", SIGNED), BODY);
        for signature in ["", "sha256=", "sha256=zz", &SIGNED[7..], &SIGNED[..60]] {
            refused(&with("1769947205", signature), BODY);
        }
        let mut twice = vector();
        twice.append(SIGNATURE, HeaderValue::from_static(SIGNED));
        refused(&twice, BODY);
    }

    #[test]
    fn the_previous_secret_is_taken_as_well() {
        let window = Duration::from_mins(5);
        let newer = Verifier::new("whsec_new".into(), Some(SECRET.into()), window);
        assert!(newer.read(&vector(), BODY.as_bytes(), at(AT)).is_ok());
        let other = Verifier::new("whsec_new".into(), Some("whsec_old".into()), window);
        assert!(other.read(&vector(), BODY.as_bytes(), at(AT)).is_err());
    }

    #[test]
    fn an_event_nobody_knows_hints_at_nothing() {
        let test = r#"{"event_id":"evt_1","event_type":"webhook.test","data":{}}"#;
        let other =
            r#"{"event_id":"evt_1","event_type":"fiat_account.updated","data":{"order_id":"o"}}"#;
        let verified =
            r#"{"event_id":"evt_1","event_type":"user.kyc.updated","data":{"user_uuid":"u"}}"#;
        for body in [test, other, verified] {
            let hint = read_signed(body).unwrap();
            assert_eq!(hint.event_key, "evt_1");
            assert_eq!((hint.reference, hint.payer_id), (None, None));
        }
    }

    #[test]
    fn what_is_signed_and_no_notification_is_refused() {
        for body in ["", "[]", "{}", r#"{"event_id":1,"event_type":"x"}"#] {
            assert_eq!(read_signed(body), Err(WebhookError::Body), "{body}");
        }
    }
}
