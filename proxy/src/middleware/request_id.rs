//! A request id on every answer, in every log line and in every problem.

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, info, info_span};

use crate::{error::ApiError, secrets::new_id};

/// The header that carries it.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, logs the answer once, and writes the body of a refusal.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let id = new_id("req");
    let method = request.method().clone();
    // The route's pattern, not the path: an unknown path may hold anything.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let span = info_span!("request", request.id = id);
    async move {
        let began = std::time::Instant::now();
        let mut response = next.run(request).await;
        let refusal = response.extensions_mut().remove::<ApiError>();
        let code = refusal.as_ref().map(ApiError::code);
        if let Some(refusal) = refusal {
            let headers = std::mem::take(response.headers_mut());
            response = refusal.into_problem_response(&id);
            response.headers_mut().extend(headers);
        }
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        info!(%method, route, status, ?code, duration_ms, "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HEADER, value);
        }
        response
    }
    .instrument(span)
    .await
}
