//! The metrics page: whether it says that payers are stuck, where it is, and who makes no series.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{Fault, Operation};
use reqwest::{Client, header};
use serde_json::json;
use tokio::time::Instant;

use super::notifications::told;
use crate::support::{
    Bench, CLABE, ORIGIN, Outcome,
    program::Program,
    receiver::Reply,
    shopper::{confirm, new_key},
};

const MINUTE: Duration = Duration::from_mins(1);

/// The value of the one series that this begins a line with.
#[track_caller]
fn value(page: &str, series: &str) -> Option<f64> {
    let values = page
        .lines()
        .filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let values: Vec<_> = values.collect();
    assert!(values.len() <= 1, "{series}: {values:?}");
    values
        .first()
        .map(|value| value.parse().unwrap_or(f64::NAN))
}

/// Every series of the page, each with a line that says what it is.
#[track_caller]
fn is_one_page(page: &str) {
    assert!(page.ends_with("# EOF\n"), "{page}");
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap_or_default();
        assert!(name.starts_with("offramp_"), "{line}");
        let family = ["_total", "_count", "_sum", "_bucket"]
            .into_iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        assert!(page.contains(&format!("# HELP {family} ")), "{line}");
    }
}

#[tokio::test]
async fn an_order_is_counted_by_where_it_stands_and_since_when() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    ana.open_order().await?;
    let waiting = |funded: &str, age: &str| {
        format!(
            "offramp_open_orders{{state=\"awaiting_deposit\",funded=\"{funded}\",reason=\"\",age=\"{age}\"}}"
        )
    };
    let page = bench.metrics().await?;
    is_one_page(&page);
    assert_eq!(value(&page, &waiting("no", "up_to_1m")), Some(1.0));
    bench.luis().await?.open_order().await?;
    bench.pass_in_steps(MINUTE, 20).await?;
    let page = bench.metrics().await?;
    assert_eq!(value(&page, &waiting("no", "up_to_1m")), None);
    assert_eq!(value(&page, &waiting("no", "up_to_1h")), Some(2.0));
    let oldest =
        "offramp_open_order_oldest_seconds{state=\"awaiting_deposit\",funded=\"no\",reason=\"\"}";
    assert_eq!(value(&page, oldest), Some(1_200.0));
    assert_eq!(value(&page, "offramp_uncertain_creates"), Some(0.0));
    Ok(())
}

#[tokio::test]
async fn an_order_that_needs_a_person_is_counted_by_its_reason_and_no_more_when_it_ended() -> Outcome
{
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.pass_in_steps(MINUTE, 60).await?;
    let attention = |page: &str| {
        let start =
            "offramp_open_orders{state=\"attention\",funded=\"no\",reason=\"deposit_missing\"";
        page.lines().filter(|line| line.starts_with(start)).count()
    };
    assert_eq!(attention(&bench.metrics().await?), 1);
    ana.cancel(&id).await?;
    bench.pass_in_steps(MINUTE, 3).await?;
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    let page = bench.metrics().await?;
    assert!(!page.contains("offramp_open_orders{"), "{page}");
    Ok(())
}

#[tokio::test]
async fn a_lost_create_is_counted_until_it_is_known_what_became_of_it() -> Outcome {
    for (fault, end) in [
        (Fault::ResetAfter, "adopted"),
        (Fault::ResetBefore, "absent"),
    ] {
        let bench = Bench::start().await?;
        bench.capa().fault(Operation::Create, fault, 1);
        let lost = bench.ana().await?.buy("100").await?;
        assert_eq!(lost.state(), "creating");
        let page = bench.metrics().await?;
        assert_eq!(value(&page, "offramp_uncertain_creates"), Some(1.0));
        let calls = "offramp_provider_call_duration_seconds_count{provider=\"capa\",operation=\"create\",outcome=\"no_answer\"}";
        assert_eq!(value(&page, calls), Some(1.0));
        bench.pass_in_steps(Duration::from_secs(30), 8).await?;
        let page = bench.metrics().await?;
        assert_eq!(value(&page, "offramp_uncertain_creates"), Some(0.0));
        let ended = |end| format!("offramp_lost_creates_total{{end=\"{end}\"}}");
        assert_eq!(value(&page, &ended(end)), Some(1.0), "{page}");
        assert_eq!(value(&page, &ended("doubtful")), None);
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_seen_and_the_proxy_is_ready_all_the_same() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.firm("100").await?;
    let breaker = "offramp_provider_breaker_open{provider=\"capa\"}";
    assert_eq!(value(&bench.metrics().await?, breaker), Some(0.0));
    bench.capa().fault(Operation::Quote, Fault::BadGateway, 10);
    for _ in 0..10 {
        assert_eq!(ana.firm("100").await?.status, 503);
    }
    ana.firm("100").await?;
    let page = bench.metrics().await?;
    assert_eq!(value(&page, breaker), Some(1.0));
    let calls = |outcome| {
        let labels = format!("provider=\"capa\",operation=\"quote\",outcome=\"{outcome}\"");
        let series = format!("offramp_provider_call_duration_seconds_count{{{labels}}}");
        value(&page, &series)
    };
    assert_eq!(calls("answered"), Some(1.0));
    assert_eq!(calls("no_answer"), Some(10.0));
    assert_eq!(calls("not_sent"), Some(1.0));
    let ready = bench.get("/readyz").send().await?;
    assert_eq!(ready.status, 200);
    let state = &ready.json["provider_states"]["capa"];
    assert_eq!(state, &json!({ "breaker": "open", "webhooks": true }));
    Ok(())
}

#[tokio::test]
async fn what_is_late_says_how_late() -> Outcome {
    let bench = Bench::patient().await?;
    bench.ana().await?.open_order().await?;
    bench.settle().await?;
    let reference = bench.capa().transaction("latest")?.id;
    bench.webhook("CREATED_OFF_RAMP", &reference).await?;
    bench.simulator.clock().step(10 * MINUTE);
    let page = bench.metrics().await?;
    assert_eq!(value(&page, "offramp_webhooks_waiting"), Some(1.0));
    assert_eq!(value(&page, "offramp_webhook_lag_seconds"), Some(600.0));
    let lag = "offramp_watcher_lag_seconds{duty=\"check\"}";
    assert!(value(&page, lag).is_some_and(|secs| secs > 300.0), "{page}");
    bench.settle().await?;
    let page = bench.metrics().await?;
    assert_eq!(value(&page, "offramp_webhooks_waiting"), Some(0.0));
    assert_eq!(value(&page, "offramp_webhook_lag_seconds"), Some(0.0));
    assert_eq!(value(&page, lag), Some(0.0));
    assert_eq!(value(&page, "offramp_database_up"), Some(1.0));
    Ok(())
}

#[tokio::test]
async fn notifications_are_counted_until_they_are_heard() -> Outcome {
    let (bench, receiver) = told().await?;
    receiver.replies([Reply::Status(410)]);
    bench.ana().await?.open_order().await?;
    let count = |page: &str, state: &str| {
        value(page, &format!("offramp_notifications{{state=\"{state}\"}}"))
    };
    let page = bench.metrics().await?;
    assert!(count(&page, "pending").is_some_and(|pending| pending > 0.0));
    assert_eq!(count(&page, "dead"), Some(0.0));
    bench.settle().await?;
    bench.pass_in_steps(MINUTE, 2).await?;
    let page = bench.metrics().await?;
    assert_eq!(count(&page, "pending"), Some(0.0));
    assert_eq!(count(&page, "dead"), Some(1.0));
    let oldest = "offramp_notification_oldest_seconds{state=\"dead\"}";
    assert_eq!(value(&page, oldest), Some(120.0));
    Ok(())
}

#[tokio::test]
async fn requests_are_counted_by_their_route_and_nobody_makes_up_series() -> Outcome {
    let (bench, _limited) = Bench::limited(|_| {}).await?;
    let ana = bench.ana().await?;
    ana.checkout().await?;
    let made_up = Method::from_bytes(CLABE.as_bytes())?;
    for (method, path) in [
        (Method::GET, format!("/v1/orders/{CLABE}")),
        (Method::GET, format!("/{CLABE}")),
        (made_up, "/v1/checkout".to_owned()),
        (Method::POST, format!("/webhooks/{CLABE}")),
    ] {
        ana.ask(method, &path).send().await?;
    }
    while ana.firm("100").await?.status != 429 {}
    let page = bench.metrics().await?;
    is_one_page(&page);
    let requests = |route: &str, method: &str, status: &str| {
        let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
        value(&page, &format!("offramp_http_requests_total{{{labels}}}"))
    };
    assert_eq!(requests("/v1/checkout", "GET", "2xx"), Some(1.0), "{page}");
    assert_eq!(requests("/v1/orders/{id}", "GET", "4xx"), Some(1.0));
    assert_eq!(requests("/v1/checkout", "other", "4xx"), Some(1.0));
    assert_eq!(requests("/webhooks/{provider}", "POST", "4xx"), Some(1.0));
    let took = "offramp_http_request_duration_seconds_count{route=\"/v1/checkout\",method=\"GET\",status=\"2xx\"}";
    assert_eq!(value(&page, took), Some(1.0));
    let limited = "offramp_rate_limited_requests_total{class=\"quote\"}";
    assert_eq!(value(&page, limited), Some(1.0));
    assert!(!page.contains(CLABE), "{page}");
    Ok(())
}

#[tokio::test]
async fn the_page_is_on_the_operators_listener_alone() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let program = Program::with_admin(&bench).await?;
    let admin = program.admin.clone().ok_or("no second listener")?;
    let client = Client::new();
    for (url, status) in [
        (format!("{admin}/metrics"), 200),
        (format!("{admin}/healthz"), 200),
        (format!("{admin}/readyz"), 404),
        (format!("{admin}/v1/orders"), 404),
        (format!("{}/metrics", program.base), 404),
        (format!("{}/healthz", program.base), 200),
    ] {
        let answer = client.get(&url).send().await?;
        assert_eq!(answer.status().as_u16(), status, "{url}");
    }
    let page = async || {
        let answer = client.get(format!("{admin}/metrics")).send().await?;
        let kind = answer.headers()[header::CONTENT_TYPE].to_str()?.to_owned();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        Outcome::Ok(answer.text().await?)
    };
    let poll = client
        .get(format!(
            "{}/v1/orders/{}",
            program.base,
            created.order_id()?
        ))
        .bearer_auth(&ana.token)
        .header("origin", ORIGIN)
        .header("if-none-match", created.header("etag"))
        .header("prefer", "wait=25");
    let poll = tokio::spawn(poll.send());
    let deadline = Instant::now() + Duration::from_secs(10);
    while value(&page().await?, "offramp_long_polls_waiting") != Some(1.0) {
        assert!(Instant::now() < deadline, "nobody waits");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let shown = page().await?;
    is_one_page(&shown);
    assert!(value(&shown, "offramp_connections_open") >= Some(1.0));
    assert_eq!(value(&shown, "offramp_connections_limit"), Some(12_000.0));

    program.stop().await?;
    assert_eq!(poll.await??.status().as_u16(), 304);
    assert!(client.get(format!("{admin}/metrics")).send().await.is_err());
    Ok(())
}

#[tokio::test]
async fn the_operators_listener_answers_while_the_other_one_finishes() -> Outcome {
    let bench = Bench::with(|_, settings| {
        settings.timeouts.create = Duration::from_secs(2);
    })
    .await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let program = Program::with_admin(&bench).await?;
    let admin = program.admin.clone().ok_or("no second listener")?;
    let base = program.base.clone();
    bench
        .capa()
        .fault(Operation::Create, Fault::TimeoutBefore, 1);
    let create = Client::new()
        .post(format!("{base}/v1/orders"))
        .bearer_auth(&ana.token)
        .header("origin", ORIGIN)
        .header("idempotency-key", new_key())
        .header("content-type", "application/json")
        .body(confirm(&quote).to_string());
    let create = tokio::spawn(create.send());
    let deadline = Instant::now() + Duration::from_secs(10);
    while bench.capa().requests(Operation::Create) == 0 {
        assert!(Instant::now() < deadline, "nobody creates");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let stopping = tokio::spawn(program.stop());
    while Client::new()
        .get(format!("{base}/healthz"))
        .send()
        .await
        .is_ok()
    {
        assert!(Instant::now() < deadline, "it does not stop");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let page = Client::new().get(format!("{admin}/metrics")).send().await?;
    assert_eq!(page.status().as_u16(), 200);
    assert_eq!(create.await??.status().as_u16(), 202);
    stopping.await??;
    Ok(())
}
