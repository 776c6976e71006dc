//! An order whose create got no answer: adopted, given up, or left to a person; never made twice.

use std::time::Duration;

use offramp_simulator::{Deposit, Fault, Operation, Status, providers::capa::seed};
use serde_json::{Value, json};

use crate::support::{Bench, CLABE, Outcome, Shopper, shopper, with};

const MINUTE: Duration = Duration::from_mins(1);

/// What the proxy asked for, as somebody else would ask for it.
pub(super) fn look_alike() -> Value {
    json!({
        "userId": seed::CUST_1, "cryptoAmount": 100, "fiatCurrency": "MXN",
        "blockchainSymbol": "POL", "tokenSymbol": "USDC",
        "userBankInformation": { "country": "MX", "accountIdentifier": CLABE },
    })
}

/// Creates an order whose answer is lost in this way, and says its id.
pub(super) async fn lose(bench: &Bench, ana: &Shopper<'_>, fault: Fault) -> Outcome<String> {
    bench.capa().fault(Operation::Create, fault, 1);
    let answer = ana.buy("100").await?;
    if answer.status != 202 {
        return Err(answer.text.into());
    }
    answer.order_id()
}

/// The provider's list is read, and has nothing in it.
fn show_an_empty_list(bench: &Bench, times: u32) {
    let body = r#"{"success":true,"data":{"count":0,"data":[]}}"#.to_owned();
    let fault = Fault::Canned { status: 200, body };
    bench.capa().fault(Operation::List, fault, times);
}

#[tokio::test]
async fn a_lost_answer_is_adopted() -> Outcome {
    for fault in [
        Fault::ServerErrorAfter,
        Fault::ResetAfter,
        Fault::MalformedJson,
        Fault::WrongType,
        Fault::EmptyBody,
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let id = lose(&bench, &ana, fault.clone()).await?;
        assert_eq!(ana.order(&id).await?.address(), None);
        bench.pass_secs(2).await?;
        let found = ana.order(&id).await?;
        assert_eq!(found.stands(), ("awaiting_deposit", "payer"), "{fault:?}");
        let theirs = bench.capa().transaction("latest")?;
        assert_eq!(found.address(), Some(theirs.address.as_str()));
        assert_eq!(found.order()["fiat"]["amount"], "1818.46");
        assert_eq!(bench.capa().requests(Operation::Create), 1, "{fault:?}");
        assert_eq!(bench.capa().transactions().len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_adopted() -> Outcome {
    let bench = Bench::impatient().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::TimeoutAfter).await?;
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn an_adopted_order_is_paid_like_any_other() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ResetAfter).await?;
    bench.pass_secs(2).await?;
    ana.report(&id, &json!({})).await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn an_order_that_was_never_made_is_given_up_after_two_minutes() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    bench.pass_in_steps(Duration::from_secs(5), 23).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating", "not before");
    bench.pass_in_steps(Duration::from_secs(5), 5).await?;
    let given_up = ana.order(&id).await?;
    assert_eq!(given_up.stands(), ("failed", "payer"));
    assert_eq!(given_up.reason(), "not_created");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    assert_eq!(ana.buy("100").await?.status, 201, "there is room again");
    Ok(())
}

#[tokio::test]
async fn two_minutes_without_three_readings_are_not_enough() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    for readings in 1..3 {
        bench.pass(2 * MINUTE).await?;
        assert_eq!(ana.order(&id).await?.state(), "creating", "{readings}");
    }
    bench.pass(2 * MINUTE).await?;
    assert_eq!(ana.order(&id).await?.state(), "failed");
    Ok(())
}

#[tokio::test]
async fn a_reading_that_fails_shows_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 10);
    bench.pass_in_steps(MINUTE, 10).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    bench.pass_in_steps(MINUTE, 2).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    bench.pass_in_steps(MINUTE, 1).await?;
    assert_eq!(ana.order(&id).await?.state(), "failed");
    Ok(())
}

#[tokio::test]
async fn after_an_outage_of_hours_it_is_adopted_within_a_minute() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    bench
        .capa()
        .fault(Operation::List, Fault::BadGateway, u32::MAX);
    bench.pass_in_steps(MINUTE, 185).await?;
    bench.capa().clear_faults();
    bench.pass_in_steps(Duration::from_secs(10), 6).await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn an_incomplete_list_shows_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    // One order that was made just now, and cannot be read.
    let body = json!({ "success": true, "data": { "count": 1, "data": [
        { "id": "x", "type": "OFF_RAMP", "createdAt": "2026-05-01T12:00:00.000Z" },
    ] } });
    let fault = Fault::Canned {
        status: 200,
        body: body.to_string(),
    };
    bench.capa().fault(Operation::List, fault, 5);
    bench.pass_in_steps(MINUTE, 5).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    Ok(())
}

#[tokio::test]
async fn two_that_look_alike_are_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    bench.provider_post("/off-ramp", &look_alike()).await?;
    bench.pass_secs(2).await?;
    let doubtful = ana.order(&id).await?;
    assert_eq!(doubtful.stands(), ("attention", "payer"));
    assert_eq!(doubtful.reason(), "provider_mismatch");
    assert_eq!(doubtful.address(), None);
    assert!(doubtful.actions().is_empty());
    assert_eq!(doubtful.order()["next"]["by"], "partner");
    bench.pass_in_steps(MINUTE, 30).await?;
    assert_eq!(ana.order(&id).await?.address(), None, "nor ever after");
    assert!(
        bench
            .capa()
            .transactions()
            .iter()
            .all(|theirs| theirs.cancel_calls == 0)
    );
    Ok(())
}

#[tokio::test]
async fn a_doubt_is_over_once_a_person_has_cancelled_both() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    bench.provider_post("/off-ramp", &look_alike()).await?;
    bench.pass_secs(2).await?;
    for theirs in bench.capa().transactions() {
        bench.capa().force_status(&theirs.id, Status::Cancelled)?;
    }
    bench.pass_in_steps(MINUTE, 5).await?;
    let over = ana.order(&id).await?;
    assert_eq!((over.state(), over.reason()), ("failed", "not_created"));
    assert_eq!(ana.buy("100").await?.status, 201, "there is room again");
    Ok(())
}

#[tokio::test]
async fn one_of_another_amount_account_or_token_is_not_adopted() -> Outcome {
    for (key, value) in [
        ("cryptoAmount", json!(100.01)),
        ("tokenSymbol", json!("USDT")),
        ("blockchainSymbol", json!("ETH")),
        ("premiumSpread", json!(0.01)),
        (
            "userBankInformation",
            json!({ "country": "MX", "accountIdentifier": "012345678902422382" }),
        ),
        ("userId", json!(seed::CUST_2)),
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
        let other = with(look_alike(), key, value);
        let made = bench.provider_post("/off-ramp", &other).await?;
        assert_eq!(made["success"], true, "{made}");
        bench.pass_secs(2).await?;
        assert_eq!(ana.order(&id).await?.state(), "creating", "{key}");
        bench.pass_in_steps(MINUTE, 3).await?;
        assert_eq!(ana.order(&id).await?.state(), "failed", "{key}");
        assert_eq!(bench.capa().transaction("latest")?.cancel_calls, 0);
    }
    Ok(())
}

#[tokio::test]
async fn one_from_before_the_call_is_not_adopted() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    bench.provider_post("/off-ramp", &look_alike()).await?;
    bench.simulator.clock().step(Duration::from_secs(8));
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    Ok(())
}

#[tokio::test]
async fn one_that_belongs_to_another_order_is_not_adopted() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let first = ana.open_order().await?;
    ana.cancel(&first).await?;
    let id = lose(&bench, &ana, Fault::ServerErrorBefore).await?;
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    Ok(())
}

#[tokio::test]
async fn one_that_no_longer_waits_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_secs(2).await?;
    let doubtful = ana.order(&id).await?;
    assert_eq!(doubtful.state(), "attention");
    assert_eq!(doubtful.address(), None);
    Ok(())
}

#[tokio::test]
async fn what_turns_up_after_it_was_given_up_is_called_off_and_never_shown() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    show_an_empty_list(&bench, 3);
    bench.pass_in_steps(2 * MINUTE, 3).await?;
    let given_up = ana.order(&id).await?;
    assert_eq!(given_up.state(), "failed", "{}", given_up.text);
    assert_eq!(bench.capa().transaction("latest")?.status, Status::Pending);
    bench.pass(MINUTE).await?;
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(theirs.status, Status::Cancelled);
    assert_eq!(theirs.cancel_calls, 1);
    let after = ana.order(&id).await?;
    assert_eq!((after.state(), after.address()), ("failed", None));
    Ok(())
}

#[tokio::test]
async fn a_stray_is_called_off_once_a_webhook_tells_of_it() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    show_an_empty_list(&bench, 4);
    bench.pass_in_steps(2 * MINUTE, 4).await?;
    assert_eq!(ana.order(&id).await?.state(), "failed");
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(theirs.cancel_calls, 0, "the next look is in an hour");
    bench.webhook("CREATED_OFF_RAMP", &theirs.id).await?;
    bench.settle().await?;
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    Ok(())
}

#[tokio::test]
async fn a_stray_that_cannot_be_called_off_is_tried_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    show_an_empty_list(&bench, 3);
    bench.pass_in_steps(2 * MINUTE, 3).await?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    bench.pass(MINUTE).await?;
    assert_eq!(bench.capa().transaction("latest")?.status, Status::Pending);
    bench.pass(MINUTE).await?;
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    Ok(())
}

#[tokio::test]
async fn a_webhook_brings_the_first_look_forward() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = lose(&bench, &ana, Fault::ServerErrorAfter).await?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "creating");
    let theirs = bench.capa().transaction("latest")?;
    bench.webhook("CREATED_OFF_RAMP", &theirs.id).await?;
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

/// What the store holds when the process dies while the provider is being asked.
async fn kill_while_creating(bench: Bench, order_id: &str) -> Outcome<Bench> {
    let now = bench.now();
    bench
        .engine
        .store
        .change_order(order_id, now, |order, _| {
            order.call.ended_at = None;
            order.next_check_at = Some(now.plus(MINUTE));
        })
        .await?;
    let bench = bench.restart().await?;
    bench.engine.beat().await?;
    Ok(bench)
}

#[tokio::test]
async fn a_create_that_was_killed_after_the_call_is_adopted_at_the_next_start() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, token) = (
        lose(&bench, &ana, Fault::ServerErrorAfter).await?,
        ana.token.clone(),
    );
    let bench = kill_while_creating(bench, &id).await?;
    let ana = Shopper::new(&bench, &token);
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn a_create_that_was_killed_before_the_call_is_given_up_and_never_sent_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, token) = (
        lose(&bench, &ana, Fault::ServerErrorBefore).await?,
        ana.token.clone(),
    );
    let bench = kill_while_creating(bench, &id).await?;
    let ana = Shopper::new(&bench, &token);
    bench.pass_in_steps(MINUTE, 4).await?;
    let given_up = ana.order(&id).await?;
    assert_eq!(
        (given_up.state(), given_up.reason()),
        ("failed", "not_created")
    );
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn after_a_restart_the_key_still_names_the_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = shopper::confirm(&ana.firm("100").await?);
    let id = ana.create_with_key("k", &body).await?.order_id()?;
    let token = ana.token.clone();
    let bench = bench.restart().await?;
    let ana = Shopper::new(&bench, &token);
    assert_eq!(ana.create_with_key("k", &body).await?.order_id()?, id);
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn an_answer_with_another_orders_id_is_not_bound_twice() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let first = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?;
    let answer = bench.provider_transaction(&theirs.id).await?;
    ana.cancel(&first).await?;
    bench.answer_create_with(&answer);
    let second = ana.buy("100").await?;
    assert_eq!(second.status, 202, "{}", second.text);
    assert_eq!(second.address(), None);
    bench.pass_in_steps(MINUTE, 4).await?;
    let second = ana.order(&second.order_id()?).await?;
    assert_eq!((second.state(), second.reason()), ("failed", "not_created"));
    assert_eq!(ana.order(&first).await?.state(), "cancelled");
    Ok(())
}
