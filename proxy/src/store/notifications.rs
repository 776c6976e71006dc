//! Notifications as the partner reads them: listed, and asked for again.

use std::time::Duration;

use offramp_domain::{
    api::{Notification, NotificationKind, NotificationState},
    time::Timestamp,
};
use sqlx::{Row as _, any::AnyRow};

use super::{Store, StoreError};

/// How long one is kept after it was delivered.
pub(super) const DELIVERED_KEPT: Duration = Duration::from_hours(30 * 24);

/// How long one is kept after it was given up.
pub(super) const DEAD_KEPT: Duration = Duration::from_hours(90 * 24);

/// One page of those in a state, and of all: two, because each has an index of its own.
const PAGE_OF_STATE: &str =
    "SELECT id, order_id, sequence, kind, state, attempts, next_at, problem,
            created_at, ended_at
     FROM notifications
     WHERE state = $1 AND created_at >= $2
       AND (created_at > $2 OR sequence > $3 OR (sequence = $3 AND id > $4))
     ORDER BY created_at, sequence, id LIMIT $5";
const PAGE: &str = "SELECT id, order_id, sequence, kind, state, attempts, next_at, problem,
            created_at, ended_at
     FROM notifications
     WHERE created_at >= $1
       AND (created_at > $1 OR sequence > $2 OR (sequence = $2 AND id > $3))
     ORDER BY created_at, sequence, id LIMIT $4";

/// Which notifications to list.
#[derive(Clone, Debug, Default)]
pub struct NotificationFilter {
    /// Only in this state.
    pub state: Option<NotificationState>,
    /// Only after this one: the last of the page before.
    pub after: Option<NotificationCursor>,
    /// At most so many.
    pub limit: u32,
}

/// The place of a notification in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationCursor {
    /// When it was stored.
    pub created_at: Timestamp,
    /// Its order's sequence.
    pub sequence: u64,
    /// Its id.
    pub id: String,
}

/// What became of the wish to send one again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resend {
    /// It will be.
    Pending(Notification),
    /// Only a dead one is sent again.
    NotDead(NotificationState),
    /// There is none.
    Absent,
}

impl Store {
    /// Sends a dead one again, under the id and with the body that it had.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resend_notification(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Resend, StoreError> {
        let raised = sqlx::query(
            "UPDATE notifications SET state = 'pending', attempts = 0, next_at = $1,
                    ended_at = NULL
             WHERE id = $2 AND state = 'dead'",
        )
        .bind(now.as_millis())
        .bind(id)
        .execute(&self.pool)
        .await?;
        let row = sqlx::query(
            "SELECT id, order_id, sequence, kind, state, attempts, next_at, problem, created_at,
                    ended_at
             FROM notifications WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(notification) = row.as_ref().map(read).transpose()? else {
            return Ok(Resend::Absent);
        };
        Ok(if raised.rows_affected() == 1 {
            Resend::Pending(notification)
        } else {
            Resend::NotDead(notification.state)
        })
    }

    /// A page of notifications, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Vec<Notification>, StoreError> {
        let (after_at, after_sequence, after_id) = match &filter.after {
            Some(after) => (
                after.created_at.as_millis(),
                after.sequence.cast_signed(),
                after.id.as_str(),
            ),
            None => (i64::MIN, 0, ""),
        };
        let page = match filter.state {
            Some(state) => sqlx::query(PAGE_OF_STATE).bind(state.as_str()),
            None => sqlx::query(PAGE),
        };
        let rows = page
            .bind(after_at)
            .bind(after_sequence)
            .bind(after_id)
            .bind(i64::from(filter.limit))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Notification, StoreError> {
    let unreadable = |what: &'static str| StoreError::unreadable("notification", what);
    let (kind, state): (String, String) = (row.try_get("kind")?, row.try_get("state")?);
    let sequence: i64 = row.try_get("sequence")?;
    let at = |column| -> Result<Option<Timestamp>, StoreError> {
        let millis: Option<i64> = row.try_get(column)?;
        Ok(millis.map(Timestamp::from_millis))
    };
    Ok(Notification {
        id: row.try_get("id")?,
        kind: NotificationKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| unreadable("an unknown kind"))?,
        order_id: row.try_get("order_id")?,
        sequence: sequence.cast_unsigned(),
        state: NotificationState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or_else(|| unreadable("an unknown state"))?,
        attempts: attempts(row)?,
        problem: row.try_get("problem")?,
        next_attempt_at: at("next_at")?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        ended_at: at("ended_at")?,
    })
}

/// How often one was sent in vain.
pub(super) fn attempts(row: &AnyRow) -> Result<u32, StoreError> {
    let attempts: i64 = row.try_get("attempts")?;
    Ok(u32::try_from(attempts).unwrap_or(u32::MAX))
}
