//! What the proxy does by itself: asks about orders, repeats what got no answer, and handles what
//! webhooks hint at. Everything it needs is in the store, so that it goes on after a restart.

use std::{sync::Arc, time::Duration};

use offramp_domain::time::Timestamp;
use tokio::task::{JoinError, JoinSet};
use tracing::{error, warn};

use super::{Engine, apply, schedule};
use crate::{
    correlation::duty,
    provider::{Provider, ProviderError, ProviderRef, Snapshot},
    store::{Asked, Change, OrderRecord, Payer, StoreError},
};

/// How often the store is asked what is due.
const LOOK: Duration = Duration::from_millis(250);

/// How much is begun at a time.
pub(super) const BATCH: usize = 32;

/// How much is under way at most.
const MOST: usize = 256;

/// How often what is old is forgotten.
const FORGET: Duration = Duration::from_hours(1);

/// How long until an order whose provider is switched off is looked at again.
pub(super) const SWITCHED_OFF: Duration = Duration::from_hours(1);

/// Duties under way, so that a provider that does not answer about one order holds up no other.
pub(super) type Work = JoinSet<Result<(), StoreError>>;

impl Engine {
    /// Does what is due, and hears what other proxies do, until the task is dropped.
    pub async fn run_duties(self: Arc<Self>) {
        tokio::join!(Arc::clone(&self).run_listening(), self.do_duties());
    }

    async fn do_duties(self: Arc<Self>) {
        let mut work = Work::new();
        let mut forgotten = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.hurry.notified() => {}
            }
            while let Some(done) = work.try_join_next() {
                report(done);
            }
            if let Err(error) = self.begin_what_is_due(&mut work).await {
                error!(
                    error = &error as &dyn std::error::Error,
                    "cannot tell which duties are due"
                );
            }
            self.begin_reading_histories(&mut work);
            let now = self.now();
            if forgotten.is_none_or(|at| now.since(at) >= FORGET) {
                forgotten = Some(now);
                if let Err(error) = self.forget(now).await {
                    error!(
                        error = &error as &dyn std::error::Error,
                        "cannot forget what is old"
                    );
                }
            }
        }
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.forget_old(now).await?;
        self.store.trim_inbox().await
    }

    /// Does everything that is due now, and comes back when it is done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn do_what_is_due(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut work = Work::new();
        self.begin_what_is_due(&mut work).await?;
        while let Some(done) = work.join_next().await {
            report(done);
        }
        Ok(())
    }

    async fn begin_what_is_due(self: &Arc<Self>, work: &mut Work) -> Result<(), StoreError> {
        if let Err(error) = self.handle_webhooks().await {
            error!(
                error = &error as &dyn std::error::Error,
                "cannot tell which webhooks wait"
            );
        }
        self.begin_notifications(work).await?;
        if work.len() >= MOST {
            return Ok(());
        }
        let now = self.now();
        // What is under way is still due: it must not fill the list.
        let most = limit(BATCH + work.len());
        for intent in self.store.due_intents(now, most).await? {
            if let Some(claim) = self.claim(&intent.order_id) {
                let engine = Arc::clone(self);
                work.spawn(async move {
                    let _claim = claim;
                    let is_ours =
                        intent.is_leased || engine.store.lease(&intent.order_id, now).await?;
                    if is_ours {
                        Box::pin(duty(
                            "intent",
                            Some(&intent.order_id),
                            engine.carry_out(&intent),
                        ))
                        .await
                    } else {
                        Ok(())
                    }
                });
            }
        }
        for order in self.store.due_orders(now, most).await? {
            if let Some(claim) = self.claim(&order.id) {
                let engine = Arc::clone(self);
                work.spawn(async move {
                    let _claim = claim;
                    let is_ours = order.is_leased || engine.store.lease(&order.id, now).await?;
                    if is_ours {
                        duty("check", Some(&order.id), engine.check(&order.id)).await
                    } else {
                        Ok(())
                    }
                });
            }
        }
        Ok(())
    }

    /// Asks the provider about one order.
    async fn check(self: &Arc<Self>, order_id: &str) -> Result<(), StoreError> {
        let Some((order, payer, provider)) = self.involved(order_id).await? else {
            return self.put_off(order_id).await;
        };
        let Some(reference) = order.reference.clone().map(ProviderRef) else {
            return self.look_for(provider.as_ref(), &payer, &order).await;
        };
        let asked = order.asked.clone();
        let read = provider.read(&payer.user, &reference).await;
        if let Err(error) = &read {
            warn!(
                order.id,
                provider = order.provider,
                error = error as &dyn std::error::Error,
                "an order could not be read"
            );
        }
        self.change(order_id, |order, change| {
            self.take_in(provider.as_ref(), order, &asked, &read, change);
        })
        .await?;
        self.hurry();
        Ok(())
    }

    /// Brings an order up to date with the clock and with what was read, if anything was, since
    /// `asked` was known.
    pub(super) fn take_in(
        &self,
        provider: &dyn Provider,
        order: &mut OrderRecord,
        asked: &Asked,
        read: &Result<Snapshot, ProviderError>,
        change: &mut Change,
    ) {
        let now = self.now();
        apply::pass_time(order, now, change);
        if let Ok(snapshot) = read {
            let assessment = provider.assess(snapshot, &order.facts(now));
            apply::apply(order, snapshot, &assessment, now, change);
        }
        self.plan(order);
        if let Err(error) = read {
            let soon = now.plus(schedule::NO_ANSWER.max(schedule::pause_after(error)));
            order.next_check_at = order.next_check_at.map(|planned| planned.max(soon));
        }
        order.keep_what_was_asked(asked);
    }

    /// Plans the next question about an order.
    pub(super) fn plan(&self, order: &mut OrderRecord) {
        let attendance = if self.wake.is_watched(&order.id) {
            schedule::Attendance::Watched
        } else {
            schedule::Attendance::Unwatched
        };
        order.next_check_at = schedule::next_check(order, attendance, self.now());
    }

    /// The order's provider is switched off: the order waits until it is on again.
    async fn put_off(&self, order_id: &str) -> Result<(), StoreError> {
        warn!(order.id = order_id, "an order's provider is not configured");
        let later = self.now().plus(SWITCHED_OFF);
        self.change(order_id, |order, _| order.next_check_at = Some(later))
            .await?;
        Ok(())
    }

    pub(super) async fn involved(
        &self,
        order_id: &str,
    ) -> Result<Option<(OrderRecord, Payer, Arc<dyn Provider>)>, StoreError> {
        let Some(order) = self.store.order(order_id).await? else {
            return Ok(None);
        };
        let Some(payer) = self.store.payer(&order.payer_id).await? else {
            return Ok(None);
        };
        let provider = self.provider(&order.provider).map(Arc::clone);
        Ok(provider.map(|provider| (order, payer, provider)))
    }
}

pub(super) fn limit(most: usize) -> u32 {
    u32::try_from(most).unwrap_or(u32::MAX)
}

fn report(done: Result<Result<(), StoreError>, JoinError>) {
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            error!(
                error = &error as &dyn std::error::Error,
                "a duty could not be done"
            );
        }
        Err(error) => error!(%error, "a duty panicked"),
    }
}
