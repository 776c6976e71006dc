//! Webhooks, received by a real listener.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use offramp_simulator::WebhookTarget;
use offramp_simulator::providers::capa::{Deposit, EventNames, ReleaseOrder, WebhookDelivery};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bench::{Bench, Outcome};

const SECRET: &str = "whsec_test";

/// What arrived: the signature and the bytes.
type Received = (String, Bytes);

struct Inbox(mpsc::UnboundedReceiver<Received>);

async fn receive(
    State(inbox): State<mpsc::UnboundedSender<Received>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers
        .get("capa-signature")
        .and_then(|value| value.to_str().ok());
    match inbox.send((signature.unwrap_or_default().to_owned(), body)) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::GONE,
    }
}

impl Inbox {
    async fn open(bench: &Bench) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks/capa", listener.local_addr()?);
        let (sender, receiver) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/webhooks/capa", post(receive))
            .with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        bench.capa().set_webhook(Some(WebhookTarget {
            url,
            secret: SECRET.to_owned(),
        }));
        Ok(Self(receiver))
    }

    async fn next(&mut self) -> Outcome<Received> {
        let received = timeout(Duration::from_secs(5), self.0.recv()).await?;
        Ok(received.ok_or("the inbox is closed")?)
    }

    async fn next_event(&mut self) -> Outcome<String> {
        let (_, body) = self.next().await?;
        let body: Value = serde_json::from_slice(&body)?;
        Ok(body["event"].as_str().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn the_signature_is_over_the_bytes_that_arrive() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let id = bench.open("100").await?;
    let (signature, body) = inbox.next().await?;
    let expected = format!(
        concat!(
            r#"{{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","externalUserId":"cust-1","#,
            r#""transactionId":"{}","firstName":"ANA","lastName":"LOPEZ"}}"#,
        ),
        id
    );
    assert_eq!(body, expected);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(&body);
    assert_eq!(signature, HEXLOWER.encode(&mac.finalize().into_bytes()));
    Ok(())
}

#[tokio::test]
async fn a_payout_is_told_in_three_webhooks_without_anybody_looking() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    bench.step_secs(60);
    assert_eq!(inbox.next_event().await?, "CREATED_OFF_RAMP");
    assert_eq!(inbox.next_event().await?, "CRYPTO_RECEIVED_OFF_RAMP");
    let (_, body) = inbox.next().await?;
    let expected = format!(
        concat!(
            r#"{{"type":"TRANSACTION","event":"COMPLETED_OFF_RAMP","externalUserId":"cust-1","#,
            r#""transactionId":"{}","blockchain":"Polygon PoS","cryptoCurrency":"USDC","#,
            r#""fiatCurrency":"MXN","firstName":"ANA","lastName":"LOPEZ","#,
            r#""fiatAmount":"1818.4665","cryptoAmount":"100.000000","exchangeRate":"18.184665"}}"#,
        ),
        id
    );
    assert_eq!(body, expected);
    Ok(())
}

#[tokio::test]
async fn a_cancellation_says_why() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("10.02").await?;
    bench.execute(&id).await?;
    bench.step_secs(60);
    bench.status(&id).await?;
    let body = bench
        .capa()
        .webhooks()
        .pop()
        .map(|webhook| webhook.body)
        .unwrap_or_default();
    let body: Value = serde_json::from_str(&body)?;
    assert_eq!(body["event"], "CANCELLED_OFF_RAMP");
    assert_eq!(body["cancellationReason"], "NAME_VERIFICATION_FAILED");
    assert_eq!(body.get("fiatAmount"), None);
    Ok(())
}

#[tokio::test]
async fn what_fails_or_expires_is_not_told() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.deposit_limit_ms = 1_000);
    bench.open("100").await?;
    bench.step_secs(60);
    let failed = bench.open("100").await?;
    bench.capa().force_status(&failed, "FAILED".parse()?)?;
    let events: Vec<_> = bench
        .capa()
        .webhooks()
        .into_iter()
        .map(|webhook| webhook.event)
        .collect();
    assert_eq!(events, ["CREATED_OFF_RAMP", "CREATED_OFF_RAMP"]);
    Ok(())
}

#[tokio::test]
async fn the_older_names_come_with_the_older_payloads() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.event_names = EventNames::Old);
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    let webhook = bench.capa().webhooks().pop().ok_or("no webhook")?;
    assert_eq!(webhook.event, "RECEIVED_USER_CRYPTO");
    let body: Value = serde_json::from_str(&webhook.body)?;
    assert_eq!(body["cryptoAmount"], "100.000000");
    assert_eq!(
        (body.get("fiatAmount"), body.get("exchangeRate")),
        (None, None)
    );
    Ok(())
}

#[tokio::test]
async fn webhooks_come_twice_late_and_out_of_order_on_request() -> Outcome {
    let bench = Bench::start().await?;
    let mut inbox = Inbox::open(&bench).await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Twice);
    let id = bench.open("100").await?;
    assert_eq!(inbox.next_event().await?, "CREATED_OFF_RAMP");
    assert_eq!(inbox.next_event().await?, "CREATED_OFF_RAMP");

    bench
        .capa()
        .knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Held);
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    bench.capa().release_webhooks(ReleaseOrder::Reversed);
    assert_eq!(inbox.next_event().await?, "COMPLETED_OFF_RAMP");
    assert_eq!(inbox.next_event().await?, "CRYPTO_RECEIVED_OFF_RAMP");

    assert_eq!(bench.capa().replay_webhooks(&id)?, 3);
    assert_eq!(inbox.next_event().await?, "CREATED_OFF_RAMP");
    Ok(())
}
