//! `POST /v1/sessions`: the partner's backend opens a session for a payer.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use offramp_domain::{
    api::{
        ErrorCode, FieldProblem, LockKey, PayerRef, Prefill, Problem, Session, SessionRequest,
        SessionResponse,
    },
    bank,
};
use url::Url;

use super::extract::{JsonBody, Named, PartnerKey};
use crate::{
    engine::Engine,
    error::ApiError,
    provider::{Provider, ProviderUserId, Registered},
    secrets::{client_token, new_id},
    store::{NewSession, Payer, Terms},
};

/// The longest id that a partner gives a payer.
const LONGEST_ID: usize = 200;

/// How long a session reads and acts after it was opened.
const READS_FOR: Duration = Duration::from_hours(30 * 24);

/// Opens a session: permission for one browser to act for one payer for a while.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "partner", security(("partner_key" = [])),
    request_body = SessionRequest,
    responses(
        (status = 201, body = SessionResponse),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "`origin_not_allowed`"),
        (status = 422, body = Problem, description = "`payer_mismatch`, `payer_incomplete`"),
    ),
)]
pub(crate) async fn open_session(
    _: PartnerKey,
    State(engine): State<Arc<Engine>>,
    JsonBody {
        value: request,
        hash: _,
    }: JsonBody<SessionRequest>,
) -> Result<(StatusCode, Json<SessionResponse>), ApiError> {
    if !engine.config.allowed_origins.contains(&request.origin) {
        return Err(ApiError::new(ErrorCode::OriginNotAllowed)
            .detail("the origin is not listed in OFFRAMP_ALLOWED_ORIGINS"));
    }
    if request
        .return_url
        .as_deref()
        .is_some_and(|url| !is_web_address(url))
    {
        return Err(ApiError::invalid_request(
            "return_url is not an http or https address",
        ));
    }
    if let Some(unsaid) = request
        .lock
        .iter()
        .find_map(|lock| unsaid(&request.prefill, *lock))
    {
        return Err(ApiError::invalid_request(format!(
            "{unsaid} is locked, and prefill does not say to what"
        )));
    }
    let name = request
        .provider
        .as_deref()
        .unwrap_or(&engine.config.provider);
    let provider = engine
        .provider(name)
        .ok_or_else(|| ApiError::invalid_request("the provider is not configured"))?;
    let payer = payer(&engine, provider.as_ref(), &request.payer).await?;

    let now = engine.now();
    let id = new_id("ses");
    let client_token = client_token();
    let expires_at = now.plus(engine.config.session);
    let terms = Terms {
        receiver: request.receiver,
        prefill: request.prefill,
        lock: request.lock,
        return_url: request.return_url,
    };
    let session = NewSession {
        id: &id,
        client_token: &client_token,
        payer_id: &payer.id,
        origin: &request.origin,
        terms: &terms,
        expires_at,
        read_until: now.plus(READS_FOR.max(engine.config.session)),
    };
    engine.store.insert_session(&session, now).await?;
    let session = Session {
        id,
        client_token,
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(SessionResponse { session })))
}

/// Ends a session: its token reads and acts no more. The payer's orders go on.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "partner", security(("partner_key" = [])),
    params(("id" = String, Path, description = "the session")),
    responses(
        (status = 204, description = "it has ended"),
        (status = 401, body = Problem), (status = 404, body = Problem),
    ),
)]
pub(crate) async fn end_session(
    _: PartnerKey,
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
) -> Result<StatusCode, ApiError> {
    if engine.store.end_session(&id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(ErrorCode::NotFound))
    }
}

/// The payer whom the partner names, made known to the provider on first use.
async fn payer(
    engine: &Engine,
    provider: &dyn Provider,
    named: &PayerRef,
) -> Result<Payer, ApiError> {
    let is_id =
        |id: &str| !id.is_empty() && id.len() <= LONGEST_ID && !id.chars().any(char::is_control);
    if !is_id(&named.id)
        || named
            .provider_user_id
            .as_deref()
            .is_some_and(|id| !is_id(id))
    {
        return Err(ApiError::invalid_request(format!(
            "payer.id and payer.provider_user_id have 1 to {LONGEST_ID} characters"
        )));
    }
    let mismatch = || ApiError::new(ErrorCode::PayerMismatch);
    let known = engine
        .store
        .payer_of_partner(provider.name(), &named.id)
        .await?;
    let registered = match (known, &named.provider_user_id) {
        (Some(payer), Some(user)) if payer.user.0 != *user => return Err(mismatch()),
        (Some(payer), Some(_) | None) => return Ok(payer),
        (None, Some(user)) => Registered {
            user: ProviderUserId(user.clone()),
            verification_url: None,
        },
        (None, None) => {
            let missing = missing(provider, named);
            if !missing.is_empty() {
                return Err(ApiError::payer_incomplete(missing));
            }
            match provider.register(named).await {
                Ok(registered) => registered,
                // A session that was opened at the same moment may have registered them.
                Err(error) => {
                    let known = engine
                        .store
                        .payer_of_partner(provider.name(), &named.id)
                        .await?;
                    return known.ok_or_else(|| error.into());
                }
            }
        }
    };
    let bound = engine
        .store
        .bind_payer(provider.name(), &named.id, &registered, engine.now())
        .await?;
    bound.ok_or_else(mismatch)
}

/// What the provider asks about a payer, and the partner did not say.
fn missing(provider: &dyn Provider, named: &PayerRef) -> Vec<FieldProblem> {
    provider
        .misses(named)
        .into_iter()
        .map(|key| FieldProblem {
            key: key.to_owned(),
            problem: bank::Problem::Required,
        })
        .collect()
}

/// What a lock would keep, and the prefill does not name: the payer would be free to choose.
fn unsaid(prefill: &Prefill, lock: LockKey) -> Option<&'static str> {
    let (name, is_said) = match lock {
        LockKey::Country => ("country", prefill.country.is_some()),
        LockKey::Token => ("token", prefill.token.is_some()),
        LockKey::Network => ("network", prefill.network.is_some()),
        LockKey::CryptoAmount => ("crypto_amount", prefill.crypto_amount.is_some()),
    };
    (!is_said).then_some(name)
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
