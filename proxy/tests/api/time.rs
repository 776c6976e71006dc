//! What the clock changes by itself, and what comes after the end.

use std::time::Duration;

use offramp_simulator::{Deposit, Fault, Operation, Status, providers::capa::LateDeposits};
use serde_json::json;

use crate::support::{Bench, Outcome, Shopper};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn an_offer_that_is_over_says_so_and_keeps_its_address() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    bench
        .pass(29 * MINUTE + Duration::from_millis(59_999))
        .await?;
    assert_eq!(ana.order(&id).await?.order()["deposit"]["offer"], "live");
    bench.pass(Duration::from_millis(1)).await?;
    let over = ana.order(&id).await?;
    assert_eq!(over.stands(), ("awaiting_deposit", "payer"));
    assert_eq!(over.order()["deposit"]["offer"], "over");
    assert_eq!(over.address(), created.address());
    assert!(over.order()["deposit"]["payment_uri"].is_null());
    assert_eq!(over.actions(), ["report_sent", "cancel"]);
    assert_eq!(
        over.order()["next"],
        json!({ "by": "payer", "until": null })
    );
    assert!(over.sequence() > created.sequence());
    Ok(())
}

#[tokio::test]
async fn an_offer_ends_even_while_the_provider_does_not_answer() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 100);
    bench.pass(30 * MINUTE).await?;
    assert_eq!(ana.order(&id).await?.order()["deposit"]["offer"], "over");
    Ok(())
}

#[tokio::test]
async fn how_long_an_address_is_offered_is_configured() -> Outcome {
    let bench = Bench::with(|config, _| config.deposit_offer = 5 * MINUTE).await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    assert_eq!(
        created.order()["deposit"]["offer_until"],
        "2026-05-01T12:05:00.000Z"
    );
    bench.pass(5 * MINUTE).await?;
    let over = ana.order(&created.order_id()?).await?;
    assert_eq!(over.order()["deposit"]["offer"], "over");
    Ok(())
}

#[tokio::test]
async fn crypto_that_was_sent_after_the_offer_is_paid() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.pass(2 * HOUR).await?;
    assert_eq!(
        ana.report(&id, &json!({})).await?.state(),
        "deposit_submitted"
    );
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 5).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn a_day_after_the_offer_an_order_is_called_off() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.pass(30 * MINUTE).await?;
    bench.pass(23 * HOUR + 59 * MINUTE).await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    bench.pass(MINUTE).await?;
    let expired = ana.order(&id).await?;
    assert_eq!(expired.stands(), ("expired", "payer"));
    assert_eq!(expired.reason(), "offer_over");
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    assert_eq!(bench.ana().await?.buy("100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn an_order_is_not_called_off_by_itself_while_nobody_knows_where_it_stands() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    // The word and the end of the wait are found out together.
    let word = Status::Other("SETTLING_IN_THE_DARK".to_owned());
    bench.capa().force_status("latest", word)?;
    bench.pass(25 * HOUR).await?;
    bench.pass_in_steps(HOUR, 5).await?;
    let unknown = bench.ana().await?.order(&id).await?;
    assert_eq!(unknown.reason(), "unknown_status");
    assert!(unknown.order()["pending_action"].is_null());
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    bench.capa().force_status("latest", Status::Pending)?;
    bench.pass_in_steps(15 * MINUTE, 2).await?;
    let expired = bench.ana().await?.order(&id).await?;
    assert_eq!(expired.stands(), ("expired", "payer"));
    Ok(())
}

#[tokio::test]
async fn a_reported_order_is_not_called_off_by_itself() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.pass_in_steps(HOUR, 48).await?;
    assert_eq!(ana.order(&id).await?.state(), "attention");
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    Ok(())
}

#[tokio::test]
async fn a_provider_that_expires_an_order_ends_it() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.pass(24 * HOUR).await?;
    let expired = ana.order(&id).await?;
    assert_eq!(expired.stands(), ("expired", "payer"));
    assert_eq!(expired.reason(), "offer_over");
    Ok(())
}

#[tokio::test]
async fn an_order_that_expires_after_a_report_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().force_status("latest", Status::Expired)?;
    bench.pass(MINUTE).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("attention", "unknown"));
    Ok(())
}

/// An order that was called off, its address still known to the payer.
async fn called_off(ana: &Shopper<'_>) -> Outcome<String> {
    let id = ana.open_order().await?;
    ana.cancel(&id).await?;
    Ok(id)
}

#[tokio::test]
async fn crypto_for_an_order_that_was_called_off_is_left_to_a_person() -> Outcome {
    for late_deposits in [LateDeposits::Shown, LateDeposits::Ignored] {
        let bench = Bench::start().await?;
        bench
            .capa()
            .knobs_mut(|knobs| knobs.late_deposits = late_deposits);
        let ana = bench.ana().await?;
        let id = called_off(&ana).await?;
        bench.capa().deposit("latest", Deposit::Exact)?;
        bench.pass(HOUR).await?;
        let late = ana.order(&id).await?;
        assert_eq!(late.state(), "attention", "{late_deposits:?}");
        assert_eq!(late.reason(), "deposit_after_end");
        assert_eq!(late.address(), None);
        assert_eq!(bench.capa().transaction("latest")?.execute_calls, 0);
        bench.pass_in_steps(MINUTE, 10).await?;
        assert_eq!(ana.order(&id).await?.reason(), "deposit_after_end");
    }
    Ok(())
}

#[tokio::test]
async fn crypto_for_an_order_that_expired_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.pass(24 * HOUR).await?;
    assert_eq!(ana.order(&id).await?.state(), "expired");
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass(HOUR).await?;
    let late = ana.order(&id).await?;
    assert_eq!(
        (late.state(), late.reason()),
        ("attention", "deposit_after_end")
    );
    Ok(())
}

#[tokio::test]
async fn late_crypto_does_not_keep_the_payer_from_another_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let late = called_off(&ana).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass(HOUR).await?;
    let ana = bench.ana().await?;
    let next = ana.open_order().await?;
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.json["order"]["id"], next);
    assert_eq!(checkout.json["orders"][0]["id"], late);
    Ok(())
}

#[tokio::test]
async fn a_report_on_an_order_that_had_ended_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = called_off(&ana).await?;
    let reported = ana.report(&id, &json!({})).await?;
    assert_eq!(reported.stands(), ("attention", "unknown"));
    assert_eq!(reported.reason(), "deposit_after_end");
    bench.pass_in_steps(MINUTE, 5).await?;
    let after = ana.order(&id).await?;
    assert_eq!(
        after.stands(),
        ("attention", "unknown"),
        "it does not go back"
    );
    assert_eq!(bench.capa().requests(Operation::Execute), 0);
    Ok(())
}

#[tokio::test]
async fn an_order_that_had_ended_never_asks_for_crypto_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = called_off(&ana).await?;
    for status in [Status::Other("SHELVED".to_owned()), Status::Pending] {
        bench.capa().force_status("latest", status)?;
        bench.pass(HOUR).await?;
        let order = bench.ana().await?.order(&id).await?;
        assert_eq!(order.state(), "attention");
        assert_eq!(order.address(), None);
    }
    bench.capa().force_status("latest", Status::Cancelled)?;
    bench.pass(HOUR).await?;
    let ended = bench.ana().await?.order(&id).await?;
    assert_eq!(ended.stands(), ("cancelled", "payer"));
    Ok(())
}

#[tokio::test]
async fn delivered_money_wins_over_every_end() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = called_off(&ana).await?;
    bench.capa().force_status("latest", Status::Completed)?;
    bench.pass(HOUR).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn delivered_money_wins_over_late_crypto() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = called_off(&ana).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass(HOUR).await?;
    assert_eq!(ana.order(&id).await?.state(), "attention");
    bench.capa().force_status("latest", Status::Completed)?;
    bench.pass(15 * MINUTE).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn a_completed_order_stays_completed() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().force_status("latest", Status::Completed)?;
    bench.pass(MINUTE).await?;
    let theirs = bench.capa().force_status("latest", Status::Failed)?;
    bench.webhook("CANCELLED_OFF_RAMP", &theirs.id).await?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn an_order_that_ended_is_watched_for_a_month() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = called_off(&ana).await?;
    let reads = || bench.capa().requests(Operation::List);
    let before = reads();
    bench.pass_in_steps(HOUR, 24).await?;
    assert_eq!(reads() - before, 24, "hourly at first");
    bench.pass_in_steps(HOUR, 6 * 24).await?;
    let before = reads();
    bench.pass_in_steps(6 * HOUR, 4 * 10).await?;
    assert_eq!(reads() - before, 10, "daily from the second week on");
    bench.pass_in_steps(12 * HOUR, 2 * 16).await?;
    let before = reads();
    bench.pass_in_steps(24 * HOUR, 10).await?;
    assert_eq!(reads(), before, "not after a month");
    assert_eq!(bench.record(&id).await?.next_check_at, None);
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_neither_success_nor_failure() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let word = Status::Other("SETTLING_IN_THE_DARK".to_owned());
    bench.capa().force_status("latest", word)?;
    bench.pass(MINUTE).await?;
    let unknown = ana.order(&id).await?;
    assert_eq!(unknown.stands(), ("attention", "unknown"));
    assert_eq!(unknown.reason(), "unknown_status");
    assert_eq!(unknown.actions(), ["report_sent"]);
    assert!(unknown.order()["deposit"].is_null());
    assert!(!unknown.text.contains("SETTLING_IN_THE_DARK"));
    bench.capa().force_status("latest", Status::Pending)?;
    bench.pass(MINUTE).await?;
    let known = ana.order(&id).await?;
    assert_eq!(known.stands(), ("awaiting_deposit", "payer"));
    assert_eq!(known.address(), created.address());
    Ok(())
}

#[tokio::test]
async fn the_words_of_an_on_ramp_are_left_to_a_person() -> Outcome {
    for status in [
        Status::FiatPaymentReceived,
        Status::FiatReceived,
        Status::AwaitingManualCryptoTransfer,
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let id = ana.open_order().await?;
        bench.capa().force_status("latest", status)?;
        bench.pass(MINUTE).await?;
        assert_eq!(ana.order(&id).await?.reason(), "unknown_status");
    }
    Ok(())
}

#[tokio::test]
async fn an_order_that_waits_is_asked_about_every_half_minute() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.open_order().await?;
    bench.settle().await?;
    let before = bench.capa().requests(Operation::List);
    bench.pass_in_steps(Duration::from_secs(10), 12).await?;
    assert_eq!(bench.capa().requests(Operation::List) - before, 4);
    Ok(())
}

#[tokio::test]
async fn an_order_that_is_reported_is_asked_about_often() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.reported_order().await?;
    bench.settle().await?;
    let before = bench.capa().requests(Operation::List);
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    let reads = bench.capa().requests(Operation::List) - before;
    assert!((4..=6).contains(&reads), "{reads}");
    Ok(())
}

#[tokio::test]
async fn the_duties_go_on_after_a_restart() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let token = ana.token.clone();
    bench.capa().fault(Operation::Execute, Fault::BadGateway, 1);
    ana.report(&id, &json!({})).await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let bench = bench.restart().await?;
    bench.pass_in_steps(Duration::from_secs(10), 6).await?;
    let ana = Shopper::new(&bench, &token);
    assert_eq!(ana.order(&id).await?.state(), "completed");
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);
    Ok(())
}

#[tokio::test]
async fn a_clock_that_was_put_back_keeps_nobody_waiting() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    // What a check plans whose clock is a day ahead.
    let now = bench.now();
    bench
        .engine
        .store
        .change_order(&id, now, |order, _| {
            order.next_check_at = Some(now.plus(24 * HOUR));
        })
        .await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}
