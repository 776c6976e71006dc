//! What was handed out to be signed: nothing else is ever handed in.

use sqlx::Row as _;

use super::{Store, StoreError};
use crate::provider::ToSign;

impl Store {
    /// Remembers what was handed out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_signing_request(
        &self,
        id: &str,
        order_id: &str,
        request: &ToSign,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_string(request)
            .map_err(|error| StoreError::unreadable("signing request", error))?;
        let body = self
            .secrets
            .seal(&body)
            .map_err(|error| StoreError::unreadable("signing request", error))?;
        sqlx::query(
            "INSERT INTO signing_requests (id, order_id, body, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(order_id)
        .bind(body)
        .bind(request.expires_at.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What was handed out for an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signing_request(
        &self,
        id: &str,
        order_id: &str,
    ) -> Result<Option<ToSign>, StoreError> {
        let row = sqlx::query("SELECT body FROM signing_requests WHERE id = $1 AND order_id = $2")
            .bind(id)
            .bind(order_id)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let body: String = row.try_get("body")?;
        let body = self
            .secrets
            .open(&body)
            .map_err(|error| StoreError::unreadable("signing request", error))?;
        serde_json::from_str(&body)
            .map_err(|error| StoreError::unreadable("signing request", error))
    }
}
