//! The built widget: the loader under its own name, everything else under its version.

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use tower_http::services::{ServeDir, ServeFile};

use crate::{
    engine::Engine,
    middleware::security,
    rate_limits::{self, RateLimits},
};

/// The loader changes with every release: asked for again after five minutes.
const LOADER: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Everything else has its content's hash in its name.
const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The widget's files, pre-compressed where the bundler did.
pub(crate) fn files(folder: &Path, limits: &Arc<RateLimits>) -> Router<Arc<Engine>> {
    let version = env!("CARGO_PKG_VERSION");
    let loader = ServeFile::new(folder.join("offramp.js"))
        .precompressed_br()
        .precompressed_gzip();
    let hashed = ServeDir::new(folder.join(version))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .route_service("/offramp.js", loader)
        .layer(from_fn_with_state(Arc::clone(limits), rate_limits::layer))
        .layer(from_fn(|request, next| cached(LOADER, request, next)))
        .merge(
            Router::new()
                .nest_service(&format!("/{version}"), hashed)
                .layer(from_fn_with_state(Arc::clone(limits), rate_limits::layer))
                .layer(from_fn(|request, next| cached(HASHED, request, next))),
        )
}

/// Any page may load the widget: which may use it is decided by the session.
async fn cached(cache: HeaderValue, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let found = response.status().is_success() || response.status().is_redirection();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        security::RESOURCE_POLICY,
        HeaderValue::from_static("cross-origin"),
    );
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let cache = if found {
        cache
    } else {
        HeaderValue::from_static("no-store")
    };
    headers.insert(header::CACHE_CONTROL, cache);
    response
}
