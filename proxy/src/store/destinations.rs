//! Accounts that were saved at a provider, by an id of ours.

use offramp_domain::{api::MaskedDestination, time::Timestamp};
use sqlx::{Row as _, any::AnyRow};

use super::{Store, StoreError};
use crate::provider::AccountRef;

/// An account that was saved.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Our id of it.
    pub id: String,
    /// The provider's.
    pub account: AccountRef,
    /// As it is shown.
    pub shown: MaskedDestination,
    /// Its keyed fingerprint.
    pub fingerprint: String,
}

impl Store {
    /// Remembers an account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_destination(
        &self,
        payer_id: &str,
        saved: &Destination,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let shown = serde_json::to_string(&saved.shown)
            .map_err(|error| StoreError::unreadable("destination", error))?;
        let sealed = self
            .secrets
            .seal(&saved.account.0)
            .map_err(|error| StoreError::unreadable("destination", error))?;
        sqlx::query(
            "INSERT INTO destinations (id, payer_id, account, shown, fingerprint, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&saved.id)
        .bind(payer_id)
        .bind(sealed)
        .bind(shown)
        .bind(&saved.fingerprint)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A payer's accounts, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destinations(&self, payer_id: &str) -> Result<Vec<Destination>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM destinations WHERE payer_id = $1 AND removed_at IS NULL
             ORDER BY created_at DESC, id DESC",
        )
        .bind(payer_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| self.read_destination(row)).collect()
    }

    /// One of a payer's accounts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn destination(
        &self,
        payer_id: &str,
        id: &str,
    ) -> Result<Option<Destination>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM destinations WHERE id = $1 AND payer_id = $2 AND removed_at IS NULL",
        )
        .bind(id)
        .bind(payer_id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref()
            .map(|row| self.read_destination(row))
            .transpose()
    }

    /// Forgets an account. Whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_destination(
        &self,
        payer_id: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE destinations SET removed_at = $1
             WHERE id = $2 AND payer_id = $3 AND removed_at IS NULL",
        )
        .bind(now.as_millis())
        .bind(id)
        .bind(payer_id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    fn read_destination(&self, row: &AnyRow) -> Result<Destination, StoreError> {
        let account: String = row.try_get("account")?;
        let shown: String = row.try_get("shown")?;
        let account = self
            .secrets
            .open(&account)
            .map_err(|error| StoreError::unreadable("destination", error))?;
        Ok(Destination {
            id: row.try_get("id")?,
            account: AccountRef(account),
            shown: serde_json::from_str(&shown)
                .map_err(|error| StoreError::unreadable("destination", error))?,
            fingerprint: row.try_get("fingerprint")?,
        })
    }
}
