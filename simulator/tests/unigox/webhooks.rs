//! Webhooks, received by a real listener.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use offramp_simulator::providers::capa::ReleaseOrder;
use offramp_simulator::providers::unigox::{Profile, UserMember, WebhookDelivery, WebhookUrls};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bench::{ADA, Bench, Outcome};

/// What arrived: the headers and the bytes.
type Received = (HeaderMap, Bytes);

struct Inbox {
    url: String,
    receiver: mpsc::UnboundedReceiver<Received>,
}

async fn receive(
    State(inbox): State<mpsc::UnboundedSender<Received>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match inbox.send((headers, body)) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::GONE,
    }
}

impl Inbox {
    /// A listener that is registered as the partner's.
    async fn open(bench: &Bench) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks/unigox", listener.local_addr()?);
        let (sender, receiver) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/webhooks/unigox", post(receive))
            .with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let answer = bench.post("/webhooks", &json!({ "url": url })).await?;
        assert_eq!(answer.json["data"], json!({ "url": url, "enabled": true }));
        Ok(Self { url, receiver })
    }

    async fn next(&mut self) -> Outcome<Received> {
        let received = timeout(Duration::from_secs(5), self.receiver.recv()).await?;
        Ok(received.ok_or("the inbox is closed")?)
    }

    async fn next_json(&mut self) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.next().await?.1)?)
    }

    /// The status that the next webhook tells of.
    async fn next_status(&mut self) -> Outcome<String> {
        let body = self.next_json().await?;
        Ok(body["data"]["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }
}

fn is_genuine(headers: &HeaderMap, body: &[u8]) -> Outcome<bool> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test_unigox")?;
    mac.update(header("x-unigox-timestamp").unwrap_or_default().as_bytes());
    mac.update(b".");
    mac.update(body);
    let expected = format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes()));
    Ok(header("x-unigox-signature") == Some(&expected))
}

fn events(bench: &Bench) -> Vec<String> {
    let told = |body: &str| -> Option<String> {
        let body: Value = serde_json::from_str(body).ok()?;
        let status = body["data"]["status"].as_str()?.to_owned();
        Some(match body["event_type"].as_str()? {
            "order.status.changed" => status,
            other => other.to_owned(),
        })
    };
    let webhooks = bench.unigox().webhooks();
    webhooks.iter().filter_map(|one| told(&one.body)).collect()
}

#[tokio::test]
async fn a_webhook_is_signed_with_its_time_and_says_little() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let id = bench.open().await?;
    let (headers, body) = inbox.next().await?;
    assert!(is_genuine(&headers, &body)?);
    assert_eq!(headers["x-unigox-timestamp"], "1777636800");
    assert_eq!(headers["user-agent"], "unigox-webhooks/1.0");
    let body: Value = serde_json::from_slice(&body)?;
    let data = json!({
        "order_id": id, "status": "awaiting_liquidity_provider", "user_id": ADA,
        "crypto_amount": "99.02439", "crypto_currency": "USDT", "partner_fee": "0.97561",
        "partner_fee_pct": 1, "fiat_amount": "149280", "fiat_currency": "NGN",
        "provider": "p2p", "payment_details_id": "987",
    });
    let expected = json!({
        "event_id": body["event_id"], "event_type": "order.status.changed",
        "created_at": "2026-05-01T12:00:00Z", "data": data,
    });
    assert_eq!(body, expected);
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.user_member = UserMember::UserUuid);
    bench.step_secs(2);
    assert_eq!(inbox.next_json().await?["data"]["user_uuid"], ADA);
    Ok(())
}

#[tokio::test]
async fn three_statuses_are_never_told() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    bench.pay(&id).await?;
    bench.step_secs(13);
    bench.act(&id, "confirm-fiat-received").await?;
    bench.step_secs(10);
    assert_eq!(bench.status(&id).await?, "completed");
    let expected = [
        "awaiting_liquidity_provider",
        "awaiting_crypto_transfer_authorization",
        "crypto_received",
        "fiat_payment_started",
        "fiat_payment_review_started",
        "awaiting_fiat_received_confirmation",
        "completed",
    ];
    assert_eq!(events(&bench), expected);
    Ok(())
}

#[tokio::test]
async fn a_refund_is_asked_for_once() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::RefundHeld);
    let id = bench.open_accepted().await?;
    bench.pay(&id).await?;
    bench.step_secs(60);
    assert_eq!(events(&bench).last().map(String::as_str), Some("cancelled"));
    for profile in [Profile::Usual, Profile::RefundHeld, Profile::Usual] {
        bench.unigox().set_profile(&id, profile)?;
    }
    let all = events(&bench);
    let asked = all.iter().filter(|event| *event == "order.refund.required");
    assert_eq!(asked.count(), 1);
    let webhook = bench.unigox().webhooks().pop().ok_or("no webhook")?;
    assert_eq!(webhook.id, format!("evt_refund_required_{id}"));
    let body: Value = serde_json::from_str(&webhook.body)?;
    let endpoint = format!("/api/v1/partner/orders/{id}/authorize-refund");
    assert_eq!(body["data"]["action_required"]["endpoint"], endpoint);
    Ok(())
}

#[tokio::test]
async fn webhooks_come_twice_late_lost_and_out_of_order_on_request() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let deliver = |webhooks| bench.unigox().knobs_mut(|knobs| knobs.webhooks = webhooks);
    deliver(WebhookDelivery::Twice);
    let id = bench.open().await?;
    let (first, second) = (inbox.next_json().await?, inbox.next_json().await?);
    assert_eq!(first, second);
    deliver(WebhookDelivery::ToldTwice);
    bench.step_secs(2);
    let (first, second) = (inbox.next_json().await?, inbox.next_json().await?);
    assert_eq!(first["data"], second["data"]);
    assert_ne!(first["event_id"], second["event_id"]);
    deliver(WebhookDelivery::Held);
    bench.pay(&id).await?;
    bench.step_secs(8);
    assert_eq!(bench.status(&id).await?, "fiat_payment_started");
    bench.unigox().release_webhooks(ReleaseOrder::Reversed);
    assert_eq!(inbox.next_status().await?, "fiat_payment_started");
    assert_eq!(inbox.next_status().await?, "crypto_received");
    deliver(WebhookDelivery::BadlySigned);
    bench.step_secs(2);
    bench.step_secs(1);
    let (headers, body) = inbox.next().await?;
    assert!(!is_genuine(&headers, &body)?);
    deliver(WebhookDelivery::Lost);
    bench.step_secs(60);
    assert_eq!(
        bench.status(&id).await?,
        "awaiting_fiat_received_confirmation"
    );
    assert_eq!(bench.unigox().replay_webhooks(&id)?, 7);
    assert_eq!(inbox.next_status().await?, "awaiting_liquidity_provider");
    Ok(())
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_on_the_clock() -> Outcome {
    let bench = Bench::start().await?;
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let refuse = async |State(heard): State<mpsc::UnboundedSender<HeaderMap>>,
                        headers: HeaderMap| {
        match heard.send(headers) {
            Ok(()) => StatusCode::SERVICE_UNAVAILABLE,
            Err(_) => StatusCode::GONE,
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let router = Router::new().route("/", post(refuse)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    bench.post("/webhooks", &json!({ "url": url })).await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::NoProvider);
    bench.open().await?;
    let mut next = async || timeout(Duration::from_secs(5), receiver.recv()).await;
    let first = next().await?.ok_or("closed")?;
    assert_eq!(first["x-unigox-timestamp"], "1777636800");
    while bench.unigox().webhooks()[0].attempts < 1 {
        tokio::task::yield_now().await;
    }
    bench.step_secs(60);
    // U-12: the time is refreshed.
    let second = next().await?.ok_or("closed")?;
    assert_eq!(second["x-unigox-timestamp"], "1777636860");
    Ok(())
}

#[tokio::test]
async fn where_webhooks_go_is_set_tested_and_removed() -> Outcome {
    let bench = Bench::start().await?;
    let test = async || bench.post("/webhooks/test", &json!({})).await;
    assert_eq!(test().await?.key(), (400, "webhook URL is not set"));
    let mut inbox = Inbox::open(&bench).await?;
    let answer = test().await?;
    assert_eq!(
        answer.json["data"],
        json!({ "delivered": true, "http_status": 204 })
    );
    let body = inbox.next_json().await?;
    assert_eq!(
        (&body["event_type"], &body["data"]),
        (&json!("webhook.test"), &json!({}))
    );
    assert_eq!(bench.get("/webhooks").await?.data("url"), inbox.url);
    let set = async |url: &str| bench.post("/webhooks", &json!({ "url": url })).await;
    assert_eq!(set("").await?.key(), (400, "webhook URL is required"));
    assert_eq!(
        set("http://shop.example").await?.key(),
        (400, "webhook URL must use HTTPS")
    );
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.webhook_urls = WebhookUrls::HttpsOnly);
    for url in [inbox.url.as_str(), "https://127.0.0.1/a", "nothing"] {
        assert_eq!(set(url).await?.key(), (400, "webhook URL must use HTTPS"));
    }
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.webhook_urls = WebhookUrls::LoopbackToo);
    assert_eq!(set("http://127.0.0.1:9/").await?.status, 200);
    assert_eq!(test().await?.key(), (502, "webhook delivery failed"));
    let removed = bench.call(Method::DELETE, "/webhooks/any", None).await?;
    assert_eq!(removed.json["data"]["enabled"], false);
    assert_eq!(
        bench.get("/webhooks").await?.json["data"]["url"],
        Value::Null
    );
    Ok(())
}
