//! The proxy's orders beside the provider's own books.

use anyhow::{Context as _, Result, ensure};
use offramp_simulator::Decimal;
use sqlx::{AnyPool, Row as _};

use crate::{
    payer::{AUTHORISE, CONFIRM, Payer, REFUND},
    theirs::{Stage, Theirs},
};

/// An order as the proxy has it.
#[derive(Debug)]
struct Ours {
    id: String,
    reference: Option<String>,
    state: String,
}

/// Every order of this payer's that either side knows.
///
/// # Errors
/// When one was lost or doubled, paid twice or by nobody's word, or an address was shown that the
/// provider does not know.
pub(crate) async fn compare(database: &str, payer: &Payer) -> Result<()> {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(database).await?;
    let ours = read(&pool, payer).await?;
    let theirs = payer.books();

    for id in &payer.order_ids {
        let is_there = ours.iter().any(|ours| ours.id == *id);
        ensure!(is_there, "order {id} was lost");
    }
    let ended = ours.iter().filter(|ours| ours.state == payer.end());
    ensure!(
        ended.count() == 1,
        "not one order came to its end: {ours:?}"
    );
    let has_ended = |theirs: &&Theirs| theirs.stage == Stage::Paid || theirs.is_returned;
    let ended = theirs.iter().filter(has_ended);
    ensure!(ended.count() == 1, "the provider did not end one");
    compare_each(payer, &ours, &theirs)?;
    for address in &payer.addresses {
        let is_known = |theirs: &Theirs| theirs.address.as_ref() == Some(address);
        ensure!(
            theirs.iter().any(is_known),
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
    compare_totals(&pool).await?;
    pool.close().await;
    Ok(())
}

async fn read(pool: &AnyPool, payer: &Payer) -> Result<Vec<Ours>> {
    let rows = sqlx::query(
        "SELECT orders.id, reference, state FROM orders JOIN payers ON payers.id = payer_id
         WHERE provider_user = $1",
    )
    .bind(payer.user())
    .fetch_all(pool)
    .await?;
    let read = rows.iter().map(|row| {
        Ok(Ours {
            id: row.try_get("id")?,
            reference: row.try_get("reference")?,
            state: row.try_get("state")?,
        })
    });
    read.collect()
}

/// Each of the provider's orders is one of ours, and was paid at most once and by the partner's
/// word alone.
fn compare_each(payer: &Payer, ours: &[Ours], theirs: &[Theirs]) -> Result<()> {
    let mut strays = 0;
    for theirs in theirs {
        let is_bound = |ours: &&Ours| ours.reference.as_deref() == Some(theirs.id.as_str());
        let bound: Vec<_> = ours.iter().filter(is_bound).collect();
        ensure!(theirs.transfers <= 1, "paid twice: {theirs:?}");
        let Some(first) = bound.first() else {
            ensure!(
                theirs.signatures == 0 && theirs.confirmations == 0,
                "{theirs:?} is bound to none"
            );
            strays += usize::from(theirs.stage != Stage::Off);
            continue;
        };
        ensure!(bound.len() == 1, "{} is bound twice: {bound:?}", theirs.id);
        ensure!(
            theirs.signatures == 0 || payer.ever_sent(&first.id, AUTHORISE),
            "a signature that nobody authorised"
        );
        ensure!(
            theirs.confirmations == 0 || payer.ever_sent(&first.id, CONFIRM),
            "confirmed by nobody"
        );
        ensure!(
            theirs.refunds == 0 || payer.ever_sent(&first.id, REFUND),
            "a refund that nobody asked for"
        );
        ensure!(
            !theirs.is_returned || (theirs.transfers == 1 && theirs.confirmations == 0),
            "returned what was not paid: {theirs:?}"
        );
        let is_signed = theirs.address.is_none();
        let is_paid = theirs.stage == Stage::Paid;
        ensure!(
            !(is_signed && is_paid) || (theirs.transfers == 1 && theirs.confirmations > 0),
            "paid without the partner's crypto: {theirs:?}"
        );
    }
    ensure!(
        strays <= payer.given_up.len(),
        "{strays} of the provider's orders are bound to none, {} were given up",
        payer.given_up.len()
    );
    Ok(())
}

/// What is counted towards the day's limit of the partner's wallet is what was authorised.
async fn compare_totals(pool: &AnyPool) -> Result<()> {
    let row = sqlx::query("SELECT COUNT(*) AS counted FROM counted_transfers")
        .fetch_one(pool)
        .await?;
    let counted: i64 = row.try_get("counted")?;
    let mut total = Decimal::ZERO;
    for row in sqlx::query("SELECT total FROM transfer_totals")
        .fetch_all(pool)
        .await?
    {
        let day: String = row.try_get("total")?;
        let day: Option<Decimal> = day.parse().ok();
        total += day.context("a day's total is no number")?;
    }
    let expected = Decimal::from(counted) * Decimal::ONE_HUNDRED;
    ensure!(total == expected, "{counted} transfers count as {total}");
    Ok(())
}
