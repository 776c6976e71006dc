//! The outbox: what the partner's backend is to hear, stored with the change that it tells of, and
//! how its sending goes.

use std::{fmt, sync::Arc, time::Duration};

use offramp_domain::{api::NotificationKind, time::Timestamp};
use sqlx::{Any, Row as _, Transaction};

use super::{OrderRecord, Store, StoreError, notifications::attempts};
use crate::secrets::new_id;

/// No plan reaches farther than this, and no lease: what does was made by a clock that has been put
/// back since.
const FARTHEST_PLAN: Duration = Duration::from_hours(30);
const FARTHEST_LEASE: Duration = Duration::from_mins(10);

/// Writes what is told of an order.
#[derive(Clone)]
pub(super) struct Outbox(Arc<Write>);

type Write = dyn Fn(&OrderRecord, NotificationKind) -> serde_json::Result<String> + Send + Sync;

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox(…)")
    }
}

/// A notification whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotification {
    /// Its id.
    pub id: String,
    /// About which order.
    pub order_id: String,
    /// What is sent.
    pub body: String,
    /// How often it was sent in vain.
    pub attempts: u32,
}

impl Store {
    /// From now on, whatever the payer sees of an order is told to the partner too.
    #[must_use]
    pub fn telling(
        mut self,
        write: impl Fn(&OrderRecord, NotificationKind) -> serde_json::Result<String>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.outbox = Some(Outbox(Arc::new(write)));
        self
    }

    /// Stores what is to be told of an order that has just changed.
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction<'static, Any>,
        order: &OrderRecord,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(Outbox(write)) = &self.outbox else {
            return Ok(());
        };
        let kind = match order.sequence {
            1 => NotificationKind::OrderCreated,
            _ => NotificationKind::OrderUpdated,
        };
        let body =
            write(order, kind).map_err(|error| StoreError::unreadable("notification", error))?;
        // No earlier than the one that it waits for, so that only what can be sent is due.
        sqlx::query(
            "INSERT INTO notifications (id, order_id, sequence, kind, body, state, attempts,
                                        next_at, created_at)
             VALUES ($1, $2, $3, $4, $5, 'pending', 0,
                     COALESCE((SELECT MAX(next_at) FROM notifications
                               WHERE order_id = $2 AND state = 'pending'), $6), $6)",
        )
        .bind(new_id("msg"))
        .bind(&order.id)
        .bind(order.sequence.cast_signed())
        .bind(kind.as_str())
        .bind(body)
        .bind(now.as_millis())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Notifications whose time has come and that nobody sends, one for each order: the longest
    /// waiting first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_notifications(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueNotification>, StoreError> {
        let due = self.planned(i64::MIN, now.as_millis(), now, limit).await?;
        if !due.is_empty() {
            return Ok(due);
        }
        let farther = now.plus(FARTHEST_PLAN).as_millis();
        self.planned(farther, i64::MAX, now, limit).await
    }

    /// Those that are planned within these times. What is not pending has no plan.
    async fn planned(
        &self,
        from: i64,
        to: i64,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueNotification>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, order_id, body, attempts FROM notifications AS due
             WHERE next_at >= $1 AND next_at <= $2
               AND (leased_until IS NULL OR leased_until <= $3 OR leased_until > $4)
               AND NOT EXISTS (SELECT 1 FROM notifications AS older
                               WHERE older.order_id = due.order_id
                                 AND older.sequence < due.sequence
                                 AND older.next_at IS NOT NULL)
             ORDER BY next_at, sequence LIMIT $5",
        )
        .bind(from)
        .bind(to)
        .bind(now.as_millis())
        .bind(now.plus(FARTHEST_LEASE).as_millis())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DueNotification {
                    id: row.try_get("id")?,
                    order_id: row.try_get("order_id")?,
                    body: row.try_get("body")?,
                    attempts: attempts(row)?,
                })
            })
            .collect()
    }

    /// Keeps others from sending this one, or tells that somebody else does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_notification(
        &self,
        due: &DueNotification,
        now: Timestamp,
        span: Duration,
    ) -> Result<bool, StoreError> {
        let leased = sqlx::query(
            "UPDATE notifications SET leased_until = $1
             WHERE id = $2 AND state = 'pending' AND attempts = $3
               AND (leased_until IS NULL OR leased_until <= $4 OR leased_until > $5)",
        )
        .bind(now.plus(span).as_millis())
        .bind(&due.id)
        .bind(i64::from(due.attempts))
        .bind(now.as_millis())
        .bind(now.plus(FARTHEST_LEASE).as_millis())
        .execute(&self.pool)
        .await?;
        Ok(leased.rows_affected() == 1)
    }

    /// It was heard, whoever sent it and however often.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notification_delivered(
        &self,
        due: &DueNotification,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE notifications SET state = 'delivered', next_at = NULL, leased_until = NULL,
                    problem = NULL, ended_at = $1
             WHERE id = $2 AND state = 'pending'",
        )
        .bind(now.as_millis())
        .bind(&due.id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// It was not heard, and is sent again: whatever else waits behind it waits as long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_notification(
        &self,
        due: &DueNotification,
        problem: &str,
        next_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let counted = sqlx::query(
            "UPDATE notifications SET attempts = attempts + 1, leased_until = NULL, problem = $1
             WHERE id = $2 AND state = 'pending' AND attempts = $3",
        )
        .bind(problem)
        .bind(&due.id)
        .bind(i64::from(due.attempts))
        .execute(&mut *tx)
        .await?;
        if counted.rows_affected() == 1 {
            sqlx::query(
                "UPDATE notifications SET next_at = $1 WHERE order_id = $2 AND state = 'pending'",
            )
            .bind(next_at.as_millis())
            .bind(&due.order_id)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// It was not heard, and is not sent again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notification_dead(
        &self,
        due: &DueNotification,
        problem: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE notifications SET state = 'dead', attempts = attempts + 1, next_at = NULL,
                    leased_until = NULL, problem = $1, ended_at = $2
             WHERE id = $3 AND state = 'pending' AND attempts = $4",
        )
        .bind(problem)
        .bind(now.as_millis())
        .bind(&due.id)
        .bind(i64::from(due.attempts))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
