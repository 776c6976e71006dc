//! "I've sent it", and what the proxy owes the payer from then on, and without it too.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{
    Decimal, Deposit, Fault, Operation, Refusal, Status,
    providers::capa::{Execution, Path, Payout, PennyTest},
};
use serde_json::json;

use crate::support::{Bench, HASH, Outcome, shopper};

const MINUTE: Duration = Duration::from_mins(1);
const OTHER_HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

fn executes(bench: &Bench) -> u64 {
    bench.capa().requests(Operation::Execute)
}

#[tokio::test]
async fn a_report_starts_execute_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let reported = ana.report(&id, &json!({ "tx_hash": HASH })).await?;
    assert_eq!(reported.stands(), ("deposit_submitted", "in_flight"));
    assert_eq!(reported.actions(), ["report_sent"]);
    assert_eq!(reported.order()["tx_hash"], HASH);
    assert_eq!(
        reported.order()["next"],
        json!({ "by": "provider", "until": null })
    );
    assert!(reported.sequence() > created.sequence());
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(theirs.execute_calls, 1);
    assert_eq!(theirs.transaction_hash.as_deref(), Some(HASH));
    Ok(())
}

#[tokio::test]
async fn a_report_needs_no_hash() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for body in [
        json!({}),
        json!({ "tx_hash": null }),
        json!({ "tx_hash": "  " }),
    ] {
        let id = ana.open_order().await?;
        let reported = ana.report(&id, &body).await?;
        assert_eq!(reported.state(), "deposit_submitted", "{}", reported.text);
        bench.settle().await?;
        assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);
        bench.pass_secs(15).await?;
        ana.cancel(&id).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_report_without_a_body_is_a_report() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let reported = ana
        .ask(
            Method::POST,
            &format!("/v1/orders/{id}/actions/report_sent"),
        )
        .header("idempotency-key", shopper::new_key())
        .send()
        .await?;
    assert_eq!(reported.state(), "deposit_submitted", "{}", reported.text);
    Ok(())
}

#[tokio::test]
async fn execute_is_repeated_by_its_schedule_for_a_day() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    ana.reported_order().await?;
    bench.settle().await?;
    assert_eq!(executes(&bench), 1);
    let mut expected = 1;
    for pause in [30, 60, 120, 300, 600, 900, 900, 900] {
        bench.pass_secs(pause - 1).await?;
        assert_eq!(executes(&bench), expected, "before {pause} s are over");
        bench.pass_secs(1).await?;
        expected += 1;
        assert_eq!(executes(&bench), expected, "after {pause} s");
    }
    bench.pass_in_steps(15 * MINUTE, 4 * 24).await?;
    let by_then = executes(&bench);
    assert!((95..=102).contains(&by_then), "{by_then}");
    bench.pass_in_steps(15 * MINUTE, 20).await?;
    assert_eq!(executes(&bench), by_then, "a day is over");
    Ok(())
}

#[tokio::test]
async fn execute_ends_when_the_provider_has_the_crypto() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    bench.pass_in_steps(MINUTE, 30).await?;
    assert_eq!(executes(&bench), 1);
    Ok(())
}

#[tokio::test]
async fn crypto_that_comes_after_the_search_is_found_by_the_next_execute() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    bench.pass_secs(15).await?;
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::CryptoNotReceived
    );
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 12).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn an_execute_without_an_answer_is_repeated() -> Outcome {
    for fault in [
        Fault::ServerErrorBefore,
        Fault::ResetAfter,
        Fault::MalformedJson,
        Fault::BadGateway,
        Fault::RateLimited,
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let id = ana.open_order().await?;
        bench.capa().fault(Operation::Execute, fault.clone(), 1);
        ana.report(&id, &json!({})).await?;
        bench.settle().await?;
        assert_eq!(executes(&bench), 1, "{fault:?}");
        bench.pass_secs(30).await?;
        assert_eq!(executes(&bench), 2, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_execute_that_is_refused_with_the_hash_is_tried_without_it() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .refuse_with(Operation::Execute, &Refusal::InvalidInput, 1);
    ana.report(&id, &json!({ "tx_hash": HASH })).await?;
    bench.settle().await?;
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(theirs.execute_calls, 1);
    assert_eq!(theirs.transaction_hash, None);
    Ok(())
}

#[tokio::test]
async fn an_execute_that_is_refused_is_tried_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .refuse_with(Operation::Execute, &Refusal::TransactionNotFound, 1);
    ana.report(&id, &json!({})).await?;
    bench.settle().await?;
    assert_eq!(executes(&bench), 1);
    bench.pass_secs(30).await?;
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_does_not_end_the_duty() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    bench.capa().fault(Operation::List, Fault::UnknownStatus, 1);
    bench.pass_secs(5).await?;
    assert_eq!(ana.order(&id).await?.reason(), "unknown_status");
    bench.pass_in_steps(MINUTE, 2).await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_submitted");
    assert!(executes(&bench) >= 2, "{}", executes(&bench));
    Ok(())
}

#[tokio::test]
async fn a_hash_can_be_added_and_corrected() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    for hash in [OTHER_HASH, HASH] {
        let reported = ana.report(&id, &json!({ "tx_hash": hash })).await?;
        assert_eq!(reported.order()["tx_hash"], hash);
        bench.settle().await?;
        let theirs = bench.capa().transaction("latest")?;
        assert_eq!(theirs.transaction_hash.as_deref(), Some(hash));
    }
    assert_eq!(executes(&bench), 3);
    Ok(())
}

#[tokio::test]
async fn a_hash_has_the_form_of_its_network() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    for hash in [
        "0x1",
        "9f2c1b7a",
        "0x9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7g",
        "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
        "<script>alert(1)</script>",
    ] {
        let answer = ana.report(&id, &json!({ "tx_hash": hash })).await?;
        assert_eq!(answer.refusal(), (422, "invalid_fields"), "{hash}");
        assert_eq!(
            answer.json["fields"],
            json!([{ "key": "tx_hash", "problem": "wrong_form" }])
        );
    }
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn a_hash_is_the_same_in_capitals() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let capitals = HASH.to_uppercase().replacen("0X", "0x", 1);
    let reported = ana.report(&id, &json!({ "tx_hash": capitals })).await?;
    assert_eq!(reported.order()["tx_hash"], HASH, "{}", reported.text);
    Ok(())
}

#[tokio::test]
async fn a_hash_pays_for_one_order_of_a_payer() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let first = ana.open_order().await?;
    ana.report(&first, &json!({ "tx_hash": HASH })).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    let second = ana.open_order().await?;
    let answer = ana.report(&second, &json!({ "tx_hash": HASH })).await?;
    assert_eq!(answer.refusal(), (422, "invalid_fields"));
    assert_eq!(
        answer.json["fields"],
        json!([{ "key": "tx_hash", "problem": "already_used" }])
    );
    let answer = ana
        .report(&second, &json!({ "tx_hash": OTHER_HASH }))
        .await?;
    assert_eq!(answer.state(), "deposit_submitted");
    Ok(())
}

#[tokio::test]
async fn the_hash_of_another_payers_transfer_is_taken() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let first = ana.open_order().await?;
    ana.report(&first, &json!({ "tx_hash": HASH })).await?;
    let second = luis.open_order().await?;
    let reported = luis.report(&second, &json!({ "tx_hash": HASH })).await?;
    assert_eq!(reported.state(), "deposit_submitted");
    assert_eq!(reported.order()["tx_hash"], HASH);
    Ok(())
}

#[tokio::test]
async fn a_field_that_does_not_exist_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let answer = ana.report(&id, &json!({ "hash": HASH })).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(answer.json["detail"], "unknown field `hash`");
    let answer = ana.act(&id, "cancel", &json!({ "why": "x" })).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    Ok(())
}

#[tokio::test]
async fn whoever_sends_and_closes_the_page_is_paid() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_secs(30).await?;
    assert_eq!(executes(&bench), 1);
    assert_eq!(
        ana.order(&id).await?.stands(),
        ("deposit_received", "provider")
    );
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    assert_eq!(executes(&bench), 1);
    Ok(())
}

#[tokio::test]
async fn crypto_that_the_provider_has_is_asked_to_be_paid_out_for_as_long_as_it_takes() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench
        .capa()
        .fault(Operation::Execute, Fault::BadGateway, 10_000);
    bench.pass_in_steps(15 * MINUTE, 26 * 4).await?;
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 0);
    bench.capa().clear_faults();
    bench.pass_in_steps(15 * MINUTE, 3).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn every_status_on_the_way_is_understood() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.path = Path::EveryStatus);
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_secs(30).await?;
    let mut seen = vec![ana.order(&id).await?.state().to_owned()];
    for _ in 0..8 {
        bench.pass_secs(5).await?;
        seen.push(ana.order(&id).await?.state().to_owned());
    }
    seen.dedup();
    assert_eq!(
        seen,
        ["deposit_received", "payout_in_progress", "completed"]
    );
    Ok(())
}

#[tokio::test]
async fn a_provider_that_pays_out_by_itself_is_let_do_so() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.execution = Execution::Automatic);
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(30), 3).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn an_hour_after_a_report_without_crypto_a_person_looks() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.pass_in_steps(MINUTE, 59).await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_submitted");
    bench.pass(MINUTE).await?;
    let stale = ana.order(&id).await?;
    assert_eq!(stale.stands(), ("attention", "in_flight"));
    assert_eq!(stale.reason(), "deposit_missing");
    assert_eq!(stale.actions(), ["report_sent", "cancel"]);
    let again = ana.report(&id, &json!({ "tx_hash": HASH })).await?;
    assert_eq!(again.state(), "deposit_submitted");
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(MINUTE, 3).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn a_wrong_amount_is_never_paid_silently() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .deposit("latest", Deposit::Amount(Decimal::from(60)))?;
    bench.pass_secs(30).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.state(), "deposit_submitted");
    assert_eq!(order.actions(), ["report_sent"]);
    assert_eq!(executes(&bench), 1);
    bench.pass(Duration::from_hours(1)).await?;
    assert_eq!(ana.order(&id).await?.state(), "attention", "a person looks");
    // A day later it is still not called off: crypto was seen.
    bench.pass_in_steps(Duration::from_hours(1), 30).await?;
    assert_eq!(bench.capa().transaction("latest")?.cancel_calls, 0);
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_not_the_payers_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.penny_test = PennyTest::Fails);
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 5).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.stands(), ("attention", "provider"));
    assert_eq!(order.reason(), "account_not_owned");
    assert!(order.actions().is_empty());
    assert_eq!(
        ana.buy("50").await?.status,
        201,
        "it does not block another"
    );
    Ok(())
}

#[tokio::test]
async fn a_payout_that_fails_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    bench.capa().knobs_mut(|knobs| knobs.payout = Payout::Fails);
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 5).await?;
    let order = ana.order(&id).await?;
    assert_eq!(
        (order.state(), order.reason()),
        ("attention", "payout_failed")
    );
    Ok(())
}

#[tokio::test]
async fn an_order_that_was_paid_takes_no_report() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().force_status("latest", Status::Completed)?;
    bench.pass_secs(30).await?;
    for action in ["report_sent", "cancel"] {
        let answer = ana.act(&id, action, &json!({})).await?;
        assert_eq!(answer.refusal(), (409, "action_not_allowed"), "{action}");
    }
    Ok(())
}

#[tokio::test]
async fn an_order_without_an_address_takes_no_report() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    bench
        .capa()
        .fault(Operation::Create, Fault::ServerErrorBefore, 1);
    let id = ana.buy("100").await?.order_id()?;
    for action in ["report_sent", "cancel"] {
        let answer = ana.act(&id, action, &json!({})).await?;
        assert_eq!(answer.refusal(), (409, "action_not_allowed"), "{action}");
    }
    Ok(())
}

#[tokio::test]
async fn actions_of_other_providers_are_not_allowed_here() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    for action in [
        "authorise_transfer",
        "confirm_received",
        "report_not_received",
        "authorise_refund",
        "provide_information",
        "complete_verification",
        "change_destination",
    ] {
        let answer = ana.act(&id, action, &json!({})).await?;
        assert_eq!(answer.refusal(), (409, "action_not_allowed"), "{action}");
    }
    let answer = ana.act(&id, "steal", &json!({})).await?;
    assert_eq!(answer.refusal(), (404, "not_found"));
    Ok(())
}
