//! How much the partner's own wallet was told to pay on a day.

use std::time::Duration;

use offramp_domain::{money::Amount, time::Timestamp};
use sqlx::Row as _;

use super::{OrderRecord, Store, StoreError, orders::RACES};

/// Whether an amount still fits in the day's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It does, and is counted.
    Within,
    /// It does not.
    Beyond,
}

/// Days are those of UTC.
const DAY: Duration = Duration::from_hours(24);

impl Store {
    /// Counts an order's amount towards the day's total, unless that would be above the limit. An
    /// order is counted once, and never given back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_transfer(
        &self,
        order: &OrderRecord,
        limit: Amount,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let day_millis = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
        let day = now.as_millis().div_euclid(day_millis);
        for _ in 0..RACES {
            let mut tx = self.write().await?;
            let counted = sqlx::query(
                "INSERT INTO counted_transfers (order_id) VALUES ($1) ON CONFLICT DO NOTHING",
            )
            .bind(&order.id)
            .execute(&mut *tx)
            .await?;
            if counted.rows_affected() == 0 {
                return Ok(Counted::Within);
            }
            sqlx::query(
                "INSERT INTO transfer_totals (provider, token, day, total, revision)
                 VALUES ($1, $2, $3, '0', 0) ON CONFLICT DO NOTHING",
            )
            .bind(&order.provider)
            .bind(order.token.symbol())
            .bind(day)
            .execute(&mut *tx)
            .await?;
            let row = sqlx::query(
                "SELECT total, revision FROM transfer_totals
                 WHERE provider = $1 AND token = $2 AND day = $3",
            )
            .bind(&order.provider)
            .bind(order.token.symbol())
            .bind(day)
            .fetch_one(&mut *tx)
            .await?;
            let total: String = row.try_get("total")?;
            let revision: i64 = row.try_get("revision")?;
            let before: Amount = total
                .parse()
                .map_err(|error| StoreError::unreadable("day's total", error))?;
            let Some(after) = before
                .checked_add(order.crypto_amount)
                .filter(|after| *after <= limit)
            else {
                return Ok(Counted::Beyond);
            };
            let done = sqlx::query(
                "UPDATE transfer_totals SET total = $1, revision = revision + 1
                 WHERE provider = $2 AND token = $3 AND day = $4 AND revision = $5",
            )
            .bind(after.to_string())
            .bind(&order.provider)
            .bind(order.token.symbol())
            .bind(day)
            .bind(revision)
            .execute(&mut *tx)
            .await?;
            if done.rows_affected() == 1 {
                tx.commit().await?;
                return Ok(Counted::Within);
            }
        }
        Err(StoreError::Contended)
    }
}
