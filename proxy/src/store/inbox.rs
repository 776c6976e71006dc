//! The inbox of webhooks: stored before they are acknowledged, handled afterwards.

use offramp_domain::time::Timestamp;
use sqlx::Row as _;

use super::{Store, StoreError};
use crate::{
    provider::Hint,
    secrets::{new_id, token_hash},
};

/// How many webhooks may wait to be handled. What comes after that is refused, so that the provider
/// sends it again.
const MOST_WAITING: i64 = 10_000;

/// How many handled webhooks are kept at most.
const MOST_HANDLED: i64 = 100_000;

/// The longest key or id that is stored as it is: an index does not take rows of any length.
const LONGEST: usize = 300;

/// A webhook that waits to be handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its id, which is another whenever the webhook comes again.
    pub id: String,
    /// Which provider sent it.
    pub provider: String,
    /// What tells it from others.
    pub event_key: String,
    /// The provider's order it is about.
    pub reference: Option<String>,
    /// The payer it is about, by the partner's id.
    pub payer_id: Option<String>,
}

/// The key of the entry that says until when a provider's history was read. No webhook has it: theirs
/// have at least two words.
const HISTORY_MARK: &str = "history";

/// What became of a webhook that was found in a provider's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// It had not come in, and waits to be handled now.
    New,
    /// It had.
    Known,
    /// Too many wait already.
    Full,
}

/// What became of a webhook that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is kept until it was handled.
    Kept,
    /// Too many wait already.
    Full,
}

impl Store {
    /// Stores a webhook. One that came before is stored once, as it came last, and waits to be
    /// handled again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_webhook(
        &self,
        provider: &str,
        hint: &Hint,
        body: &str,
        now: Timestamp,
    ) -> Result<Stored, StoreError> {
        if self.inbox_is_full().await? {
            return Ok(Stored::Full);
        }
        // With the id changes what is handled: whoever handles the one before has not seen this one.
        sqlx::query(
            "INSERT INTO webhook_inbox (id, provider, event_key, reference, payer_id, body,
                                        received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (provider, event_key) DO UPDATE
             SET id = excluded.id, reference = excluded.reference, payer_id = excluded.payer_id,
                 body = excluded.body, handled_at = NULL",
        )
        .bind(new_id("whk"))
        .bind(provider)
        .bind(event_key(hint))
        .bind(hint.reference.as_ref().and_then(|id| storable(&id.0)))
        .bind(hint.payer_id.as_deref().and_then(storable))
        .bind(self.sealed(body)?)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(Stored::Kept)
    }

    /// Stores a webhook that a provider's history names, unless it came in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_missed(
        &self,
        provider: &str,
        hint: &Hint,
        now: Timestamp,
    ) -> Result<Missed, StoreError> {
        if self.inbox_is_full().await? {
            return Ok(Missed::Full);
        }
        let inserted = sqlx::query(
            "INSERT INTO webhook_inbox (id, provider, event_key, reference, payer_id, body,
                                        received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (provider, event_key) DO NOTHING",
        )
        .bind(new_id("whk"))
        .bind(provider)
        .bind(event_key(hint))
        .bind(hint.reference.as_ref().and_then(|id| storable(&id.0)))
        .bind(hint.payer_id.as_deref().and_then(storable))
        .bind(self.sealed("")?)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(match inserted.rows_affected() {
            0 => Missed::Known,
            _ => Missed::New,
        })
    }

    /// Until when a provider's history of webhooks was read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history_read_to(&self, provider: &str) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "SELECT received_at FROM webhook_inbox WHERE provider = $1 AND event_key = $2",
        )
        .bind(provider)
        .bind(HISTORY_MARK)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok(Timestamp::from_millis(row.try_get("received_at")?)))
            .transpose()
    }

    /// A provider's history of webhooks was read to its end, as it was at this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history_was_read(&self, provider: &str, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO webhook_inbox (id, provider, event_key, body, received_at, handled_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (provider, event_key) DO UPDATE
             SET received_at = excluded.received_at, handled_at = excluded.handled_at",
        )
        .bind(new_id("whk"))
        .bind(provider)
        .bind(HISTORY_MARK)
        .bind(self.sealed("")?)
        .bind(at.as_millis())
        .bind(at.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn inbox_is_full(&self) -> Result<bool, StoreError> {
        let waiting: i64 =
            sqlx::query("SELECT COUNT(*) AS waiting FROM webhook_inbox WHERE handled_at IS NULL")
                .fetch_one(&self.pool)
                .await?
                .try_get("waiting")?;
        Ok(waiting >= MOST_WAITING)
    }

    fn sealed(&self, body: &str) -> Result<String, StoreError> {
        self.secrets
            .seal(body)
            .map_err(|error| StoreError::unreadable("webhook", error))
    }

    /// Webhooks that wait to be handled, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unhandled_webhooks(&self, limit: u32) -> Result<Vec<InboxEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, provider, event_key, reference, payer_id FROM webhook_inbox
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
                    event_key: row.try_get("event_key")?,
                    reference: row.try_get("reference")?,
                    payer_id: row.try_get("payer_id")?,
                })
            })
            .collect()
    }

    /// A webhook was handled. If it came again meanwhile, it waits still.
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

    /// Forgets the oldest handled webhooks where there are too many. What waits is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trim_inbox(&self) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM webhook_inbox WHERE handled_at <=
             (SELECT handled_at FROM webhook_inbox WHERE handled_at IS NOT NULL
              ORDER BY handled_at DESC LIMIT 1 OFFSET $1)",
        )
        .bind(MOST_HANDLED)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// What tells a webhook from others, short enough for an index and without what a database may not
/// take.
fn event_key(hint: &Hint) -> String {
    storable(&hint.event_key).map_or_else(|| token_hash(&hint.event_key), str::to_owned)
}

/// The text, if it can be stored and found again. No id is longer or has control characters in it.
fn storable(text: &str) -> Option<&str> {
    (text.len() <= LONGEST && !text.contains(char::is_control)).then_some(text)
}
