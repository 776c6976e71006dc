//! Knobs, wallets, and the books as a whole.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::Refused;
use crate::Simulator;
use crate::control::knobs::{Changes, turned};
use crate::fault::Operation;
use crate::figure::Figure;
use crate::providers::unigox::{Knobs, OrderView, UserView, WalletView};

pub(super) async fn knobs(State(simulator): State<Simulator>) -> Json<Knobs> {
    Json(simulator.unigox().knobs())
}

pub(super) async fn turn(
    State(simulator): State<Simulator>,
    Json(changes): Json<Changes>,
) -> Result<Json<Knobs>, Refused> {
    let knobs = turned(&simulator.unigox().knobs(), changes)?;
    simulator.unigox().set_knobs(knobs.clone());
    Ok(Json(knobs))
}

pub(super) async fn wallet(
    State(simulator): State<Simulator>,
    Path(address): Path<String>,
) -> Result<Json<WalletView>, Refused> {
    Ok(Json(simulator.unigox().wallet(&address)?))
}

#[derive(Debug, Deserialize)]
pub(super) struct MintBody {
    token: String,
    amount: Figure,
}

pub(super) async fn mint(
    State(simulator): State<Simulator>,
    Path(address): Path<String>,
    Json(body): Json<MintBody>,
) -> Result<Json<WalletView>, Refused> {
    let Figure(amount) = body.amount;
    Ok(Json(simulator.unigox().mint(
        &address,
        &body.token,
        amount,
    )?))
}

#[derive(Debug, Serialize)]
pub(super) struct BooksView {
    orders: Vec<OrderView>,
    users: Vec<UserView>,
    wallets: Vec<WalletView>,
    requests: BTreeMap<Operation, u64>,
}

pub(super) async fn books(State(simulator): State<Simulator>) -> Json<BooksView> {
    let unigox = simulator.unigox();
    let requests = Operation::ALL.map(|operation| (operation, unigox.requests(operation)));
    Json(BooksView {
        orders: unigox.orders(),
        users: unigox.users(),
        wallets: unigox.wallets(),
        requests: requests.into(),
    })
}
