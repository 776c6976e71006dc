//! `POST /off-ramp/execute`: the payout is asked for.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::address::{is_any_hash, is_hash};
use super::books::{Books, Owner, Transaction};
use super::knobs::ExecuteAnswer;
use super::progress::Context;
use super::refusal::Refusal;
use super::{Capa, check_id, read, wire};
use crate::clock::Moment;

/// `POST /off-ramp/execute`.
pub(super) async fn execute(State(capa): State<Capa>, body: Bytes) -> Response {
    let status = match capa.knobs().execute_answer {
        ExecuteAnswer::Created => StatusCode::CREATED,
        ExecuteAnswer::Ok => StatusCode::OK,
    };
    let answer = |books: &mut Books, now| {
        let request: ExecuteBody = read(&body)?;
        request.check()?;
        books.execute(request, now)
    };
    capa.reply(status, capa.with_books(answer))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecuteBody {
    transaction_id: String,
    transaction_hash: Option<String>,
}

impl ExecuteBody {
    fn check(&self) -> Result<(), Refusal> {
        check_id(&self.transaction_id)?;
        match &self.transaction_hash {
            Some(hash) if !is_any_hash(hash) => Err(Refusal::InvalidInput),
            Some(_) | None => Ok(()),
        }
    }
}

impl Books {
    fn execute(&mut self, request: ExecuteBody, now: Moment) -> Result<wire::Executed, Refusal> {
        let id = &request.transaction_id;
        let transaction = self.transaction(id).ok_or(Refusal::TransactionNotFound)?;
        match transaction.owner {
            Owner::Partner => {}
            Owner::AnotherPartner => return Err(Refusal::TransactionAccessDenied),
        }
        let family = transaction.deal.asset.chain.family;
        if request
            .transaction_hash
            .as_ref()
            .is_some_and(|hash| !is_hash(hash, family))
        {
            return Err(Refusal::InvalidInput);
        }
        let execute = |transaction: &mut Transaction, context: &mut Context<'_>| {
            transaction.execute(context)?;
            transaction.hash = request.transaction_hash.or(transaction.hash.take());
            Ok(())
        };
        self.change(id, now, execute)
            .ok_or(Refusal::TransactionNotFound)??;
        let transaction = self.transaction(id).ok_or(Refusal::TransactionNotFound)?;
        Ok(wire::Executed::new(transaction, &self.knobs))
    }
}
