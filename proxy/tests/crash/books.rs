//! The proxy's orders beside the provider's own books.

use anyhow::{Result, ensure};
use offramp_simulator::{Simulator, Status};
use sqlx::{AnyPool, Row as _};

use crate::payer::Payer;

/// Every order of this payer's that either side knows.
///
/// # Errors
/// When one was lost or doubled, or an address was shown that the provider does not know.
pub(crate) async fn compare(simulator: &Simulator, database: &str, payer: &Payer) -> Result<()> {
    let theirs: Vec<_> = simulator
        .capa()
        .transactions()
        .into_iter()
        .filter(|theirs| theirs.user_id == payer.user())
        .collect();
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(database).await?;
    let rows = sqlx::query(
        "SELECT orders.id, reference, state FROM orders JOIN payers ON payers.id = payer_id
         WHERE provider_user = $1",
    )
    .bind(payer.user())
    .fetch_all(&pool)
    .await?;
    let mut ours = Vec::new();
    for row in &rows {
        let (id, reference, state): (String, Option<String>, String) = (
            row.try_get("id")?,
            row.try_get("reference")?,
            row.try_get("state")?,
        );
        ours.push((id, reference, state));
    }

    for id in &payer.order_ids {
        ensure!(
            ours.iter().any(|(ours, ..)| ours == id),
            "order {id} was lost"
        );
    }
    let completed = ours.iter().filter(|(.., state)| state == "completed");
    ensure!(completed.count() == 1, "not one order was paid: {ours:?}");
    let paid = theirs
        .iter()
        .filter(|theirs| theirs.status == Status::Completed);
    ensure!(paid.count() == 1, "the provider did not pay once");
    for theirs in &theirs {
        let bound = ours
            .iter()
            .filter(|(_, reference, _)| reference.as_deref() == Some(theirs.id.as_str()))
            .count();
        let is_off = theirs.status == Status::Cancelled;
        ensure!(
            bound == 1 || is_off,
            "{} is bound to {bound} orders",
            theirs.id
        );
    }
    for address in &payer.addresses {
        ensure!(
            theirs.iter().any(|theirs| theirs.address == *address),
            "an address was shown that the provider does not know"
        );
    }
    for reference in &payer.acknowledged {
        let stored = sqlx::query("SELECT id FROM webhook_inbox WHERE reference = $1")
            .bind(reference)
            .fetch_optional(&pool)
            .await?;
        ensure!(stored.is_some(), "an acknowledged webhook was lost");
    }
    pool.close().await;
    Ok(())
}
