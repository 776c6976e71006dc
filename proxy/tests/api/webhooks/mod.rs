//! Webhooks: verified, stored, and never believed.

mod flood;
mod history;
mod inbox;
mod orderings;

use std::time::Duration;

use offramp_simulator::{
    Deposit, Operation,
    providers::capa::{EventNames, NotificationStatus, ReleaseOrder, WebhookDelivery, WebhookView},
};
use serde_json::json;
use sqlx::AnyPool;
use tokio::net::TcpListener;

use crate::support::{Bench, Outcome, WEBHOOK_SECRET, provider::sign};

/// The example of the provider's documents, and its signature.
const BODY: &str = r#"{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","externalUserId":"cust-1","transactionId":"00000000-0000-4000-8000-000000000001","firstName":"ANA","lastName":"LOPEZ"}"#;
const SIGNED: &str = "0010a4023c3fa9ca4c3accdc15d0306eb02693443252b35e0f625ec79269298d";

#[tokio::test]
async fn a_webhook_with_the_right_signature_is_taken() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(sign(BODY.as_bytes()), SIGNED);
    let answer = bench.webhook_with(BODY, SIGNED).await?;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    bench.settle().await?;
    Ok(())
}

#[tokio::test]
async fn a_webhook_with_a_wrong_signature_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let changed = SIGNED.replacen('0', "1", 1);
    for signature in [changed.as_str(), "", "0010", "not hex", &SIGNED[1..]] {
        let answer = bench.webhook_with(BODY, signature).await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{signature}");
    }
    let other_bytes = BODY.replace("ANA", "EVA");
    let answer = bench.webhook_with(&other_bytes, SIGNED).await?;
    assert_eq!(answer.refusal(), (401, "unauthorized"));
    let unsigned = bench.post("/webhooks/capa").body(BODY).await?;
    assert_eq!(unsigned.refusal(), (401, "unauthorized"));
    assert!(bench.engine.store.unhandled_webhooks(9).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn no_byte_of_a_webhook_can_be_changed() -> Outcome {
    let bench = Bench::start().await?;
    let refused = async |body: Vec<u8>, signature: &str| {
        let ask = bench
            .post("/webhooks/capa")
            .header("capa-signature", signature);
        let answer = ask.body(body).await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{signature}");
        Outcome::Ok(())
    };
    for place in 0..BODY.len() {
        let mut body = BODY.as_bytes().to_vec();
        body[place] ^= 1 << (place % 8);
        refused(body, SIGNED).await?;
        refused(BODY.as_bytes()[..place].to_vec(), SIGNED).await?;
    }
    for place in 0..SIGNED.len() {
        let digit = if SIGNED[place..].starts_with('f') {
            "e"
        } else {
            "f"
        };
        let mut signature = SIGNED.to_owned();
        signature.replace_range(place..=place, digit);
        refused(BODY.into(), &signature).await?;
        refused(BODY.into(), &SIGNED[..place]).await?;
    }
    for signature in [
        format!("sha256={SIGNED}"),
        format!("{SIGNED}{SIGNED}"),
        format!("{SIGNED}00"),
        format!("{SIGNED},{SIGNED}"),
    ] {
        refused(BODY.into(), &signature).await?;
    }
    let twice = bench
        .post("/webhooks/capa")
        .header("capa-signature", SIGNED)
        .header("capa-signature", SIGNED);
    let answer = twice.body(BODY).await?;
    assert_eq!(answer.refusal(), (401, "unauthorized"));
    assert!(bench.engine.store.unhandled_webhooks(9).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_names_another_payer_touches_only_its_order() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let hers = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    let his = luis.open_order().await?;
    bench.settle().await?;
    let (before, asked) = (luis.order(&his).await?, bench.record(&his).await?.asked);
    bench.capa().deposit(&theirs, Deposit::Exact)?;
    let body = json!({
        "type": "TRANSACTION", "event": "CRYPTO_RECEIVED_OFF_RAMP",
        "externalUserId": "cust-2", "transactionId": theirs,
    })
    .to_string();
    let answer = bench.webhook_with(&body, &sign(body.as_bytes())).await?;
    assert_eq!(answer.status, 204);
    bench.settle().await?;
    assert_eq!(ana.order(&hers).await?.state(), "deposit_received");
    assert_eq!(luis.order(&his).await?.order(), before.order());
    assert_eq!(bench.record(&his).await?.asked, asked);
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_cannot_be_read_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for body in ["", "{}", "[]", "{\"type\":1,\"event\":\"x\"}"] {
        let answer = bench.webhook_with(body, &sign(body.as_bytes())).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_is_not_utf8_is_refused_wherever_it_is_not() -> Outcome {
    let bench = Bench::start().await?;
    let read = b"{\"type\":\"NEWS\",\"event\":\"A\xff\"}".to_vec();
    let passed_over = b"{\"type\":\"NEWS\",\"event\":\"A\",\"more\":\"\xff\"}".to_vec();
    for body in [read, passed_over] {
        let answer = bench
            .post("/webhooks/capa")
            .header("capa-signature", sign(&body))
            .body(body)
            .await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
    }
    assert!(bench.engine.store.unhandled_webhooks(9).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_is_too_large_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let body = " ".repeat(64 * 1024 + 1);
    let answer = bench.webhook_with(&body, &sign(body.as_bytes())).await?;
    assert_eq!(answer.refusal(), (413, "payload_too_large"));
    Ok(())
}

#[tokio::test]
async fn a_webhook_about_an_order_that_cannot_be_read_holds_up_no_other() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let broken = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    let id = luis.open_order().await?;
    let database = AnyPool::connect(&bench.database().url()).await?;
    sqlx::query("UPDATE orders SET snapshot = '{}' WHERE id = $1")
        .bind(&broken)
        .execute(&database)
        .await?;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs).await?;
    luis.report(&id, &json!({})).await?;
    bench.engine.do_what_is_due().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    Ok(())
}

#[tokio::test]
async fn without_a_secret_there_is_no_such_route() -> Outcome {
    let bench = Bench::with(|_, settings| settings.webhook_secret = None).await?;
    let answer = bench.webhook_with(BODY, SIGNED).await?;
    assert_eq!(answer.refusal(), (404, "not_found"));
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_not_configured_has_no_route() -> Outcome {
    let bench = Bench::start().await?;
    for path in [
        "/webhooks/unigox",
        "/webhooks/",
        "/webhooks/%ff",
        "/webhooks/capa/x",
    ] {
        let answer = bench.post(path).body(BODY).await?;
        assert_eq!(answer.refusal(), (404, "not_found"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_webhook_only_wakes_a_read() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?;
    let before = bench.capa().requests(Operation::List);
    bench.webhook("COMPLETED_OFF_RAMP", &theirs.id).await?;
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::List), before + 1);
    assert_eq!(
        ana.order(&id).await?.state(),
        "awaiting_deposit",
        "what it says is not believed"
    );
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench
        .webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs.id)
        .await?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn the_same_webhook_again_wakes_a_read_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?;
    bench
        .webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs.id)
        .await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    for _ in 0..2 {
        let answer = bench
            .webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs.id)
            .await?;
        assert_eq!(answer.status, 204);
    }
    assert_eq!(bench.engine.store.unhandled_webhooks(9).await?.len(), 1);
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn events_orders_and_payers_that_nobody_knows_are_taken_and_change_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let theirs = bench.capa().transaction("latest")?;
    bench.webhook("SOMETHING_NEW", &theirs.id).await?;
    bench.webhook("COMPLETED_OFF_RAMP", "unknown").await?;
    for body in [
        json!({ "type": "KYC", "event": "VERIFIED_USER", "externalUserId": "cust-99" }),
        json!({ "type": "KYC", "event": "VERIFIED_USER" }),
        json!({ "type": "NEWS", "event": "HELLO", "transactionId": "x' OR 1=1 --" }),
    ] {
        let body = body.to_string();
        let answer = bench.webhook_with(&body, &sign(body.as_bytes())).await?;
        assert_eq!(answer.status, 204);
    }
    bench.settle().await?;
    let order = ana.order(&created.order_id()?).await?;
    assert_eq!(order.order(), created.order());
    Ok(())
}

#[tokio::test]
async fn webhooks_that_come_twice_and_backwards_do_no_harm() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/capa", listener.local_addr()?);
    let bench = Bench::start().await?;
    bench.capa().knobs_mut(|knobs| {
        knobs.webhooks = WebhookDelivery::Held;
        knobs.event_names = EventNames::Old;
    });
    bench
        .capa()
        .set_webhook(Some(offramp_simulator::WebhookTarget {
            url,
            secret: WEBHOOK_SECRET.to_owned(),
        }));
    let app = offramp_proxy::app(std::sync::Arc::clone(&bench.engine));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.simulator.clock().step(Duration::from_secs(20));
    assert_eq!(bench.capa().transactions().len(), 1);
    bench.capa().release_webhooks(ReleaseOrder::Reversed);
    let delivered = async {
        while bench.engine.store.unhandled_webhooks(9).await?.len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Outcome::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(10), delivered).await??;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn webhooks_that_found_nobody_come_again_by_themselves() -> Outcome {
    let bench = Bench::start().await?;
    let away = TcpListener::bind("127.0.0.1:0").await?;
    let address = away.local_addr()?;
    drop(away);
    bench
        .capa()
        .set_webhook(Some(offramp_simulator::WebhookTarget {
            url: format!("http://{address}/webhooks/capa"),
            secret: WEBHOOK_SECRET.to_owned(),
        }));
    bench.ana().await?.open_order().await?;
    let until = async |is_so: &dyn Fn(&[WebhookView]) -> bool| {
        let so = async {
            while !is_so(&bench.capa().webhooks()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), so).await
    };
    until(&|told| told.iter().all(|one| one.attempts == 2)).await?;
    let listener = TcpListener::bind(address).await?;
    let app = offramp_proxy::app(std::sync::Arc::clone(&bench.engine));
    tokio::spawn(async move { axum::serve(listener, app).await });
    bench.simulator.clock().step(Duration::from_mins(1));
    until(&|told| {
        told.iter()
            .all(|one| one.status == NotificationStatus::Sent)
    })
    .await?;
    let waiting = bench.engine.store.unhandled_webhooks(9).await?;
    let theirs = bench.capa().transaction("latest")?.id;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].reference, Some(theirs));
    Ok(())
}
