//! Webhooks: where they go, again, and in another order.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refused;
use crate::Simulator;
use crate::config::WebhookTarget;
use crate::providers::capa::ReleaseOrder;
use crate::providers::unigox::WebhookView;

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<WebhookView>> {
    Json(simulator.unigox().webhooks())
}

#[derive(Debug, Deserialize)]
pub(super) struct TargetBody {
    url: Option<String>,
    #[serde(default)]
    secret: String,
}

pub(super) async fn aim(
    State(simulator): State<Simulator>,
    Json(TargetBody { url, secret }): Json<TargetBody>,
) -> StatusCode {
    let target = url.map(|url| WebhookTarget { url, secret });
    simulator.unigox().set_webhook(target);
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize)]
pub(super) struct ReplayBody {
    order: String,
}

pub(super) async fn replay(
    State(simulator): State<Simulator>,
    Json(body): Json<ReplayBody>,
) -> Result<Json<Value>, Refused> {
    let count = simulator.unigox().replay_webhooks(body.order)?;
    Ok(Json(json!({ "replayed": count })))
}

#[derive(Debug, Deserialize)]
pub(super) struct ReleaseBody {
    #[serde(default)]
    order: ReleaseOrder,
}

pub(super) async fn release(
    State(simulator): State<Simulator>,
    Json(body): Json<ReleaseBody>,
) -> StatusCode {
    simulator.unigox().release_webhooks(body.order);
    StatusCode::NO_CONTENT
}
