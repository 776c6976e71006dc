//! Orders that only a person can settle: why, whose turn it is, and what can be done meanwhile.

use std::time::Duration;

use offramp_simulator::{
    Decimal, Deposit, Fault, Operation, Status,
    providers::capa::{Payout, PennyTest},
};
use serde_json::json;

use crate::support::{Answer, Bench, HASH, Outcome};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const BUSINESS: &str = "partner";

/// What the payer is told. An action that the order waits for ends in an exclamation mark.
#[track_caller]
fn is_told(order: &Answer, reason: Option<&str>, turn: &str, actions: &[&str]) {
    let offers = order.order()["actions"].as_array();
    let offered: Vec<String> = offers
        .into_iter()
        .flatten()
        .map(|offer| {
            let name = offer["action"].as_str().unwrap_or_default();
            let mark = if offer["required"] == true { "!" } else { "" };
            format!("{name}{mark}")
        })
        .collect();
    assert_eq!(order.state(), "attention", "{}", order.text);
    assert_eq!(order.order()["reason"], json!(reason), "{}", order.text);
    assert_eq!(offered, actions, "{}", order.text);
    let next = json!({ "by": turn, "until": null });
    assert_eq!(order.order()["next"], next, "{}", order.text);
}

/// Whether the order keeps its payer from another one, which it says itself.
async fn is_in_the_way(bench: &Bench, id: &str) -> Outcome<bool> {
    let ana = bench.ana().await?;
    let said = ana.order(id).await?.order()["unfunded"].clone();
    let another = ana.buy("50").await?;
    let is_refused = another.refusal() == (409, "order_open") && another.json["order_id"] == id;
    assert_eq!(said, json!(is_refused), "{}", another.text);
    assert!(is_refused || another.status == 201, "{}", another.text);
    Ok(is_refused)
}

#[tokio::test]
async fn a_deposit_that_is_missed_is_the_payers_to_explain() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.pass_in_steps(MINUTE, 60).await?;
    let missed = ana.order(&id).await?;
    is_told(
        &missed,
        Some("deposit_missing"),
        "payer",
        &["report_sent!", "cancel"],
    );
    assert!(is_in_the_way(&bench, &id).await?);
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    let pending = ana.cancel(&id).await?;
    is_told(
        &pending,
        Some("deposit_missing"),
        "provider",
        &["report_sent"],
    );
    Ok(())
}

#[tokio::test]
async fn a_deposit_that_is_missed_after_the_end_is_the_businesss_to_look_for() -> Outcome {
    for status in [Status::Expired, Status::Cancelled, Status::Failed] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let id = ana.reported_order().await?;
        bench.capa().force_status("latest", status)?;
        bench.pass(MINUTE).await?;
        let order = ana.order(&id).await?;
        is_told(&order, Some("deposit_missing"), BUSINESS, &[]);
        assert_eq!(order.address(), None, "nothing is to be sent any more");
        assert!(is_in_the_way(&bench, &id).await?, "crypto may still come");
    }
    Ok(())
}

#[tokio::test]
async fn a_report_does_not_bring_back_what_the_provider_has_ended() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().force_status("latest", Status::Expired)?;
    bench.pass(MINUTE).await?;
    let executes = bench.capa().requests(Operation::Execute);
    let again = ana.report(&id, &json!({ "tx_hash": HASH })).await?;
    is_told(&again, Some("deposit_missing"), BUSINESS, &[]);
    assert_eq!(again.order()["tx_hash"], HASH, "whoever looks can use it");
    assert_eq!(again.address(), None);
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), executes);
    Ok(())
}

#[tokio::test]
async fn crypto_that_the_provider_had_and_misses_is_the_businesss_to_look_for() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .force_status("latest", Status::CryptoReceived)?;
    bench.pass(MINUTE).await?;
    bench.capa().force_status("latest", Status::Pending)?;
    bench.pass(MINUTE).await?;
    let order = ana.order(&id).await?;
    is_told(&order, Some("deposit_missing"), BUSINESS, &[]);
    assert!(!is_in_the_way(&bench, &id).await?);
    Ok(())
}

#[tokio::test]
async fn crypto_of_another_amount_is_the_businesss_to_look_at() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let less = Deposit::Amount(Decimal::from(60));
    bench.capa().deposit("latest", less)?;
    bench.pass_secs(30).await?;
    bench.pass(HOUR).await?;
    let order = ana.order(&id).await?;
    is_told(&order, None, BUSINESS, &["report_sent"]);
    assert!(is_in_the_way(&bench, &id).await?);
    Ok(())
}

#[tokio::test]
async fn crypto_for_an_order_that_had_ended_is_the_businesss_to_look_at() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    ana.cancel(&id).await?;
    let reported = ana.report(&id, &json!({})).await?;
    is_told(
        &reported,
        Some("deposit_after_end"),
        BUSINESS,
        &["report_sent"],
    );
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass(HOUR).await?;
    let order = ana.order(&id).await?;
    is_told(&order, Some("deposit_after_end"), BUSINESS, &[]);
    assert!(!is_in_the_way(&bench, &id).await?);
    Ok(())
}

#[tokio::test]
async fn money_that_cannot_be_delivered_is_the_businesss_to_look_at() -> Outcome {
    for (penny_test, payout, reason) in [
        (PennyTest::Fails, Payout::Completes, "account_not_owned"),
        (PennyTest::Passes, Payout::Fails, "payout_failed"),
    ] {
        let bench = Bench::start().await?;
        bench.capa().knobs_mut(|knobs| {
            knobs.penny_test = penny_test;
            knobs.payout = payout;
        });
        let ana = bench.ana().await?;
        let id = ana.open_order().await?;
        bench.capa().deposit("latest", Deposit::Exact)?;
        ana.report(&id, &json!({})).await?;
        bench.pass_in_steps(Duration::from_secs(5), 5).await?;
        let order = ana.order(&id).await?;
        is_told(&order, Some(reason), BUSINESS, &[]);
        assert!(!is_in_the_way(&bench, &id).await?, "{reason}");
    }
    Ok(())
}

#[tokio::test]
async fn an_address_that_changed_is_the_businesss_to_look_at() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let other = json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786d");
    bench
        .answer_list_with("destinationWalletAddress", other)
        .await?;
    bench.pass_secs(30).await?;
    let order = ana.order(&id).await?;
    is_told(
        &order,
        Some("provider_mismatch"),
        BUSINESS,
        &["report_sent"],
    );
    assert!(is_in_the_way(&bench, &id).await?);
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_the_businesss_to_look_at() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let word = Status::Other("SETTLING_IN_THE_DARK".to_owned());
    bench.capa().force_status("latest", word)?;
    bench.pass(MINUTE).await?;
    let order = ana.order(&id).await?;
    is_told(&order, Some("unknown_status"), BUSINESS, &["report_sent"]);
    assert!(is_in_the_way(&bench, &id).await?);
    let reported = ana.report(&id, &json!({})).await?;
    is_told(
        &reported,
        Some("unknown_status"),
        BUSINESS,
        &["report_sent"],
    );
    assert_eq!(reported.address(), None, "nobody knows what is wanted");
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    bench.capa().force_status("latest", Status::Pending)?;
    bench.pass(MINUTE).await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_submitted");
    Ok(())
}
