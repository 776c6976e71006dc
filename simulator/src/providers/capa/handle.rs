//! What a test or the control plane may do to Capa's stand-in, and no partner may.
//!
//! All of it is synchronous and takes effect at once.

use thiserror::Error;

use super::books::{Arrival, Books, Transaction, User, Verification};
use super::knobs::Knobs;
use super::letters::Letter;
use super::refusal::Refusal;
use super::status::Status;
use super::views::{TransactionView, UserView};
use super::webhooks::WebhookView;
use super::{Capa, new_id};
use crate::config::WebhookTarget;
use crate::fault::{Fault, Operation, Pending};
use crate::providers::common::{Deposit, Pick, ReleaseOrder};
use crate::world::Pairs;

/// Who is to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddUser {
    /// Whether the verification is already passed.
    pub verified: bool,
}

/// There is no such transaction.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no transaction `{0}`")]
pub struct UnknownTransaction(pub String);

/// There is no such user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no user `{0}`")]
pub struct UnknownUser(pub String);

impl Capa {
    /// Lets crypto arrive for a transaction.
    ///
    /// # Errors
    ///
    /// When there is no such transaction.
    pub fn deposit(
        &self,
        pick: impl Into<Pick>,
        deposit: Deposit,
    ) -> Result<TransactionView, UnknownTransaction> {
        self.change(pick.into(), |transaction, context| {
            let arrival = transaction.compare(deposit);
            transaction.deposit(arrival, context);
        })
    }

    /// Puts a transaction into a status, as a person at Capa could. A payout that was asked for
    /// goes on from [`Status::CryptoReceived`]; every other status stays until something happens.
    ///
    /// # Errors
    ///
    /// When there is no such transaction.
    pub fn force_status(
        &self,
        pick: impl Into<Pick>,
        status: Status,
    ) -> Result<TransactionView, UnknownTransaction> {
        self.change(pick.into(), |transaction, context| {
            transaction.force(status, context);
        })
    }

    /// How the switches stand.
    pub fn knobs(&self) -> Knobs {
        self.books().knobs.clone()
    }

    /// Sets every switch.
    pub fn set_knobs(&self, knobs: Knobs) {
        self.knobs_mut(|now| *now = knobs);
    }

    /// Sets some switches.
    pub fn knobs_mut(&self, change: impl FnOnce(&mut Knobs)) {
        self.with_books(|books, _| change(&mut books.knobs));
    }

    /// Makes an operation fail, so many times.
    pub fn fault(&self, operation: Operation, fault: Fault, times: u32) {
        self.inner.faults.switch_on(operation, fault, times);
    }

    /// Makes an operation answer a refusal, in the shape that the knobs ask for now, so many times.
    pub fn refuse_with(&self, operation: Operation, refusal: &Refusal, times: u32) {
        let body = refusal.body(self.knobs().errors).to_string();
        self.fault(
            operation,
            Fault::Canned {
                status: refusal.status().as_u16(),
                body,
            },
            times,
        );
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.inner.faults.clear();
    }

    pub(crate) fn pending_faults(&self) -> Vec<Pending> {
        self.inner.faults.pending()
    }

    /// How often an operation was asked for, whatever the answer.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.inner.faults.requests(operation)
    }

    /// What the last request for an operation called itself, in `x-request-id`.
    pub fn request_id(&self, operation: Operation) -> Option<String> {
        self.inner.faults.request_id(operation)
    }

    /// Moves every rate by so many basis points of where it began. Movements add up.
    pub fn move_rate_bps(&self, by: i32) {
        self.inner.world.move_rates(&Pairs::default(), by);
    }

    /// Adds a user and says its id. The partner's id is `cust-` and the next number.
    pub fn add_user(&self, user: AddUser) -> String {
        let verification = if user.verified {
            Verification::Verified
        } else {
            Verification::NotStarted
        };
        self.with_books(|books, _| {
            let number = books.users.len() + 1;
            let id = new_id();
            books.users.push(User {
                id: id.clone(),
                external_id: Some(format!("cust-{number}")),
                email: format!("cust-{number}@cobalto.example"),
                first_name: "NOEL".to_owned(),
                last_name: format!("NUMERO {number}"),
                verification,
            });
            id
        })
    }

    /// Moves a user's verification on, and sends the webhook that belongs to it.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn verify(&self, user_id: &str, verification: Verification) -> Result<(), UnknownUser> {
        self.with_books(|books, _| {
            let user = books.users.iter_mut().find(|user| user.id == user_id);
            let user = user.ok_or_else(|| UnknownUser(user_id.to_owned()))?;
            user.verification = verification;
            books.letters.extend(Letter::about_verification(user));
            Ok(())
        })
    }

    /// Every user, first come first.
    pub fn users(&self) -> Vec<UserView> {
        self.books().users.iter().map(UserView::of).collect()
    }

    /// Every transaction of the partner, oldest first.
    pub fn transactions(&self) -> Vec<TransactionView> {
        self.with_books(|books, _| {
            books
                .own_transactions()
                .map(|transaction| books.view(transaction))
                .collect()
        })
    }

    /// One transaction of the partner.
    ///
    /// # Errors
    ///
    /// When there is no such transaction.
    pub fn transaction(
        &self,
        pick: impl Into<Pick>,
    ) -> Result<TransactionView, UnknownTransaction> {
        self.change(pick.into(), |_, _| ())
    }

    /// Sends webhooks somewhere else from now on, or nowhere.
    pub fn set_webhook(&self, target: Option<WebhookTarget>) {
        self.inner.post.set_target(target);
    }

    /// The webhooks that were written, oldest first.
    pub fn webhooks(&self) -> Vec<WebhookView> {
        self.inner.post.history()
    }

    /// Sends again every webhook about a transaction, and says how many that are.
    ///
    /// # Errors
    ///
    /// When there is no such transaction.
    pub fn replay_webhooks(&self, pick: impl Into<Pick>) -> Result<usize, UnknownTransaction> {
        let transaction = self.transaction(pick)?;
        Ok(self.inner.post.replay(&transaction.id))
    }

    /// Sends the webhooks that [`WebhookDelivery::Held`](super::WebhookDelivery::Held) held back.
    pub fn release_webhooks(&self, order: ReleaseOrder) {
        self.inner.post.release(order);
    }

    fn change(
        &self,
        pick: Pick,
        act: impl FnOnce(&mut Transaction, &mut super::progress::Context<'_>),
    ) -> Result<TransactionView, UnknownTransaction> {
        self.with_books(|books, now| {
            let id = books.pick(pick)?;
            let unknown = || UnknownTransaction(id.clone());
            books.change(&id, now, act).ok_or_else(unknown)?;
            let transaction = books.transaction(&id).ok_or_else(unknown)?;
            Ok(books.view(transaction))
        })
    }
}

impl Books {
    fn pick(&self, pick: Pick) -> Result<String, UnknownTransaction> {
        match pick {
            Pick::Latest => {
                let latest = self.own_transactions().last();
                let none = || UnknownTransaction("latest".to_owned());
                latest
                    .map(|transaction| transaction.id.clone())
                    .ok_or_else(none)
            }
            Pick::Id(id) => Ok(id),
        }
    }
}

impl Transaction {
    fn compare(&self, deposit: Deposit) -> Arrival {
        match deposit {
            Deposit::Exact => Arrival::Matching,
            Deposit::Amount(amount) if amount == self.deal.crypto_amount => Arrival::Matching,
            Deposit::Amount(_) | Deposit::WrongToken => Arrival::Mismatched,
        }
    }
}
