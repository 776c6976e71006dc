//! What is done to CryptoPocket's stand-in, under `/_sim/cryptopocket`.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refused;
use super::faults::FaultBody;
use super::knobs::{Changes, turned};
use super::orders::{DepositBody, StatusBody};
use super::webhooks::{ReleaseBody, ReplayBody};
use crate::clock::Moment;
use crate::fault::{Operation, Pending};
use crate::providers::common::Deposit;
use crate::providers::cryptopocket::{
    CryptoPocket, Knobs, Kyc, OrderView, Refusal, Standing, Status, UnknownOrder, UnknownUser,
    UserView, WebhookView,
};

pub(crate) fn routes(pocket: &CryptoPocket) -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/orders/{order}/deposit", post(deposit))
        .route("/orders/{order}/status", post(force_status))
        .route("/faults", get(faults).post(switch_on).delete(clear_faults))
        .route("/knobs", get(knobs).patch(turn))
        .route("/users", get(users).post(add_user))
        .route("/users/{user}/verification", post(verify))
        .route("/users/{user}/standing", post(set_standing))
        .route("/tokens/expire", post(expire_tokens))
        .route("/webhooks", get(webhooks))
        .route("/webhooks/target", post(aim))
        .route("/webhooks/replay", post(replay))
        .route("/webhooks/release", post(release))
        .route("/books", get(books))
        .with_state(pocket.clone())
}

type Pocket = State<CryptoPocket>;

async fn orders(State(pocket): Pocket) -> Json<Vec<OrderView>> {
    Json(pocket.orders())
}

async fn deposit(
    State(pocket): Pocket,
    Path(order): Path<String>,
    Json(body): Json<DepositBody>,
) -> Result<Json<OrderView>, Refused> {
    Ok(Json(pocket.deposit(order, Deposit::try_from(body)?)?))
}

async fn force_status(
    State(pocket): Pocket,
    Path(order): Path<String>,
    Json(body): Json<StatusBody>,
) -> Result<Json<OrderView>, Refused> {
    let Ok::<Status, _>(status) = body.status.parse();
    Ok(Json(pocket.force_status(order, status)?))
}

async fn faults(State(pocket): Pocket) -> Json<Vec<Pending>> {
    Json(pocket.pending_faults())
}

async fn switch_on(
    State(pocket): Pocket,
    Json(body): Json<FaultBody<Refusal>>,
) -> Result<Json<Vec<Pending>>, Refused> {
    body.switch_on(
        |operation, fault, times| pocket.fault(operation, fault, times),
        |operation, refusal, times| pocket.refuse_with(operation, refusal, times),
    )?;
    Ok(Json(pocket.pending_faults()))
}

async fn clear_faults(State(pocket): Pocket) -> Json<Vec<Pending>> {
    pocket.clear_faults();
    Json(pocket.pending_faults())
}

async fn knobs(State(pocket): Pocket) -> Json<Knobs> {
    Json(pocket.knobs())
}

async fn turn(State(pocket): Pocket, Json(changes): Json<Changes>) -> Result<Json<Knobs>, Refused> {
    let knobs = turned(&pocket.knobs(), changes)?;
    pocket.set_knobs(knobs.clone());
    Ok(Json(knobs))
}

async fn users(State(pocket): Pocket) -> Json<Vec<UserView>> {
    Json(pocket.users())
}

#[derive(Debug, Deserialize)]
struct UserBody {
    verified: bool,
}

async fn add_user(
    State(pocket): Pocket,
    Json(body): Json<UserBody>,
) -> Result<(StatusCode, Json<UserView>), Refused> {
    let kyc = if body.verified {
        Kyc::Valid
    } else {
        Kyc::Unused
    };
    let id = pocket.add_user(kyc);
    let user = pocket.users().into_iter().find(|user| user.id == id);
    Ok((StatusCode::CREATED, Json(user.ok_or(UnknownUser(id))?)))
}

#[derive(Debug, Deserialize)]
struct VerificationBody {
    verification: Kyc,
}

async fn verify(
    State(pocket): Pocket,
    Path(user): Path<u64>,
    Json(body): Json<VerificationBody>,
) -> Result<Json<Vec<UserView>>, Refused> {
    pocket.verify(user, body.verification)?;
    Ok(Json(pocket.users()))
}

#[derive(Debug, Deserialize)]
struct StandingBody {
    standing: Standing,
}

async fn set_standing(
    State(pocket): Pocket,
    Path(user): Path<u64>,
    Json(body): Json<StandingBody>,
) -> Result<Json<Vec<UserView>>, Refused> {
    pocket.set_standing(user, body.standing)?;
    Ok(Json(pocket.users()))
}

async fn expire_tokens(State(pocket): Pocket) -> StatusCode {
    pocket.expire_tokens();
    StatusCode::NO_CONTENT
}

async fn webhooks(State(pocket): Pocket) -> Json<Vec<WebhookView>> {
    Json(pocket.webhooks())
}

#[derive(Debug, Deserialize)]
struct TargetBody {
    url: Option<String>,
}

async fn aim(State(pocket): Pocket, Json(body): Json<TargetBody>) -> StatusCode {
    pocket.set_webhook(body.url.as_deref());
    StatusCode::NO_CONTENT
}

async fn replay(
    State(pocket): Pocket,
    Json(body): Json<ReplayBody>,
) -> Result<Json<Value>, Refused> {
    let count = pocket.replay_webhooks(body.order)?;
    Ok(Json(json!({ "replayed": count })))
}

async fn release(State(pocket): Pocket, Json(body): Json<ReleaseBody>) -> StatusCode {
    pocket.release_webhooks(body.order);
    StatusCode::NO_CONTENT
}

/// Everything there is to compare a proxy's memory with.
#[derive(Debug, Serialize)]
struct BooksView {
    now: Moment,
    users: Vec<UserView>,
    orders: Vec<OrderView>,
    requests: BTreeMap<Operation, u64>,
    webhooks: Vec<WebhookView>,
}

async fn books(State(pocket): Pocket) -> Json<BooksView> {
    let requests = Operation::ALL.map(|operation| (operation, pocket.requests(operation)));
    Json(BooksView {
        now: pocket.now(),
        users: pocket.users(),
        orders: pocket.orders(),
        requests: requests.into(),
        webhooks: pocket.webhooks(),
    })
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
