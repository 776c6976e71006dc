//! Idempotency keys: bound to a payer, a route and the body they came with.

use std::time::Duration;

use offramp_domain::time::Timestamp;
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::secrets::Secrets;

/// How long a key is remembered.
pub(super) const KEPT: Duration = Duration::from_hours(48);

/// A key and what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The route, with the order where it names one.
    pub route: String,
    /// The key.
    pub key: String,
    /// The hash of the body. It is kept under a key of ours: a body holds a bank number, which can be
    /// guessed from a plain hash.
    pub body_hash: String,
}

impl KeyUse {
    /// As it is stored.
    pub(super) fn kept(self, secrets: &Secrets) -> Self {
        let body_hash = secrets.fingerprint(&self.body_hash);
        Self { body_hash, ..self }
    }
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Nothing: the request is new.
    New,
    /// The same request came before, and made or changed this order.
    Same {
        /// Which order.
        order_id: String,
    },
    /// The key came before with another body.
    Conflict,
}

impl Store {
    /// What is known of a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replay(
        &self,
        payer_id: &str,
        key: &KeyUse,
        now: Timestamp,
    ) -> Result<Replay, StoreError> {
        let row = sqlx::query(
            "SELECT body_hash, order_id FROM idempotency_keys
             WHERE payer_id = $1 AND route = $2 AND key = $3 AND created_at > $4",
        )
        .bind(payer_id)
        .bind(&key.route)
        .bind(&key.key)
        .bind(now.minus(KEPT).as_millis())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(Replay::New);
        };
        let body_hash: String = row.try_get("body_hash")?;
        if self.secrets.is_fingerprint(&body_hash, &key.body_hash) {
            Ok(Replay::Same {
                order_id: row.try_get("order_id")?,
            })
        } else {
            Ok(Replay::Conflict)
        }
    }
}

/// Binds a key to an order. Whether it was free, or had been forgotten.
pub(super) async fn insert(
    tx: &mut Transaction<'static, Any>,
    key: &KeyUse,
    payer_id: &str,
    order_id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let bound = sqlx::query(
        "INSERT INTO idempotency_keys (payer_id, route, key, body_hash, order_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (payer_id, route, key) DO UPDATE
         SET body_hash = excluded.body_hash, order_id = excluded.order_id,
             created_at = excluded.created_at
         WHERE idempotency_keys.created_at <= $7",
    )
    .bind(payer_id)
    .bind(&key.route)
    .bind(&key.key)
    .bind(&key.body_hash)
    .bind(order_id)
    .bind(now.as_millis())
    .bind(now.minus(KEPT).as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(bound.rows_affected() == 1)
}

/// Forgets the keys of an order that was never asked for.
pub(super) async fn free(
    tx: &mut Transaction<'static, Any>,
    order_id: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM idempotency_keys WHERE order_id = $1")
        .bind(order_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
