//! An answer, read to its end.

use axum::{
    body::to_bytes,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::Value;

use super::Outcome;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Outcome<Self> {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 22).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Self {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }

    /// Status and code of a problem.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (
            self.status.as_u16(),
            self.json["code"].as_str().unwrap_or_default(),
        )
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub(crate) fn order(&self) -> &Value {
        &self.json["order"]
    }

    pub(crate) fn quote(&self) -> &Value {
        &self.json["quote"]
    }

    /// The order's id.
    pub(crate) fn order_id(&self) -> Outcome<String> {
        let id = self.order()["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| format!("{}: {}", self.status, self.text).into())
    }

    /// State and custody of the order.
    pub(crate) fn stands(&self) -> (&str, &str) {
        let text = |key: &str| self.order()[key].as_str().unwrap_or_default();
        (text("state"), text("custody"))
    }

    pub(crate) fn state(&self) -> &str {
        self.stands().0
    }

    pub(crate) fn reason(&self) -> &str {
        self.order()["reason"].as_str().unwrap_or_default()
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.order()["sequence"].as_u64().unwrap_or_default()
    }

    /// The address to send to, if there is one.
    pub(crate) fn address(&self) -> Option<&str> {
        self.order()["deposit"]["address"].as_str()
    }

    /// The names of what can be done now.
    pub(crate) fn actions(&self) -> Vec<&str> {
        let actions = self.order()["actions"].as_array();
        actions
            .into_iter()
            .flatten()
            .filter_map(|action| action["action"].as_str())
            .collect()
    }
}
