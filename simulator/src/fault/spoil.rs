//! What a fault does to an answer.

use std::io;
use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::Value;

use super::UNKNOWN_STATUS;

/// A response whose body fails at once: the server drops the connection before a byte is sent.
pub(super) fn reset() -> Response {
    let error = io::Error::from(io::ErrorKind::ConnectionReset);
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(error)])))
}

pub(super) fn canned(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The same response with another body. A body over a megabyte becomes empty.
pub(super) async fn rewrite(response: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    const LIMIT: usize = 1 << 20;
    let (mut head, body) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    let bytes = body::to_bytes(body, LIMIT).await.unwrap_or_default();
    Response::from_parts(head, change(bytes))
}

pub(super) fn drip(bytes: Bytes) -> Body {
    const PAUSE: Duration = Duration::from_millis(500);
    Body::from_stream(stream::unfold(bytes, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
        let byte = rest.split_to(1);
        Some((Ok::<_, io::Error>(byte), rest))
    }))
}

pub(super) fn break_off(mut bytes: Bytes) -> Body {
    bytes.truncate(bytes.len().div_euclid(2));
    Body::from(bytes)
}

pub(super) fn change_types(bytes: Bytes) -> Body {
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(value) => Body::from(with_types_changed(value).to_string()),
        Err(_) => Body::from(bytes),
    }
}

fn with_types_changed(value: Value) -> Value {
    match value {
        Value::String(_) => Value::from(7),
        Value::Number(_) => Value::from(true),
        Value::Array(items) => items.into_iter().map(with_types_changed).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, with_types_changed(value)))
            .collect(),
        Value::Null | Value::Bool(_) => value,
    }
}

/// Works on the text, so that every amount keeps its digits.
pub(super) fn hide_status(bytes: Bytes) -> Body {
    const KEY: &str = "\"status\":\"";
    let Ok(text) = str::from_utf8(&bytes) else {
        return Body::from(bytes);
    };
    let mut parts = text.split(KEY);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        hidden.push_str(KEY);
        hidden.push_str(UNKNOWN_STATUS);
        hidden.push('"');
        hidden.push_str(rest);
    }
    Body::from(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unknown_status_leaves_every_other_digit() {
        let body = r#"{"status":"PENDING","rate":18.184665,"list":[{"status":"FAILED"}]}"#;
        let hidden = body::to_bytes(hide_status(Bytes::from(body)), 1 << 20)
            .await
            .unwrap();
        let expected = body
            .replace("PENDING", UNKNOWN_STATUS)
            .replace("FAILED", UNKNOWN_STATUS);
        assert_eq!(hidden, expected.as_bytes());
    }

    #[test]
    fn changed_types_keep_the_shape() {
        let value = serde_json::json!({ "a": "b", "c": [1, null], "d": { "e": true } });
        let changed = serde_json::json!({ "a": 7, "c": [true, null], "d": { "e": true } });
        assert_eq!(with_types_changed(value), changed);
    }
}
