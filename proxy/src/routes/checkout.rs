//! `GET /v1/checkout`: all that the first screen needs, in one answer.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use offramp_domain::api::{Checkout, Problem, Verification, VerificationStatus};
use tracing::warn;

use super::extract::PayerSession;
use crate::{
    engine::Engine,
    error::ApiError,
    provider::Provider,
    store::{OrderRecord, Payer},
    view::{Viewer, view},
};

/// How long a payer counts as verified without asking again.
const VERIFIED_FOR: Duration = Duration::from_hours(24);

/// Everything that the first screen needs.
#[utoipa::path(
    get, path = "/v1/checkout", tag = "checkout", security(("client_token" = [])),
    responses(
        (status = 200, body = Checkout),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn read_checkout(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
) -> Result<Json<Checkout>, ApiError> {
    let provider = engine.session_provider(&session)?;
    let (mut unfunded, others): (Vec<OrderRecord>, Vec<OrderRecord>) = engine
        .store
        .open_orders(&session.payer.id)
        .await?
        .into_iter()
        .partition(OrderRecord::is_unfunded);
    let has_orders = !unfunded.is_empty() || !others.is_empty();
    let verification = verification(&engine, provider, &session.payer, has_orders).await?;
    let show = |order: &OrderRecord| {
        view(
            order,
            Viewer::Payer,
            &engine.config.catalog,
            engine.store.secrets(),
        )
    };
    Ok(Json(Checkout {
        assets: engine.config.catalog.assets(),
        countries: engine.config.catalog.countries(),
        destinations: Vec::new(),
        receiver: session.terms.receiver,
        verification,
        prefill: session.terms.prefill,
        lock: session.terms.lock,
        return_url: session.terms.return_url,
        order: unfunded.pop().as_ref().map(show),
        orders: others.iter().map(show).collect(),
        quote_needs_destination: provider.capabilities().quote_needs_destination,
        wallet: None,
        server_time: engine.now(),
    }))
}

/// Whether the payer may sell. Once verified, a day without asking again. A payer whose orders are
/// to be seen sees them even while the provider does not answer.
async fn verification(
    engine: &Engine,
    provider: &dyn Provider,
    payer: &Payer,
    has_orders: bool,
) -> Result<Verification, ApiError> {
    let now = engine.now();
    let verified = Verification {
        status: VerificationStatus::Verified,
        verification_url: None,
    };
    if payer
        .verified_at
        .is_some_and(|at| now.since(at) < VERIFIED_FOR)
    {
        return Ok(verified);
    }
    match provider.verification(&payer.user).await {
        Ok(answer) => {
            if answer.status == VerificationStatus::Verified {
                engine.store.payer_verified(&payer.id, Some(now)).await?;
            }
            Ok(answer)
        }
        // An order shows that the provider called the payer verified once.
        Err(error) if has_orders || payer.verified_at.is_some() => {
            warn!(
                error = &error as &dyn std::error::Error,
                "the verification is not known now"
            );
            Ok(verified)
        }
        Err(error) => Err(error.into()),
    }
}
