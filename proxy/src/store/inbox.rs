//! The inbox of webhooks: stored before they are acknowledged, handled afterwards.

use offramp_domain::time::Timestamp;
use sqlx::Row as _;

use super::{Store, StoreError};
use crate::{provider::Hint, secrets::new_id};

/// A webhook that waits to be handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its id.
    pub id: String,
    /// Which provider sent it.
    pub provider: String,
    /// The provider's order it is about.
    pub reference: Option<String>,
    /// The payer it is about, by the partner's id.
    pub payer_id: Option<String>,
}

impl Store {
    /// Stores a webhook. One that came before is stored once, and waits to be handled again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_webhook(
        &self,
        provider: &str,
        hint: &Hint,
        body: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self
            .secrets
            .seal(body)
            .map_err(|error| StoreError::unreadable("webhook", error))?;
        sqlx::query(
            "INSERT INTO webhook_inbox (id, provider, event_key, reference, payer_id, body,
                                        received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (provider, event_key) DO UPDATE SET handled_at = NULL",
        )
        .bind(new_id("whk"))
        .bind(provider)
        .bind(&hint.event_key)
        .bind(
            hint.reference
                .as_ref()
                .map(|reference| reference.0.as_str()),
        )
        .bind(hint.payer_id.as_deref())
        .bind(sealed)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Webhooks that wait to be handled, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unhandled_webhooks(&self, limit: u32) -> Result<Vec<InboxEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, provider, reference, payer_id FROM webhook_inbox
             WHERE handled_at IS NULL ORDER BY received_at LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(InboxEntry {
                    id: row.try_get("id")?,
                    provider: row.try_get("provider")?,
                    reference: row.try_get("reference")?,
                    payer_id: row.try_get("payer_id")?,
                })
            })
            .collect()
    }

    /// A webhook was handled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook_handled(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE webhook_inbox SET handled_at = $1 WHERE id = $2")
            .bind(now.as_millis())
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
