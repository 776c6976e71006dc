//! `POST /webhooks/{provider}`: stored before it is acknowledged, and never believed.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use offramp_domain::api::ErrorCode;
use tracing::warn;

use super::extract::{Named, body};
use crate::{crash, engine::Engine, error::ApiError, provider::WebhookError, store::Stored};

/// Takes a provider's notification. It wakes a read, and proves nothing.
///
/// # Errors
/// When webhooks of this provider are not configured, the signature does not fit, or too many wait
/// already: the provider sends it again then.
pub(crate) async fn receive_webhook(
    State(engine): State<Arc<Engine>>,
    Named(name): Named<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let absent = || ApiError::new(ErrorCode::NotFound);
    let provider = engine.provider(&name).ok_or_else(absent)?;
    if !provider.takes_webhooks() {
        return Err(absent());
    }
    let headers = request.headers().clone();
    let bytes = body(request, &()).await?;
    let hint = provider.webhook(&headers, &bytes).map_err(|error| {
        warn!(provider = name, %error, "a webhook was not taken");
        match error {
            WebhookError::NotConfigured => absent(),
            WebhookError::Signature => ApiError::new(ErrorCode::Unauthorized),
            WebhookError::Body => ApiError::invalid_request("the body cannot be read"),
        }
    })?;
    // As it came or not at all: JSON is UTF-8.
    let text =
        str::from_utf8(&bytes).map_err(|_| ApiError::invalid_request("the body is not UTF-8"))?;
    crash::point("webhook_before_insert");
    let stored = engine
        .store
        .insert_webhook(provider.name(), &hint, text, engine.now())
        .await?;
    crash::point("webhook_after_insert");
    engine.hurry();
    match stored {
        Stored::Kept => Ok(StatusCode::NO_CONTENT),
        Stored::Full => {
            warn!(provider = name, "too many webhooks wait: one was refused");
            Err(ApiError::new(ErrorCode::RateLimited).detail("too many webhooks wait"))
        }
    }
}
