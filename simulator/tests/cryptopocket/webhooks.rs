//! Webhooks, received by a real listener.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use offramp_simulator::providers::cryptopocket::{
    DeliveryOutcome, Deposit, EventNames, Knobs, ReleaseOrder, SignatureText, WebhookDelivery,
    WebhookId,
};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bench::{Bench, Outcome};

const RECEIVED: &str = "CRYPTO_RECEIVED";
const FINISHED: &str = "TRANSFER_RAMPOFF_FINISHED";

struct Inbox {
    url: String,
    received: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
}

#[derive(Clone)]
struct Receiver {
    sender: mpsc::UnboundedSender<(HeaderMap, Bytes)>,
    answer: StatusCode,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receiver.sender.send((headers, body)) {
        Ok(()) => receiver.answer,
        Err(_) => StatusCode::GONE,
    }
}

impl Inbox {
    async fn answering(answer: StatusCode) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks/cryptopocket", listener.local_addr()?);
        let (sender, received) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/webhooks/cryptopocket", post(receive))
            .with_state(Receiver { sender, answer });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, received })
    }

    async fn open(bench: &Bench) -> Outcome<Self> {
        let inbox = Self::answering(StatusCode::NO_CONTENT).await?;
        bench.pocket().set_webhook(Some(&inbox.url));
        Ok(inbox)
    }

    async fn next(&mut self) -> Outcome<(HeaderMap, Bytes)> {
        let received = timeout(Duration::from_secs(5), self.received.recv()).await?;
        Ok(received.ok_or("the inbox is closed")?)
    }

    async fn next_type(&mut self) -> Outcome<String> {
        let (_, body) = self.next().await?;
        let body: Value = serde_json::from_slice(&body)?;
        Ok(body["type"].as_str().unwrap_or_default().to_owned())
    }
}

async fn subscribe(bench: &Bench, kind: &str, url: &str) -> Outcome<Value> {
    let form = [("type", kind), ("url", url)];
    Ok(bench.post_form("/subscribeToWebhook", &form).await?.json)
}

#[tokio::test]
async fn a_subscription_is_a_form_and_its_answer_a_string() -> Outcome {
    let bench = Bench::start().await?;
    let form = [("type", RECEIVED), ("url", "https://shop.example/a?b=c&d")];
    let early = bench.post_form("/updateWebhookSubscription", &form).await?;
    assert_eq!(early.refusal(), (200, "subscription_not_found"));
    let answer = bench.post_form("/subscribeToWebhook", &form).await?;
    let expected = json!({ "status": "ok", "data": "subscription_created" });
    assert_eq!((answer.status, answer.json), (200, expected));
    let answer = bench.post_form("/updateWebhookSubscription", &form).await?;
    let expected = json!({ "status": "ok", "data": "subscription_updated" });
    assert_eq!((answer.status, answer.json), (200, expected));
    Ok(())
}

#[tokio::test]
async fn a_subscription_needs_a_live_type_and_an_address() -> Outcome {
    let bench = Bench::start().await?;
    let url = ("url", "https://shop.example");
    for (form, field) in [
        (vec![url], "type"),
        (vec![("type", "KYC"), url], "type"),
        (vec![("type", RECEIVED)], "url"),
        (vec![("type", RECEIVED), ("url", "shop")], "url"),
        (
            vec![("type", RECEIVED), ("url", "ftp://shop.example")],
            "url",
        ),
        (vec![("type", "RAMPOFF_FINISHED"), url], "type"),
    ] {
        let answer = bench.post_form("/subscribeToWebhook", &form).await?;
        assert_eq!(answer.wrong_field(), (422, Some(field)), "{form:?}");
    }
    let answer = bench
        .post("/subscribeToWebhook", &json!({ "type": RECEIVED }))
        .await?;
    assert_eq!(answer.status, 422);

    let old = |knobs: &mut Knobs| knobs.event_names = EventNames::Old;
    bench.pocket().knobs_mut(old);
    let refused = subscribe(&bench, FINISHED, url.1).await?;
    assert!(refused["errors"]["type"].is_array(), "{refused}");
    let taken = subscribe(&bench, "RAMPOFF_FINISHED", url.1).await?;
    assert_eq!(taken["data"], "subscription_created");
    Ok(())
}

#[tokio::test]
async fn the_signature_is_over_the_body_and_the_timestamp() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let id = bench.open().await?;
    bench.pocket().deposit(&id, Deposit::Exact)?;
    let (headers, body) = inbox.next().await?;
    let expected = format!(
        r#"{{"type":"CRYPTO_RECEIVED","data":{{"id":"{id}","status":"crypto_received","user_id":106}}}}"#
    );
    assert_eq!(body, expected);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("X-API-Key"), Some("sim_cryptopocket_key"));
    assert_eq!(header("X-Timestamp"), Some("1777636800"));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"sim_cryptopocket_secret")?;
    mac.update(&body);
    mac.update(b"1777636800");
    let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
    assert_eq!(header("X-Signature"), Some(signature.as_str()));

    let upper = |knobs: &mut Knobs| knobs.signature = SignatureText::UpperHex;
    bench.pocket().knobs_mut(upper);
    bench.step_secs(3);
    let (headers, _) = inbox.next().await?;
    let signature = headers.get("X-Signature").ok_or("no signature")?.to_str()?;
    assert_eq!(signature.len(), 64);
    assert!(!signature.contains(|sign: char| sign.is_ascii_lowercase()));
    Ok(())
}

#[tokio::test]
async fn only_what_is_subscribed_to_arrives() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::answering(StatusCode::OK).await?;
    subscribe(&bench, FINISHED, &inbox.url.clone()).await?;
    let id = bench.open().await?;
    bench.pocket().deposit(&id, Deposit::Exact)?;
    bench.step_secs(3);
    assert_eq!(inbox.next_type().await?, FINISHED);
    let webhooks = bench.pocket().webhooks();
    let outcomes: Vec<_> = webhooks.iter().map(|webhook| webhook.outcome).collect();
    assert_eq!(outcomes.first(), Some(&DeliveryOutcome::NotSent));
    assert_eq!(outcomes.len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_update_changes_the_address() -> Outcome {
    let bench = Bench::start().await?;
    subscribe(&bench, RECEIVED, "http://127.0.0.1:9").await?;
    let mut inbox = Inbox::answering(StatusCode::OK).await?;
    let form = [("type", RECEIVED), ("url", inbox.url.as_str())];
    bench.post_form("/updateWebhookSubscription", &form).await?;
    bench.open().await?;
    bench.pocket().deposit("latest", Deposit::Exact)?;
    assert_eq!(inbox.next_type().await?, RECEIVED);
    Ok(())
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_with_a_new_timestamp() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::answering(StatusCode::INTERNAL_SERVER_ERROR).await?;
    bench.pocket().set_webhook(Some(&inbox.url));
    bench.open().await?;
    bench
        .pocket()
        .deposit("latest", Deposit::Amount(40.into()))?;
    let mut stamps = Vec::new();
    for minutes in [0, 1, 5, 15, 60] {
        // The attempt before has been written down once it counts.
        let before = u32::try_from(stamps.len())?;
        let written = async {
            while bench.pocket().webhooks()[0].attempts < before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(5), written).await?;
        bench.step_secs(minutes * 60);
        let (headers, _) = inbox.next().await?;
        let stamp = headers.get("X-Timestamp").ok_or("no time")?.to_str()?;
        stamps.push(stamp.parse::<u64>()? - 1_777_636_800);
    }
    assert_eq!(stamps, [0, 60, 360, 1_260, 4_860]);
    Ok(())
}

#[tokio::test]
async fn an_end_can_have_its_older_name() -> Outcome {
    let bench = Bench::start().await?;
    let old = |knobs: &mut Knobs| knobs.event_names = EventNames::Old;
    bench.pocket().knobs_mut(old);
    let mut inbox = Inbox::open(&bench).await?;
    bench.open().await?;
    bench.pocket().force_status("latest", "finished".parse()?)?;
    assert_eq!(inbox.next_type().await?, "RAMPOFF_FINISHED");
    Ok(())
}

#[tokio::test]
async fn an_id_can_be_in_four_places() -> Outcome {
    let bench = Bench::start().await?;
    for (place, pointer) in [
        (WebhookId::InData, "/data/id"),
        (WebhookId::Id, "/id"),
        (WebhookId::RampoffId, "/rampoff_id"),
        (WebhookId::PaymentId, "/payment_id"),
    ] {
        let placed = |knobs: &mut Knobs| knobs.webhook_id = place;
        bench.pocket().knobs_mut(placed);
        let id = bench.open().await?;
        bench.pocket().deposit(&id, Deposit::Exact)?;
        let webhook = bench.pocket().webhooks().pop().ok_or("no webhook")?;
        let body: Value = serde_json::from_str(&webhook.body)?;
        assert_eq!(body.pointer(pointer), Some(&json!(id)));
        assert_eq!(body["type"], RECEIVED);
    }
    Ok(())
}

#[tokio::test]
async fn webhooks_come_twice_late_and_out_of_order_on_request() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let delivered = |delivery| {
        bench.pocket().knobs_mut(|knobs| knobs.webhooks = delivery);
    };
    delivered(WebhookDelivery::Twice);
    bench.open().await?;
    bench
        .pocket()
        .deposit("latest", Deposit::Amount(40.into()))?;
    assert_eq!(inbox.next_type().await?, RECEIVED);
    assert_eq!(inbox.next_type().await?, RECEIVED);

    delivered(WebhookDelivery::Held);
    let id = bench.open().await?;
    bench.pocket().deposit(&id, Deposit::Exact)?;
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "finished");
    bench.pocket().release_webhooks(ReleaseOrder::Reversed);
    assert_eq!(inbox.next_type().await?, FINISHED);
    assert_eq!(inbox.next_type().await?, RECEIVED);
    assert_eq!(bench.pocket().replay_webhooks(&id)?, 2);
    assert_eq!(inbox.next_type().await?, RECEIVED);

    delivered(WebhookDelivery::Lost);
    bench.open().await?;
    bench.pocket().deposit("latest", Deposit::Exact)?;
    let webhook = bench.pocket().webhooks().pop().ok_or("no webhook")?;
    assert_eq!(
        (webhook.outcome, webhook.attempts),
        (DeliveryOutcome::Lost, 1)
    );
    Ok(())
}

#[tokio::test]
async fn what_fails_or_expires_or_goes_back_is_not_told() -> Outcome {
    let bench = Bench::start().await?;
    for word in ["failed", "expired", "refunded"] {
        bench.open().await?;
        bench.pocket().force_status("latest", word.parse()?)?;
    }
    assert_eq!(bench.pocket().webhooks(), []);
    Ok(())
}
