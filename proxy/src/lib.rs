//! The proxy: it alone holds the provider's key, remembers every order, and shows the widget one
//! neutral API.
//!
//! Reading order: [`config`] (what it is told), [`provider`] (what it expects of a provider),
//! [`store`] (what it remembers), [`engine`] (what happens to an order), `routes` (who may ask for
//! what), `view` (what they see) and `turn` (who acts next), [`serve`] and [`rate_limits`] (how much of
//! it anybody may take).

pub mod admin;
pub mod catalog;
pub mod clock;
pub mod command;
pub mod config;
mod correlation;
mod crash;
pub mod engine;
pub mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod logging;
pub mod metrics;
mod middleware;
pub mod notify;
mod openapi;
pub mod outgoing;
pub mod provider;
pub mod providers;
pub mod rate_limits;
mod routes;
pub mod secrets;
pub mod serve;
pub mod store;
mod turn;
pub mod variables;
mod view;

use std::{future::Future, io, sync::Arc};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use offramp_domain::api::ErrorCode;
use prometheus_client::metrics::gauge::Gauge;
use tokio::{net::TcpListener, sync::oneshot};
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    engine::Engine,
    error::ApiError,
    rate_limits::{RateLimits, Stopwatch},
};

/// The largest body that is read.
const LARGEST_BODY: usize = 64 * 1024;

/// Every route, for tests that need no socket.
pub fn app(engine: Arc<Engine>) -> Router {
    let limits = RateLimits::new(&engine.config, &Stopwatch::real());
    app_within(engine, &Arc::new(limits))
}

/// Every route, within limits that somebody else may look at.
pub fn app_within(engine: Arc<Engine>, limits: &Arc<RateLimits>) -> Router {
    let (api, openapi) = OpenApiRouter::with_openapi(openapi::ApiDoc::openapi())
        .routes(routes!(routes::sessions::open_session))
        .routes(routes!(routes::sessions::end_session))
        .routes(routes!(routes::checkout::read_checkout))
        .routes(routes!(routes::quotes::quote))
        .routes(routes!(
            routes::orders::create_order,
            routes::orders::list_orders
        ))
        .routes(routes!(routes::orders::read_order))
        .routes(routes!(routes::destinations::save_destination))
        .routes(routes!(routes::destinations::remove_destination))
        .routes(routes!(routes::wallets::challenge))
        .routes(routes!(routes::wallets::link))
        .routes(routes!(routes::wallets::signing_request))
        .routes(routes!(routes::actions::act))
        .routes(routes!(routes::notifications::list_notifications))
        .routes(routes!(routes::notifications::resend_notification))
        .split_for_parts();
    let openapi = openapi::limited(openapi);
    let openapi = openapi::reached_at(openapi, engine.config.public_url.as_ref());
    let api = api
        .route(
            "/webhooks/{provider}",
            post(routes::webhooks::receive_webhook),
        )
        .route("/healthz", get(routes::health::healthz))
        .route("/readyz", get(routes::health::readyz))
        .route("/openapi.json", get(|| async { Json(openapi) }))
        .method_not_allowed_fallback(wrong_method)
        .fallback(absent)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(limits), rate_limits::layer))
        .layer(from_fn_with_state(
            Arc::clone(&engine),
            middleware::cors::layer,
        ));
    api.merge(routes::widget::files(&engine.config.widget_dir, limits))
        .layer(from_fn_with_state(
            Arc::clone(&engine),
            middleware::security::layer,
        ))
        .layer(from_fn_with_state(
            Arc::clone(&engine),
            middleware::request_id::layer,
        ))
        .with_state(engine)
}

async fn absent() -> ApiError {
    ApiError::new(ErrorCode::NotFound)
}

async fn wrong_method() -> ApiError {
    ApiError::invalid_request("this path does not take this method")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// Serves until `shutdown`, doing the duties beside. Whoever waits is let go first.
///
/// # Errors
/// When the listener is none.
pub async fn run(
    listener: TcpListener,
    engine: Arc<Engine>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    run_with_admin(listener, None, engine, shutdown).await
}

/// The same with the operators' listener beside it, which answers until everything else has ended.
///
/// # Errors
/// When one of the listeners is none.
pub async fn run_with_admin(
    listener: TcpListener,
    admin: Option<TcpListener>,
    engine: Arc<Engine>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let duties = tokio::spawn(Arc::clone(&engine).run_duties());
    let limits = engine.config.connections;
    let stopping = Arc::clone(&engine);
    let shutdown = async move {
        shutdown.await;
        stopping.stop();
    };
    let (ended, end) = oneshot::channel::<()>();
    let page = admin::app(&engine);
    let readers = async {
        let Some(admin) = admin else { return Ok(()) };
        let end = async {
            // A sender that is dropped ends it as well.
            let _ = end.await;
        };
        serve::serve(admin, page, admin::LIMITS, &Gauge::default(), end).await
    };
    let connections = engine.metrics.connections.clone();
    let everybody = async {
        let served = serve::serve(listener, app(engine), limits, &connections, shutdown).await;
        drop(ended);
        served
    };
    let (served, read) = tokio::join!(everybody, readers);
    duties.abort();
    served.and(read)
}
