//! Capa's partner API v2, as its contract describes it.
//!
//! Read `books` for what is remembered, `progress` for how a transaction moves, then one file per
//! endpoint. Section and assumption numbers in comments are those of the contract. `handle` is what
//! tests and the control plane may do, and no partner.

mod address;
mod assets;
mod bank;
mod books;
mod cancel;
mod check_digits;
mod deal;
mod desk;
mod execute;
mod gate;
mod handle;
mod knobs;
mod kyc;
mod letters;
mod mock;
mod notifications;
mod off_ramp;
mod plan;
mod progress;
mod quotes;
mod refusal;
pub mod seed;
mod status;
mod terms;
mod transactions;
mod twin;
mod users;
mod views;
mod webhooks;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::books::Books;
use self::webhooks::Post;
use super::common::tick;
use crate::clock::Moment;
use crate::config::WebhookTarget;
use crate::fault::{Faults, Operation};
use crate::world::World;

pub use self::books::Verification;
pub use self::desk::NotificationStatus;
pub use self::handle::{AddUser, UnknownTransaction, UnknownUser};
pub use self::knobs::{
    AssetList, BankChecks, CreatedAs, Decimals, ErrorShape, EventNames, ExecuteAnswer, Execution,
    ExtraFields, Knobs, LateDeposits, MockAmounts, MockStart, PartnerFlow, Path, Payout, PennyTest,
    Statuses,
};
pub use self::refusal::{Range, Refusal};
pub use self::status::Status;
pub use self::views::{DepositView, TransactionView, UserView};
pub use self::webhooks::WebhookView;
pub use super::common::{DeliveryOutcome, Deposit, Pick, ReleaseOrder, WebhookDelivery};

/// Capa's stand-in, and the handle on it. Clones are the same Capa.
#[derive(Clone, Debug)]
pub struct Capa {
    inner: Arc<Inner>,
}

struct Inner {
    key: String,
    world: World,
    books: Mutex<Books>,
    faults: Faults,
    post: Post,
}

/// Where the API begins.
const PREFIX: &str = "/api/partner/v2";

impl Capa {
    pub(crate) fn new(key: String, webhook: Option<WebhookTarget>, world: World) -> Self {
        let books = Mutex::new(Books::new(world.clone()));
        let post = Post::new(webhook, world.clock().clone());
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
        let on = |operation, route| gate::guard(self, Some(operation), route);
        let routes = Router::new()
            .route(
                "/quotes",
                on(Operation::Quote, get(quotes::indicate).post(quotes::lock)),
            )
            .route("/off-ramp", on(Operation::Create, post(off_ramp::create)))
            .route(
                "/off-ramp/execute",
                on(Operation::Execute, post(execute::execute)),
            )
            .route(
                "/transactions",
                on(Operation::List, get(transactions::list)),
            )
            .route(
                "/transactions/{id}/cancel",
                on(Operation::Cancel, put(cancel::cancel)),
            )
            .route(
                "/transactions/mock-testing-guide",
                gate::guard(self, None, get(mock::guide)),
            )
            .route("/users", on(Operation::Users, post(users::create)))
            .route("/kyc/details", on(Operation::Kyc, get(kyc::details)))
            .route(
                "/webhook-settings",
                gate::guard(self, None, put(notifications::set_url)),
            )
            .route(
                "/webhook-notifications",
                on(Operation::Notifications, get(notifications::list)),
            )
            .route(
                "/webhook-notifications/{id}",
                on(Operation::Notification, get(notifications::detail)),
            )
            .route(
                "/webhook-notifications/{id}/retry",
                on(Operation::Notification, post(notifications::retry)),
            )
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
        self.inner.post.hand_in(letters, books.knobs.webhooks);
        result
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.inner
            .books
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer in Capa's usual envelope, or the refusal.
    fn reply<T: Serialize>(&self, status: StatusCode, result: Result<T, Refusal>) -> Response {
        match result {
            Ok(data) => json(
                status,
                &wire::Envelope {
                    success: true,
                    data,
                },
            ),
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let shape = self.books().knobs.errors;
        json(refusal.status(), &refusal.body(shape))
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Capa")
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Reads a body, or refuses it without saying which field is wrong, as Capa does.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::InvalidInput)
}

/// Whether the text is an id at all.
fn check_id(text: &str) -> Result<(), Refusal> {
    uuid::Uuid::parse_str(text)
        .map(|_| ())
        .map_err(|_| Refusal::InvalidInput)
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
