//! What every request passes on its way in: the fault layer, then the key.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::MethodRouter;

use super::Unigox;
use super::refusal::{Refusal, Shape};
use crate::fault::{self, Failures, Operation};

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    Anybody,
    Partner,
}

/// Puts a route behind its faults, and behind the key where it asks for one.
pub(super) fn guard(
    unigox: &Unigox,
    operation: Operation,
    shape: Shape,
    audience: Audience,
    route: MethodRouter<Unigox>,
) -> MethodRouter<Unigox> {
    let door = Door {
        unigox: unigox.clone(),
        operation,
        shape,
        audience,
    };
    route
        .layer(middleware::from_fn_with_state(door.clone(), check_key))
        .layer(middleware::from_fn_with_state(door, fail))
}

/// Everything that is not a route has a page of plain text.
pub(super) async fn no_such_route() -> (axum::http::StatusCode, &'static str) {
    (axum::http::StatusCode::NOT_FOUND, "404 page not found")
}

#[derive(Clone, Debug)]
struct Door {
    unigox: Unigox,
    operation: Operation,
    shape: Shape,
    audience: Audience,
}

async fn fail(State(door): State<Door>, request: Request, next: Next) -> Response {
    let faults = &door.unigox.inner.faults;
    fault::answer(faults, door.operation, &door, request, next).await
}

async fn check_key(State(door): State<Door>, request: Request, next: Next) -> Response {
    let known = match door.audience {
        Audience::Anybody => true,
        Audience::Partner => is_right(request.headers(), &door.unigox.inner.key),
    };
    if known {
        next.run(request).await
    } else {
        door.unigox.refuse(door.shape, &Refusal::Unauthorized)
    }
}

fn is_right(headers: &HeaderMap, right: &str) -> bool {
    let key = headers.get("x-api-key");
    key.is_some_and(|key| key.as_bytes() == right.as_bytes())
}

impl Failures for Door {
    fn server_error(&self, _: Operation) -> Response {
        self.unigox.refuse(self.shape, &Refusal::Internal)
    }

    fn too_many_requests(&self) -> Response {
        self.unigox.refuse(self.shape, &Refusal::TooManyRequests)
    }

    fn first_status(&self) -> &'static str {
        "awaiting_liquidity_provider"
    }

    fn id_member(&self) -> &'static str {
        if self.operation == Operation::Quote {
            "quote_id"
        } else if self.operation == Operation::Users {
            "user_uuid"
        } else if self.operation == Operation::Accounts {
            "payment_details_id"
        } else {
            "order_id"
        }
    }
}
