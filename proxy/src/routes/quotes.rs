//! `POST /v1/quotes`: a price.

use std::sync::Arc;

use axum::{Json, extract::State};
use offramp_domain::api::{Problem, QuoteRequest, QuoteResponse};

use super::extract::{JsonBody, PayerSession, may_quote};
use crate::{engine::Engine, error::ApiError};

/// Prices a sale.
#[utoipa::path(
    post, path = "/v1/quotes", tag = "checkout", security(("client_token" = [])),
    request_body = QuoteRequest,
    responses(
        (status = 200, body = QuoteResponse),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 422, body = Problem, description = "`amount_out_of_range`, `asset_unavailable`"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn quote(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<QuoteRequest>,
) -> Result<Json<QuoteResponse>, ApiError> {
    may_quote(&session, engine.now())?;
    let quote = engine.quote(&session, &request).await?;
    Ok(Json(QuoteResponse {
        quote: quote.shown,
        server_time: engine.now(),
    }))
}
