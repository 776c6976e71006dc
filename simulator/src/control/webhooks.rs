//! Webhooks: where they go, again, and in another order.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refused;
use crate::Simulator;
use crate::config::WebhookTarget;
use crate::providers::capa::{ReleaseOrder, WebhookView};

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<WebhookView>> {
    Json(simulator.capa().webhooks())
}

#[derive(Debug, Deserialize)]
pub(super) struct TargetBody {
    url: Option<String>,
    #[serde(default)]
    secret: String,
}

impl TargetBody {
    pub(super) fn target(self) -> Option<WebhookTarget> {
        let Self { url, secret } = self;
        url.map(|url| WebhookTarget { url, secret })
    }
}

pub(super) async fn aim(
    State(simulator): State<Simulator>,
    Json(body): Json<TargetBody>,
) -> StatusCode {
    simulator.capa().set_webhook(body.target());
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize)]
pub(super) struct ReplayBody {
    pub(super) order: String,
}

pub(super) async fn replay(
    State(simulator): State<Simulator>,
    Json(body): Json<ReplayBody>,
) -> Result<Json<Value>, Refused> {
    let count = simulator.capa().replay_webhooks(body.order)?;
    Ok(Json(json!({ "replayed": count })))
}

#[derive(Debug, Deserialize)]
pub(super) struct ReleaseBody {
    #[serde(default)]
    pub(super) order: ReleaseOrder,
}

pub(super) async fn release(
    State(simulator): State<Simulator>,
    Json(body): Json<ReleaseBody>,
) -> StatusCode {
    simulator.capa().release_webhooks(body.order);
    StatusCode::NO_CONTENT
}
