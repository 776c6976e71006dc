//! A request id on every answer, in every log line and in every problem.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use tracing::{error_span, info};

use crate::{correlation, engine::Engine, error::ApiError, rate_limits::Limited, secrets::new_id};

/// Stands in answers to those who asked to wait (RFC 7240).
const PREFERENCE_APPLIED: &str = "preference-applied";

/// Gives the request an id, logs the answer once, and writes the body of a refusal.
pub(crate) async fn layer(
    State(engine): State<Arc<Engine>>,
    request: Request,
    next: Next,
) -> Response {
    let id = new_id("req");
    let method = request.method().clone();
    // The route's pattern, not the path: an unknown path may hold anything.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    // Another's id tells its own logs apart; ours is never anybody else's.
    let callers = request.headers().get(correlation::HEADER);
    let callers = callers.and_then(correlation::callers).map(str::to_owned);
    let span = error_span!("request", request.id = id, caller_request_id = callers);
    correlation::within(id.clone(), span, async {
        let began = std::time::Instant::now();
        let mut response = next.run(request).await;
        if let Some(Limited(class)) = response.extensions_mut().remove() {
            engine.metrics.limited(class);
        }
        let refusal = response.extensions_mut().remove::<ApiError>();
        let code = refusal.as_ref().map(ApiError::code);
        if let Some(refusal) = refusal {
            let headers = std::mem::take(response.headers_mut());
            response = refusal.into_problem_response(&id);
            response.headers_mut().extend(headers);
        }
        let took = began.elapsed();
        let has_waited = response.headers().contains_key(PREFERENCE_APPLIED);
        let took_itself = (!has_waited).then_some(took);
        let status = response.status();
        let metrics = &engine.metrics;
        metrics.answered(route.clone(), &method, status, took_itself);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        info!(%method, route, status, ?code, duration_ms, "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(correlation::HEADER, value);
        }
        response
    })
    .await
}
