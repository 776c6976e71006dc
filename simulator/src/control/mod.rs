//! The control plane under `/_sim/`: what a test or the demo does to the simulated world over HTTP.
//!
//! None of it is part of a provider's API, and none of it asks for a key. An order is named by its
//! id or as `latest`.
//!
//! What no provider has to itself:
//!
//! | call | body |
//! |---|---|
//! | `GET /clock`, `POST /clock/hold`, `POST /clock/run` | |
//! | `POST /clock/step` | `{ "ms": 30000 }` |
//! | `POST /clock/speed` | `{ "factor": 60 }` |
//! | `POST /door` | `{ "shut": "refusing", "for_ms": 2000 }`, or `silent`: no connection comes about until then |
//! | `GET /rates` | |
//! | `POST /rates` | `{ "bps": -100 }`, with `token` and `currency` for some pairs only |
//!
//! What every provider has under `/_sim/{provider}/`, and Capa under `/_sim/` too:
//!
//! | call | body |
//! |---|---|
//! | `GET /orders` | |
//! | `POST /orders/{order}/deposit` | `{ "kind": "exact" }`, `{ "kind": "amount", "amount": "40" }`, `{ "kind": "wrong_token" }` |
//! | `POST /orders/{order}/status` | `{ "status": "FAILED" }`, or any other word, as the provider spells it |
//! | `GET /faults`, `DELETE /faults` | |
//! | `POST /faults` | `{ "operation": "create", "fault": "timeout_after", "times": 1 }`; without `operation` all of them; `refuse` instead of `fault` for a documented refusal |
//! | `GET /knobs`, `PATCH /knobs` | the knobs that change, as in the provider's `Knobs`; `{ "webhooks": "twice" }`, `"held"` or `"lost"` for webhooks that come twice, late or never |
//! | `GET /users` | |
//! | `POST /users` | `{ "verified": true }` |
//! | `POST /users/{user}/verification` | `{ "verification": "VERIFIED" }`, as the provider spells it |
//! | `GET /webhooks` | |
//! | `POST /webhooks/target` | `{ "url": "http://…", "secret": "…" }`; without `url` nowhere |
//! | `POST /webhooks/replay` | `{ "order": "latest" }` |
//! | `POST /webhooks/release` | `{ "order": "reversed" }` or `{ "order": "as_happened" }` |
//! | `GET /books` | |
//!
//! What only CryptoPocket has, under `/_sim/cryptopocket/`; its webhooks are signed with the API
//! secret, so that a target has none:
//!
//! | call | body |
//! |---|---|
//! | `POST /tokens/expire` | |
//! | `POST /users/{user}/standing` | `{ "standing": "banned" }`, `"reinforced"` or `"good"` |
//!
//! `/_sim/unigox/…` has the same calls for UNIGOX.

mod books;
mod clock;
pub(crate) mod cryptopocket;
mod door;
mod faults;
mod knobs;
mod orders;
mod rates;
pub(crate) mod unigox;
mod users;
mod webhooks;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use crate::Simulator;
use crate::providers::capa::{UnknownTransaction, UnknownUser};

/// Every route of the control plane.
pub(crate) fn router(simulator: &Simulator) -> Router {
    let routes = shared().merge(capa()).with_state(simulator.clone());
    let routes = simulator.twins().iter().fold(routes, |routes, twin| {
        routes.nest(&format!("/{}", twin.name()), twin.control(simulator))
    });
    Router::new().nest("/_sim", routes)
}

/// What no provider has to itself.
fn shared() -> Router<Simulator> {
    Router::new()
        .route("/clock", get(clock::show))
        .route("/clock/hold", post(clock::hold))
        .route("/clock/run", post(clock::run))
        .route("/clock/step", post(clock::step))
        .route("/clock/speed", post(clock::speed))
        .route("/door", post(door::shut))
        .route("/rates", get(rates::list).post(rates::shift))
}

/// What is done to Capa's stand-in.
pub(crate) fn capa() -> Router<Simulator> {
    Router::new()
        .route("/orders", get(orders::list))
        .route("/orders/{order}/deposit", post(orders::deposit))
        .route("/orders/{order}/status", post(orders::force_status))
        .route(
            "/faults",
            get(faults::list)
                .post(faults::switch_on)
                .delete(faults::clear),
        )
        .route("/knobs", get(knobs::show).patch(knobs::turn))
        .route("/users", get(users::list).post(users::add))
        .route("/users/{user}/verification", post(users::verify))
        .route("/webhooks", get(webhooks::list))
        .route("/webhooks/target", post(webhooks::aim))
        .route("/webhooks/replay", post(webhooks::replay))
        .route("/webhooks/release", post(webhooks::release))
        .route("/books", get(books::show))
}

/// Why the control plane did not do what it was told.
#[derive(Debug)]
enum Refused {
    UnknownTransaction(UnknownTransaction),
    UnknownUser(UnknownUser),
    NotFound(String),
    BadRequest(String),
}

impl From<UnknownTransaction> for Refused {
    fn from(error: UnknownTransaction) -> Self {
        Self::UnknownTransaction(error)
    }
}

impl From<UnknownUser> for Refused {
    fn from(error: UnknownUser) -> Self {
        Self::UnknownUser(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::UnknownTransaction(error) => (StatusCode::NOT_FOUND, error.to_string()),
            Self::UnknownUser(error) => (StatusCode::NOT_FOUND, error.to_string()),
            Self::NotFound(error) => (StatusCode::NOT_FOUND, error),
            Self::BadRequest(error) => (StatusCode::BAD_REQUEST, error),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
