//! Many webhooks at once: what is kept has a bound, and nobody else waits for it.

use offramp_proxy::{
    provider::{Hint, ProviderRef},
    store::Stored,
};
use offramp_simulator::{Deposit, Operation};
use serde_json::json;
use sqlx::{AnyPool, Row as _};

use crate::support::{Bench, Outcome, provider::sign};

/// So many webhooks that wait, or that were handled at the given moments from 1 on.
async fn fill(bench: &Bench, many: i64, handled: bool) -> Outcome<AnyPool> {
    let database = AnyPool::connect(&bench.database().url()).await?;
    sqlx::query(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)
         INSERT INTO webhook_inbox (id, provider, event_key, body, received_at, handled_at)
         SELECT 'old_' || n, 'capa', 'old_' || n, '', n, CASE $2 WHEN 1 THEN n ELSE NULL END
         FROM numbers",
    )
    .bind(many)
    .bind(i64::from(handled))
    .execute(&database)
    .await?;
    Ok(database)
}

async fn count(database: &AnyPool) -> Outcome<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS many FROM webhook_inbox")
        .fetch_one(database)
        .await?;
    Ok(row.try_get("many")?)
}

#[tokio::test]
async fn a_flood_of_different_webhooks_starves_no_order() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let flooded = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    let reported = luis.reported_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    for number in 0..300 {
        let about = if number % 3 == 0 { &*theirs } else { "unknown" };
        let answer = bench.webhook(&format!("NEWS_{number}"), about).await?;
        assert_eq!(answer.status, 204);
    }
    // The first rounds have more than enough webhooks to handle, and see to the other order too.
    bench.engine.do_what_is_due().await?;
    bench.engine.do_what_is_due().await?;
    assert!(!bench.engine.store.unhandled_webhooks(1).await?.is_empty());
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    assert_eq!(luis.order(&reported).await?.state(), "deposit_received");
    bench.settle().await?;
    assert_eq!(ana.order(&flooded).await?.state(), "awaiting_deposit");
    assert!(bench.engine.store.unhandled_webhooks(1).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn one_webhook_sent_again_and_again_is_one_row_and_a_few_reads() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    let before = bench.capa().requests(Operation::List);
    for _ in 0..200 {
        let answer = bench.webhook("CREATED_OFF_RAMP", &theirs).await?;
        assert_eq!(answer.status, 204);
        bench.settle().await?;
    }
    let reads = bench.capa().requests(Operation::List) - before;
    assert_eq!(reads, 8, "the rest share the next one");
    let database = AnyPool::connect(&bench.database().url()).await?;
    assert_eq!(count(&database).await?, 1);
    // The last of them may be the one that had something to say.
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.webhook("CREATED_OFF_RAMP", &theirs).await?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    bench.pass_secs(10).await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn a_flood_about_a_payer_does_not_ask_the_provider_for_each() -> Outcome {
    let bench = Bench::impatient().await?;
    let ana = bench.ana().await?;
    bench.capa().fault(
        Operation::Create,
        offramp_simulator::Fault::ServerErrorBefore,
        1,
    );
    let lost = ana.buy("100").await?;
    assert_eq!(lost.status, 202);
    bench.settle().await?;
    let before = bench.capa().requests(Operation::List);
    for number in 0..100 {
        let body = json!({
            "type": "KYC", "event": format!("NEWS_{number}"), "externalUserId": "cust-1",
        })
        .to_string();
        bench.webhook_with(&body, &sign(body.as_bytes())).await?;
        bench.settle().await?;
    }
    let reads = bench.capa().requests(Operation::List) - before;
    assert!((1..=8).contains(&reads), "{reads} reads");
    Ok(())
}

#[tokio::test]
async fn what_waits_has_a_bound_and_the_provider_is_told_to_come_back() -> Outcome {
    let bench = Bench::start().await?;
    let database = fill(&bench, 9_999, false).await?;
    assert_eq!(bench.webhook("NEWS", "t-1").await?.status, 204);
    let refused = bench.webhook("NEWS", "t-2").await?;
    assert_eq!(refused.refusal(), (429, "rate_limited"));
    assert_eq!(count(&database).await?, 10_000);
    bench.engine.do_what_is_due().await?;
    assert_eq!(bench.webhook("NEWS", "t-2").await?.status, 204);
    let hint = Hint {
        event_key: "x".to_owned(),
        reference: Some(ProviderRef("t-3".to_owned())),
        payer_id: None,
    };
    let stored = bench
        .engine
        .store
        .insert_webhook("capa", &hint, "", bench.now());
    assert_eq!(stored.await?, Stored::Kept);
    Ok(())
}

#[tokio::test]
async fn what_was_handled_has_a_bound_too() -> Outcome {
    let bench = Bench::start().await?;
    let database = fill(&bench, 100_050, true).await?;
    bench.webhook("NEWS", "t-1").await?;
    bench.engine.store.trim_inbox().await?;
    assert_eq!(
        count(&database).await?,
        100_001,
        "the newest, and what waits"
    );
    bench.engine.store.trim_inbox().await?;
    assert_eq!(count(&database).await?, 100_001);
    let oldest = sqlx::query("SELECT MIN(handled_at) AS oldest FROM webhook_inbox")
        .fetch_one(&database)
        .await?;
    assert_eq!(oldest.try_get::<i64, _>("oldest")?, 51);
    Ok(())
}
