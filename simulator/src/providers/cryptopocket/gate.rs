//! What every request passes on its way in: the fault layer, then the token.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Json, body::Body};
use serde_json::json;

use super::CryptoPocket;
use super::refusal::Refusal;
use crate::fault::{self, Failures, Operation};

/// Puts a route behind the faults of its operation, and behind the token.
pub(super) fn guard(
    pocket: &CryptoPocket,
    operation: Operation,
    route: MethodRouter<CryptoPocket>,
) -> MethodRouter<CryptoPocket> {
    let route = route.layer(middleware::from_fn_with_state(pocket.clone(), check_token));
    open(pocket, operation, route)
}

/// Puts a route behind the faults of its operation only.
pub(super) fn open(
    pocket: &CryptoPocket,
    operation: Operation,
    route: MethodRouter<CryptoPocket>,
) -> MethodRouter<CryptoPocket> {
    let state = (pocket.clone(), operation);
    route.layer(middleware::from_fn_with_state(state, fail))
}

/// As the framework that the error shapes point to says it.
pub(super) async fn no_such_route() -> Response {
    let body = json!({ "message": "The route could not be found." });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

async fn fail(
    State((pocket, operation)): State<(CryptoPocket, Operation)>,
    request: Request,
    next: Next,
) -> Response {
    fault::answer(&pocket.inner.faults, operation, &pocket, request, next).await
}

/// The bare value of the header `auth`.
async fn check_token(
    State(pocket): State<CryptoPocket>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let token = request.headers().get("auth");
    let token = token.and_then(|token| token.to_str().ok());
    let is_good = pocket.with_books(|books, now| {
        token
            .and_then(|token| books.tokens.get(token))
            .is_some_and(|end| now < *end)
    });
    if is_good {
        next.run(request).await
    } else {
        pocket.refuse(&Refusal::AuthorizationIncorrect)
    }
}

impl Failures for CryptoPocket {
    fn server_error(&self, _: Operation) -> Response {
        let body = json!({ "message": "Server Error" });
        (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
    }

    fn too_many_requests(&self) -> Response {
        let body = json!({ "message": "Too Many Attempts." });
        (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response()
    }

    fn first_status(&self) -> &'static str {
        super::assumptions::STARTED
    }
}
