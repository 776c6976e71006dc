//! `GET /getRampoff` and the list of off-ramps (sections 8 and 10, assumptions ).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::knobs::List;
use super::page::{PageQuery, Paging};
use super::refusal::Refusal;
use super::{CryptoPocket, gate, wire};

#[derive(Debug, Deserialize)]
pub(super) struct ReadQuery {
    id: Option<String>,
}

/// `GET /getRampoff?id=`.
pub(super) async fn read(
    State(pocket): State<CryptoPocket>,
    query: Result<Query<ReadQuery>, QueryRejection>,
) -> Response {
    let answer = pocket.with_books(|books, now| {
        let query = query.map_err(|_| Refusal::FailMandatoryField)?;
        let id = query.0.id.filter(|id| !id.is_empty());
        let id = id.ok_or(Refusal::FailMandatoryField)?;
        let order = books.order(&id).ok_or(Refusal::RampoffNotFound)?;
        Ok(wire::Rampoff::new(order, books, now))
    });
    pocket.reply(answer)
}

/// `GET /getRampoffList`, the newest first.
pub(super) async fn list(
    State(pocket): State<CryptoPocket>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Response {
    let shape = pocket.knobs().list;
    let answer = pocket.with_books(|books, now| {
        let paging = Paging::read(query)?;
        let of_user = |id| paging.user_id.is_none_or(|wanted| id == wanted);
        let orders = books.orders.iter().rev();
        let rows = orders.filter(|order| of_user(order.user_id));
        let rows: Vec<_> = rows
            .map(|order| wire::Rampoff::new(order, books, now))
            .collect();
        Ok((paging, rows))
    });
    match (shape, answer) {
        (List::Absent, _) => gate::no_such_route().await,
        (List::Pages, answer) => pocket.reply(answer.map(|(paging, rows)| paging.cut(rows))),
        (List::Array, answer) => pocket.reply(answer.map(|(_, rows)| rows)),
    }
}
