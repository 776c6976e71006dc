//! What a test or the control plane may do to CryptoPocket's stand-in, and no operator may
//! (assumption A-11).
//!
//! All of it is synchronous and takes effect at once.

use thiserror::Error;

use super::CryptoPocket;
use super::books::{Books, Order, Owner, Payee, Standing, User};
use super::knobs::Knobs;
use super::kyc::Kyc;
use super::progress::Context;
use super::refusal::Refusal;
use super::status::Status;
use super::views::{OrderView, UserView, WebhookView};
use crate::clock::Moment;
use crate::fault::{Fault, Operation, Pending};
use crate::providers::common::{Deposit, Pick, ReleaseOrder};
use crate::world::Pairs;

/// There is no such order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no order `{0}`")]
pub struct UnknownOrder(pub String);

/// There is no such user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no user `{0}`")]
pub struct UnknownUser(pub u64);

impl CryptoPocket {
    /// Lets tokens arrive for an order. What is within half a percent of what was agreed is paid
    /// out by itself; anything else waits for [`Self::force_status`].
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn deposit(
        &self,
        pick: impl Into<Pick>,
        deposit: Deposit,
    ) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |order, context| {
            order.deposit(deposit, context);
        })
    }

    /// Puts an order into a status, as a person at CryptoPocket could. A payout goes on from
    /// [`Status::CryptoReceived`]; every other status stays until something happens.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn force_status(
        &self,
        pick: impl Into<Pick>,
        status: Status,
    ) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |order, context| order.force(status, context))
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
        let status = refusal.status().as_u16();
        self.fault(operation, Fault::Canned { status, body }, times);
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

    pub(crate) fn now(&self) -> Moment {
        self.inner.world.clock().now()
    }

    /// Ends every token.
    pub fn expire_tokens(&self) {
        self.with_books(|books, _| books.tokens.clear());
    }

    /// Adds a user who is paid by SEPA, and says its id.
    pub fn add_user(&self, kyc: Kyc) -> u64 {
        self.with_books(|books, _| {
            let id = books.next_user_id();
            books.users.push(User {
                id,
                owner: Owner::Operator,
                name: format!("NOEL NUMERO {id}"),
                email: format!("customer-{id}@cobalto.example"),
                kyc,
                standing: Standing::Good,
                payee: Payee::ByIban,
            });
            id
        })
    }

    /// Moves a user's verification on. No webhook tells of it.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn verify(&self, user_id: u64, kyc: Kyc) -> Result<(), UnknownUser> {
        self.change_user(user_id, |user| user.kyc = kyc)
    }

    /// Blocks a user, asks more of it, or neither.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn set_standing(&self, user_id: u64, standing: Standing) -> Result<(), UnknownUser> {
        self.change_user(user_id, |user| user.standing = standing)
    }

    /// Every user of the operator, first come first.
    pub fn users(&self) -> Vec<UserView> {
        self.books().own_users().map(UserView::of).collect()
    }

    /// Every order, oldest first.
    pub fn orders(&self) -> Vec<OrderView> {
        self.with_books(|books, _| {
            let views = books.orders.iter().map(|order| books.view(order));
            views.collect()
        })
    }

    /// One order.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn order(&self, pick: impl Into<Pick>) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |_, _| ())
    }

    /// Subscribes an address to every event from now on, or ends every subscription. Webhooks are
    /// signed with the API secret.
    pub fn set_webhook(&self, url: Option<&str>) {
        self.inner.post.set_target(url);
    }

    /// The webhooks that were written, oldest first.
    pub fn webhooks(&self) -> Vec<WebhookView> {
        self.inner.post.history()
    }

    /// Sends again every webhook about an order, and says how many that are.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn replay_webhooks(&self, pick: impl Into<Pick>) -> Result<usize, UnknownOrder> {
        let order = self.order(pick)?;
        Ok(self.inner.post.replay(&order.id))
    }

    /// Sends the webhooks that were held back.
    pub fn release_webhooks(&self, order: ReleaseOrder) {
        self.inner.post.release(order);
    }

    fn change(
        &self,
        pick: Pick,
        act: impl FnOnce(&mut Order, &mut Context<'_>),
    ) -> Result<OrderView, UnknownOrder> {
        self.with_books(|books, now| {
            let id = books.pick(pick)?;
            let unknown = || UnknownOrder(id.clone());
            books.change(&id, now, act).ok_or_else(unknown)?;
            let order = books.order(&id).ok_or_else(unknown)?;
            Ok(books.view(order))
        })
    }

    fn change_user(&self, id: u64, act: impl FnOnce(&mut User)) -> Result<(), UnknownUser> {
        self.with_books(|books, _| {
            let user = books.users.iter_mut().find(|user| user.id == id);
            act(user.ok_or(UnknownUser(id))?);
            Ok(())
        })
    }
}

impl Books {
    fn pick(&self, pick: Pick) -> Result<String, UnknownOrder> {
        match pick {
            Pick::Latest => {
                let latest = self.orders.last().map(|order| order.id.clone());
                latest.ok_or_else(|| UnknownOrder("latest".to_owned()))
            }
            Pick::Id(id) => Ok(id),
        }
    }
}
