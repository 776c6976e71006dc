//! What was acknowledged is kept until it was handled, whatever fails meanwhile.

use std::{sync::Arc, time::Duration};

use offramp_domain::time::Timestamp;
use offramp_proxy::{
    provider::{Hint, ProviderRef},
    store::Store,
};
use offramp_simulator::{Deposit, Fault, Operation};
use serde_json::json;
use sqlx::{AnyPool, Row as _};

use crate::support::{Bench, Outcome, provider::sign};

/// Makes every write to an order fail until it is told otherwise.
const BREAK: &str = "ALTER TABLE orders RENAME COLUMN revision TO broken";
const MEND: &str = "ALTER TABLE orders RENAME COLUMN broken TO revision";

async fn database(bench: &Bench) -> Outcome<AnyPool> {
    Ok(AnyPool::connect(&bench.database().url()).await?)
}

fn hint(event: &str, reference: &str) -> Hint {
    Hint {
        event_key: format!("TRANSACTION/{event}/{reference}"),
        reference: Some(ProviderRef(reference.to_owned())),
        payer_id: None,
    }
}

async fn waiting(store: &Store) -> Outcome<usize> {
    Ok(store.unhandled_webhooks(100).await?.len())
}

#[tokio::test]
async fn the_raw_body_is_stored_before_the_answer() -> Outcome {
    let bench = Bench::start().await?;
    let body = "{ \"type\" : \"TRANSACTION\",\n \"event\":\"CREATED_OFF_RAMP\", \
                \"transactionId\":\"t-1\",\"more\":[1.50,\"\\u00f1\"]}";
    let answer = bench.webhook_with(body, &sign(body.as_bytes())).await?;
    assert_eq!(answer.status, 204);
    let database = database(&bench).await?;
    let stored = sqlx::query("SELECT body FROM webhook_inbox")
        .fetch_one(&database)
        .await?;
    let sealed: String = stored.try_get("body")?;
    assert!(!sealed.contains("t-1"), "it is sealed");
    assert_eq!(bench.engine.store.secrets().open(&sealed)?, body);
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_cannot_be_stored_is_not_acknowledged() -> Outcome {
    let bench = Bench::start().await?;
    sqlx::query("DROP TABLE webhook_inbox")
        .execute(&database(&bench).await?)
        .await?;
    let answer = bench.webhook("COMPLETED_OFF_RAMP", "t-1").await?;
    assert_eq!(answer.refusal(), (500, "internal"));
    Ok(())
}

#[tokio::test]
async fn a_webhook_is_handled_once_the_database_has_recovered() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    let database = database(&bench).await?;
    sqlx::query(BREAK).execute(&database).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs).await?;
    bench.engine.do_what_is_due().await?;
    bench.engine.do_what_is_due().await?;
    assert_eq!(waiting(&bench.engine.store).await?, 1, "it is not lost");
    sqlx::query(MEND).execute(&database).await?;
    bench.simulator.clock().step(Duration::from_secs(1));
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    assert_eq!(waiting(&bench.engine.store).await?, 0);
    Ok(())
}

#[tokio::test]
async fn webhooks_that_cannot_be_handled_starve_no_other() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let broken = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    for number in 0..100 {
        bench.webhook(&format!("EVENT_{number}"), &theirs).await?;
    }
    let id = luis.open_order().await?;
    bench.settle().await?;
    sqlx::query("UPDATE orders SET snapshot = '{}' WHERE id = $1")
        .bind(&broken)
        .execute(&database(&bench).await?)
        .await?;
    for number in 0..100 {
        bench.webhook(&format!("EVENT_{number}"), &theirs).await?;
    }
    bench.capa().deposit("latest", Deposit::Exact)?;
    let latest = bench.capa().transaction("latest")?.id;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &latest).await?;
    for _ in 0..5 {
        bench.engine.do_what_is_due().await?;
    }
    assert_eq!(luis.order(&id).await?.state(), "deposit_received");
    assert_eq!(bench.engine.store.unhandled_webhooks(200).await?.len(), 100);
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_waits_is_handled_after_a_restart() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.ana().await?.open_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let theirs = bench.capa().transaction("latest")?.id;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs).await?;
    let bench = bench.restart().await?;
    bench.settle().await?;
    assert_eq!(
        bench.ana().await?.order(&id).await?.state(),
        "deposit_received"
    );
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_comes_while_its_order_is_read_has_it_read_again() -> Outcome {
    let bench = Bench::impatient().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    // A read that knows nothing of the deposit yet, and whose answer is long in coming.
    bench.capa().fault(Operation::List, Fault::TimeoutAfter, 1);
    let reads = bench.capa().requests(Operation::List);
    bench.webhook("CREATED_OFF_RAMP", &theirs).await?;
    let engine = Arc::clone(&bench.engine);
    let reading = tokio::spawn(async move { engine.do_what_is_due().await });
    while bench.capa().requests(Operation::List) == reads {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs).await?;
    bench.engine.do_what_is_due().await?;
    assert_eq!(waiting(&bench.engine.store).await?, 0, "it was handled");
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    reading.await??;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_comes_again_while_it_is_handled_waits_still() -> Outcome {
    let bench = Bench::start().await?;
    let (store, now) = (&bench.engine.store, bench.now());
    store
        .insert_webhook("capa", &hint("A", "t"), "1", now)
        .await?;
    let first = store.unhandled_webhooks(9).await?.remove(0);
    store
        .insert_webhook("capa", &hint("A", "t"), "2", now)
        .await?;
    store.webhook_handled(&first.id, now).await?;
    let again = store.unhandled_webhooks(9).await?;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].event_key, first.event_key);
    store.webhook_handled(&again[0].id, now).await?;
    assert_eq!(waiting(store).await?, 0);
    Ok(())
}

#[tokio::test]
async fn of_a_webhook_that_came_twice_the_latest_body_is_kept() -> Outcome {
    let bench = Bench::start().await?;
    let (store, now) = (&bench.engine.store, bench.now());
    for body in ["1", "2"] {
        store
            .insert_webhook("capa", &hint("A", "t"), body, now)
            .await?;
    }
    let rows = sqlx::query("SELECT body FROM webhook_inbox")
        .fetch_all(&database(&bench).await?)
        .await?;
    assert_eq!(rows.len(), 1);
    let sealed: String = rows[0].try_get("body")?;
    assert_eq!(store.secrets().open(&sealed)?, "2");
    Ok(())
}

#[tokio::test]
async fn no_word_of_a_webhook_is_too_odd_to_be_stored() -> Outcome {
    let bench = Bench::start().await?;
    let long = "x".repeat(60_000);
    for body in [
        json!({ "type": "NEWS", "event": long, "transactionId": "t" }),
        json!({ "type": "NEWS", "event": "A", "transactionId": long }),
        json!({ "type": "NEWS", "event": "B", "externalUserId": long }),
        json!({ "type": "NEWS", "event": "A\u{0}B", "transactionId": "t\u{0}" }),
        json!({ "type": "", "event": "", "transactionId": "", "externalUserId": "" }),
    ] {
        let body = body.to_string();
        let answer = bench.webhook_with(&body, &sign(body.as_bytes())).await?;
        assert_eq!(answer.status, 204);
    }
    let entries = bench.engine.store.unhandled_webhooks(9).await?;
    assert_eq!(entries.len(), 5);
    for entry in entries {
        let ids = entry.reference.iter().chain(&entry.payer_id);
        for word in ids.chain([&entry.event_key]) {
            assert!(word.len() <= 300, "{}", word.len());
            assert!(!word.contains(char::is_control));
        }
    }
    bench.settle().await?;
    Ok(())
}

#[tokio::test]
async fn what_was_handled_is_forgotten_after_a_month_and_what_waits_never() -> Outcome {
    let bench = Bench::start().await?;
    let (store, now) = (&bench.engine.store, bench.now());
    store
        .insert_webhook("capa", &hint("A", "t"), "1", now)
        .await?;
    store
        .insert_webhook("capa", &hint("B", "t"), "1", now)
        .await?;
    let first = store.unhandled_webhooks(1).await?.remove(0);
    store.webhook_handled(&first.id, now).await?;
    let a_month_later = Timestamp::from_millis(now.as_millis() + 31 * 24 * 3_600_000);
    store.forget_old(a_month_later).await?;
    let rows = sqlx::query("SELECT handled_at FROM webhook_inbox")
        .fetch_all(&database(&bench).await?)
        .await?;
    assert_eq!((rows.len(), waiting(store).await?), (1, 1));
    Ok(())
}
