//! Who looks after an order where several proxies share a database.
//!
//! A lease belongs to a proxy for as long as that proxy is alive, and a proxy is alive as long as it
//! says so every few seconds. A lease spares work; it does not guard an order: every write compares
//! the revision it read, and no create is ever repeated.

use std::time::Duration;

use offramp_domain::time::Timestamp;
use sqlx::Row as _;

use super::{Store, StoreError};

/// How long a proxy counts as alive after it last said so.
const ALIVE: Duration = Duration::from_secs(10);

/// How long what is known of a dead one is kept.
const REMEMBERED: Duration = Duration::from_hours(24);

/// A query of orders that no other living proxy looks after: `$1` is this proxy, `$2` the moment
/// since which a living one was seen.
macro_rules! ours_to_take {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " AND (leased_by IS NULL OR leased_by = $1
                   OR leased_by NOT IN (SELECT id FROM proxies WHERE seen_at > $2)) ",
            $after
        )
    };
}
pub(super) use ours_to_take;

/// An order whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueOrder {
    /// Its id.
    pub id: String,
    /// Whether this proxy looks after it already.
    pub is_leased: bool,
}

impl Store {
    /// Says that this proxy is alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn beat(&self, now: Timestamp) -> Result<(), StoreError> {
        if !self.is_shared() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO proxies (id, seen_at) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        )
        .bind(&*self.proxy_id)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        sqlx::query("DELETE FROM proxies WHERE seen_at <= $1")
            .bind(now.minus(REMEMBERED).as_millis())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Says that this proxy is going, so that others take over at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM proxies WHERE id = $1")
            .bind(&*self.proxy_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes over an order. Whether no other living proxy was faster.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(&self, order_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let taken = sqlx::query(ours_to_take!(
            "UPDATE orders SET leased_by = $1 WHERE id = $3",
            ""
        ))
        .bind(&*self.proxy_id)
        .bind(alive_since(now))
        .bind(order_id)
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Orders whose creation was under way in a proxy that is not alive any more: nobody waits for
    /// the answer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orphaned_creates(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(ours_to_take!(
            "SELECT id FROM orders WHERE state = 'creating'",
            "AND (leased_by IS NULL OR leased_by <> $1)"
        ))
        .bind(&*self.proxy_id)
        .bind(alive_since(now))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Orders that changed for their payers since a moment, with their sequences.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changed_since(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, u64, Timestamp)>, StoreError> {
        let rows = sqlx::query("SELECT id, sequence, updated_at FROM orders WHERE updated_at > $1")
            .bind(since.as_millis())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                let sequence: i64 = row.try_get("sequence")?;
                let updated_at = Timestamp::from_millis(row.try_get("updated_at")?);
                Ok((row.try_get("id")?, sequence.cast_unsigned(), updated_at))
            })
            .collect()
    }
}

/// Whoever was seen since then is alive.
pub(super) fn alive_since(now: Timestamp) -> i64 {
    now.minus(ALIVE).as_millis()
}
