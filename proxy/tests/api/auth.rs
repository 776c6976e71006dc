//! Who may ask for what: keys, tokens, origins and their time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::http::Method;
use serde_json::json;

use crate::support::{
    Bench, FOREIGN_ORIGIN, NOON, ORIGIN, OTHER_ORIGIN, Outcome, PARTNER, Shopper, session, shopper,
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn without_a_token_nothing_is_answered() -> Outcome {
    let bench = Bench::start().await?;
    for (method, path) in [
        (Method::GET, "/v1/checkout"),
        (Method::POST, "/v1/quotes"),
        (Method::POST, "/v1/orders"),
        (Method::GET, "/v1/orders"),
        (Method::GET, "/v1/orders/ord_1"),
        (Method::POST, "/v1/orders/ord_1/actions/cancel"),
        (Method::POST, "/v1/sessions"),
    ] {
        let answer = bench
            .ask(method, path)
            .origin(ORIGIN)
            .json(&json!({}))
            .await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_nobody_was_given_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for token in [
        "ofs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ofs_",
        "ofr_AAAA",
        "sk_test_0123456789abcdef0123456789abcdee",
        "' OR 1=1 --",
    ] {
        let answer = bench
            .get("/v1/checkout")
            .bearer(token)
            .origin(ORIGIN)
            .send()
            .await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{token}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_scheme_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for value in [format!("Basic {}", ana.token), ana.token.clone()] {
        let answer = bench
            .get("/v1/checkout")
            .header("authorization", value)
            .send()
            .await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"));
    }
    Ok(())
}

#[tokio::test]
async fn a_session_works_on_its_own_page_only() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for origin in [
        OTHER_ORIGIN,
        FOREIGN_ORIGIN,
        "null",
        "https://shop.example:444",
    ] {
        let answer = bench
            .get("/v1/checkout")
            .bearer(&ana.token)
            .origin(origin)
            .send()
            .await?;
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"), "{origin}");
    }
    assert_eq!(ana.checkout().await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn without_an_origin_a_session_reads_and_does_nothing_else() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let read = bench.get("/v1/checkout").bearer(&ana.token).send().await?;
    assert_eq!(read.status, 200);
    let quote = bench
        .post("/v1/quotes")
        .bearer(&ana.token)
        .json(&shopper::ask("firm", "100"))
        .await?;
    assert_eq!(quote.refusal(), (403, "origin_not_allowed"));
    Ok(())
}

#[tokio::test]
async fn the_partners_key_is_refused_to_a_browser() -> Outcome {
    let bench = Bench::start().await?;
    for origin in [ORIGIN, FOREIGN_ORIGIN] {
        let answer = bench
            .post("/v1/sessions")
            .bearer(PARTNER)
            .origin(origin)
            .json(&session("cust-1", "user-1"))
            .await?;
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"));
        let answer = bench
            .get("/v1/orders")
            .bearer(PARTNER)
            .origin(origin)
            .send()
            .await?;
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"));
    }
    Ok(())
}

#[tokio::test]
async fn the_partners_key_is_not_a_session() -> Outcome {
    let bench = Bench::start().await?;
    let checkout = bench.get("/v1/checkout").bearer(PARTNER).send().await?;
    assert_eq!(checkout.refusal(), (401, "unauthorized"));
    let quote = bench
        .post("/v1/quotes")
        .bearer(PARTNER)
        .json(&shopper::ask("firm", "100"))
        .await?;
    assert_eq!(quote.refusal(), (401, "unauthorized"));
    Ok(())
}

#[tokio::test]
async fn a_session_does_not_open_sessions() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let answer = ana
        .ask(Method::POST, "/v1/sessions")
        .json(&session("cust-2", "user-2"))
        .await?;
    assert_eq!(answer.refusal(), (401, "unauthorized"));
    Ok(())
}

#[tokio::test]
async fn an_expired_session_neither_quotes_nor_creates() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    bench.simulator.clock().step(Duration::from_hours(1));
    assert_eq!(ana.firm("100").await?.refusal(), (401, "session_expired"));
    let created = ana.create(&shopper::confirm(&quote)).await?;
    assert_eq!(created.refusal(), (401, "session_expired"));
    Ok(())
}

#[tokio::test]
async fn an_expired_session_still_reads_and_acts_on_its_orders() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.pass(Duration::from_mins(61)).await?;
    assert_eq!(ana.order(&id).await?.status, 200);
    assert_eq!(ana.checkout().await?.json["order"]["id"], id);
    assert_eq!(
        ana.report(&id, &json!({})).await?.state(),
        "deposit_submitted"
    );
    Ok(())
}

#[tokio::test]
async fn after_thirty_days_a_session_is_over() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .simulator
        .clock()
        .step(29 * DAY + Duration::from_secs(86_399));
    assert_eq!(ana.order(&id).await?.status, 200);
    bench.simulator.clock().step(Duration::from_secs(1));
    assert_eq!(ana.order(&id).await?.refusal(), (401, "session_expired"));
    Ok(())
}

#[tokio::test]
async fn with_another_data_key_a_session_is_over_and_an_order_is_not() -> Outcome {
    let has_changed = Arc::new(AtomicBool::new(false));
    let changed = Arc::clone(&has_changed);
    let bench = Bench::with(move |config, _| {
        if changed.load(Ordering::Relaxed) {
            config.data_key = "another key that is long enough to be one".into();
        }
    })
    .await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let token = ana.token.clone();
    has_changed.store(true, Ordering::Relaxed);
    let bench = bench.restart().await?;
    let old = Shopper::new(&bench, &token);
    assert_eq!(old.order(&id).await?.refusal(), (401, "unauthorized"));
    let path = format!("/v1/orders/{id}");
    let resumed = bench.get(&path).bearer(resume).send().await?;
    assert_eq!(resumed.refusal(), (404, "not_found"));
    let new = bench.ana().await?;
    assert_eq!(new.checkout().await?.json["order"]["id"], id);
    Ok(())
}

#[tokio::test]
async fn a_session_says_when_it_expires() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.open_session(&session("cust-1", "user-1")).await?;
    assert_eq!(bench.simulator.clock().now(), NOON);
    assert_eq!(
        answer.json["session"]["expires_at"],
        "2026-05-01T13:00:00.000Z"
    );
    Ok(())
}

#[tokio::test]
async fn a_problem_names_itself_and_its_request() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get("/v1/checkout").send().await?;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json["status"], 401);
    assert_eq!(answer.json["title"], "Unauthorized");
    assert_eq!(answer.json["retryable"], false);
    assert!(
        answer.json["type"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("/problems/unauthorized"))
    );
    let id = answer.header("x-request-id");
    assert!(id.starts_with("req_"));
    assert_eq!(answer.json["request_id"], id);
    Ok(())
}
