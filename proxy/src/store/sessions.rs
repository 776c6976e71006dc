//! Sessions: permission for one browser to act for one payer, kept by the hash of its token.

use offramp_domain::{
    api::{LockKey, Prefill, Receiver},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use super::{Payer, Store, StoreError};
use crate::secrets::token_hash;

/// What the partner fixed for a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Somebody else whose account is paid.
    pub receiver: Option<Receiver>,
    /// What the first screen starts with.
    pub prefill: Prefill,
    /// Which of these are fixed.
    pub lock: Vec<LockKey>,
    /// Where a payer who left for a verification comes back to.
    pub return_url: Option<String>,
}

/// A session to be stored.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its client token, of which only the hash is kept.
    pub client_token: &'a str,
    /// Whom it acts for.
    pub payer_id: &'a str,
    /// The page that may use it.
    pub origin: &'a str,
    /// What the partner fixed.
    pub terms: &'a Terms,
    /// Until when it quotes and creates.
    pub expires_at: Timestamp,
    /// Until when it reads and acts.
    pub read_until: Timestamp,
}

/// A session as it was stored.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its id.
    pub id: String,
    /// Whom it acts for.
    pub payer: Payer,
    /// The page that may use it.
    pub origin: String,
    /// What the partner fixed.
    pub terms: Terms,
    /// Until when it quotes and creates.
    pub expires_at: Timestamp,
    /// Until when it reads and acts.
    pub read_until: Timestamp,
}

impl Store {
    /// Stores a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session(
        &self,
        session: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let terms = serde_json::to_string(session.terms)
            .map_err(|error| StoreError::unreadable("session", error))?;
        let sealed = self
            .secrets
            .seal(&terms)
            .map_err(|error| StoreError::unreadable("session", error))?;
        sqlx::query(
            "INSERT INTO sessions (id, token_hash, payer_id, origin, terms, expires_at, read_until,
                                   created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(session.id)
        .bind(token_hash(session.client_token))
        .bind(session.payer_id)
        .bind(session.origin)
        .bind(sealed)
        .bind(session.expires_at.as_millis())
        .bind(session.read_until.as_millis())
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends a session. Whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: &str) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// The session with this client token. One that was sealed with another key is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, client_token: &str) -> Result<Option<StoredSession>, StoreError> {
        let row = sqlx::query("SELECT * FROM sessions WHERE token_hash = $1")
            .bind(token_hash(client_token))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let payer_id: String = row.try_get("payer_id")?;
        let Some(payer) = self.payer(&payer_id).await? else {
            return Ok(None);
        };
        let sealed: String = row.try_get("terms")?;
        let Ok(terms) = self.secrets.open(&sealed) else {
            return Ok(None);
        };
        Ok(Some(StoredSession {
            id: row.try_get("id")?,
            payer,
            origin: row.try_get("origin")?,
            terms: serde_json::from_str(&terms)
                .map_err(|error| StoreError::unreadable("session", error))?,
            expires_at: Timestamp::from_millis(row.try_get("expires_at")?),
            read_until: Timestamp::from_millis(row.try_get("read_until")?),
        }))
    }
}
