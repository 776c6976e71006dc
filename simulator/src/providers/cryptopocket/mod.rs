//! CryptoPocket's API, as far as its documents tell, and as `assumptions` says beyond that.
//!
//! Everything is there with and without `/api`, under `/cryptopocket`. Read `assumptions` for what
//! nobody has written down, `books` for what is remembered, `progress` for how an off-ramp moves,
//! then one file per endpoint. Section and assumption numbers in comments are those of the
//! contract. `handle` is what tests and the control plane may do, and no operator.

mod assets;
mod assumptions;
mod authenticate;
mod books;
mod countries;
mod create;
mod customers;
mod desk;
mod fields;
mod gate;
mod handle;
mod ids;
mod knobs;
mod kyc;
mod letters;
mod page;
mod progress;
mod quote;
mod rampoffs;
mod refusal;
mod register;
pub mod seed;
mod status;
mod subscriptions;
mod twin;
mod views;
mod webhooks;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::json;

use self::books::Books;
use self::webhooks::Post;
use super::common::tick;
use crate::clock::Moment;
use crate::config::CryptoPocketKeys;
use crate::fault::{Faults, Operation};
use crate::world::World;

pub use self::books::Standing;
pub use self::countries::Country;
pub use self::handle::{UnknownOrder, UnknownUser};
pub use self::knobs::{
    AssetList, ErrorShape, EventNames, Knobs, KycAnswer, List, Payout, Quotes, SignatureText,
    Statuses, SuccessWord, TokenAnswer, UserIds, Wallets, WebhookId,
};
pub use self::kyc::Kyc;
pub use self::refusal::Refusal;
pub use self::status::Status;
pub use self::views::{DepositView, OrderView, UserView, WebhookView};
pub use super::common::{DeliveryOutcome, Deposit, Pick, ReleaseOrder, WebhookDelivery};

/// CryptoPocket's stand-in, and the handle on it. Clones are the same CryptoPocket.
#[derive(Clone, Debug)]
pub struct CryptoPocket {
    inner: Arc<Inner>,
}

struct Inner {
    keys: CryptoPocketKeys,
    world: World,
    books: Mutex<Books>,
    faults: Faults,
    post: Post,
}

/// Where the API begins, with and without `/api` after it.
const PREFIX: &str = "/cryptopocket";

impl CryptoPocket {
    pub(crate) fn new(keys: CryptoPocketKeys, world: World) -> Self {
        let books = Mutex::new(Books::new(world.clone()));
        let post = Post::new(keys.clone(), world.clock().clone());
        let inner = Inner {
            keys,
            world,
            books,
            faults: Faults::default(),
            post,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The routes, each with its faults and its check of the token.
    pub(crate) fn router(&self) -> Router {
        let on = |operation, route| gate::guard(self, operation, route);
        let authenticate = post(authenticate::authenticate);
        let routes = Router::new()
            .route(
                "/authenticate",
                gate::open(self, Operation::Authenticate, authenticate),
            )
            .route(
                "/registerUser",
                on(Operation::Users, post(register::person)),
            )
            .route(
                "/register/company",
                on(Operation::Users, post(register::company)),
            )
            .route(
                "/customers/list",
                on(Operation::Users, get(customers::list)),
            )
            .route("/kyc/check", on(Operation::Kyc, get(kyc::check)))
            .route(
                "/onboarding-form",
                on(Operation::Kyc, post(kyc::onboarding_form)),
            )
            .route(
                "/customers/{user_id}/documents",
                on(Operation::Documents, post(customers::upload)),
            )
            .route(
                "/available-assets",
                on(Operation::Assets, get(assets::list)),
            )
            .route(
                assumptions::QUOTE_PATH,
                on(Operation::Quote, get(quote::quote)),
            )
            .route(
                "/createRampoff",
                on(Operation::Create, post(create::create)),
            )
            .route("/getRampoff", on(Operation::Read, get(rampoffs::read)))
            .route(
                assumptions::LIST_PATH,
                on(Operation::List, get(rampoffs::list)),
            )
            .route(
                "/subscribeToWebhook",
                on(Operation::Subscribe, post(subscriptions::subscribe)),
            )
            .route(
                "/updateWebhookSubscription",
                on(Operation::Subscribe, post(subscriptions::update)),
            );
        let routes = routes
            .clone()
            .nest("/api", routes)
            .fallback(gate::no_such_route)
            .with_state(self.clone());
        Router::new().nest(PREFIX, routes)
    }

    /// Lets time do its work and delivers webhooks, for as long as it is polled.
    pub(crate) async fn live(&self) {
        let tick = tick(self.inner.world.clock(), || self.with_books(|_, _| ()));
        tokio::join!(tick, self.inner.post.deliver());
    }

    /// Acts on the books as they stand now, and takes to the post what that calls for.
    fn with_books<T>(&self, act: impl FnOnce(&mut Books, Moment) -> T) -> T {
        let mut books = self.books();
        let now = self.inner.world.clock().now();
        books.advance(now);
        let result = act(&mut books, now);
        let letters = std::mem::take(&mut books.letters);
        self.inner.post.hand_in(letters, &books.knobs);
        result
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.inner
            .books
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer in the usual envelope, or the refusal.
    fn reply<T: Serialize>(&self, result: Result<T, Refusal>) -> Response {
        match result {
            Ok(data) => {
                let status = self.knobs().success.as_str();
                Json(wire::Envelope { status, data }).into_response()
            }
            Err(refusal) => self.refuse(&refusal),
        }
    }

    /// An answer that stands beside the status of the envelope, not in `data`.
    fn beside(&self, name: &str, value: &str) -> Response {
        let status = self.knobs().success.as_str();
        Json(json!({ "status": status, name: value })).into_response()
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let shape = self.knobs().errors;
        (refusal.status(), Json(refusal.body(shape))).into_response()
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CryptoPocket")
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}
