//! One key, one order.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{Fault, Operation};
use serde_json::json;

use crate::support::{Bench, ORIGIN, Outcome, shopper, with};

#[tokio::test]
async fn the_same_request_twice_makes_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let first = ana.create_with_key("k", &body).await?;
    let again = ana.create_with_key("k", &body).await?;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.order_id()?, again.order_id()?);
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn a_replay_shows_the_order_as_it_is_now() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let created = ana.create_with_key("k", &body).await?;
    ana.report(&created.order_id()?, &json!({})).await?;
    let again = ana.create_with_key("k", &body).await?;
    assert_eq!(again.status, 201);
    assert_eq!(again.state(), "deposit_submitted");
    assert!(again.sequence() > created.sequence());
    Ok(())
}

#[tokio::test]
async fn a_replay_while_the_answer_is_unknown_is_accepted() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    bench
        .capa()
        .fault(Operation::Create, Fault::ServerErrorBefore, 1);
    for _ in 0..2 {
        let answer = ana.create_with_key("k", &body).await?;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_eq!(answer.stands(), ("creating", "payer"));
    }
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn a_key_with_another_body_is_a_conflict() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    ana.create_with_key("k", &body).await?;
    let other = with(body, "min_fiat_amount", json!("1"));
    let answer = ana.create_with_key("k", &other).await?;
    assert_eq!(answer.refusal(), (422, "idempotency_conflict"));
    Ok(())
}

#[tokio::test]
async fn two_payers_may_use_one_key() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let first = shopper::confirm(&ana.firm("100").await?);
    let first = ana.create_with_key("k", &first).await?;
    let second = shopper::confirm(&luis.firm("100").await?);
    let second = luis.create_with_key("k", &second).await?;
    assert_eq!(second.status, 201, "{}", second.text);
    assert_ne!(first.order_id()?, second.order_id()?);
    Ok(())
}

#[tokio::test]
async fn two_requests_at_once_make_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let (first, second) = tokio::join!(
        ana.create_with_key("k", &body),
        ana.create_with_key("k", &body)
    );
    for answer in [first?, second?] {
        let is_known = answer.status == 201 || answer.status == 202;
        assert!(
            is_known || answer.refusal() == (409, "in_progress"),
            "{}",
            answer.text
        );
    }
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_being_used_is_in_progress() -> Outcome {
    let bench = Bench::impatient().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    let before = bench.capa().requests(Operation::Quote);
    bench
        .capa()
        .fault(Operation::Quote, Fault::TimeoutBefore, 1);
    let second = async {
        while bench.capa().requests(Operation::Quote) == before {
            tokio::task::yield_now().await;
        }
        ana.create_with_key("k", &body).await
    };
    let (first, second) = tokio::join!(ana.create_with_key("k", &body), second);
    let second = second?;
    assert_eq!(second.refusal(), (409, "in_progress"));
    assert_eq!(second.json["retryable"], true);
    assert_eq!(first?.refusal(), (503, "provider_unavailable"));
    assert_eq!(ana.create_with_key("k", &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn two_tabs_make_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let (one, other) = (bench.ana().await?, bench.ana().await?);
    let first = shopper::confirm(&one.firm("100").await?);
    let second = shopper::confirm(&other.firm("200").await?);
    let (first, second) = tokio::join!(one.create(&first), other.create(&second));
    let (first, second) = (first?, second?);
    let (made, refused) = if first.status == 201 {
        (first, second)
    } else {
        (second, first)
    };
    assert_eq!(made.status, 201);
    assert_eq!(refused.refusal(), (409, "order_open"));
    assert_eq!(refused.json["order_id"], made.order_id()?);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_refusal_before_anything_is_stored_leaves_the_key_free() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let unknown = with(body.clone(), "quote_id", json!("quo_unknown"));
    let refused = ana.create_with_key("k", &unknown).await?;
    assert_eq!(refused.refusal(), (404, "quote_not_found"));
    assert_eq!(ana.create_with_key("k", &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_key_is_needed_and_has_a_length() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let without = bench
        .post("/v1/orders")
        .bearer(&ana.token)
        .origin(ORIGIN)
        .json(&body)
        .await?;
    assert_eq!(without.refusal(), (400, "invalid_request"));
    for key in [String::new(), "k".repeat(201)] {
        let answer = ana.create_with_key(&key, &body).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
    }
    assert_eq!(
        ana.create_with_key(&"k".repeat(200), &body).await?.status,
        201
    );
    Ok(())
}

#[tokio::test]
async fn a_key_is_forgotten_after_two_days() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let created = ana.create_with_key("k", &body).await?;
    ana.cancel(&created.order_id()?).await?;
    bench
        .simulator
        .clock()
        .step(Duration::from_hours(48) - Duration::from_secs(1));
    let remembered = bench.ana().await?.create_with_key("k", &body).await?;
    assert_eq!(remembered.order_id()?, created.order_id()?);
    bench.simulator.clock().step(Duration::from_secs(1));
    bench.engine.store.forget_old(bench.now()).await?;
    let ana = bench.ana().await?;
    let forgotten = ana.create_with_key("k", &body).await?;
    assert_eq!(forgotten.refusal(), (404, "quote_not_found"));
    let body = shopper::confirm(&ana.firm("100").await?);
    let new = ana.create_with_key("k", &body).await?;
    assert_ne!(new.order_id()?, created.order_id()?);
    Ok(())
}

#[tokio::test]
async fn an_action_with_one_key_is_done_once() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    for _ in 0..2 {
        let answer = ana
            .act_with_key("k", &id, "report_sent", &json!({}))
            .await?;
        assert_eq!(answer.status, 200);
        bench.settle().await?;
    }
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    let other = ana
        .act_with_key("k", &id, "report_sent", &json!({ "tx_hash": "0x1" }))
        .await?;
    assert_eq!(other.refusal(), (422, "idempotency_conflict"));
    Ok(())
}

#[tokio::test]
async fn an_action_needs_a_key() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let answer = ana
        .ask(
            Method::POST,
            &format!("/v1/orders/{id}/actions/report_sent"),
        )
        .json(&json!({}))
        .await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    Ok(())
}
