//! `POST /off-ramp`: a transaction is created.
//!
//! The checks come in the order of assumption U27: body, user, receiver, bank details, quote or
//! assets, tier, limits.

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::address::deposit_address;
use super::bank::{BankAccount, BankBody};
use super::books::{Books, Executed, Holder, Owner, Spent, Transaction, Verification};
use super::deal::{Deal, Direction};
use super::knobs::CreatedAs;
use super::refusal::Refusal;
use super::status::Status;
use super::terms::{CheckedTerms, Terms};
use super::{Capa, check_id, mock, new_id, read, wire};
use crate::clock::Moment;

/// `POST /off-ramp`.
pub(super) async fn create(State(capa): State<Capa>, body: Bytes) -> Response {
    let answer = |books: &mut Books, now| {
        let order = Order::read(&body, books)?;
        let key = order.key(&body);
        *books.creates.entry(key.clone()).or_default() += 1;
        let transaction = books.accept(&order, key, now)?;
        Ok(wire::NewTransaction::new(&transaction, &books.knobs))
    };
    capa.reply(StatusCode::CREATED, capa.with_books(answer))
}

/// The body as it was written, without its terms.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateBody {
    user_id: Option<String>,
    quote_id: Option<String>,
    user_bank_information: Option<BankBody>,
    user_bank_information_id: Option<String>,
    receiver_id: Option<String>,
}

/// A body that passed its own checks.
#[derive(Debug)]
struct Order {
    user_id: Option<String>,
    receiver_id: Option<String>,
    bank: Bank,
    price: Price,
}

#[derive(Debug)]
enum Bank {
    Inline(BankAccount),
    Saved(String),
    Missing,
}

#[derive(Debug)]
enum Price {
    Quoted(String),
    Today(CheckedTerms),
}

impl Order {
    fn read(bytes: &[u8], books: &Books) -> Result<Self, Refusal> {
        let body: CreateBody = read(bytes)?;
        let terms: Terms = read(bytes)?;
        let ids = [
            &body.user_id,
            &body.quote_id,
            &body.receiver_id,
            &body.user_bank_information_id,
        ];
        ids.into_iter()
            .flatten()
            .filter(|id| !id.is_empty())
            .try_for_each(|id| check_id(id))?;
        let bank = match (body.user_bank_information, body.user_bank_information_id) {
            (Some(inline), None) => Bank::Inline(inline.check(books.knobs.bank_checks)?),
            (None, Some(id)) => Bank::Saved(id),
            (None, None) => Bank::Missing,
            // Assumption U21.
            (Some(_), Some(_)) => return Err(Refusal::InvalidInput),
        };
        let price = match body.quote_id {
            // The quote's own terms win over whatever is sent beside it (assumptions U20, U22).
            Some(id) => Price::Quoted(id),
            None if terms.are_complete() => Price::Today(terms.check()?),
            None => return Err(Refusal::TermsMissing),
        };
        Ok(Self {
            user_id: body.user_id,
            receiver_id: body.receiver_id,
            bank,
            price,
        })
    }

    /// What tells a create that was sent twice from another one.
    fn key(&self, body: &[u8]) -> String {
        match &self.price {
            Price::Quoted(id) => id.clone(),
            Price::Today(_) => String::from_utf8_lossy(body).into_owned(),
        }
    }
}

impl Books {
    fn accept(&mut self, order: &Order, key: String, now: Moment) -> Result<Transaction, Refusal> {
        let user_id = self.check_user(order.user_id.as_deref())?;
        self.check_receiver(order.receiver_id.as_deref(), &user_id)?;
        let bank = self.check_bank(&order.bank, order.receiver_id.as_deref(), &user_id)?;
        let deal = self.check_price(&order.price, now)?;
        bank.check_currency(deal.fiat, self.knobs.bank_checks)?;
        deal.check_for_off_ramp(&self.knobs)?;
        self.spend(&order.price);
        Ok(self.open(user_id, bank, deal, key, now))
    }

    fn check_user(&self, user_id: Option<&str>) -> Result<String, Refusal> {
        let id = user_id
            .filter(|id| !id.is_empty())
            .ok_or(Refusal::UserIdRequired)?;
        if self.receivers.iter().any(|receiver| receiver.id == id) {
            return Err(Refusal::ReceiverCannotInitiate);
        }
        let user = self.user(id).ok_or(Refusal::InvalidInput)?;
        must_be_verified(user.verification, Refusal::UserNotVerified)?;
        Ok(user.id.clone())
    }

    fn check_receiver(&self, receiver_id: Option<&str>, user_id: &str) -> Result<(), Refusal> {
        let Some(id) = receiver_id else {
            return Ok(());
        };
        let receiver = self.receivers.iter().find(|receiver| receiver.id == id);
        let receiver = receiver.ok_or(Refusal::ReceiverNotFound)?;
        if receiver.user_id != user_id {
            return Err(Refusal::ReceiverUserMismatch);
        }
        must_be_verified(receiver.verification, Refusal::ReceiverNotVerified)
    }

    fn check_bank(
        &self,
        bank: &Bank,
        receiver_id: Option<&str>,
        user_id: &str,
    ) -> Result<BankAccount, Refusal> {
        let id = match bank {
            Bank::Inline(account) => return Ok(account.clone()),
            Bank::Missing => return Err(Refusal::BankMissing),
            Bank::Saved(id) => id,
        };
        let saved = self.accounts.iter().find(|account| account.id == *id);
        let saved = saved.ok_or(Refusal::BankNotFound)?;
        let is_the_payees = match &saved.holder {
            Holder::AnotherPartner => return Err(Refusal::BankOfAnotherPartner),
            Holder::User(holder) => receiver_id.is_none() && holder == user_id,
            Holder::Receiver(holder) => receiver_id == Some(holder),
        };
        if is_the_payees {
            Ok(saved.account.clone())
        } else {
            Err(Refusal::BankOfAnotherUser)
        }
    }

    fn check_price(&self, price: &Price, now: Moment) -> Result<Deal, Refusal> {
        let id = match price {
            Price::Today(terms) => {
                return terms.price(Direction::Off, &self.world, &self.knobs);
            }
            Price::Quoted(id) => id,
        };
        let quote = self.quotes.get(id).ok_or(Refusal::InvalidInput)?;
        match quote.deal.direction {
            Direction::Off => {}
            Direction::On | Direction::Cross => return Err(Refusal::QuoteNotForOffRamp),
        }
        match quote.spent {
            Spent::No if now < quote.expires_at => Ok(quote.deal.clone()),
            Spent::No | Spent::Yes => Err(Refusal::QuoteExpired),
        }
    }

    fn spend(&mut self, price: &Price) {
        match price {
            Price::Today(_) => {}
            Price::Quoted(id) => {
                if let Some(quote) = self.quotes.get_mut(id) {
                    quote.spent = Spent::Yes;
                }
            }
        }
    }

    fn open(
        &mut self,
        user_id: String,
        mut bank: BankAccount,
        deal: Deal,
        create_key: String,
        now: Moment,
    ) -> Transaction {
        let account = (user_id.clone(), bank.account_identifier.clone());
        bank.is_verified |= self.proven_accounts.contains(&account);
        let transaction = Transaction {
            id: new_id(),
            owner: Owner::Partner,
            status: match self.knobs.created_as {
                CreatedAs::Pending => Status::Pending,
                CreatedAs::PendingPayment => Status::PendingPayment,
            },
            created_at: now,
            completed_at: None,
            address: deposit_address(&user_id, deal.asset.chain.family, deal.flow),
            bank,
            cancellation_reason: None,
            deposits: Vec::new(),
            hash: None,
            execution: Executed::No,
            mock: mock::outcome(self.knobs.mock_amounts, deal.crypto_amount),
            plan: VecDeque::new(),
            create_key,
            execute_calls: 0,
            cancel_calls: 0,
            user_id,
            deal,
        };
        self.begin(transaction, now)
    }
}

fn must_be_verified(verification: Verification, otherwise: Refusal) -> Result<(), Refusal> {
    match verification {
        Verification::Verified => Ok(()),
        Verification::NotStarted
        | Verification::InProgress
        | Verification::Rejected
        | Verification::ReviewNeeded => Err(otherwise),
    }
}
