//! `/healthz` (the process) and `/readyz` (the database).

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use tracing::error;

use crate::engine::Engine;

/// The process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// What there is to say about the program's surroundings.
#[derive(Debug, Serialize)]
pub(crate) struct Ready {
    database: &'static str,
    /// For information: the proxy is ready without them.
    providers: Vec<&'static str>,
    /// More about each of them.
    provider_states: BTreeMap<&'static str, ProviderState>,
}

/// What the proxy knows about a provider without asking it.
#[derive(Debug, Serialize)]
struct ProviderState {
    /// `open` while it is left alone because it did not answer.
    breaker: &'static str,
    /// Whether its webhooks can be verified.
    webhooks: bool,
}

/// The database answers.
pub(crate) async fn readyz(State(engine): State<Arc<Engine>>) -> (StatusCode, Json<Ready>) {
    let (status, database) = match engine.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            error!(
                error = &error as &dyn std::error::Error,
                "the database does not answer"
            );
            (StatusCode::SERVICE_UNAVAILABLE, "does not answer")
        }
    };
    let providers = engine.provider_names();
    let known = engine.providers().map(|provider| {
        let breaker = match provider.ready() {
            Ok(()) => "closed",
            Err(_) => "open",
        };
        let state = ProviderState {
            breaker,
            webhooks: provider.takes_webhooks(),
        };
        (provider.name(), state)
    });
    let ready = Ready {
        database,
        providers,
        provider_states: known.collect(),
    };
    (status, Json(ready))
}
