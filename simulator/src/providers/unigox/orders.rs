//! `/orders`: one, many, confirmed and called off (9.1, 10.3, 10.4 and 11).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Unigox;
use super::books::Books;
use super::knobs::{Presence, StatusRefusal};
use super::order::{Order, Origin};
use super::progress::Context;
use super::refusal::{Refusal, Shape};
use super::status::Status;
use crate::clock::Moment;
use crate::figure::with_places;

/// `GET /orders/{order_id}`.
pub(super) async fn show(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, now| {
        check_id(&id)?;
        let order = books.order(&id).ok_or(Refusal::OrderNotFound)?;
        Ok(json!(order.shown(&books.knobs, now)))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /orders/{order_id}/confirm-fiat-received`.
pub(super) async fn confirm(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, now| books.act_on(&id, now, Order::confirm));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /orders/{order_id}/cancel`.
pub(super) async fn cancel(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, now| books.act_on(&id, now, Order::cancel));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// The query of the list as it was written.
#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    status: Option<String>,
    page: Option<String>,
    limit: Option<String>,
}

/// `GET /orders`.
pub(super) async fn list(State(unigox): State<Unigox>, Query(query): Query<ListQuery>) -> Response {
    let result = unigox.with_books(|books, now| books.page(&query, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `GET /stats`.
pub(super) async fn stats(State(unigox): State<Unigox>) -> Response {
    let result = unigox.with_books(|books, _| {
        let own = || {
            books
                .orders
                .iter()
                .filter(|order| order.origin == Origin::Api)
        };
        let completed = own().filter(|order| order.status == Status::Completed);
        let completed: Vec<&Order> = completed.collect();
        let volume: Decimal = completed.iter().map(|order| order.price.funding).sum();
        let earned: Decimal = completed.iter().map(|order| order.price.partner_fee).sum();
        Ok(json!({
            "total_orders": own().count(),
            "completed_orders": completed.len(),
            "volume_usd": with_places(volume.round_dp(2), 2),
            "earned_usd": with_places(earned.round_dp(2), 2),
        }))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// Whether a path segment is an id at all.
pub(super) fn check_id(id: &str) -> Result<(), Refusal> {
    let parsed = uuid::Uuid::parse_str(id).map(|_| ());
    parsed.map_err(|_| Refusal::invalid("order_id is not a UUID"))
}

impl Books {
    /// An order that an action may be asked for: not the widget's.
    pub(super) fn actionable(&self, id: &str) -> Result<&Order, Refusal> {
        check_id(id)?;
        let order = self.order(id).filter(|order| order.origin == Origin::Api);
        order.ok_or(Refusal::OrderNotFound)
    }

    fn act_on(
        &mut self,
        id: &str,
        now: Moment,
        act: impl FnOnce(&mut Order, &mut Context<'_>) -> Result<(), Refusal>,
    ) -> Result<Value, Refusal> {
        self.actionable(id)?;
        let done = self.change(id, now, act).ok_or(Refusal::OrderNotFound)?;
        match (done, self.knobs.status_refusal) {
            (Err(Refusal::InvalidStatus), StatusRefusal::BadRequest) => {
                Err(Refusal::invalid("not possible at this status"))
            }
            (done, StatusRefusal::BadRequest | StatusRefusal::Conflict) => {
                done?;
                let order = self.order(id).ok_or(Refusal::OrderNotFound)?;
                Ok(order.compact())
            }
        }
    }

    fn page(&self, query: &ListQuery, now: Moment) -> Result<Value, Refusal> {
        let number = |text: &Option<String>, otherwise: usize| {
            let parse = |text: &str| text.parse().map_err(|_| Refusal::invalid("no number"));
            text.as_deref().map_or(Ok(otherwise), parse)
        };
        let (page, limit) = (number(&query.page, 1)?, number(&query.limit, 20)?);
        if page == 0 || !(1..=100).contains(&limit) {
            return Err(Refusal::invalid("page or limit is out of range"));
        }
        let filter: Option<Status> =
            query
                .status
                .as_deref()
                .filter(|word| !word.is_empty())
                .map(|word| {
                    let Ok::<Status, _>(status) = word.parse();
                    status
                });
        if filter.as_ref().is_some_and(|status| !status.is_filter()) {
            return Err(Refusal::invalid("status cannot be filtered by"));
        }
        let is_listed = |order: &&Order| {
            let shown = match (order.origin, self.knobs.widget_orders) {
                (Origin::Api, _) | (Origin::Widget, Presence::Present) => true,
                (Origin::Widget, Presence::Absent) => false,
            };
            shown
                && filter
                    .as_ref()
                    .is_none_or(|status| matches(&order.status, status))
        };
        // U-10: newest first.
        let found: Vec<&Order> = self.orders.iter().rev().filter(is_listed).collect();
        let orders = found
            .iter()
            .skip((page - 1).saturating_mul(limit))
            .take(limit);
        let orders: Vec<Value> = orders
            .map(|order| json!(order.shown(&self.knobs, now)))
            .collect();
        Ok(json!({
            "orders": orders,
            "pagination": {
                "page": page,
                "limit": limit,
                "total_count": found.len(),
                "total_pages": found.len().div_ceil(limit),
            },
        }))
    }
}

/// One filter finds rows that read otherwise (section 11).
fn matches(status: &Status, filter: &Status) -> bool {
    status == filter
        || (*filter == Status::CryptoTransferAuthorizationPending
            && *status == Status::AwaitingCryptoTransferAuthorization)
}

impl Order {
    /// What an action answers (U-8).
    pub(super) fn compact(&self) -> Value {
        json!({ "order_id": self.id, "status": self.status })
    }
}
