//! Knobs, wallets, and the books as a whole.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refused;
use crate::Simulator;
use crate::fault::Operation;
use crate::figure::Figure;
use crate::providers::unigox::{Knobs, OrderView, UserView, WalletView};

pub(super) async fn knobs(State(simulator): State<Simulator>) -> Json<Knobs> {
    Json(simulator.unigox().knobs())
}

/// Only the named knobs change.
pub(super) async fn turn(
    State(simulator): State<Simulator>,
    Json(changes): Json<BTreeMap<String, Value>>,
) -> Result<Json<Knobs>, Refused> {
    let refused = |error: serde_json::Error| Refused::BadRequest(error.to_string());
    let mut knobs = serde_json::to_value(simulator.unigox().knobs()).map_err(refused)?;
    if let Some(members) = knobs.as_object_mut() {
        members.extend(changes);
    }
    let knobs: Knobs = serde_json::from_value(knobs).map_err(refused)?;
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
