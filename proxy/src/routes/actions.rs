//! `POST /v1/orders/{id}/actions/{action}`: what a payer can do about an order.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::Response,
};
use offramp_domain::api::{Action, ErrorCode, NoFields, OrderResponse, Problem, ReportSent};

use super::{
    extract::{Caller, IdempotencyKey, JsonBody, Named, PayerSession},
    orders::{Use, first_use, shown, visible},
};
use crate::{engine::Engine, error::ApiError, store::OrderRecord, view::Viewer};

/// How long a caller waits for the provider's answer before it sees the order as it is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(4);

/// Acts on an order, exactly once for one key. A second request for what is under way gets the
/// order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/actions/{action}", tag = "orders", security(("client_token" = [])),
    params(
        ("id" = String, Path, description = "the order"),
        ("action" = Action, Path, description = "one of the order's `actions`"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 visible characters"),
    ),
    request_body = ReportSent,
    responses(
        (status = 200, body = OrderResponse),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`action_not_allowed`"),
        (status = 422, body = Problem, description = "`invalid_fields`, `idempotency_conflict`"),
    ),
)]
pub(crate) async fn act(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    Named((id, name)): Named<(String, String)>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Response, ApiError> {
    let payer_id = session.payer.id.clone();
    let order = visible(&engine, &Caller::Payer(Box::new(session)), &id).await?;
    let action = Action::parse(&name).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let route = format!("POST /v1/orders/{id}/actions/{name}");
    let acted = match action {
        Action::ReportSent => {
            let body = JsonBody::<ReportSent>::or_nothing(request).await?;
            let key = key.bound(route, body.hash);
            match first_use(&engine, &payer_id, &key).await? {
                Use::Again(order) => *order,
                Use::First(_claim) => engine.report_sent(&order, &body.value, key).await?,
            }
        }
        Action::Cancel => {
            let body = JsonBody::<NoFields>::or_nothing(request).await?;
            let key = key.bound(route, body.hash);
            match first_use(&engine, &payer_id, &key).await? {
                Use::Again(order) => *order,
                Use::First(_claim) => {
                    let order = engine.cancel(&order, key).await?;
                    answered(&engine, order).await?
                }
            }
        }
        Action::AuthoriseTransfer
        | Action::ConfirmReceived
        | Action::ReportNotReceived
        | Action::AuthoriseRefund
        | Action::ProvideInformation
        | Action::CompleteVerification
        | Action::ChangeDestination => return Err(ApiError::new(ErrorCode::ActionNotAllowed)),
    };
    Ok(shown(&engine, &acted, Viewer::Payer))
}

/// Waits a little for the provider's answer to an action that is under way.
async fn answered(engine: &Engine, order: OrderRecord) -> Result<OrderRecord, ApiError> {
    let mut changes = engine.wake.subscribe(&order.id);
    let wait = async {
        let mut now = order.clone();
        while now.pending_action.is_some() {
            match engine.store.order(&order.id).await? {
                Some(read) if read.pending_action.is_none() => return Ok(read),
                Some(read) => now = read,
                None => return Err(ApiError::new(ErrorCode::NotFound)),
            }
            changes.changed().await;
        }
        Ok(now)
    };
    match tokio::time::timeout(ANSWERS_WITHIN, wait).await {
        Ok(answered) => answered,
        Err(_not_yet) => engine
            .store
            .order(&order.id)
            .await?
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound)),
    }
}
