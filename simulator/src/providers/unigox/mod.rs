//! UNIGOX' partner API, off-ramp, as its contract describes it.
//!
//! Read `books` for what is remembered, `progress` and `plan` for how an order moves, `typed_data`
//! for what is signed, then one file per endpoint. Section and assumption numbers in comments are
//! those of the contract; `assumptions` has every one that the code relies on. `handle` is what
//! tests and the control plane may do, and no partner.

mod accounts;
mod assumptions;
mod authorise;
mod books;
mod catalogue;
mod chain;
mod gate;
mod handle;
mod initiate;
mod knobs;
mod kyc;
mod letters;
mod order;
mod orders;
mod plan;
mod post;
mod price;
mod profile;
mod progress;
mod quotes;
mod rails;
mod refund;
mod refusal;
pub mod seed;
mod status;
mod typed_data;
mod users;
mod verification;
mod views;
mod wallets;
mod webhooks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use self::books::Books;
use self::chain::Token;
use self::gate::Audience;
use self::post::Post;
use self::refusal::Shape;
use crate::clock::Moment;
use crate::config::UnigoxConfig;
use crate::fault::{Faults, Operation};
use crate::world::World;

pub use self::books::WalletType;
pub use self::handle::{
    AddUser, BadAddress, Pick, UnknownOrder, UnknownToken, UnknownUser, WalletRefused,
};
pub use self::knobs::{
    FailureBodies, Feature, Funding, InitiateAnswer, Knobs, PendingActions, Presence,
    RefundExecution, Refunds, ReviewWord, SafeTypes, StatusRefusal, UserMember,
    VerificationOutcome, WebhookDelivery, WebhookUrls,
};
pub use self::order::Custody;
pub use self::post::WebhookView;
pub use self::profile::Profile;
pub use self::refusal::Refusal;
pub use self::status::Status;
pub use self::verification::KycStatus;
pub use self::views::{OrderView, UserView, WalletView};

/// UNIGOX' stand-in, and the handle on it. Clones are the same UNIGOX.
#[derive(Clone, Debug)]
pub struct Unigox {
    inner: Arc<Inner>,
}

struct Inner {
    key: String,
    world: World,
    books: Mutex<Books>,
    faults: Faults,
    post: Post,
}

/// Where the API begins: the provider's own path behind a prefix of ours.
const PREFIX: &str = "/unigox/api/v1";

impl Unigox {
    pub(crate) fn new(config: UnigoxConfig, world: World) -> Self {
        let UnigoxConfig {
            key,
            webhook_url,
            webhook_secret,
            partner_wallet,
        } = config;
        let books = Mutex::new(Books::new(world.clone(), partner_wallet));
        let post = Post::new(webhook_url, webhook_secret, world.clock().clone());
        let inner = Inner {
            key,
            world,
            books,
            faults: Faults::default(),
            post,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The routes, each with its faults and its checks of the key.
    pub(crate) fn router(&self) -> Router {
        let routes = self
            .catalogue_routes()
            .merge(self.user_routes())
            .merge(self.order_routes())
            .merge(self.other_routes())
            .fallback(gate::no_such_route)
            .layer(axum::middleware::from_fn_with_state(
                self.clone(),
                gate::stamp,
            ))
            .with_state(self.clone());
        Router::new().nest(PREFIX, routes)
    }

    fn catalogue_routes(&self) -> Router<Self> {
        let open = |route: MethodRouter<Self>| {
            let shape = Shape::Keyed;
            gate::guard(self, Operation::Catalogue, shape, Audience::Anybody, route)
        };
        Router::new()
            .route("/health", get(|| async { "ok" }))
            .route(
                "/supported/crypto-currencies",
                open(get(catalogue::crypto_currencies)),
            )
            .route("/supported/blockchains", open(get(catalogue::blockchains)))
            .route(
                "/supported/fiat-currencies",
                open(get(catalogue::fiat_currencies)),
            )
            .route(
                "/supported/payment-rails",
                open(get(catalogue::payment_rails)),
            )
            .route(
                "/supported/institutions",
                open(get(catalogue::institutions)),
            )
            .route("/supported/corridors", open(get(catalogue::corridors)))
            .route("/supported-exchange-pairs", open(get(catalogue::pairs)))
            .route("/partner/liquidity", open(get(catalogue::liquidity)))
    }

    fn user_routes(&self) -> Router<Self> {
        let on =
            |operation, route| gate::guard(self, operation, Shape::Keyed, Audience::Partner, route);
        let coded =
            |operation, route| gate::guard(self, operation, Shape::Coded, Audience::Partner, route);
        let user = "/partner/users/{user}";
        Router::new()
            .route("/partner/users", on(Operation::Users, post(users::create)))
            .route(user, on(Operation::Users, get(users::show)))
            .route(
                &format!("{user}/kyc-submissions"),
                on(Operation::Kyc, post(kyc::submit)),
            )
            .route(
                &format!("{user}/kyc/documents"),
                on(Operation::Kyc, post(kyc::documents)),
            )
            .route(
                &format!("{user}/kyc/verify"),
                on(Operation::Kyc, post(kyc::verify)),
            )
            .route(
                &format!("{user}/kyc"),
                on(Operation::Kyc, patch(kyc::patch)),
            )
            .route(
                &format!("{user}/verification-status"),
                on(Operation::Kyc, get(kyc::status)),
            )
            .route(
                &format!("{user}/payment-details"),
                on(
                    Operation::Accounts,
                    get(accounts::list).post(accounts::create),
                ),
            )
            .route(
                &format!("{user}/payment-details/{{id}}"),
                on(
                    Operation::Accounts,
                    get(accounts::show).delete(accounts::delete),
                ),
            )
            .route(
                &format!("{user}/wallet/challenge"),
                coded(Operation::Wallet, post(wallets::challenge)),
            )
            .route(
                &format!("{user}/wallet"),
                coded(Operation::Wallet, get(wallets::show).post(wallets::link)),
            )
            .route(
                &format!("{user}/deposit-addresses"),
                coded(Operation::Wallet, get(wallets::user_addresses)),
            )
    }

    fn order_routes(&self) -> Router<Self> {
        let on =
            |operation, route| gate::guard(self, operation, Shape::Coded, Audience::Partner, route);
        let order = "/partner/orders/{order}";
        Router::new()
            .route(
                "/partner/offramp/estimate",
                gate::guard(
                    self,
                    Operation::Estimate,
                    Shape::Coded,
                    Audience::Anybody,
                    post(quotes::estimate),
                ),
            )
            .route(
                "/partner/offramp/quote",
                on(Operation::Quote, post(quotes::quote)),
            )
            .route(
                "/partner/offramp/initiate",
                on(Operation::Create, post(initiate::initiate)),
            )
            .route("/partner/orders", on(Operation::List, get(orders::list)))
            .route(order, on(Operation::Read, get(orders::show)))
            .route(
                &format!("{order}/transfer-authorization-parameters"),
                on(Operation::Parameters, get(authorise::parameters)),
            )
            .route(
                &format!("{order}/authorize-crypto-transfer"),
                on(Operation::Authorise, post(authorise::authorise)),
            )
            .route(
                &format!("{order}/confirm-fiat-received"),
                on(Operation::Confirm, post(orders::confirm)),
            )
            .route(
                &format!("{order}/cancel"),
                on(Operation::Cancel, post(orders::cancel)),
            )
            .route(
                &format!("{order}/refund-authorization-parameters"),
                on(Operation::RefundParameters, get(refund::parameters)),
            )
            .route(
                &format!("{order}/authorize-refund"),
                on(Operation::Refund, post(refund::authorise)),
            )
    }

    fn other_routes(&self) -> Router<Self> {
        let on =
            |operation, shape, route| gate::guard(self, operation, shape, Audience::Partner, route);
        let settings = |route| on(Operation::WebhookSettings, Shape::Keyed, route);
        let wallet = |route| on(Operation::Wallet, Shape::Coded, route);
        Router::new()
            .route(
                "/partner/verify-auth",
                on(
                    Operation::Catalogue,
                    Shape::Keyed,
                    get(webhooks::verify_auth),
                ),
            )
            .route(
                "/partner/stats",
                on(Operation::List, Shape::Coded, get(orders::stats)),
            )
            .route(
                "/partner/webhooks",
                settings(get(webhooks::show).post(webhooks::register)),
            )
            .route("/partner/webhooks/test", settings(post(webhooks::test)))
            .route("/partner/webhooks/{id}", settings(delete(webhooks::remove)))
            .route(
                "/partner/deposit-addresses",
                wallet(get(wallets::addresses)),
            )
            .route(
                "/partner/wallet/funding-balance",
                wallet(get(wallets::balance)),
            )
    }

    /// Lets time do its work and delivers webhooks, for as long as it is polled.
    pub(crate) async fn live(&self) {
        tokio::join!(self.tick(), self.inner.post.deliver());
    }

    /// Looks at the clock often, and at once when somebody has moved it.
    async fn tick(&self) {
        const INTERVAL: Duration = Duration::from_millis(100);
        let mut changes = self.inner.world.clock().changes();
        loop {
            self.with_books(|_, _| ());
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Acts on the books as they stand now, and takes to the post what that calls for.
    fn with_books<T>(&self, act: impl FnOnce(&mut Books, Moment) -> T) -> T {
        let mut books = self.books();
        let now = self.inner.world.clock().now();
        books.advance(now);
        let result = act(&mut books, now);
        let letters = std::mem::take(&mut books.letters);
        self.inner.post.hand_in(letters, books.knobs.webhooks);
        result
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.inner
            .books
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer in the usual envelope, or the refusal in the shape of its endpoint.
    fn reply<T: Serialize>(
        &self,
        shape: Shape,
        status: StatusCode,
        result: Result<T, Refusal>,
    ) -> Response {
        match result {
            Ok(data) => {
                let body = json!({ "success": true, "data": data }).to_string();
                (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
            Err(refusal) => self.refuse(shape, &refusal),
        }
    }

    fn refuse(&self, shape: Shape, refusal: &Refusal) -> Response {
        let bodies = self.books().knobs.failure_bodies;
        let (kind, body) = refusal.written(shape, bodies);
        (refusal.status(), [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}

impl Inner {
    fn rate(&self, knobs: &Knobs, token: Token, currency: &str) -> Option<Decimal> {
        progress::rate(knobs, &self.world, token.code(), currency)
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Unigox")
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

/// Reads a body, or refuses it.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::invalid("the body cannot be read"))
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A time as UNIGOX writes it, to the second.
fn stamp(moment: Moment) -> String {
    humantime::format_rfc3339_seconds(moment.to_system_time()).to_string()
}
