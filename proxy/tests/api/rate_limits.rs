//! Whoever asks too often is told when to come back, and nobody else notices.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Method;
use serde_json::json;

use crate::support::{
    Answer, Bench, ORIGIN, Outcome, PARTNER, Shopper,
    provider::sign,
    session,
    shopper::{ask, new_key},
};

const HERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// The example of the provider's documents.
const WEBHOOK: &str = r#"{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","transactionId":"00000000-0000-4000-8000-000000000001"}"#;

/// So many requests are let in, and the next one is told to come back after so many seconds.
#[track_caller]
fn is_refused_after(answers: &[Answer], let_in: usize, retry_after: &str) {
    let refused = answers.iter().position(|answer| answer.status == 429);
    assert_eq!(refused, Some(let_in));
    let refused = &answers[let_in];
    assert_eq!(refused.refusal(), (429, "rate_limited"));
    assert_eq!(refused.header("retry-after"), retry_after);
    assert_eq!(refused.json["retryable"], true);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let request_id = refused.header("x-request-id");
    assert!(request_id.starts_with("req_"));
    assert_eq!(refused.json["request_id"], request_id);
}

/// The same request of a session until it is refused.
async fn until_refused(shopper: &Shopper<'_>, method: Method, path: &str) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    while answers
        .last()
        .is_none_or(|answer: &Answer| answer.status != 429)
    {
        let request = shopper.ask(method.clone(), path);
        let request = request.header("idempotency-key", new_key());
        answers.push(request.json(&json!({})).await?);
    }
    Ok(answers)
}

#[tokio::test]
async fn a_session_may_do_so_much_of_each_kind_and_no_other_session_notices() -> Outcome {
    let (bench, _limited) = Bench::limited(|_| {}).await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    for (method, path, let_in, retry_after) in [
        (Method::GET, "/v1/orders", 60, "1"),
        (Method::POST, "/v1/quotes", 30, "1"),
        (Method::POST, "/v1/orders", 10, "10"),
        (Method::POST, "/v1/orders/ord_1/actions/cancel", 20, "1"),
    ] {
        let answers = until_refused(&ana, method.clone(), path).await?;
        is_refused_after(&answers, let_in, retry_after);
        let refused = &answers[let_in];
        assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);
        assert!(
            refused
                .header("access-control-expose-headers")
                .contains("retry-after")
        );
        assert_eq!(refused.header("cache-control"), "no-store");
        let other = luis.ask(method, path).json(&json!({})).await?;
        assert_ne!(other.status, 429, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_waits_as_long_as_they_are_told_is_answered() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    let ana = bench.ana().await?;
    until_refused(&ana, Method::POST, "/v1/orders").await?;
    limited.pass_millis(4_000);
    let answers = until_refused(&ana, Method::POST, "/v1/orders").await?;
    is_refused_after(&answers, 0, "6");
    limited.pass_millis(6_000);
    let answers = until_refused(&ana, Method::POST, "/v1/orders").await?;
    is_refused_after(&answers, 1, "10");
    // A payer who was refused loses nothing: prices and orders are counted apart.
    assert_eq!(ana.quote(&ask("indicative", "100")).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_long_poll_a_second_is_never_refused() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    for _ in 0..300 {
        assert_eq!(ana.order(&id).await?.status, 200);
        limited.pass_millis(1_000);
    }
    Ok(())
}

#[tokio::test]
async fn an_address_may_open_so_many_sessions() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    let open = |address: Ipv4Addr| {
        let request = bench.post("/v1/sessions").from(address);
        request.bearer(PARTNER).body("{}")
    };
    for _ in 0..200 {
        assert_eq!(open(HERE).await?.refusal(), (400, "invalid_request"));
    }
    is_refused_after(&[open(HERE).await?], 0, "1");
    assert_eq!(open(ELSEWHERE).await?.status, 400);
    limited.pass_millis(50);
    let one_more = bench.post("/v1/sessions").from(HERE).bearer(PARTNER);
    let body = session("cust-1", offramp_simulator::providers::capa::seed::CUST_1);
    assert_eq!(one_more.json(&body).await?.status, 201);
    is_refused_after(&[open(HERE).await?], 0, "1");
    Ok(())
}

/// Wrong credentials from one address, each time in somebody else's name.
async fn guesses(bench: &Bench, count: u8, token: &str) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    for number in 0..count {
        let request = bench.get("/v1/orders").from(HERE).bearer(token);
        let request = request.header("x-forwarded-for", format!("192.0.2.{number}"));
        answers.push(request.send().await?);
    }
    Ok(answers)
}

#[tokio::test]
async fn whoever_guesses_keys_is_not_listened_to_whatever_address_they_claim() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    let ana = bench.ana().await?;
    let answers = guesses(&bench, 25, "sk_guessed").await?;
    assert!(answers[..20].iter().all(|answer| answer.status == 401));
    is_refused_after(&answers, 20, "3");
    let list =
        |address: Ipv4Addr, token: &str| bench.get("/v1/orders").from(address).bearer(token).send();
    // Not even the right key tells it from a wrong one meanwhile.
    is_refused_after(&[list(HERE, PARTNER).await?], 0, "3");
    assert_eq!(list(ELSEWHERE, PARTNER).await?.status, 200);
    // A payer of the same network goes on.
    assert_eq!(list(HERE, &ana.token).await?.status, 200);
    limited.pass_millis(3_000);
    assert_eq!(list(HERE, PARTNER).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn tokens_of_nobody_are_counted_too() -> Outcome {
    let (bench, _limited) = Bench::limited(|_| {}).await?;
    let answers = guesses(
        &bench,
        25,
        "ofs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    )
    .await?;
    is_refused_after(&answers, 20, "3");
    let without = bench.get("/v1/orders").from(HERE).send().await?;
    assert_eq!(without.refusal(), (401, "unauthorized"));
    Ok(())
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_visitor_has_their_own_limits() -> Outcome {
    let (bench, _limited) = Bench::limited(|config| {
        config.trusted_proxies = vec![IpAddr::V4(HERE).into()];
    })
    .await?;
    let answers = guesses(&bench, 25, "sk_guessed").await?;
    assert!(answers.iter().all(|answer| answer.status == 401));
    let mut of_one = Vec::new();
    for number in 0..25 {
        let request = bench.get("/v1/orders").from(HERE).bearer("sk_guessed");
        let claimed = format!("192.0.2.{number}, {ELSEWHERE}");
        of_one.push(request.header("x-forwarded-for", claimed).send().await?);
    }
    is_refused_after(&of_one, 20, "3");
    Ok(())
}

#[tokio::test]
async fn whoever_forges_webhooks_is_not_listened_to() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    let webhook = |address: Ipv4Addr, signature: &str| {
        let request = bench.post("/webhooks/capa").from(address);
        let request = request.header("capa-signature", signature);
        request.body(WEBHOOK)
    };
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(webhook(HERE, "00").await?);
    }
    is_refused_after(&answers, 10, "6");
    let signature = sign(WEBHOOK.as_bytes());
    is_refused_after(&[webhook(HERE, &signature).await?], 0, "6");
    assert_eq!(webhook(ELSEWHERE, &signature).await?.status, 204);
    limited.pass_millis(6_000);
    assert_eq!(webhook(HERE, &signature).await?.status, 204);
    Ok(())
}

#[tokio::test]
async fn any_page_may_read_that_the_widget_was_loaded_too_often() -> Outcome {
    let (bench, _limited) = Bench::limited(|_| {}).await?;
    let load = || bench.get("/offramp.js").from(HERE).send();
    for _ in 0..2_000 {
        assert_eq!(load().await?.status, 404);
    }
    let refused = load().await?;
    is_refused_after(&[refused], 0, "1");
    let refused = load().await?;
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert_eq!(refused.header("cache-control"), "no-store");
    Ok(())
}

#[tokio::test]
async fn a_flood_of_addresses_is_forgotten() -> Outcome {
    let (bench, limited) = Bench::limited(|_| {}).await?;
    for number in 0..3_000_u16 {
        let network = Ipv6Addr::new(0x2001, 0xdb8, 0, number, 0, 0, 0, 1);
        let answer = bench.get("/healthz").from(network).send().await?;
        assert_eq!(answer.status, 200);
    }
    let counted = limited.limits.callers();
    assert!((2_000..=3_000).contains(&counted), "{counted}");
    limited.pass_millis(1_000);
    for number in 0..1_100_u16 {
        let neighbour = Ipv6Addr::new(0x2001, 0xdb8, 0, 1, number, 0, 0, 1);
        bench.get("/healthz").from(neighbour).send().await?;
        limited.pass_millis(50);
    }
    assert!(
        limited.limits.callers() <= 100,
        "{}",
        limited.limits.callers()
    );
    Ok(())
}

#[tokio::test]
async fn who_has_limits_in_front_may_switch_them_off() -> Outcome {
    let (bench, _limited) = Bench::limited(|config| config.has_rate_limits = false).await?;
    let answers = guesses(&bench, 60, "sk_guessed").await?;
    assert!(answers.iter().all(|answer| answer.status == 401));
    Ok(())
}
