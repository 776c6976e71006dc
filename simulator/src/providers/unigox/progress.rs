//! How an order moves: what its owner does, and what time does (9.3).
//!
//! What happens by itself is planned with the moment at which it happens, so that the outcome
//! depends on the clock alone and not on who looks when.

use rust_decimal::Decimal;

use super::assumptions::{BREACH_FACTOR, PROOF_REJECTIONS};
use super::books::Books;
use super::chain::Ledger;
use super::knobs::{Knobs, Nonces, RefundExecution, Refunds};
use super::letters::Letter;
use super::order::{Custody, Order, Origin, Refund, Told};
use super::plan::{self, Turn};
use super::price::{Anchor, Price};
use super::profile::Profile;
use super::refusal::Refusal;
use super::status::Status;
use crate::clock::Moment;
use crate::world::World;

/// What a change of an order may look at and write to.
pub(super) struct Context<'a> {
    pub(super) now: Moment,
    pub(super) knobs: &'a Knobs,
    pub(super) world: &'a World,
    pub(super) ledger: &'a mut Ledger,
    pub(super) letters: &'a mut Vec<Letter>,
}

/// What is due next.
enum Due {
    Order(String, Turn),
    User(String),
}

impl Books {
    /// Lets everything happen that is due by now, in the order in which it is due.
    pub(super) fn advance(&mut self, now: Moment) {
        while let Some((at, due)) = self.next_due(now) {
            match due {
                Due::Order(id, turn) => {
                    self.change(&id, at, |order, context| order.take(turn, context));
                }
                Due::User(uuid) => self.verify_on(&uuid, at),
            }
        }
    }

    fn next_due(&self, now: Moment) -> Option<(Moment, Due)> {
        let orders = self.orders.iter().filter_map(|order| {
            let (at, turn) = order.next?;
            Some((at, Due::Order(order.id.clone(), turn)))
        });
        let users = self.users.iter().filter_map(|user| {
            let (at, _) = user.verification.due?;
            Some((at, Due::User(user.uuid.clone())))
        });
        let due = orders.chain(users).filter(|(at, _)| *at <= now);
        due.min_by_key(|(at, _)| *at)
    }

    fn verify_on(&mut self, uuid: &str, at: Moment) {
        let knobs = self.knobs.clone();
        let Some(user) = self.user_mut(uuid) else {
            return;
        };
        if let Some((_, to)) = user.verification.due.take() {
            user.verification.take(to, &knobs, at);
            let letter = Letter::about_verification(user, at);
            self.letters.extend(letter);
        }
    }

    /// Changes one order and writes the webhooks that the change calls for.
    pub(super) fn change<T>(
        &mut self,
        id: &str,
        now: Moment,
        act: impl FnOnce(&mut Order, &mut Context<'_>) -> T,
    ) -> Option<T> {
        let order = self.orders.iter_mut().find(|order| order.id == id)?;
        let mut context = Context {
            now,
            knobs: &self.knobs,
            world: &self.world,
            ledger: &mut self.ledger,
            letters: &mut self.letters,
        };
        Some(act(order, &mut context))
    }

    /// Enters a new order.
    pub(super) fn begin(&mut self, order: Order, first: Status, now: Moment) {
        let id = order.id.clone();
        self.orders.push(order);
        self.change(&id, now, |order, context| order.enter(first, context));
    }

    /// What waited for the address of a user waits no longer.
    pub(super) fn address_given(&mut self, user: &str, now: Moment) {
        if !self
            .user(user)
            .is_some_and(|user| user.verification.has_address())
        {
            return;
        }
        let waiting = self
            .orders
            .iter()
            .filter(|order| order.user == user && order.status == Status::PendingAddress);
        let waiting: Vec<String> = waiting.map(|order| order.id.clone()).collect();
        for id in waiting {
            self.change(&id, now, |order, context| {
                order.enter(Status::AwaitingLiquidityProvider, context);
            });
        }
    }
}

/// What a token is worth now.
pub(super) fn rate(knobs: &Knobs, world: &World, token: &str, currency: &str) -> Option<Decimal> {
    knobs.pinned_rate.or_else(|| world.rate(token, currency))
}

impl Order {
    /// The order stands somewhere new: it is told, and what follows is planned.
    pub(super) fn enter(&mut self, status: Status, context: &mut Context<'_>) {
        self.stand(status, context);
        self.replan(context);
    }

    fn stand(&mut self, status: Status, context: &mut Context<'_>) {
        self.next = None;
        self.updated_at = context.now;
        if self.timeline.iter().all(|(known, _)| *known != status) {
            self.timeline.push((status.clone(), context.now));
        }
        if status == Status::AwaitingCryptoTransferAuthorization {
            let window = std::time::Duration::from_millis(context.knobs.signing_window_ms);
            self.signing_until = Some(context.now.plus(window));
        }
        self.status = status;
        if self.origin == Origin::Widget {
            return;
        }
        if self.status.is_told() {
            let letter = Letter::about_status(self, context.knobs, context.now);
            context.letters.extend(letter);
        }
        self.tell_of_refund(context);
    }

    /// At most once for each order.
    fn tell_of_refund(&mut self, context: &mut Context<'_>) {
        if self.refund() == Refund::Owed && self.refund_told == Told::No {
            self.refund_told = Told::Yes;
            let letter = Letter::about_refund(self, context.knobs, context.now);
            context.letters.extend(letter);
        }
    }

    /// Plays something else from where it stands.
    pub(super) fn play(&mut self, profile: Profile, context: &mut Context<'_>) {
        self.profile = profile;
        self.replan(context);
        self.tell_of_refund(context);
    }

    fn take(&mut self, turn: Turn, context: &mut Context<'_>) {
        match turn {
            Turn::Accept => self.accept(context),
            Turn::Cancel => self.enter(Status::Cancelled, context),
            Turn::Fund => self.mine(context),
            Turn::FailRelay => self.fail_on_chain(context),
            Turn::Fail => self.enter(Status::Failed, context),
            Turn::StartPayment => self.enter(Status::FiatPaymentStarted, context),
            Turn::StartReview => self.enter(Status::FiatPaymentReviewStarted, context),
            Turn::AcceptProof => {
                if self.profile == Profile::AutoConfirm || self.notification.is_yes() {
                    self.complete(context);
                } else {
                    self.enter(Status::AwaitingFiatReceivedConfirmation, context);
                }
            }
            Turn::RejectProof => {
                self.rejections += 1;
                if self.rejections < PROOF_REJECTIONS {
                    self.enter(Status::FiatPaymentStarted, context);
                } else {
                    self.enter(Status::Cancelled, context);
                }
            }
            Turn::StartDispute => self.enter(Status::DisputeStarted, context),
            Turn::StartRelease => self.enter(Status::CryptoReleasePending, context),
            Turn::Complete => self.complete(context),
            Turn::Return => self.arrive_back(context),
        }
    }

    /// Somebody accepts, unless the price has moved too far since it was quoted.
    fn accept(&mut self, context: &mut Context<'_>) {
        let price = self.price_now(context);
        let grown = |price: &Price| {
            let bound = self.quoted.funding.checked_mul(BREACH_FACTOR);
            price.anchor == Anchor::Fiat && bound.is_some_and(|bound| price.funding > bound)
        };
        match (self.profile, price) {
            (Profile::Breach, _) => self.enter(Status::Failed, context),
            (Profile::PriceMoved, _) | (_, None) => {
                self.enter(Status::PriceChangedRequoteNeeded, context);
            }
            (_, Some(price)) if !price.is_within(self.tolerance, &self.quoted) => {
                self.enter(Status::PriceChangedRequoteNeeded, context);
            }
            (_, Some(price)) if grown(&price) => self.enter(Status::Failed, context),
            (_, Some(price)) => {
                self.price = price;
                self.enter(Status::AwaitingCryptoTransferAuthorization, context);
            }
        }
    }

    fn price_now(&self, context: &Context<'_>) -> Option<Price> {
        let rate = rate(
            context.knobs,
            context.world,
            self.token.code(),
            self.currency,
        )?;
        Price::new(
            self.quoted.anchor,
            self.quoted.asked,
            rate,
            self.quoted.partner_pct,
            self.currency,
            context.knobs.funding,
        )
    }

    /// The owner's signature was good: the relay takes it to the chain.
    pub(super) fn fund(&mut self, nonce: u64, context: &mut Context<'_>) {
        self.nonce = Some(nonce);
        if context.knobs.nonces == Nonces::WhenTaken {
            context.ledger.use_nonce(self.signer);
        }
        context
            .ledger
            .add(self.signer, self.token, -self.price.funding);
        self.transfers += 1;
        self.custody = Custody::InFlight;
        self.enter(Status::CryptoTransferAuthorizationPending, context);
    }

    /// The chain has the transfer, unless its nonce was used by another one meanwhile.
    fn mine(&mut self, context: &mut Context<'_>) {
        if context.knobs.nonces == Nonces::WhenMined {
            if self.nonce != Some(context.ledger.wallet(self.signer).nonce) {
                self.fail_on_chain(context);
                return;
            }
            context.ledger.use_nonce(self.signer);
        }
        self.custody = Custody::Escrow;
        self.enter(Status::CryptoReceived, context);
    }

    /// The chain refuses the transfer.
    fn fail_on_chain(&mut self, context: &mut Context<'_>) {
        self.give_back(context);
        self.custody = Custody::Owner;
        self.enter(Status::Failed, context);
    }

    /// The person paid says that the money has arrived. Saying it again changes nothing.
    pub(super) fn confirm(&mut self, context: &mut Context<'_>) -> Result<(), Refusal> {
        self.confirm_calls += 1;
        match &self.status {
            Status::CryptoReceived
            | Status::FiatPaymentStarted
            | Status::FiatPaymentReviewStarted
            | Status::AwaitingFiatReceivedConfirmation => {
                self.enter(Status::FiatReceivedConfirmed, context);
                Ok(())
            }
            Status::FiatReceivedConfirmed | Status::CryptoReleasePending | Status::Completed => {
                Ok(())
            }
            Status::Created
            | Status::PendingAddress
            | Status::AwaitingLiquidityProvider
            | Status::AwaitingCryptoTransferAuthorization
            | Status::CryptoTransferAuthorizationPending
            | Status::Cancelled
            | Status::Failed
            | Status::PriceChangedRequoteNeeded
            | Status::DisputeStarted
            | Status::RefundPending
            | Status::Refunded
            | Status::SettlementInProgress
            | Status::Returned
            | Status::Other(_) => Err(Refusal::InvalidStatus),
        }
    }

    /// The order is called off before anything was signed.
    pub(super) fn cancel(&mut self, context: &mut Context<'_>) -> Result<(), Refusal> {
        self.cancel_calls += 1;
        let is_early = [
            Status::Created,
            Status::PendingAddress,
            Status::AwaitingLiquidityProvider,
            Status::AwaitingCryptoTransferAuthorization,
        ]
        .contains(&self.status);
        if !is_early {
            return Err(Refusal::InvalidStatus);
        }
        self.enter(Status::Cancelled, context);
        Ok(())
    }

    /// The owner's signature brings the crypto back.
    pub(super) fn start_refund(&mut self, context: &mut Context<'_>) {
        self.custody = Custody::Returning;
        let status = match context.knobs.refunds {
            Refunds::KeepStatus => self.status.clone(),
            Refunds::OwnStatuses => Status::RefundPending,
        };
        match (context.knobs.refund_execution, context.knobs.refunds) {
            (RefundExecution::AtOnce, _) => self.arrive_back(context),
            (RefundExecution::Later, Refunds::OwnStatuses) => self.enter(status, context),
            (RefundExecution::Later, Refunds::KeepStatus) => self.replan(context),
        }
    }

    fn arrive_back(&mut self, context: &mut Context<'_>) {
        self.give_back(context);
        self.custody = Custody::Returned;
        self.refund_hash = Some(alloy_primitives::keccak256(format!("refund {}", self.id)));
        match context.knobs.refunds {
            Refunds::KeepStatus => {
                self.updated_at = context.now;
                self.next = None;
            }
            Refunds::OwnStatuses => self.enter(Status::Refunded, context),
        }
    }

    fn give_back(&self, context: &mut Context<'_>) {
        context
            .ledger
            .add(self.signer, self.token, self.price.funding);
    }

    fn complete(&mut self, context: &mut Context<'_>) {
        self.custody = Custody::Released;
        self.completed_at = Some(context.now);
        self.enter(Status::Completed, context);
    }

    /// Plans anew from where the order stands.
    fn replan(&mut self, context: &Context<'_>) {
        let next = plan::next(self, context.knobs);
        self.next = next.map(|(pause, turn)| (context.now.plus(pause), turn));
    }

    /// A person at UNIGOX decides, and nothing happens by itself after that. What a status says
    /// about the crypto becomes true.
    pub(super) fn force(&mut self, status: Status, context: &mut Context<'_>) {
        match (&status, self.custody) {
            (Status::Completed, _) => {
                self.custody = Custody::Released;
                self.completed_at = Some(context.now);
            }
            (Status::Refunded, Custody::InFlight | Custody::Escrow | Custody::Returning) => {
                self.give_back(context);
                self.custody = Custody::Returned;
            }
            (
                Status::CryptoReceived
                | Status::FiatPaymentStarted
                | Status::FiatPaymentReviewStarted
                | Status::AwaitingFiatReceivedConfirmation
                | Status::FiatReceivedConfirmed
                | Status::CryptoReleasePending
                | Status::DisputeStarted
                | Status::SettlementInProgress
                | Status::Returned
                | Status::RefundPending,
                Custody::Owner,
            ) => {
                let amount = -self.price.funding;
                context.ledger.add(self.signer, self.token, amount);
                self.custody = Custody::Escrow;
            }
            (_, Custody::InFlight) => self.custody = Custody::Escrow,
            (_, _) => {}
        }
        self.stand(status, context);
    }
}
