//! Intents: what the proxy has undertaken to do at the provider, kept until it is answered.

use offramp_domain::time::Timestamp;
use sqlx::{Any, Row as _, Transaction};

use super::{
    FARTHEST_PLAN, Store, StoreError,
    leases::{alive_since, ours_to_take},
};
use crate::secrets::new_id;

/// Something to be done at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentKind {
    /// Tell it that the crypto was sent.
    Execute,
    /// Call the order off.
    Cancel,
    /// Hand in the signature that moves the crypto into the order.
    Transfer,
    /// Hand in the signature that has it back.
    Refund,
    /// Tell it that the money arrived.
    Confirm,
}

impl IntentKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Cancel => "cancel",
            Self::Transfer => "transfer",
            Self::Refund => "refund",
            Self::Confirm => "confirm",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Execute,
            Self::Cancel,
            Self::Transfer,
            Self::Refund,
            Self::Confirm,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// What happens to an intent that is under way when it is undertaken once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// It begins anew, with its first attempt.
    Anew,
    /// It goes on as it is.
    UnlessUnderWay,
}

/// An intent whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueIntent {
    /// Its id.
    pub id: String,
    /// For which order.
    pub order_id: String,
    /// What is to be done.
    pub kind: IntentKind,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was undertaken.
    pub created_at: Timestamp,
    /// Whether this proxy looks after the order already.
    pub is_leased: bool,
}

impl Store {
    /// Intents whose time has come, the longest waiting first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_intents(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueIntent>, StoreError> {
        let rows = sqlx::query(ours_to_take!(
            "SELECT intents.id, order_id, kind, attempts, intents.created_at, leased_by
             FROM intents JOIN orders ON orders.id = order_id
             WHERE ended_at IS NULL AND (next_at <= $3 OR next_at > $4)",
            "ORDER BY next_at LIMIT $5"
        ))
        .bind(&*self.proxy_id)
        .bind(alive_since(now))
        .bind(now.as_millis())
        .bind(now.plus(FARTHEST_PLAN).as_millis())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("kind")?;
                let attempts: i64 = row.try_get("attempts")?;
                Ok(DueIntent {
                    id: row.try_get("id")?,
                    order_id: row.try_get("order_id")?,
                    kind: IntentKind::parse(&kind)
                        .ok_or_else(|| StoreError::unreadable("intent", "an unknown kind"))?,
                    attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                    created_at: Timestamp::from_millis(row.try_get("created_at")?),
                    is_leased: self.leases(row)?,
                })
            })
            .collect()
    }

    /// Plans the next attempt, and counts the one that was made. An intent that ended meanwhile, or
    /// that was planned anew, stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_intent(
        &self,
        intent: &DueIntent,
        next_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE intents SET attempts = attempts + 1, next_at = $1
             WHERE id = $2 AND ended_at IS NULL AND attempts = $3",
        )
        .bind(next_at.as_millis())
        .bind(&intent.id)
        .bind(i64::from(intent.attempts))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Plans an attempt anew that was not made. It counts as none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_off_intent(
        &self,
        intent: &DueIntent,
        next_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE intents SET next_at = $1
             WHERE id = $2 AND ended_at IS NULL AND attempts = $3",
        )
        .bind(next_at.as_millis())
        .bind(&intent.id)
        .bind(i64::from(intent.attempts))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Undertakes something.
pub(super) async fn start(
    tx: &mut Transaction<'static, Any>,
    order_id: &str,
    kind: IntentKind,
    at: Timestamp,
    begin: Begin,
    now: Timestamp,
) -> Result<(), StoreError> {
    match begin {
        // A new row, so that an attempt of the old one that is still under way changes nothing.
        Begin::Anew => end(tx, order_id, kind, "begun anew", now).await?,
        Begin::UnlessUnderWay => {}
    }
    sqlx::query(
        "INSERT INTO intents (id, order_id, kind, attempts, next_at, created_at)
         VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(new_id("int"))
    .bind(order_id)
    .bind(kind.as_str())
    .bind(at.as_millis())
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends whatever of this kind is under way.
pub(super) async fn end(
    tx: &mut Transaction<'static, Any>,
    order_id: &str,
    kind: IntentKind,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE intents SET ended_at = $1, next_at = NULL, outcome = $2
         WHERE order_id = $3 AND kind = $4 AND ended_at IS NULL",
    )
    .bind(now.as_millis())
    .bind(outcome)
    .bind(order_id)
    .bind(kind.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
