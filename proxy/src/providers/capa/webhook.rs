//! Webhooks: who signed them, and what they hint at (contract 7).

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use crate::provider::{Hint, ProviderRef, WebhookError};

/// Where the signature is.
const SIGNATURE: &str = "capa-signature";

/// Checks signatures with the secret, and with the one before it.
pub(super) struct Verifier {
    secrets: Vec<SecretString>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// A notification. There is no id, no time and no status in any of them; everything but the first
/// two is optional.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    transaction_id: Option<String>,
    external_user_id: Option<String>,
}

impl Verifier {
    pub(super) fn new(secret: SecretString, previous: Option<SecretString>) -> Self {
        Self {
            secrets: [secret].into_iter().chain(previous).collect(),
        }
    }

    /// Verifies the bytes as they came, then reads them. An event that nobody knows is a hint like
    /// any other.
    pub(super) fn read(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError> {
        self.verify(headers, body)?;
        let notification: Notification =
            serde_json::from_slice(body).map_err(|_| WebhookError::Body)?;
        Ok(notification.into())
    }

    /// Lowercase hex of an HMAC-SHA256 over the raw body, compared in constant time.
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
        let mut signatures = headers.get_all(SIGNATURE).into_iter();
        let (Some(signature), None) = (signatures.next(), signatures.next()) else {
            return Err(WebhookError::Signature);
        };
        let signature = HEXLOWER_PERMISSIVE
            .decode(signature.as_bytes())
            .map_err(|_| WebhookError::Signature)?;
        // Every secret is tried, so that the time it takes does not tell which one fits.
        let mut found = false;
        for secret in &self.secrets {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
                .map_err(|_| WebhookError::NotConfigured)?;
            mac.update(body);
            found |= mac.verify_slice(&signature).is_ok();
        }
        if found {
            Ok(())
        } else {
            Err(WebhookError::Signature)
        }
    }
}

impl From<Notification> for Hint {
    fn from(notification: Notification) -> Self {
        let Notification {
            kind,
            event,
            transaction_id,
            external_user_id,
        } = notification;
        let about = transaction_id.as_ref().or(external_user_id.as_ref());
        Self {
            event_key: format!("{kind}/{event}/{}", about.map_or("", String::as_str)),
            reference: transaction_id.map(ProviderRef),
            payer_id: external_user_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// The test vector of section 7.3.
    const BODY: &str = r#"{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","externalUserId":"cust-1","transactionId":"00000000-0000-4000-8000-000000000001","firstName":"ANA","lastName":"LOPEZ"}"#;
    const SIGNED: &str = "0010a4023c3fa9ca4c3accdc15d0306eb02693443252b35e0f625ec79269298d";

    fn verifier() -> Verifier {
        Verifier::new("whsec_test".into(), None)
    }

    fn headers(signatures: &[&str]) -> HeaderMap {
        signatures
            .iter()
            .map(|signature| {
                let value = HeaderValue::from_str(signature).unwrap();
                (HeaderName::from_static(SIGNATURE), value)
            })
            .collect()
    }

    fn sign(body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test").unwrap();
        mac.update(body);
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    fn read_signed(body: &str) -> Result<Hint, WebhookError> {
        verifier().read(&headers(&[&sign(body.as_bytes())]), body.as_bytes())
    }

    #[test]
    fn the_published_vector_is_taken() {
        let hint = verifier()
            .read(&headers(&[SIGNED]), BODY.as_bytes())
            .unwrap();
        assert_eq!(
            hint,
            Hint {
                event_key: "TRANSACTION/CREATED_OFF_RAMP/00000000-0000-4000-8000-000000000001"
                    .to_owned(),
                reference: Some(ProviderRef(
                    "00000000-0000-4000-8000-000000000001".to_owned()
                )),
                payer_id: Some("cust-1".to_owned()),
            }
        );
    }

    #[test]
    fn one_space_more_is_another_body() {
        let body = BODY.replace("\",\"", "\", \"");
        let refused = verifier().read(&headers(&[SIGNED]), body.as_bytes());
        assert_eq!(refused, Err(WebhookError::Signature));
    }

    #[test]
    fn a_signature_has_to_be_there_once_and_whole() {
        for signatures in [&[][..], &[""], &["zz"], &[&SIGNED[..62]], &[SIGNED, SIGNED]] {
            let refused = verifier().read(&headers(signatures), BODY.as_bytes());
            assert_eq!(refused, Err(WebhookError::Signature), "{signatures:?}");
        }
    }

    #[test]
    fn another_secret_is_another_signature() {
        let other = Verifier::new("whsec_other".into(), Some("whsec_older".into()));
        let refused = other.read(&headers(&[SIGNED]), BODY.as_bytes());
        assert_eq!(refused, Err(WebhookError::Signature));
    }

    #[test]
    fn the_previous_secret_is_taken_as_well() {
        for verifier in [
            Verifier::new("whsec_new".into(), Some("whsec_test".into())),
            Verifier::new("whsec_test".into(), Some("whsec_old".into())),
        ] {
            let hint = verifier.read(&headers(&[SIGNED]), BODY.as_bytes());
            assert!(hint.is_ok(), "{hint:?}");
        }
    }

    #[test]
    fn an_event_nobody_knows_is_a_hint_too() {
        let hint =
            read_signed(r#"{"type":"TRANSACTION","event":"FAILED_OFF_RAMP","transactionId":"t"}"#)
                .unwrap();
        assert_eq!(hint.reference, Some(ProviderRef("t".to_owned())));
        let hint =
            read_signed(r#"{"type":"KYC","event":"VERIFIED_USER","externalUserId":"cust-1"}"#)
                .unwrap();
        assert_eq!(hint.event_key, "KYC/VERIFIED_USER/cust-1");
        assert_eq!(
            (hint.reference, hint.payer_id.as_deref()),
            (None, Some("cust-1"))
        );
    }

    #[test]
    fn what_is_signed_and_no_notification_is_refused() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"type":"KYC"}"#,
            r#"{"type":1,"event":"X"}"#,
        ] {
            assert_eq!(read_signed(body), Err(WebhookError::Body), "{body}");
        }
    }

    #[test]
    fn the_secret_does_not_print() {
        assert_eq!(format!("{:?}", verifier()), "Verifier(…)");
    }
}
