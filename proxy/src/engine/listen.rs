//! What other proxies on the same database do: long polls here are woken by changes made there, and
//! what a proxy that died had begun is taken over.

use std::{sync::Arc, time::Duration};

use offramp_domain::time::Timestamp;
use tracing::{error, info};

use super::Engine;
use crate::store::StoreError;

/// How often the database is asked what has changed.
const LISTEN: Duration = Duration::from_secs(1);

/// How often this proxy says that it is alive.
const BEAT: Duration = Duration::from_secs(2);

/// How far the clocks of two proxies may be apart, and how long a change may take to be committed.
const MARGIN: Duration = Duration::from_secs(10);

impl Engine {
    /// Listens and beats, until the task is dropped.
    pub async fn run_listening(self: Arc<Self>) {
        let mut heard_until = self.now();
        let mut last_beat = None;
        loop {
            let beat_is_due = last_beat.is_none_or(|at: tokio::time::Instant| at.elapsed() >= BEAT);
            if beat_is_due {
                last_beat = Some(tokio::time::Instant::now());
                report(self.beat().await, "cannot say that this proxy is alive");
            }
            if self.wake.watched() > 0 {
                match self.listen(heard_until).await {
                    Ok(until) => heard_until = until,
                    Err(error) => report(Err(error), "cannot hear what other proxies do"),
                }
            }
            tokio::time::sleep(LISTEN).await;
        }
    }

    /// Says that this proxy is alive, and takes over creates of those that are not: nobody waits for
    /// their answer any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn beat(&self) -> Result<(), StoreError> {
        self.store.beat(self.now()).await?;
        for id in self.store.orphaned_creates(self.now()).await? {
            if !self.store.lease(&id, self.now()).await? {
                continue;
            }
            info!(order.id = id, "a create was interrupted; it is looked for");
            self.change(&id, |order, change| {
                if order.call.ended_at.is_none() {
                    let now = self.now();
                    order.call.ended_at = Some(now);
                    order.next_check_at = Some(now);
                    change.note("create_interrupted", None);
                }
            })
            .await?;
        }
        Ok(())
    }

    /// Wakes whoever waits for an order that changed since `heard_until`. Comes back with the moment
    /// up to which everything was heard.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn listen(&self, heard_until: Timestamp) -> Result<Timestamp, StoreError> {
        let changes = self.store.changed_since(heard_until.minus(MARGIN)).await?;
        let mut until = heard_until;
        for (order_id, sequence, updated_at) in changes {
            self.wake.changed(&order_id, sequence);
            until = until.max(updated_at);
        }
        Ok(until)
    }
}

fn report(done: Result<(), StoreError>, what: &str) {
    if let Err(error) = done {
        error!(error = &error as &dyn std::error::Error, "{what}");
    }
}
