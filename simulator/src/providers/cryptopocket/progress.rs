//! How an off-ramp moves: what others do to it, and what time does (assumptions ).
//!
//! What happens by itself is written down with the moment at which it happens, so that the outcome
//! depends on the clock alone and not on who looks when.

use rust_decimal::Decimal;

use super::assumptions;
use super::books::{Books, Order, Turn, WrongTokens};
use super::knobs::{Knobs, Payout};
use super::letters::{Event, Letter};
use super::status::Status;
use crate::clock::Moment;
use crate::providers::common::Deposit;
use crate::world::World;

/// What a change of an order may look at and write to.
pub(super) struct Context<'a> {
    now: Moment,
    knobs: &'a Knobs,
    world: &'a World,
    letters: &'a mut Vec<Letter>,
}

impl Books {
    /// Lets everything happen that is due by now, in the order in which it is due.
    pub(super) fn advance(&mut self, now: Moment) {
        while let Some((at, id, turn)) = self.next_due(now) {
            self.change(&id, at, |order, context| order.take(turn, context));
        }
    }

    fn next_due(&mut self, now: Moment) -> Option<(Moment, String, Turn)> {
        let due = |order: &&mut Order| order.due.is_some_and(|(at, _)| at <= now);
        let order = self.orders.iter_mut().filter(due);
        let order = order.min_by_key(|order| order.due.map(|(at, _)| at))?;
        let (at, turn) = order.due.take()?;
        Some((at, order.id.clone(), turn))
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
            letters: &mut self.letters,
        };
        Some(act(order, &mut context))
    }
}

impl Order {
    /// Tokens arrive. Nobody sees those that are not bought.
    pub(super) fn deposit(&mut self, deposit: Deposit, context: &mut Context<'_>) {
        let amount = match deposit {
            Deposit::Exact => self.amount,
            Deposit::Amount(amount) => amount,
            Deposit::WrongToken => {
                self.wrong_tokens = WrongTokens::Arrived;
                return;
            }
        };
        let before = self.received.unwrap_or_default();
        self.received = Some(before.saturating_add(amount));
        match self.status {
            Status::Started => {
                self.receive(context);
                self.plan_payout(context);
            }
            Status::CryptoReceived => self.plan_payout(context),
            // Late: a person has to decide.
            Status::Expired | Status::Failed => self.receive(context),
            Status::Finished | Status::Refunded | Status::Other(_) => {}
        }
    }

    /// A person at CryptoPocket decides. A payout goes on from [`Status::CryptoReceived`].
    pub(super) fn force(&mut self, status: Status, context: &mut Context<'_>) {
        self.due = None;
        match &status {
            Status::CryptoReceived => {
                self.received.get_or_insert(self.amount);
                self.receive(context);
                self.plan_payout(context);
            }
            Status::Finished => self.finish(context),
            Status::Started
            | Status::Expired
            | Status::Failed
            | Status::Refunded
            | Status::Other(_) => self.enter(status, context.now),
        }
    }

    fn take(&mut self, turn: Turn, context: &mut Context<'_>) {
        match (turn, context.knobs.payout) {
            (Turn::Expire, _) => self.enter(Status::Expired, context.now),
            (Turn::PayOut, Payout::Completes) => self.finish(context),
            (Turn::PayOut, Payout::Fails) => self.enter(Status::Failed, context.now),
            (Turn::PayOut, Payout::Refunds) => self.enter(Status::Refunded, context.now),
            (Turn::PayOut, Payout::Waits) => {}
        }
    }

    /// The rate is fixed on arrival (assumption A-17).
    fn receive(&mut self, context: &mut Context<'_>) {
        self.due = None;
        self.fix_rate(context.world);
        self.enter(Status::CryptoReceived, context.now);
        self.tell(Event::CryptoReceived, context);
    }

    /// What is received is paid out by itself if it is close to what was agreed.
    fn plan_payout(&mut self, context: &Context<'_>) {
        self.due = match context.knobs.payout {
            Payout::Completes | Payout::Fails | Payout::Refunds if self.is_close_enough() => {
                Some((context.now.plus(context.knobs.step()), Turn::PayOut))
            }
            Payout::Completes | Payout::Fails | Payout::Refunds | Payout::Waits => None,
        };
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        self.fix_rate(context.world);
        self.completed_at = Some(context.now);
        self.enter(Status::Finished, context.now);
        self.tell(Event::Finished, context);
    }

    fn fix_rate(&mut self, world: &World) {
        self.rate = self
            .rate
            .or_else(|| world.rate(self.asset.token, self.fiat));
    }

    /// Whether what was received is within the tolerance.
    pub(super) fn is_close_enough(&self) -> bool {
        let received = self.received.unwrap_or_default();
        let allowed = self.amount * Decimal::new(assumptions::TOLERANCE_PER_MILLE, 3);
        received.saturating_sub(self.amount).abs() <= allowed
    }

    fn enter(&mut self, status: Status, now: Moment) {
        self.history.push((now, status.clone()));
        self.status = status;
    }

    fn tell(&self, event: Event, context: &mut Context<'_>) {
        let letter = Letter::about(self, event, context.knobs);
        context.letters.extend(letter);
    }

    /// What a read shows: the status of a while ago, where reading lags behind.
    pub(super) fn shown(&self, now: Moment, knobs: &Knobs) -> &Status {
        let is_known = |(at, _): &&(Moment, Status)| at.plus(knobs.read_lag()) <= now;
        let known = self.history.iter().rev().find(is_known);
        known
            .or(self.history.first())
            .map_or(&self.status, |(_, status)| status)
    }
}
