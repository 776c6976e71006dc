//! `PUT /transactions/{id}/cancel`: a transaction is called off before its deposit.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::books::{Books, Owner, Transaction};
use super::progress::Context;
use super::refusal::Refusal;
use super::{Capa, check_id, wire};
use crate::clock::Moment;

/// `PUT /transactions/{id}/cancel`.
pub(super) async fn cancel(State(capa): State<Capa>, Path(id): Path<String>) -> Response {
    let answer = |books: &mut Books, now| {
        check_id(&id)?;
        books.cancel(&id, now)
    };
    capa.reply(StatusCode::OK, capa.with_books(answer))
}

impl Books {
    fn cancel(&mut self, id: &str, now: Moment) -> Result<wire::Cancelled, Refusal> {
        let transaction = self.transaction(id).ok_or(Refusal::TransactionNotFound)?;
        match transaction.owner {
            Owner::Partner => {}
            Owner::AnotherPartner => return Err(Refusal::PartnerNotOwner),
        }
        let cancel =
            |transaction: &mut Transaction, context: &mut Context<'_>| transaction.cancel(context);
        self.change(id, now, cancel)
            .ok_or(Refusal::TransactionNotFound)??;
        let transaction = self.transaction(id).ok_or(Refusal::TransactionNotFound)?;
        Ok(wire::Cancelled::new(transaction, &self.knobs))
    }
}
