//! Tinta's stand-in: its JSON, on a real socket.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The stand-in, and the handle on it.
#[derive(Clone, Default)]
pub(crate) struct Twin {
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    sales: BTreeMap<String, Value>,
    creates: usize,
    loses_the_next_answer: bool,
}

#[derive(Deserialize)]
struct Wanted {
    our_id: String,
    amount: String,
    iban: String,
}

type Reply = Result<Json<Value>, StatusCode>;

impl Twin {
    /// Serves it, and says where.
    pub(crate) async fn start() -> std::io::Result<(Self, String)> {
        let twin = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/", listener.local_addr()?);
        let router = Router::new()
            .route("/people", post(async || Json(person())))
            .route("/people/{id}", get(async || Json(person())))
            .route("/price", get(price))
            .route("/sales", get(list).post(create))
            .route("/sales/{id}", get(read))
            .route("/sales/{id}/cancel", post(cancel))
            .with_state(twin.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((twin, base))
    }

    /// What Tinta says of every sale from now on.
    pub(crate) fn becomes(&self, state: &str) {
        for sale in self.books().sales.values_mut() {
            sale["state"] = json!(state);
        }
    }

    /// The next sale is made, and its answer is nothing that can be read.
    pub(crate) fn lose_the_next_answer(&self) {
        self.books().loses_the_next_answer = true;
    }

    pub(crate) fn creates(&self) -> usize {
        self.books().creates
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn person() -> Value {
    json!({ "id": "p-1", "verified": true })
}

async fn price() -> Json<Value> {
    Json(json!({ "rate": "0.9", "euros": "90" }))
}

async fn create(State(twin): State<Twin>, Json(wanted): Json<Wanted>) -> Reply {
    let mut books = twin.books();
    books.creates += 1;
    if !wanted.iban.starts_with("ES") {
        return Err(StatusCode::FORBIDDEN);
    }
    let id = format!("s-{}", books.creates);
    let sale = json!({
        "id": id, "our_id": wanted.our_id, "state": "waiting", "amount": wanted.amount,
        "euros": "90.00", "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    });
    books.sales.insert(id, sale.clone());
    if std::mem::take(&mut books.loses_the_next_answer) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    Ok(Json(sale))
}

async fn list(
    State(twin): State<Twin>,
    Query(_): Query<BTreeMap<String, String>>,
) -> Json<Vec<Value>> {
    Json(twin.books().sales.values().cloned().collect())
}

async fn read(State(twin): State<Twin>, Path(id): Path<String>) -> Reply {
    let sale = twin.books().sales.get(&id).cloned();
    sale.map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn cancel(State(twin): State<Twin>, Path(id): Path<String>) -> Reply {
    let mut books = twin.books();
    let sale = books.sales.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    if sale["state"] != "waiting" {
        return Err(StatusCode::CONFLICT);
    }
    sale["state"] = json!("cancelled");
    Ok(Json(sale.clone()))
}
