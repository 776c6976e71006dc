//! The history of webhooks: retries by the clock, and once more on request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use offramp_simulator::providers::capa::{ExtraFields, NotificationStatus, WebhookDelivery};
use offramp_simulator::{Fault, Operation, WebhookTarget};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::bench::{Answer, Bench, Outcome};

/// A receiver that answers what it is told to, and counts.
#[derive(Clone, Default)]
struct Receiver {
    status: Arc<AtomicU16>,
    received: Arc<AtomicUsize>,
    url: String,
}

impl Receiver {
    /// Where webhooks go from now on, each answered with this status.
    async fn open(bench: &Bench, status: u16) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let receiver = Self {
            status: Arc::new(AtomicU16::new(status)),
            received: Arc::default(),
            url: format!("http://{}/", listener.local_addr()?),
        };
        let (status, count) = (receiver.status.clone(), receiver.received.clone());
        let answer = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let status = StatusCode::from_u16(status.load(Ordering::SeqCst));
            let body = r#"{"success":false,"error":{"message":"away","id":""}}"#;
            std::future::ready((status.unwrap_or_default(), body))
        };
        let router = Router::new().route("/", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        bench.capa().set_webhook(Some(WebhookTarget {
            url: receiver.url.clone(),
            secret: "whsec_test".to_owned(),
        }));
        Ok(receiver)
    }

    fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }
}

/// Waits until the first notification was sent so often, and says how it stands then.
async fn sent(bench: &Bench, times: u32) -> Outcome<NotificationStatus> {
    let attempts = async {
        loop {
            let first = bench.capa().webhooks().into_iter().next();
            match first {
                Some(webhook) if webhook.attempts >= times => break webhook.status,
                Some(_) | None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    };
    Ok(timeout(Duration::from_secs(10), attempts).await?)
}

/// Lets the first notification fail for the last time, after `made` attempts.
async fn give_up(bench: &Bench, made: u32) -> Outcome {
    sent(bench, made + 2).await?;
    for (retry, minutes) in (3..).zip([1, 5, 10, 15]) {
        bench.step_secs(minutes * 60);
        sent(bench, made + retry).await?;
    }
    Ok(())
}

async fn first_id(bench: &Bench) -> Outcome<String> {
    let listed = bench.get("/webhook-notifications").await?;
    let id = listed.json["data"]["data"][0]["id"].as_str();
    Ok(id.ok_or_else(|| listed.text.clone())?.to_owned())
}

async fn retry(bench: &Bench, id: &str) -> Outcome<Answer> {
    let path = format!("/webhook-notifications/{id}/retry");
    Answer::read(bench.request(Method::POST, &path).send().await?).await
}

async fn put_settings(bench: &Bench, body: &str) -> Outcome<Answer> {
    let request = bench.request(Method::PUT, "/webhook-settings");
    let request = request.header("content-type", "application/json");
    Answer::read(request.body(body.to_owned()).send().await?).await
}

#[tokio::test]
async fn a_receiver_that_is_away_is_asked_six_times_in_half_an_hour() -> Outcome {
    let bench = Bench::start().await?;
    let receiver = Receiver::open(&bench, 500).await?;
    bench.open("100").await?;
    assert_eq!(sent(&bench, 2).await?, NotificationStatus::Pending);
    bench.step_secs(59);
    let (_, still) = (
        bench.get("/webhook-notifications").await?,
        receiver.received(),
    );
    assert_eq!(
        still, 2,
        "the first retry comes at once, the second after a minute"
    );
    bench.step_secs(1);
    sent(&bench, 3).await?;
    for (attempts, minutes) in [(4, 5), (5, 10), (6, 15)] {
        bench.step_secs(minutes * 60);
        sent(&bench, attempts).await?;
    }
    assert_eq!(sent(&bench, 6).await?, NotificationStatus::Failed);
    let detail = bench
        .get(&format!(
            "/webhook-notifications/{}",
            first_id(&bench).await?
        ))
        .await?;
    let data = &detail.json["data"];
    assert_eq!(
        (data["status"].as_str(), data["retryAttempts"].as_u64()),
        (Some("FAILED"), Some(5))
    );
    assert_eq!(data["latestErrorPayload"]["error"]["message"], "away");
    assert_eq!(data["payload"]["event"], "CREATED_OFF_RAMP");
    assert_eq!(data["createdAt"], "2026-05-01T12:00:00.000Z");
    assert_eq!(data["updatedAt"], "2026-05-01T12:31:00.000Z");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_comes_back_is_asked_no_more() -> Outcome {
    let bench = Bench::start().await?;
    let receiver = Receiver::open(&bench, 503).await?;
    bench.open("100").await?;
    sent(&bench, 2).await?;
    receiver.answer_with(200);
    bench.step_secs(60);
    assert_eq!(sent(&bench, 3).await?, NotificationStatus::Sent);
    bench.step_secs(3_600);
    bench.get("/webhook-notifications").await?;
    assert_eq!(receiver.received(), 3);
    Ok(())
}

#[tokio::test]
async fn the_history_is_filtered_and_paged() -> Outcome {
    let bench = Bench::start().await?;
    for amount in ["100", "101", "102"] {
        bench.open(amount).await?;
        bench.step_secs(1);
    }
    bench
        .capa()
        .knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Lost);
    Receiver::open(&bench, 200).await?;
    bench.open("103").await?;
    let listed = bench.get("/webhook-notifications?limit=2&skip=1").await?;
    let page = &listed.json["data"];
    assert_eq!(listed.status, 200);
    assert_eq!((&page["count"], &page["total"]), (&json!(2), &json!(4)));
    assert_eq!(page["data"][0]["createdAt"], "2026-05-01T12:00:02.000Z");
    assert_eq!(
        page["data"][0].as_object().map(serde_json::Map::len),
        Some(7)
    );
    let count = async |status: &str| {
        let listed = bench
            .get(&format!("/webhook-notifications?status={status}"))
            .await?;
        Outcome::Ok(listed.json["data"]["total"].as_u64())
    };
    assert_eq!(count("NOT_SENT").await?, Some(3));
    assert_eq!(count("SENT").await?, Some(1));
    assert_eq!(count("FAILED").await?, Some(0));
    for query in ["status=LOST", "limit=0", "limit=101", "limit=x", "skip=-1"] {
        let refused = bench
            .get(&format!("/webhook-notifications?{query}"))
            .await?;
        let expected = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");
        assert_eq!(refused.refusal(), expected, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn what_failed_can_be_sent_again_three_times() -> Outcome {
    let bench = Bench::start().await?;
    Receiver::open(&bench, 500).await?;
    bench.open("100").await?;
    let id = first_id(&bench).await?;
    let early = retry(&bench, &id).await?;
    let expected = (409, "CONFLICT", "Notification is not in FAILED status");
    assert_eq!(early.refusal(), expected);
    for round in 1..=3 {
        give_up(&bench, (round - 1) * 6).await?;
        let retried = retry(&bench, &id).await?;
        assert_eq!((retried.status, retried.data("status")), (201, "PENDING"));
        let data = &retried.json["data"];
        assert_eq!(
            (&data["manualRetryCount"], &data["version"]),
            (&json!(round), &json!(round + 1))
        );
        assert_eq!(
            (&data["retryAttempts"], &data["latestErrorPayload"]),
            (&json!(0), &Value::Null)
        );
        assert_eq!(data["lastManualRetryAt"], data["updatedAt"]);
    }
    give_up(&bench, 18).await?;
    let expected = (
        409,
        "CONFLICT",
        "Partner webhook notification has reached the maximum number of manual retries (3)",
    );
    assert_eq!(retry(&bench, &id).await?.refusal(), expected);
    Ok(())
}

#[tokio::test]
async fn more_than_ten_manual_retries_a_minute_are_too_many() -> Outcome {
    let bench = Bench::start().await?;
    let unknown = "00000000-0000-4000-8000-000000000001";
    for _ in 0..10 {
        let expected = (404, "NOT_FOUND", "Webhook notification not found");
        assert_eq!(retry(&bench, unknown).await?.refusal(), expected);
    }
    let expected = (
        429,
        "TOO_MANY_REQUESTS",
        "Rate limit exceeded. Try again in a few seconds.",
    );
    assert_eq!(retry(&bench, unknown).await?.refusal(), expected);
    bench.step_secs(59);
    assert_eq!(retry(&bench, unknown).await?.refusal(), expected);
    bench.step_secs(1);
    assert_eq!(retry(&bench, unknown).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let absent = bench.get("/webhook-notifications/nothing").await?;
    let expected = (404, "NOT_FOUND", "Webhook notification not found");
    assert_eq!(absent.refusal(), expected);
    for (method, path) in [
        (Method::GET, "/webhook-notifications"),
        (Method::GET, "/webhook-notifications/x"),
        (Method::POST, "/webhook-notifications/x/retry"),
        (Method::PUT, "/webhook-settings"),
    ] {
        let answer = Answer::read(bench.bare(method, path).send().await?).await?;
        let expected = (401, "UNAUTHORIZED", "API Key is missing");
        assert_eq!(answer.refusal(), expected, "{path}");
    }
    bench
        .capa()
        .fault(Operation::Notifications, Fault::RateLimited, 1);
    let limited = bench.get("/webhook-notifications").await?;
    assert_eq!(limited.status, 429);
    Ok(())
}

#[tokio::test]
async fn the_partner_says_where_webhooks_go() -> Outcome {
    let bench = Bench::start().await?;
    let receiver = Receiver::open(&bench, 204).await?;
    let off = put_settings(&bench, r#"{"url":null}"#).await?;
    assert_eq!((off.status, &off.json["data"]["url"]), (200, &Value::Null));
    bench.open("100").await?;
    let on = put_settings(&bench, &json!({ "url": receiver.url }).to_string()).await?;
    assert_eq!(on.data("url"), receiver.url);
    assert_eq!(on.data("createdAt"), "2026-05-01 12:00:00.000");
    bench.open("101").await?;
    let delivered = async {
        while receiver.received() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(Duration::from_secs(10), delivered).await?;
    let first = bench.capa().webhooks().remove(0);
    assert_eq!(first.status, NotificationStatus::NotSent);
    for body in [
        "{}",
        "",
        r#"{"url":1}"#,
        r#"{"url":"ftp://a"}"#,
        r#"{"url":"a"}"#,
    ] {
        let refused = put_settings(&bench, body).await?;
        let expected = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");
        assert_eq!(refused.refusal(), expected, "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn fields_that_nobody_documents_can_be_added() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.extra_fields = ExtraFields::Present);
    bench.open("100").await?;
    let listed = bench.get("/webhook-notifications").await?;
    assert_eq!(listed.json["data"]["data"][0]["addedLater"]["note"], "new");
    Ok(())
}
