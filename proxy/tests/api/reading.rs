//! Reading an order: who sees what, when it has changed, and waiting until it does.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::Deposit;
use serde_json::json;

use crate::support::{
    Answer, Bench, FOREIGN_ORIGIN, ORIGIN, OTHER_ORIGIN, Outcome, PARTNER, Shopper,
};

/// How long a wake-up may take before a test calls it lost.
const PATIENCE: Duration = Duration::from_secs(10);

async fn read(bench: &Bench, token: &str, id: &str) -> Outcome<Answer> {
    bench
        .get(&format!("/v1/orders/{id}"))
        .bearer(token)
        .send()
        .await
}

/// A long poll for a change after `etag`.
async fn wait(ana: &Shopper<'_>, id: &str, etag: &str, prefer: &str) -> Outcome<Answer> {
    ana.ask(Method::GET, &format!("/v1/orders/{id}"))
        .header("if-none-match", etag)
        .header("prefer", prefer)
        .send()
        .await
}

async fn until_watched(bench: &Bench, id: &str) {
    while !bench.engine.wake.is_watched(id) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_entity_tag_is_the_sequence_and_the_view() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let (id, sequence) = (created.order_id()?, created.sequence());
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    assert_eq!(created.header("etag"), format!("\"{sequence}-p\""));
    let partner = read(&bench, PARTNER, &id).await?;
    assert_eq!(partner.header("etag"), format!("\"{sequence}-s\""));
    let resumed = read(&bench, resume, &id).await?;
    assert_eq!(resumed.header("etag"), format!("\"{sequence}-r\""));
    Ok(())
}

#[tokio::test]
async fn an_order_that_has_not_changed_is_304() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let etag = created.header("etag").to_owned();
    for known in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"0-p\", {etag}"),
        "*".to_owned(),
    ] {
        let answer = ana
            .ask(Method::GET, &format!("/v1/orders/{id}"))
            .header("if-none-match", &known)
            .send()
            .await?;
        assert_eq!(answer.status, 304, "{known}");
        assert_eq!(answer.text, "");
        assert_eq!(answer.header("etag"), etag);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for unknown in ["\"0-p\"", "\"1-s\"", "3-p", "", "\""] {
        let answer = ana
            .ask(Method::GET, &format!("/v1/orders/{id}"))
            .header("if-none-match", unknown)
            .send()
            .await?;
        assert_eq!(answer.status, 200, "{unknown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_read_that_finds_nothing_new_keeps_the_sequence() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    bench.pass_in_steps(Duration::from_secs(30), 5).await?;
    let later = ana.order(&created.order_id()?).await?;
    assert_eq!(later.header("etag"), created.header("etag"));
    assert_eq!(later.order(), created.order());
    Ok(())
}

#[tokio::test]
async fn whatever_the_payer_sees_change_raises_the_sequence() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let mut before = ana.order(&id).await?;
    for _ in 0..20 {
        bench.pass_secs(1).await?;
        let after = ana.order(&id).await?;
        let has_changed = after.order() != before.order();
        assert_eq!(
            after.sequence() > before.sequence(),
            has_changed,
            "{} {}",
            before.text,
            after.text
        );
        before = after;
    }
    assert_eq!(before.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn a_long_poll_is_answered_when_the_order_changes() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let poll = wait(&ana, &id, created.header("etag"), "wait=25");
    let change = async {
        until_watched(&bench, &id).await;
        ana.report(&id, &json!({})).await
    };
    let (polled, reported) =
        tokio::time::timeout(PATIENCE, async { tokio::join!(poll, change) }).await?;
    let polled = polled?;
    assert_eq!(polled.status, 200);
    assert_eq!(polled.order(), reported?.order());
    assert_eq!(polled.header("preference-applied"), "wait=25");
    Ok(())
}

#[tokio::test]
async fn a_long_poll_is_answered_when_the_provider_moves_the_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let poll = wait(&ana, &id, created.header("etag"), "wait=25");
    let change = async {
        until_watched(&bench, &id).await;
        bench.pass_secs(30).await
    };
    let (polled, done) =
        tokio::time::timeout(PATIENCE, async { tokio::join!(poll, change) }).await?;
    done?;
    assert_eq!(polled?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn a_long_poll_for_an_old_version_is_answered_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    ana.report(&id, &json!({})).await?;
    let polled = wait(&ana, &id, created.header("etag"), "wait=25");
    let polled = tokio::time::timeout(PATIENCE, polled).await??;
    assert_eq!(
        (polled.status.as_u16(), polled.state()),
        (200, "deposit_submitted")
    );
    Ok(())
}

#[tokio::test]
async fn a_long_poll_without_a_change_is_304_when_its_time_is_over() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let polled = wait(&ana, &id, created.header("etag"), "respond-async, wait=1").await?;
    assert_eq!(polled.status, 304);
    assert_eq!(polled.header("preference-applied"), "wait=1");
    assert_eq!(polled.header("access-control-allow-origin"), ORIGIN);
    Ok(())
}

#[tokio::test]
async fn a_wait_has_a_limit() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let poll = wait(&ana, &id, created.header("etag"), "wait=3600");
    let change = async {
        until_watched(&bench, &id).await;
        ana.report(&id, &json!({})).await
    };
    let (polled, _) = tokio::time::timeout(PATIENCE, async { tokio::join!(poll, change) }).await?;
    assert_eq!(polled?.header("preference-applied"), "wait=25");
    Ok(())
}

#[tokio::test]
async fn a_wait_without_a_known_version_is_not_granted() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let answer = ana
        .ask(Method::GET, &format!("/v1/orders/{id}"))
        .header("prefer", "wait=25")
        .send();
    let answer = tokio::time::timeout(PATIENCE, answer).await??;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("preference-applied"), "");
    Ok(())
}

#[tokio::test]
async fn a_wait_that_cannot_be_read_is_ignored() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    for prefer in [
        "wait",
        "wait=",
        "wait=-1",
        "wait=soon",
        "wait=0",
        "return=minimal",
    ] {
        let polled = wait(&ana, &id, created.header("etag"), prefer);
        let polled = tokio::time::timeout(PATIENCE, polled).await??;
        assert_eq!(polled.status, 304, "{prefer}");
        assert_eq!(polled.header("preference-applied"), "");
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_going_down_lets_long_polls_answer() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let poll = wait(&ana, &id, created.header("etag"), "wait=25");
    let stop = async {
        until_watched(&bench, &id).await;
        bench.engine.stop();
    };
    let (polled, ()) = tokio::time::timeout(PATIENCE, async { tokio::join!(poll, stop) }).await?;
    assert_eq!(polled?.status, 304);
    Ok(())
}

#[tokio::test]
async fn the_partner_sees_an_order_without_a_resume_token() -> Outcome {
    let bench = Bench::start().await?;
    let created = bench.ana().await?.buy("100").await?;
    let seen = read(&bench, PARTNER, &created.order_id()?).await?;
    assert_eq!(seen.status, 200);
    assert!(seen.order()["resume_token"].is_null());
    assert_eq!(seen.order()["deposit"], created.order()["deposit"]);
    assert_eq!(seen.order()["actions"], created.order()["actions"]);
    Ok(())
}

#[tokio::test]
async fn a_resume_token_reads_its_order_without_actions_names_and_token() -> Outcome {
    let bench = Bench::start().await?;
    let created = bench.ana().await?.buy("100").await?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let id = created.order_id()?;
    let seen = read(&bench, resume, &id).await?;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.order()["state"], created.order()["state"]);
    assert_eq!(seen.order()["actions"], json!([]));
    assert!(seen.order()["resume_token"].is_null());
    assert_eq!(created.order()["destination"]["bank_name"], "Santander");
    assert_eq!(
        seen.order()["destination"],
        json!({ "country": "MX", "bank_name": null, "masked": "•••• 7120" })
    );
    assert_eq!(seen.address(), created.address(), "while it is live");
    bench.pass(Duration::from_mins(30)).await?;
    let over = read(&bench, resume, &id).await?;
    assert!(over.order()["deposit"].is_null(), "and not after");
    Ok(())
}

#[tokio::test]
async fn a_resume_token_reads_no_other_order_and_does_nothing_else() -> Outcome {
    let bench = Bench::start().await?;
    let created = bench.ana().await?.buy("100").await?;
    let id = created.order_id()?;
    let other = bench.luis().await?.open_order().await?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    assert_eq!(
        read(&bench, resume, &other).await?.refusal(),
        (404, "not_found")
    );
    for (method, path) in [
        (Method::GET, "/v1/orders".to_owned()),
        (Method::GET, "/v1/checkout".to_owned()),
        (Method::POST, "/v1/quotes".to_owned()),
        (Method::POST, format!("/v1/orders/{id}/actions/cancel")),
    ] {
        let answer = bench
            .ask(method, &path)
            .bearer(resume)
            .origin(ORIGIN)
            .header("idempotency-key", "k")
            .json(&json!({}))
            .await?;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_resume_token_works_on_listed_pages_only() -> Outcome {
    let bench = Bench::start().await?;
    let created = bench.ana().await?.buy("100").await?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let path = format!("/v1/orders/{}", created.order_id()?);
    for (origin, expected) in [(ORIGIN, 200), (OTHER_ORIGIN, 200), (FOREIGN_ORIGIN, 403)] {
        let answer = bench
            .get(&path)
            .bearer(resume)
            .origin(origin)
            .send()
            .await?;
        assert_eq!(answer.status.as_u16(), expected, "{origin}");
    }
    Ok(())
}

#[tokio::test]
async fn a_resume_token_works_until_a_month_after_the_end() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let id = created.order_id()?;
    ana.cancel(&id).await?;
    let month = Duration::from_hours(30 * 24);
    bench.simulator.clock().step(month);
    assert_eq!(read(&bench, resume, &id).await?.status, 200);
    bench.simulator.clock().step(Duration::from_millis(1));
    assert_eq!(
        read(&bench, resume, &id).await?.refusal(),
        (404, "not_found")
    );
    Ok(())
}

#[tokio::test]
async fn an_order_of_another_payer_looks_absent_on_every_route() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let id = ana.open_order().await?;
    let absent = luis.order("ord_00000000000000000000000000000000").await?;
    let foreign = luis.order(&id).await?;
    assert_eq!(foreign.refusal(), (404, "not_found"));
    let without_id = |answer: &Answer| {
        let mut problem = answer.json.clone();
        problem["request_id"] = json!(null);
        problem
    };
    assert_eq!(without_id(&foreign), without_id(&absent));
    for action in ["report_sent", "cancel", "confirm_received", "steal"] {
        let answer = luis.act(&id, action, &json!({})).await?;
        assert_eq!(answer.refusal(), (404, "not_found"), "{action}");
    }
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn an_order_is_its_payers_in_every_session() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.ana().await?.open_order().await?;
    let other_session = bench.ana().await?;
    assert_eq!(other_session.order(&id).await?.status, 200);
    assert_eq!(other_session.cancel(&id).await?.state(), "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_path_that_is_not_ours_is_a_problem() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for path in [
        "/v1/orders/%ff",
        "/v1/orders/..%2f..%2fetc%2fpasswd",
        "/v1/orders/%00",
        "/v1/orders/x/actions/%ff",
        "/v1/orders/",
        "/v2/orders",
        "/V1/orders",
        "//v1/orders",
        "/v1/receivers",
    ] {
        let method = if path.contains("actions") {
            Method::POST
        } else {
            Method::GET
        };
        let answer = ana
            .ask(method, path)
            .header("idempotency-key", "k")
            .send()
            .await?;
        assert_eq!(answer.refusal(), (404, "not_found"), "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    Ok(())
}
