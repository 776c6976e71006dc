//! Payers: the partner's id of a person, and the provider's, bound for good at first use.

use offramp_domain::time::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::{Store, StoreError};
use crate::{
    provider::{ProviderUserId, Registered},
    secrets::new_id,
};

/// A payer of one provider.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Our id of them.
    pub id: String,
    /// Which provider.
    pub provider: String,
    /// The partner's id of them.
    pub partner_payer_id: String,
    /// The provider's id of them.
    pub user: ProviderUserId,
    /// When the provider last called them verified.
    pub verified_at: Option<Timestamp>,
    /// When the provider last asked for a form besides.
    pub form_asked_at: Option<Timestamp>,
    /// Where they verify who they are, where the provider said so only once.
    pub verification_url: Option<String>,
}

impl Store {
    /// The payer whom the partner knows by this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payer_of_partner(
        &self,
        provider: &str,
        partner_payer_id: &str,
    ) -> Result<Option<Payer>, StoreError> {
        let row = sqlx::query("SELECT * FROM payers WHERE provider = $1 AND partner_payer_id = $2")
            .bind(provider)
            .bind(partner_payer_id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(|row| self.read_payer(row)).transpose()
    }

    /// The payer with our id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payer(&self, id: &str) -> Result<Option<Payer>, StoreError> {
        let row = sqlx::query("SELECT * FROM payers WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(|row| self.read_payer(row)).transpose()
    }

    /// Binds the two ids to each other for good. `None` when either is bound to another already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bind_payer(
        &self,
        provider: &str,
        partner_payer_id: &str,
        registered: &Registered,
        now: Timestamp,
    ) -> Result<Option<Payer>, StoreError> {
        let url = self.sealed_url(registered.verification_url.as_deref())?;
        sqlx::query(
            "INSERT INTO payers
               (id, provider, partner_payer_id, provider_user, created_at, verification_url)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(new_id("pay"))
        .bind(provider)
        .bind(partner_payer_id)
        .bind(&registered.user.0)
        .bind(now.as_millis())
        .bind(url)
        .execute(&self.pool)
        .await?;
        let bound = self.payer_of_partner(provider, partner_payer_id).await?;
        Ok(bound.filter(|payer| payer.user == registered.user))
    }

    /// Remembers when the provider called them verified, or that it does not any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payer_verified(&self, id: &str, at: Option<Timestamp>) -> Result<(), StoreError> {
        sqlx::query("UPDATE payers SET verified_at = $1 WHERE id = $2")
            .bind(at.map(Timestamp::as_millis))
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Remembers when the provider asked for a form besides, or that it has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn form_asked_for(&self, id: &str, at: Option<Timestamp>) -> Result<(), StoreError> {
        sqlx::query("UPDATE payers SET form_asked_at = $1 WHERE id = $2")
            .bind(at.map(Timestamp::as_millis))
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Remembers where a payer verifies who they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payer_verifies_at(&self, id: &str, url: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE payers SET verification_url = $1 WHERE id = $2")
            .bind(self.sealed_url(Some(url))?)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    fn sealed_url(&self, url: Option<&str>) -> Result<Option<String>, StoreError> {
        url.map(|url| self.secrets.seal(url))
            .transpose()
            .map_err(|error| StoreError::unreadable("payer", error))
    }

    fn read_payer(&self, row: &AnyRow) -> Result<Payer, StoreError> {
        let sealed_url: Option<String> = row.try_get("verification_url")?;
        let verification_url = sealed_url
            .map(|sealed| self.secrets.open(&sealed))
            .transpose()
            .map_err(|error| StoreError::unreadable("payer", error))?;
        let verified_at: Option<i64> = row.try_get("verified_at")?;
        let form_asked_at: Option<i64> = row.try_get("form_asked_at")?;
        Ok(Payer {
            id: row.try_get("id")?,
            provider: row.try_get("provider")?,
            partner_payer_id: row.try_get("partner_payer_id")?,
            user: ProviderUserId(row.try_get("provider_user")?),
            verified_at: verified_at.map(Timestamp::from_millis),
            form_asked_at: form_asked_at.map(Timestamp::from_millis),
            verification_url,
        })
    }
}
