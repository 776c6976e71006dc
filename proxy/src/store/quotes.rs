//! Quotes: prices that were shown, bound to the payer they were shown to, used once.

use offramp_domain::{api, bank::CountryCode, money::Amount, time::Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::provider::AccountRef;

/// A price that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredQuote {
    /// As the payer saw it.
    pub shown: api::Quote,
    /// For accounts of which country.
    pub country: CountryCode,
    /// What arrives, with all digits as received.
    pub fiat_amount: Amount,
    /// The provider's id of it, for a locked one.
    pub reference: Option<String>,
    /// Our id of the saved account that it is for, where a price needs one.
    #[serde(default)]
    pub destination: Option<String>,
    /// The provider's id of that account.
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// How far the provider's clock is ahead of ours, in milliseconds.
    pub provider_ahead_ms: i64,
}

impl Store {
    /// Stores a price, unless it is stored already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_quote(
        &self,
        payer_id: &str,
        quote: &StoredQuote,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let body =
            serde_json::to_string(quote).map_err(|error| StoreError::unreadable("quote", error))?;
        sqlx::query(
            "INSERT INTO quotes (id, payer_id, body, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(&quote.shown.id)
        .bind(payer_id)
        .bind(body)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A price that was shown to this payer and not used yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quote(&self, payer_id: &str, id: &str) -> Result<Option<StoredQuote>, StoreError> {
        let row = sqlx::query(
            "SELECT body FROM quotes WHERE id = $1 AND payer_id = $2 AND used_at IS NULL",
        )
        .bind(id)
        .bind(payer_id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let body: String = row.try_get("body")?;
        serde_json::from_str(&body).map_err(|error| StoreError::unreadable("quote", error))
    }
}

/// Lets a price be used again that was used for nothing.
pub(super) async fn release(
    tx: &mut Transaction<'static, Any>,
    id: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE quotes SET used_at = NULL WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
