//! What waits, and since when: for the metrics page.

use std::time::Duration;

use offramp_domain::time::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::{Store, StoreError};

/// How long ago an open order last changed for its payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Age {
    /// A minute at most.
    UpToOneMinute,
    /// Ten minutes at most.
    UpToTenMinutes,
    /// An hour at most.
    UpToOneHour,
    /// A day at most.
    UpToOneDay,
    /// More than a day.
    OverOneDay,
}

/// Open orders that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderGroup {
    /// Where they stand.
    pub state: String,
    /// Whether the provider holds no crypto for them.
    pub is_unfunded: bool,
    /// Whether nobody knows if the provider made them.
    pub is_uncertain: bool,
    /// Why they are where they are.
    pub reason: Option<String>,
    /// How long ago they changed.
    pub age: Age,
    /// How many.
    pub count: i64,
    /// How long ago the oldest of them changed.
    pub oldest: Duration,
}

/// What waits of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: i64,
    /// How long the oldest of them has been there.
    pub oldest: Duration,
}

/// How overdue the most overdue duty of each kind is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Asking the provider about an order.
    pub check: Duration,
    /// Doing for an order what was undertaken.
    pub intent: Duration,
    /// Telling the partner.
    pub notification: Duration,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Orders that are not closed.
    pub orders: Vec<OrderGroup>,
    /// What should have been done by now.
    pub overdue: Overdue,
    /// Webhooks that were stored and not handled.
    pub webhooks: Waiting,
    /// Notifications that were not heard yet.
    pub pending_notifications: Waiting,
    /// Notifications that were given up.
    pub dead_notifications: Waiting,
}

impl Age {
    /// In the order of the query's figures.
    const ALL: [(Self, Duration); 4] = [
        (Self::UpToOneMinute, Duration::from_mins(1)),
        (Self::UpToTenMinutes, Duration::from_mins(10)),
        (Self::UpToOneHour, Duration::from_hours(1)),
        (Self::UpToOneDay, Duration::from_hours(24)),
    ];

    fn of(figure: i64) -> Self {
        usize::try_from(figure)
            .ok()
            .and_then(|index| Self::ALL.get(index))
            .map_or(Self::OverOneDay, |(age, _)| *age)
    }
}

impl Store {
    /// What waits now. Each table is read once, through an index of what waits in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn backlog(&self, now: Timestamp) -> Result<Backlog, StoreError> {
        let [pending_notifications, dead_notifications] = self.notifications_waiting(now).await?;
        Ok(Backlog {
            orders: self.open_order_groups(now).await?,
            overdue: self.overdue(now).await?,
            webhooks: self.webhooks_waiting(now).await?,
            pending_notifications,
            dead_notifications,
        })
    }

    async fn open_order_groups(&self, now: Timestamp) -> Result<Vec<OrderGroup>, StoreError> {
        let mut groups = sqlx::query(
            "SELECT state, unfunded, uncertain, reason, age, COUNT(*) AS count,
                    MIN(updated_at) AS oldest
             FROM (SELECT state, unfunded, uncertain, reason, updated_at,
                          CASE WHEN updated_at >= $1 THEN 0 WHEN updated_at >= $2 THEN 1
                               WHEN updated_at >= $3 THEN 2 WHEN updated_at >= $4 THEN 3
                               ELSE 4 END AS age
                   FROM orders WHERE closed = 0) AS open
             GROUP BY state, unfunded, uncertain, reason, age",
        );
        for (_, age) in Age::ALL {
            groups = groups.bind(now.minus(age).as_millis());
        }
        let rows = groups.fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(OrderGroup {
                    state: row.try_get("state")?,
                    is_unfunded: flag(row, "unfunded")?,
                    is_uncertain: flag(row, "uncertain")?,
                    reason: row.try_get("reason")?,
                    age: Age::of(i64::from(row.try_get::<i32, _>("age")?)),
                    count: row.try_get("count")?,
                    oldest: since(row, "oldest", now)?,
                })
            })
            .collect()
    }

    async fn overdue(&self, now: Timestamp) -> Result<Overdue, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT MIN(next_check_at) FROM orders WHERE next_check_at <= $1) AS checks,
                    (SELECT MIN(next_at) FROM intents WHERE ended_at IS NULL AND next_at <= $1)
                        AS intents,
                    (SELECT MIN(next_at) FROM notifications WHERE next_at <= $1) AS notifications",
        )
        .bind(now.as_millis())
        .fetch_one(&self.pool)
        .await?;
        Ok(Overdue {
            check: since(&row, "checks", now)?,
            intent: since(&row, "intents", now)?,
            notification: since(&row, "notifications", now)?,
        })
    }

    async fn webhooks_waiting(&self, now: Timestamp) -> Result<Waiting, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS count, MIN(received_at) AS oldest
             FROM webhook_inbox WHERE handled_at IS NULL",
        )
        .fetch_one(&self.pool)
        .await?;
        waiting(&row, now)
    }

    /// Pending, then dead.
    async fn notifications_waiting(&self, now: Timestamp) -> Result<[Waiting; 2], StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS count, MIN(created_at) AS oldest
             FROM notifications WHERE state IN ('pending', 'dead') GROUP BY state",
        )
        .fetch_all(&self.pool)
        .await?;
        let [mut pending, mut dead] = [Waiting::default(); 2];
        for row in &rows {
            let state: String = row.try_get("state")?;
            let of_state = if state == "dead" {
                &mut dead
            } else {
                &mut pending
            };
            *of_state = waiting(row, now)?;
        }
        Ok([pending, dead])
    }
}

fn waiting(row: &AnyRow, now: Timestamp) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        count: row.try_get("count")?,
        oldest: since(row, "oldest", now)?,
    })
}

fn flag(row: &AnyRow, column: &str) -> Result<bool, StoreError> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

/// How long ago something was; nothing where there is nothing, or a clock was put back.
fn since(row: &AnyRow, column: &str, now: Timestamp) -> Result<Duration, StoreError> {
    let at: Option<i64> = row.try_get(column)?;
    let at = at.map(Timestamp::from_millis).filter(|at| *at <= now);
    Ok(at.map_or(Duration::ZERO, |at| now.since(at)))
}
