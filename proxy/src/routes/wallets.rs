//! `/v1/wallets` and `signing_requests`: the payer's own wallet, linked once and asked to sign.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use offramp_domain::{
    api::{
        FieldProblem, Problem, SigningRequest, SigningRequestRequest, WalletChallenge,
        WalletChallengeRequest, WalletLinkRequest, WalletLinked,
    },
    bank,
    network::{DepositAddress, Network},
};

use super::{
    extract::{Caller, JsonBody, Named, PayerSession, may_quote},
    orders::visible,
};
use crate::{engine::Engine, error::ApiError, provider::Provider, store::StoredSession};

/// What a wallet has to sign to be linked to the payer.
#[utoipa::path(
    post, path = "/v1/wallets/challenge", tag = "wallets", security(("client_token" = [])),
    request_body = WalletChallengeRequest,
    responses(
        (status = 200, body = WalletChallenge),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 422, body = Problem, description = "`invalid_fields`"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn challenge(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<WalletChallengeRequest>,
) -> Result<Json<WalletChallenge>, ApiError> {
    let provider = linking(&engine, &session)?;
    checked(&request.address)?;
    let user = &session.payer.user;
    let challenge = provider.wallet_challenge(user, &request.address).await?;
    Ok(Json(challenge))
}

/// Links a wallet to the payer, for good.
#[utoipa::path(
    post, path = "/v1/wallets", tag = "wallets", security(("client_token" = [])),
    request_body = WalletLinkRequest,
    responses(
        (status = 201, body = WalletLinked),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 422, body = Problem, description = "`invalid_fields`"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn link(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<WalletLinkRequest>,
) -> Result<(StatusCode, Json<WalletLinked>), ApiError> {
    let provider = linking(&engine, &session)?;
    checked(&request.address)?;
    let address = provider.link_wallet(&session.payer.user, &request).await?;
    Ok((StatusCode::CREATED, Json(WalletLinked { address })))
}

/// What the payer's wallet is to sign for an order now. Nonces and deadlines go stale, so it is
/// asked for when the payer signs.
#[utoipa::path(
    post, path = "/v1/orders/{id}/signing_requests", tag = "wallets",
    security(("client_token" = [])),
    params(("id" = String, Path, description = "the order")),
    request_body = SigningRequestRequest,
    responses(
        (status = 200, body = SigningRequest),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`action_not_allowed`, `wallet_not_linked`, `needs_operator`"),
        (status = 503, body = Problem, description = "`provider_unavailable`"),
    ),
)]
pub(crate) async fn signing_request(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<SigningRequestRequest>,
) -> Result<Json<SigningRequest>, ApiError> {
    let order = visible(&engine, &Caller::Payer(Box::new(session)), &id).await?;
    Ok(Json(engine.signing_request(&order, request).await?))
}

/// The session's provider, where it links wallets and the session may still begin anything.
fn linking<'a>(engine: &'a Engine, session: &StoredSession) -> Result<&'a dyn Provider, ApiError> {
    may_quote(session, engine.now())?;
    let provider = engine.session_provider(session)?;
    if provider.capabilities().links_wallet {
        Ok(provider)
    } else {
        Err(ApiError::invalid_request("this provider links no wallets"))
    }
}

/// Wallets that sign are those of Ethereum and its kin.
fn checked(address: &str) -> Result<(), ApiError> {
    if DepositAddress::parse(Network::Eth, address).is_ok() {
        return Ok(());
    }
    Err(ApiError::invalid_fields(vec![FieldProblem {
        key: "address".to_owned(),
        problem: bank::Problem::WrongForm,
    }]))
}
