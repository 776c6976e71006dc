//! Webhooks.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_proxy::{
    provider::{Provider, WebhookError},
    providers::capa::{Capa, Settings},
};
use sha2::Sha256;

use crate::headed;

const SECRET: &str = "whsec_fuzz";

static CAPA: LazyLock<Option<Capa>> = LazyLock::new(|| {
    let variables = |name: &str| match name {
        "CAPA_API_KEY" => Some("sim_capa_key".to_owned()),
        "CAPA_WEBHOOK_SECRET" => Some(SECRET.to_owned()),
        _ => None,
    };
    Capa::new(Settings::from_env(&variables).ok()??).ok()
});

/// The first line is a signature, or `signed` for the right one, and the rest a body: only the right
/// one is taken, whatever the body, and not for a body of which one bit is another.
pub fn webhook(data: &[u8]) {
    let (Some((signature, body)), Some(capa)) = (headed(data), CAPA.as_ref()) else {
        return;
    };
    let right = sign(body);
    let is_right = signature == "signed";
    let signature = if is_right { &right } else { signature };
    let Ok(value) = HeaderValue::from_str(signature) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert("capa-signature", value);
    let read = capa.webhook(&headers, body);
    if !signature.eq_ignore_ascii_case(&right) {
        assert_eq!(read, Err(WebhookError::Signature));
        return;
    }
    match read {
        Ok(hint) => {
            // What else it holds is passed over, even where nothing else could read it.
            if let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) {
                let said = |key: &str| json[key].as_str();
                let reference = hint
                    .reference
                    .as_ref()
                    .map(|reference| reference.0.as_str());
                assert_eq!(reference, said("transactionId"));
                assert_eq!(hint.payer_id.as_deref(), said("externalUserId"));
            }
            assert_eq!(capa.webhook(&headers, body), Ok(hint));
        }
        Err(error) => assert_eq!(error, WebhookError::Body),
    }
    let mut altered = body.to_vec();
    let place = usize::from(right.as_bytes()[0]) % altered.len().max(1);
    if let Some(byte) = altered.get_mut(place) {
        *byte ^= 1;
        assert_eq!(
            capa.webhook(&headers, &altered),
            Err(WebhookError::Signature)
        );
    }
}

fn sign(body: &[u8]) -> String {
    Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(body);
            HEXLOWER.encode(&mac.finalize().into_bytes())
        },
    )
}
