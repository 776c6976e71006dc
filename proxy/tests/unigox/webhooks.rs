//! A webhook wakes a read, and proves nothing.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::{
    shop::{self, ada, sell, unigox},
    support::{Answer, Backend, Bench, Outcome, backend::UNIGOX_WEBHOOK_SECRET},
};
use offramp_simulator::{Operation, providers::unigox::Status};

fn sign(timestamp: i64, body: &str) -> Outcome<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(UNIGOX_WEBHOOK_SECRET.as_bytes())?;
    mac.update(format!("{timestamp}.{body}").as_bytes());
    Ok(format!(
        "sha256={}",
        HEXLOWER.encode(&mac.finalize().into_bytes())
    ))
}

async fn post(bench: &Bench, timestamp: i64, signature: &str, body: &str) -> Outcome<Answer> {
    bench
        .post("/webhooks/unigox")
        .header("content-type", "application/json")
        .header("x-unigox-timestamp", timestamp.to_string())
        .header("x-unigox-signature", signature)
        .body(body.to_owned())
        .await
}

async fn send(bench: &Bench, timestamp: i64, body: &str) -> Outcome<Answer> {
    post(bench, timestamp, &sign(timestamp, body)?, body).await
}

fn now(bench: &Bench) -> i64 {
    bench.now().as_millis() / 1_000
}

fn about(order: &str, event: &str, status: &str) -> String {
    json!({
        "event_id": event, "event_type": "order.status.changed",
        "created_at": "2026-05-01T12:00:00Z", "data": { "order_id": order, "status": status },
    })
    .to_string()
}

#[tokio::test]
async fn a_webhook_wakes_a_read_and_says_nothing_itself() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = sell(&ada, "100").await?.order_id()?;
    bench.settle().await?;
    let theirs = unigox(&bench).order("latest")?.id;
    let before = unigox(&bench).requests(Operation::Read);

    // What it claims is not so.
    let body = about(&theirs, "evt_1", "completed");
    assert_eq!(send(&bench, now(&bench), &body).await?.status, 204);
    bench.settle().await?;
    assert_eq!(unigox(&bench).requests(Operation::Read), before + 1);
    assert_eq!(ada.order(&id).await?.state(), "created");

    // Told twice, it still says nothing.
    assert_eq!(send(&bench, now(&bench), &body).await?.status, 204);
    bench.settle().await?;
    assert_eq!(ada.order(&id).await?.state(), "created");

    unigox(&bench).force_status("latest", Status::AwaitingCryptoTransferAuthorization)?;
    let body = about(&theirs, "evt_2", "awaiting_crypto_transfer_authorization");
    assert_eq!(send(&bench, now(&bench), &body).await?.status, 204);
    bench.settle().await?;
    assert_eq!(ada.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn a_webhook_is_signed_now_and_by_who_knows_the_secret() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let body = about("00000000-0000-4000-8000-000000000001", "evt_1", "completed");
    let now = now(&bench);
    for (timestamp, signature) in [
        (now, String::new()),
        (now, format!("sha256={}", "0".repeat(64))),
        (now, sign(now + 1, &body)?),
        (now, sign(now, "{}")?),
        (now - 301, sign(now - 301, &body)?),
        (now + 301, sign(now + 301, &body)?),
    ] {
        let refused = post(&bench, timestamp, &signature, &body).await?;
        assert_eq!(
            refused.refusal(),
            (401, "unauthorized"),
            "{timestamp} {signature}"
        );
    }
    assert_eq!(send(&bench, now - 300, &body).await?.status, 204);
    let refused = send(&bench, now, "[]").await?;
    assert_eq!(refused.refusal(), (400, "invalid_request"));
    Ok(())
}

#[tokio::test]
async fn an_event_that_nobody_knows_is_taken() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    for (event, kind) in [
        ("evt_1", "webhook.test"),
        ("evt_2", "user.kyc.updated"),
        ("evt_3", "fiat_account.deposit.received"),
    ] {
        let body = json!({ "event_id": event, "event_type": kind, "data": {} }).to_string();
        assert_eq!(
            send(&bench, now(&bench), &body).await?.status,
            204,
            "{kind}"
        );
    }
    Ok(())
}
