//! Calling an order off: on the provider's word only.

use std::time::Duration;

use offramp_simulator::{Deposit, Fault, Operation, Refusal, Status};
use serde_json::json;

use crate::support::{Bench, Outcome, Shopper};

#[tokio::test]
async fn an_order_is_called_off_on_the_providers_word() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let cancelled = ana.cancel(&id).await?;
    assert_eq!(cancelled.status, 200);
    assert_eq!(cancelled.stands(), ("cancelled", "payer"));
    assert_eq!(cancelled.reason(), "cancelled_by_payer");
    assert!(cancelled.order()["deposit"].is_null());
    assert!(cancelled.order()["pending_action"].is_null());
    assert!(cancelled.actions().is_empty() && cancelled.order()["next"].is_null());
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    assert_eq!(ana.buy("100").await?.status, 201, "there is room again");
    Ok(())
}

#[tokio::test]
async fn a_cancel_hides_the_address_at_once_and_is_repeated_until_it_is_answered() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 3);
    let pending = ana.cancel(&id).await?;
    assert_eq!(pending.status, 200);
    assert_eq!(pending.stands(), ("awaiting_deposit", "payer"));
    assert_eq!(pending.order()["pending_action"], "cancel");
    assert!(pending.order()["deposit"].is_null());
    assert_eq!(pending.order()["next"]["by"], "provider");
    assert!(pending.sequence() > created.sequence());
    for pause in [2, 5] {
        bench.pass_secs(pause).await?;
        assert_eq!(ana.order(&id).await?.order()["pending_action"], "cancel");
    }
    bench.pass_secs(15).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("cancelled", "payer"));
    assert_eq!(bench.capa().requests(Operation::Cancel), 4);
    Ok(())
}

#[tokio::test]
async fn a_cancel_that_cannot_read_is_repeated() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 1);
    let pending = ana.cancel(&id).await?;
    assert_eq!(pending.order()["pending_action"], "cancel");
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_seen_at_the_next_look() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Cancel, Fault::ResetAfter, 1);
    ana.cancel(&id).await?;
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    assert_eq!(bench.capa().transaction("latest")?.cancel_calls, 1);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_not_the_word_is_asked_for_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let theirs = bench.capa().transaction("latest")?;
    let body = json!({ "success": true, "data": {
        "id": theirs.id, "userId": theirs.user_id, "status": "PENDING",
    } });
    let fault = Fault::Canned {
        status: 200,
        body: body.to_string(),
    };
    bench.capa().fault(Operation::Cancel, fault, 1);
    let pending = ana.cancel(&id).await?;
    assert_eq!(pending.order()["pending_action"], "cancel");
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_pending_cancel_survives_a_restart() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let token = ana.token.clone();
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    ana.cancel(&id).await?;
    let bench = bench.restart().await?;
    bench.pass_secs(2).await?;
    let ana = crate::support::Shopper::new(&bench, &token);
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_cancel_that_the_provider_refuses_leaves_the_order_as_it_is() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    bench
        .capa()
        .refuse_with(Operation::Cancel, &Refusal::InvalidTransition, 1);
    let stands = ana.cancel(&id).await?;
    assert_eq!(stands.stands(), ("awaiting_deposit", "payer"));
    assert!(stands.order()["pending_action"].is_null());
    assert_eq!(stands.address(), created.address());
    assert_eq!(
        ana.cancel(&id).await?.state(),
        "cancelled",
        "it may be tried again"
    );
    Ok(())
}

#[tokio::test]
async fn after_a_report_an_order_is_not_called_off() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    let refused = ana.act(&id, "cancel", &json!({})).await?;
    assert_eq!(refused.refusal(), (409, "action_not_allowed"));
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    Ok(())
}

/// An order of which the payer says that the crypto was sent, and the provider that nothing came.
async fn missed(bench: &Bench, ana: &Shopper<'_>) -> Outcome<String> {
    let id = ana.reported_order().await?;
    bench.pass_secs(5).await?;
    bench.pass_secs(10).await?;
    Ok(id)
}

#[tokio::test]
async fn after_a_report_it_is_called_off_once_the_provider_says_that_nothing_came() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = missed(&bench, &ana).await?;
    let searched = ana.order(&id).await?;
    assert_eq!(searched.stands(), ("deposit_submitted", "in_flight"));
    assert_eq!(searched.actions(), ["report_sent", "cancel"]);
    let cancelled = ana.cancel(&id).await?;
    assert_eq!(cancelled.stands(), ("cancelled", "payer"));
    let calls = bench.capa().requests(Operation::Execute);
    bench.pass_in_steps(Duration::from_mins(10), 6).await?;
    assert_eq!(bench.capa().requests(Operation::Execute), calls);
    Ok(())
}

#[tokio::test]
async fn execute_is_not_called_while_a_cancel_is_under_way() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = missed(&bench, &ana).await?;
    let calls = bench.capa().requests(Operation::Execute);
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 4);
    ana.cancel(&id).await?;
    bench.pass_in_steps(Duration::from_secs(10), 6).await?;
    assert_eq!(ana.order(&id).await?.order()["pending_action"], "cancel");
    assert_eq!(bench.capa().requests(Operation::Execute), calls);
    bench.pass_in_steps(Duration::from_secs(30), 3).await?;
    assert_eq!(ana.order(&id).await?.state(), "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_deposit_that_arrived_meanwhile_wins_over_a_cancel() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let answer = ana.cancel(&id).await?;
    assert_eq!(answer.stands(), ("deposit_received", "provider"));
    assert!(answer.order()["pending_action"].is_null());
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    bench.pass_in_steps(Duration::from_secs(5), 4).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);
    Ok(())
}

#[tokio::test]
async fn a_deposit_of_another_amount_that_arrived_meanwhile_is_not_called_off() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::WrongToken)?;
    let answer = ana.cancel(&id).await?;
    assert_eq!(answer.state(), "deposit_submitted");
    assert!(answer.order()["pending_action"].is_null());
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    Ok(())
}

#[tokio::test]
async fn a_report_stops_a_cancel_that_was_not_answered() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    let pending = ana.cancel(&id).await?;
    assert_eq!(pending.actions(), ["report_sent"]);
    assert_eq!(pending.order()["actions"][0]["required"], false);
    let reported = ana.report(&id, &json!({})).await?;
    assert_eq!(reported.stands(), ("deposit_submitted", "in_flight"));
    assert!(reported.order()["pending_action"].is_null());
    assert!(reported.address().is_some());
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 6).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    assert_eq!(bench.capa().requests(Operation::Cancel), 1);
    Ok(())
}

#[tokio::test]
async fn a_report_stops_a_cancel_that_nobody_asked_for() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    bench.pass(Duration::from_hours(25)).await?;
    let pending = ana.order(&id).await?;
    assert_eq!(pending.order()["pending_action"], "cancel");
    assert_eq!(pending.actions(), ["report_sent"]);
    let reported = ana.report(&id, &json!({})).await?;
    assert_eq!(reported.stands(), ("deposit_submitted", "in_flight"));
    assert!(reported.order()["pending_action"].is_null());
    Ok(())
}

#[tokio::test]
async fn a_cancel_that_was_carried_out_before_the_report_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Cancel, Fault::ResetAfter, 1);
    ana.cancel(&id).await?;
    ana.report(&id, &json!({})).await?;
    bench.pass_secs(5).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.state(), "attention");
    assert_eq!(order.reason(), "deposit_missing");
    Ok(())
}

#[tokio::test]
async fn a_second_cancel_gets_the_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 1);
    ana.cancel(&id).await?;
    let again = ana.cancel(&id).await?;
    assert_eq!(again.status, 200);
    bench.pass_secs(2).await?;
    let after = ana.cancel(&id).await?;
    assert_eq!((after.status.as_u16(), after.state()), (200, "cancelled"));
    assert_eq!(bench.capa().transaction("latest")?.cancel_calls, 1);
    Ok(())
}

#[tokio::test]
async fn the_provider_may_call_an_order_off_by_itself() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().force_status("latest", Status::Cancelled)?;
    bench.pass_secs(30).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.stands(), ("cancelled", "payer"));
    assert!(order.order()["reason"].is_null());
    Ok(())
}
