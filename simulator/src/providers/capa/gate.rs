//! What every request passes on its way in: the fault layer, then the key.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::MethodRouter;

use super::Capa;
use super::knobs::PartnerFlow;
use super::refusal::Refusal;
use crate::fault::{self, Failures, Operation};

/// Puts a route behind the key, and behind the faults of its operation.
pub(super) fn guard(
    capa: &Capa,
    operation: Option<Operation>,
    route: MethodRouter<Capa>,
) -> MethodRouter<Capa> {
    let door = Door {
        capa: capa.clone(),
        operation,
    };
    route
        .layer(middleware::from_fn_with_state(door.clone(), check_key))
        .layer(middleware::from_fn_with_state(door, fail))
}

/// Everything that is not a route needs a key too before it is told so.
pub(super) async fn no_such_route(State(capa): State<Capa>, headers: HeaderMap) -> Response {
    let refusal = key_refusal(&headers, &capa.inner.key)
        .err()
        .unwrap_or(Refusal::RouteNotFound);
    capa.refuse(&refusal)
}

#[derive(Clone, Debug)]
struct Door {
    capa: Capa,
    operation: Option<Operation>,
}

async fn fail(State(door): State<Door>, request: Request, next: Next) -> Response {
    match door.operation {
        Some(operation) => {
            let faults = &door.capa.inner.faults;
            fault::answer(faults, operation, &door.capa, request, next).await
        }
        None => next.run(request).await,
    }
}

async fn check_key(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Door { capa, operation } = door;
    match key_refusal(request.headers(), &capa.inner.key)
        .and_then(|()| flow_refusal(operation, capa.knobs().partner_flow))
    {
        Ok(()) => next.run(request).await,
        Err(refusal) => capa.refuse(&refusal),
    }
}

/// A key has no spaces and begins like the right one (assumption U28).
fn key_refusal(headers: &HeaderMap, right: &str) -> Result<(), Refusal> {
    let prefix = right.split_once('_').map_or(right, |(prefix, _)| prefix);
    let key = headers.get("partner-api-key").filter(|key| !key.is_empty());
    let key = key
        .ok_or(Refusal::KeyMissing)?
        .to_str()
        .map_err(|_| Refusal::KeyFormat)?;
    if key.contains(char::is_whitespace) || !key.starts_with(prefix) {
        Err(Refusal::KeyFormat)
    } else if key == right {
        Ok(())
    } else {
        Err(Refusal::KeyInvalid)
    }
}

/// Execute is the one operation whose table does not name this refusal.
fn flow_refusal(operation: Option<Operation>, flow: PartnerFlow) -> Result<(), Refusal> {
    match flow {
        PartnerFlow::Valid => Ok(()),
        PartnerFlow::Invalid if operation == Some(Operation::Execute) => Ok(()),
        PartnerFlow::Invalid => Err(Refusal::InvalidPartnerFlow),
    }
}

impl Failures for Capa {
    fn server_error(&self, operation: Operation) -> Response {
        self.refuse(&if operation == Operation::Quote {
            Refusal::QuoteFailed
        } else if operation == Operation::Users {
            Refusal::UserCreationFailed
        } else {
            Refusal::Internal
        })
    }

    fn too_many_requests(&self) -> Response {
        self.refuse(&Refusal::TooManyRequests)
    }

    fn first_status(&self) -> &'static str {
        "PENDING"
    }
}
