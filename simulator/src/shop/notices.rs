//! What the demo partner's backend hears about its orders: Standard Webhooks, checked by hand.
//!
//! Most partners will take one of the standard's libraries for this. It is little enough to read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::purse::{self, Purse};
use crate::clock::Clock;

/// How far the time of a notification may be from ours.
const TOLERANCE_SECS: i64 = 5 * 60;

/// How many are remembered.
const REMEMBERED: usize = 50;

/// `POST /offramp/notifications` for the proxy, `GET` for the page's panel.
pub(super) fn router(secret: Option<&str>, clock: Clock, purse: Purse) -> Router {
    let desk = Desk {
        key: secret.and_then(key).map(Arc::new),
        clock,
        heard: Arc::default(),
        purse,
    };
    Router::new()
        .route("/offramp/notifications", get(listed).post(hear))
        .with_state(desk)
}

/// The bytes behind `whsec_…`.
pub(crate) fn key(secret: &str) -> Option<Vec<u8>> {
    let encoded = secret.strip_prefix("whsec_")?;
    BASE64.decode(encoded.as_bytes()).ok()
}

#[derive(Clone)]
struct Desk {
    key: Option<Arc<Vec<u8>>>,
    clock: Clock,
    /// Newest first.
    heard: Arc<Mutex<VecDeque<Notice>>>,
    purse: Purse,
}

/// What the panel shows.
#[derive(Clone, Debug, Serialize)]
struct Notice {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    order_id: String,
    sequence: u64,
    state: String,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    order: Order,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    sequence: u64,
    state: String,
}

/// The same for the purse.
#[derive(Deserialize)]
struct Told {
    data: ToldData,
}

#[derive(Deserialize)]
struct ToldData {
    order: purse::Order,
}

async fn listed(State(desk): State<Desk>) -> Json<Vec<Notice>> {
    let heard = desk.heard.lock().unwrap_or_else(PoisonError::into_inner);
    Json(heard.iter().cloned().collect())
}

async fn hear(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(key) = &desk.key else {
        return StatusCode::NOT_FOUND;
    };
    let now_secs = desk.clock.now().unix_millis() / 1_000;
    let Some(id) = genuine(key, now_secs, &headers, &body) else {
        return StatusCode::UNAUTHORIZED;
    };
    let Ok(Body { kind, data }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if let Ok(told) = serde_json::from_slice::<Told>(&body) {
        let purse = desk.purse.clone();
        // Whoever told it does not wait for what the shop makes of it.
        tokio::spawn(async move { purse.hear(told.data.order).await });
    }
    let mut heard = desk.heard.lock().unwrap_or_else(PoisonError::into_inner);
    // One that comes again has been heard.
    if heard.iter().all(|known| known.id != id) {
        heard.push_front(Notice {
            id: id.to_owned(),
            kind,
            order_id: data.order.id,
            sequence: data.order.sequence,
            state: data.order.state,
        });
        heard.truncate(REMEMBERED);
    }
    StatusCode::NO_CONTENT
}

/// The id of a notification that was signed with this key, and now.
fn genuine<'a>(key: &[u8], now_secs: i64, headers: &'a HeaderMap, body: &[u8]) -> Option<&'a str> {
    let header = |name| headers.get(name)?.to_str().ok();
    let id = header("webhook-id")?;
    let at = header("webhook-timestamp")?;
    let at_secs: i64 = at.parse().ok()?;
    if now_secs.abs_diff(at_secs) > TOLERANCE_SECS.unsigned_abs() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    let is_ours = |signature: &str| {
        let encoded = signature.strip_prefix("v1,").map(str::as_bytes);
        let bytes = encoded.and_then(|encoded| BASE64.decode(encoded).ok());
        // In constant time.
        bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    };
    let mut signatures = header("webhook-signature")?.split(' ');
    signatures.any(is_ours).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const AT: i64 = 1_649_367_553;
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

    fn headers(id: &str, at: &str, signature: &str) -> HeaderMap {
        [
            ("webhook-id", id),
            ("webhook-timestamp", at),
            ("webhook-signature", signature),
        ]
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect()
    }

    fn is_genuine(headers: &HeaderMap, now_secs: i64, body: &[u8]) -> bool {
        genuine(&key(SECRET).unwrap(), now_secs, headers, body).is_some()
    }

    #[test]
    fn the_standards_example_is_genuine() {
        let at = AT.to_string();
        assert!(is_genuine(&headers(ID, &at, SIGNATURE), AT, BODY));
        let beside = format!("v1,AAAA v1a,x {SIGNATURE}");
        assert!(is_genuine(&headers(ID, &at, &beside), AT + 299, BODY));
    }

    #[test]
    fn whatever_was_altered_is_not() {
        let at = AT.to_string();
        let genuine = headers(ID, &at, SIGNATURE);
        assert!(!is_genuine(&genuine, AT, b"{}"));
        assert!(!is_genuine(&genuine, AT + 301, BODY));
        assert!(!is_genuine(&genuine, AT - 301, BODY));
        assert!(!is_genuine(&headers("msg_1", &at, SIGNATURE), AT, BODY));
        let later = (AT + 1).to_string();
        assert!(!is_genuine(&headers(ID, &later, SIGNATURE), AT, BODY));
        let cut = SIGNATURE.get(..20).unwrap();
        for signature in ["", "v1,", cut, SIGNATURE.trim_start_matches("v1,")] {
            assert!(!is_genuine(&headers(ID, &at, signature), AT, BODY));
        }
        assert!(!is_genuine(&HeaderMap::new(), AT, BODY));
    }
}
