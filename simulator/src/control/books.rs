//! The books as a whole, to compare a proxy's memory with.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::Simulator;
use crate::clock::Moment;
use crate::fault::Operation;
use crate::providers::capa::{TransactionView, UserView, WebhookView};

/// Everything there is to compare a proxy's memory with.
#[derive(Debug, Serialize)]
pub(super) struct BooksView {
    now: Moment,
    users: Vec<UserView>,
    orders: Vec<TransactionView>,
    requests: BTreeMap<Operation, u64>,
    webhooks: Vec<WebhookView>,
}

pub(super) async fn show(State(simulator): State<Simulator>) -> Json<BooksView> {
    let capa = simulator.capa();
    let requests = Operation::ALL.map(|operation| (operation, capa.requests(operation)));
    Json(BooksView {
        now: simulator.clock().now(),
        users: capa.users(),
        orders: capa.transactions(),
        requests: requests.into(),
        webhooks: capa.webhooks(),
    })
}
