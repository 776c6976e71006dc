//! `/v1/destinations`: accounts that are saved where the provider keeps them.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use offramp_domain::api::{DestinationRequest, DestinationResponse, Problem};

use super::extract::{JsonBody, Named, PayerSession, may_quote};
use crate::{engine::Engine, error::ApiError};

/// Saves an account by the form of its country. One that was saved before is answered as it is.
#[utoipa::path(
    post, path = "/v1/destinations", tag = "checkout", security(("client_token" = [])),
    request_body = DestinationRequest,
    responses(
        (status = 201, body = DestinationResponse),
        (status = 400, body = Problem, description = "`invalid_request`: this provider keeps no accounts"),
        (status = 401, body = Problem),
        (status = 422, body = Problem, description = "`invalid_fields`, `asset_unavailable`"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn save_destination(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<DestinationRequest>,
) -> Result<(StatusCode, Json<DestinationResponse>), ApiError> {
    may_quote(&session, engine.now())?;
    let destination = engine.save_destination(&session, &request).await?;
    Ok((
        StatusCode::CREATED,
        Json(DestinationResponse { destination }),
    ))
}

/// Removes a saved account, here and at the provider.
#[utoipa::path(
    delete, path = "/v1/destinations/{id}", tag = "checkout", security(("client_token" = [])),
    params(("id" = String, Path, description = "the saved account")),
    responses(
        (status = 204, description = "it is gone"),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`action_not_allowed`: an order is paid to it"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn remove_destination(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
) -> Result<StatusCode, ApiError> {
    engine.remove_destination(&session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
