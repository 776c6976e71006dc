//! `GET /v1/checkout`: all that the first screen needs, in one answer.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use offramp_domain::api::{Checkout, Problem, Verification, VerificationStatus, WalletLink};
use tracing::warn;

use super::extract::PayerSession;
use crate::{
    engine::Engine,
    error::ApiError,
    provider::{Provider, ProviderUserId},
    store::{OrderRecord, Payer},
    view::{Viewer, view},
};

/// How long a payer counts as verified without asking again.
const VERIFIED_FOR: Duration = Duration::from_hours(24);

/// How long a form that was asked for counts as missing. Nobody says when it is filled in, so that the
/// payer may try again then, and the answer to the order tells.
const FORM_TAKES: Duration = Duration::from_mins(10);

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
            &engine.catalogs,
            engine.store.secrets(),
        )
    };
    Ok(Json(Checkout {
        assets: engine.catalogs.of(provider.name()).assets(),
        countries: engine.countries(provider).await?,
        destinations: engine.saved_destinations(&session.payer.id).await?,
        receiver: session.terms.receiver,
        verification,
        prefill: session.terms.prefill,
        lock: session.terms.lock,
        return_url: session.terms.return_url,
        order: unfunded.pop().as_ref().map(show),
        orders: others.iter().map(show).collect(),
        quote_needs_destination: provider.capabilities().quote_needs_destination,
        wallet: wallet(provider, &session.payer.user, has_orders).await?,
        server_time: engine.now(),
    }))
}

/// Whether the payer has linked a wallet, where one has to be. A payer whose orders are to be seen
/// sees them even while the provider does not answer.
async fn wallet(
    provider: &dyn Provider,
    user: &ProviderUserId,
    has_orders: bool,
) -> Result<Option<WalletLink>, ApiError> {
    if !provider.capabilities().links_wallet {
        return Ok(None);
    }
    match provider.wallet(user).await {
        Ok(Some(_)) => Ok(Some(WalletLink::Linked)),
        Ok(None) => Ok(Some(WalletLink::Required)),
        Err(error) if has_orders => {
            warn!(
                provider = provider.name(),
                error = &error as &dyn std::error::Error,
                "whether a wallet is linked is not known now"
            );
            Ok(Some(WalletLink::Linked))
        }
        Err(error) => Err(error.into()),
    }
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
    let form_is_missing = payer
        .form_asked_at
        .is_some_and(|at| now.since(at) < FORM_TAKES);
    match provider.verification(&payer.user).await {
        // Called verified all the same: only an order tells whether the form is there.
        Ok(answer) if form_is_missing && answer.status == VerificationStatus::Verified => {
            Ok(Verification {
                status: VerificationStatus::Required,
                verification_url: payer.verification_url.clone(),
            })
        }
        Ok(mut answer) => {
            if answer.status == VerificationStatus::Verified {
                engine.store.payer_verified(&payer.id, Some(now)).await?;
            } else if answer.verification_url.is_none() {
                answer.verification_url.clone_from(&payer.verification_url);
            }
            Ok(answer)
        }
        // An order shows that the provider called the payer verified once.
        Err(error) if has_orders || payer.verified_at.is_some() => {
            warn!(
                provider = provider.name(),
                error = &error as &dyn std::error::Error,
                "the verification is not known now"
            );
            Ok(verified)
        }
        Err(error) => Err(error.into()),
    }
}
