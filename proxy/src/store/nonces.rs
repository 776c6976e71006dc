//! Nonces: of all signatures over one nonce at most one is ever carried out, so only one order at a
//! time has a signature over it.

use std::time::Duration;

use offramp_domain::time::Timestamp;
use sqlx::{Any, Transaction};

use super::{FARTHEST_PLAN, StoreError};
use crate::provider::ToSign;

/// How long a nonce is held after its signature ran out: the chain's clock is another than ours, and
/// what was sent in time may be carried out a little later.
const MARGIN: Duration = Duration::from_mins(10);

/// A nonce, and until when a signature over it may be carried out.
#[derive(Debug)]
pub(super) struct Hold {
    nonce: String,
    until: Timestamp,
}

impl Hold {
    /// What a signature of this takes; nothing where nobody counts.
    pub(super) fn of(request: &ToSign) -> Option<Self> {
        Some(Self {
            nonce: request.nonce.clone()?,
            until: request.expires_at.plus(MARGIN),
        })
    }

    /// Takes the nonce for an order, and says whether it could: not while another order's signature
    /// holds it. What is held for longer than any signature is good for was held by a clock that has
    /// been put back since.
    pub(super) async fn take(
        &self,
        tx: &mut Transaction<'static, Any>,
        order_id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO nonces (nonce, order_id, held_until) VALUES ($1, $2, $3)
             ON CONFLICT (nonce) DO UPDATE
             SET order_id = excluded.order_id, held_until = excluded.held_until
             WHERE nonces.order_id = excluded.order_id
                OR nonces.held_until <= $4 OR nonces.held_until > $5",
        )
        .bind(&self.nonce)
        .bind(order_id)
        .bind(self.until.as_millis())
        .bind(now.as_millis())
        .bind(now.plus(FARTHEST_PLAN).as_millis())
        .execute(&mut **tx)
        .await?;
        Ok(taken.rows_affected() == 1)
    }
}

/// Frees what an order's signatures held.
pub(super) async fn free(
    tx: &mut Transaction<'static, Any>,
    order_id: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM nonces WHERE order_id = $1")
        .bind(order_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
