//! The second listener, for the operators' own machines: `/metrics`, and `/healthz`.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tracing::warn;

use crate::{
    engine::Engine,
    metrics::page::{CONTENT_TYPE, Page},
    routes,
    serve::Limits,
};

/// Few read it, and none for long.
pub(crate) const LIMITS: Limits = Limits {
    at_once: const { NonZeroU32::new(64).unwrap() },
    header: Duration::from_secs(10),
    body: Duration::from_secs(10),
    idle: Duration::from_secs(75),
    drain: Duration::from_secs(2),
};

/// The routes of the second listener.
pub fn app(engine: &Arc<Engine>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(routes::health::healthz))
        .with_state(Arc::new(Page::new(Arc::clone(engine))))
}

/// Warns where others than this machine may read the page: nothing on it is secret, and none of it
/// is theirs.
pub fn warn_of_readers(address: SocketAddr) {
    if !address.ip().is_loopback() {
        warn!(
            %address,
            "OFFRAMP_ADMIN_LISTEN is not on this machine alone: whoever reaches it reads the metrics"
        );
    }
}

async fn metrics(State(page): State<Arc<Page>>) -> Response {
    match page.write().await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
