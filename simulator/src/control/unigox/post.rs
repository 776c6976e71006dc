//! Webhooks: where they go, again, and in another order.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Refused;
use crate::Simulator;
use crate::control::webhooks::{ReleaseBody, ReplayBody, TargetBody};
use crate::providers::unigox::WebhookView;

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<WebhookView>> {
    Json(simulator.unigox().webhooks())
}

pub(super) async fn aim(
    State(simulator): State<Simulator>,
    Json(body): Json<TargetBody>,
) -> StatusCode {
    simulator.unigox().set_webhook(body.target());
    StatusCode::NO_CONTENT
}

pub(super) async fn replay(
    State(simulator): State<Simulator>,
    Json(body): Json<ReplayBody>,
) -> Result<Json<Value>, Refused> {
    let count = simulator.unigox().replay_webhooks(body.order)?;
    Ok(Json(json!({ "replayed": count })))
}

pub(super) async fn release(
    State(simulator): State<Simulator>,
    Json(body): Json<ReleaseBody>,
) -> StatusCode {
    simulator.unigox().release_webhooks(body.order);
    StatusCode::NO_CONTENT
}
