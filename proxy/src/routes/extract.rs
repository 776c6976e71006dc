//! What handlers take out of a request, parsed once.

use std::{error::Error, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use offramp_domain::{api::ErrorCode, time::Timestamp};
use serde::de::DeserializeOwned;
use tower_http::timeout::TimeoutError;

use crate::{
    engine::Engine,
    error::ApiError,
    secrets::{body_hash, is_client_token, is_resume_token},
    store::{KeyUse, StoredSession},
    view::Viewer,
};

/// The longest idempotency key.
const LONGEST_KEY: usize = 200;

/// Who is calling.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// A payer's browser, in a session that may read and act.
    Payer(Box<StoredSession>),
    /// The partner's backend.
    Partner,
    /// Whoever holds a resume link. The token still has to fit the order.
    Resume(String),
}

impl Caller {
    /// What they see of an order.
    pub(crate) fn viewer(&self) -> Viewer {
        match self {
            Self::Payer(_) => Viewer::Payer,
            Self::Partner => Viewer::Partner,
            Self::Resume(_) => Viewer::Resume,
        }
    }
}

impl FromRequestParts<Arc<Engine>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        engine: &Arc<Engine>,
    ) -> Result<Self, Self::Rejection> {
        let unauthorized = || ApiError::new(ErrorCode::Unauthorized);
        let token = bearer(&parts.headers).ok_or_else(unauthorized)?;
        let origin = parts.headers.get(header::ORIGIN);
        let not_allowed = || Err(ApiError::new(ErrorCode::OriginNotAllowed));
        if is_client_token(token) {
            let session = engine
                .store
                .session(token)
                .await?
                .ok_or_else(unauthorized)?;
            match origin {
                Some(origin) if origin.as_bytes() != session.origin.as_bytes() => {
                    return not_allowed();
                }
                None if parts.method != Method::GET => return not_allowed(),
                Some(_) | None => {}
            }
            if session.read_until <= engine.now() {
                return Err(ApiError::new(ErrorCode::SessionExpired));
            }
            return Ok(Self::Payer(Box::new(session)));
        }
        if is_resume_token(token) {
            let is_listed = |origin: &axum::http::HeaderValue| {
                let allowed = &engine.config.allowed_origins;
                allowed
                    .iter()
                    .any(|allowed| allowed.as_bytes() == origin.as_bytes())
            };
            return match origin {
                Some(origin) if !is_listed(origin) => not_allowed(),
                Some(_) | None => Ok(Self::Resume(token.to_owned())),
            };
        }
        // The partner's key has no business in a browser.
        match origin {
            _ if !engine.store.secrets().is_partner_key(token) => Err(unauthorized()),
            Some(_) => not_allowed(),
            None => Ok(Self::Partner),
        }
    }
}

/// The token or key that a request comes with.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A payer's browser, in a session that may read and act.
#[derive(Clone, Debug)]
pub(crate) struct PayerSession(pub StoredSession);

impl FromRequestParts<Arc<Engine>> for PayerSession {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        engine: &Arc<Engine>,
    ) -> Result<Self, Self::Rejection> {
        match Caller::from_request_parts(parts, engine).await? {
            Caller::Payer(session) => Ok(Self(*session)),
            Caller::Partner | Caller::Resume(_) => Err(ApiError::new(ErrorCode::Unauthorized)),
        }
    }
}

/// Whether a session may still quote and create.
///
/// # Errors
/// When its time is over.
pub(crate) fn may_quote(session: &StoredSession, now: Timestamp) -> Result<(), ApiError> {
    if session.expires_at > now {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::SessionExpired))
    }
}

/// The partner's backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartnerKey;

impl FromRequestParts<Arc<Engine>> for PartnerKey {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        engine: &Arc<Engine>,
    ) -> Result<Self, Self::Rejection> {
        match Caller::from_request_parts(parts, engine).await? {
            Caller::Partner => Ok(Self),
            Caller::Payer(_) | Caller::Resume(_) => Err(ApiError::new(ErrorCode::Unauthorized)),
        }
    }
}

/// How JSON spells the character that no text has.
const NUL: &[u8] = br"\u0000";

/// A JSON body of the documented form, with the hash that an idempotency key is bound to.
#[derive(Clone, Debug)]
pub(crate) struct JsonBody<T> {
    /// What it says.
    pub value: T,
    /// The hash of its bytes.
    pub hash: String,
}

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                let kind = value.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("application/json")
            });
        if !is_json {
            return Err(ApiError::invalid_request(
                "the body is not declared application/json",
            ));
        }
        let bytes = body(request, state).await?;
        Self::read(&bytes)
    }
}

impl<T: DeserializeOwned> JsonBody<T> {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ApiError> {
        // No database keeps it in a text.
        if bytes.windows(NUL.len()).any(|window| window == NUL) {
            return Err(ApiError::invalid_request(
                "the body holds the character U+0000",
            ));
        }
        let value = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
        Ok(Self {
            value,
            hash: body_hash(bytes),
        })
    }

    /// The same where nothing at all may be said: no body is `{}`.
    pub(crate) async fn or_nothing(request: Request) -> Result<Self, ApiError> {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            return Self::from_request(request, &()).await;
        }
        let bytes = body(request, &()).await?;
        if bytes.is_empty() {
            Self::read(b"{}")
        } else {
            Err(ApiError::invalid_request(
                "the body is not declared application/json",
            ))
        }
    }
}

/// What a path names. One that cannot be read names nothing.
#[derive(Clone, Debug)]
pub(crate) struct Named<T>(pub T);

impl<T, S> FromRequestParts<S> for Named<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        if parts.uri.path().contains("%00") {
            return Err(ApiError::new(ErrorCode::NotFound));
        }
        let named = Path::<T>::from_request_parts(parts, state).await;
        named
            .map(|Path(named)| Self(named))
            .map_err(|_| ApiError::new(ErrorCode::NotFound))
    }
}

/// The bytes of a body, up to the limit.
///
/// # Errors
/// When there are more, they took too long, or the connection broke.
pub(crate) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::new(ErrorCode::PayloadTooLarge)
            } else if took_too_long(&rejection) {
                ApiError::invalid_request("the body took too long")
                    .with_status(StatusCode::REQUEST_TIMEOUT)
            } else {
                ApiError::invalid_request("the body could not be read")
            }
        })
}

/// Whether the connection's own limit of time ended the body.
fn took_too_long(rejection: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(rejection);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Says what was found without repeating what was sent: it may be a bank number.
fn unreadable(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    let names_a_field =
        message.starts_with("unknown field") || message.starts_with("missing field");
    let detail = if names_a_field {
        message
            .split(',')
            .next()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect()
    } else {
        format!(
            "not of the documented form at line {} column {}",
            error.line(),
            error.column()
        )
    };
    ApiError::invalid_request(detail)
}

/// The `Idempotency-Key` of a request.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .filter(|key| (1..=LONGEST_KEY).contains(&key.len()))
            .map(|key| Self(key.to_owned()))
            .ok_or_else(|| {
                ApiError::invalid_request(format!(
                    "an Idempotency-Key of 1 to {LONGEST_KEY} visible characters is needed"
                ))
            })
    }

    /// Bound to a route and a body.
    pub(crate) fn bound(self, route: impl Into<String>, body_hash: String) -> KeyUse {
        KeyUse {
            route: route.into(),
            key: self.0,
            body_hash,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Self::read(&parts.headers)
    }
}
