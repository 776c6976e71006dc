//! `/_sim/unigox/…`: UNIGOX' part of the control plane, as its own is for Capa.
//!
//! | call | body |
//! |---|---|
//! | `GET /orders`, `GET /orders/{order}` | |
//! | `POST /orders/{order}/status` | `{ "status": "dispute_started" }`, or any other word |
//! | `POST /orders/{order}/profile` | `{ "profile": "bank_return" }` |
//! | `GET /faults`, `POST /faults`, `DELETE /faults` | as for Capa; `refuse` takes a refusal of UNIGOX |
//! | `GET /knobs`, `PATCH /knobs` | the knobs that change, as in [`Knobs`](crate::providers::unigox::Knobs) |
//! | `GET /users` | |
//! | `POST /users` | `{ "kyc_status": "VERIFIED", "wallet_type": "partner_wallet" }` |
//! | `POST /users/{user}/verification` | `{ "kyc_status": "VERIFIED" }` |
//! | `GET /webhooks` | |
//! | `POST /webhooks/target` | `{ "url": "http://…", "secret": "…" }`; without `url` nowhere |
//! | `POST /webhooks/replay` | `{ "order": "latest" }` |
//! | `POST /webhooks/release` | `{ "order": "reversed" }` or `{ "order": "as_happened" }` |
//! | `GET /wallets/{address}` | |
//! | `POST /wallets/{address}/mint` | `{ "token": "USDT", "amount": "500" }` |
//! | `GET /books` | |

mod faults;
mod orders;
mod people;
mod post;
mod state;

use axum::Router;
use axum::routing::{get, post};

use super::Refused;
use crate::Simulator;
use crate::providers::unigox::{BadAddress, UnknownOrder, UnknownUser, WalletRefused};

/// Every route of UNIGOX' part.
pub(crate) fn router() -> Router<Simulator> {
    Router::new()
        .route("/orders", get(orders::list))
        .route("/orders/{order}", get(orders::show))
        .route("/orders/{order}/status", post(orders::force_status))
        .route("/orders/{order}/profile", post(orders::set_profile))
        .route(
            "/faults",
            get(faults::list)
                .post(faults::switch_on)
                .delete(faults::clear),
        )
        .route("/knobs", get(state::knobs).patch(state::turn))
        .route("/users", get(people::list).post(people::add))
        .route("/users/{user}/verification", post(people::verify))
        .route("/webhooks", get(post::list))
        .route("/webhooks/target", post(post::aim))
        .route("/webhooks/replay", post(post::replay))
        .route("/webhooks/release", post(post::release))
        .route("/wallets/{address}", get(state::wallet))
        .route("/wallets/{address}/mint", post(state::mint))
        .route("/books", get(state::books))
}

impl From<UnknownOrder> for Refused {
    fn from(error: UnknownOrder) -> Self {
        Self::NotFound(error.to_string())
    }
}

impl From<UnknownUser> for Refused {
    fn from(error: UnknownUser) -> Self {
        Self::NotFound(error.to_string())
    }
}

impl From<BadAddress> for Refused {
    fn from(error: BadAddress) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<WalletRefused> for Refused {
    fn from(error: WalletRefused) -> Self {
        Self::BadRequest(error.to_string())
    }
}
