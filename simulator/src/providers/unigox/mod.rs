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
mod desk;
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
mod rail_table;
mod rails;
mod refund;
mod refusal;
mod routes;
pub mod seed;
mod status;
mod twin;
mod typed_data;
mod users;
mod verification;
mod views;
mod wallets;
mod webhooks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use self::books::Books;
use self::chain::Token;
use self::post::Post;
use self::refusal::Shape;
use super::common::tick;
use crate::clock::Moment;
use crate::config::UnigoxConfig;
use crate::fault::Faults;
use crate::world::World;

pub use self::books::WalletType;
pub use self::handle::{
    AddUser, BadAddress, UnknownOrder, UnknownToken, UnknownUser, WalletRefused,
};
pub use self::knobs::{
    FailureBodies, Feature, Funding, InitiateAnswer, Knobs, Nonces, PendingActions, Presence,
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
pub use super::common::Pick;

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
