//! Whose turn it is, and what can be done, between an answer and the next read.

use std::time::Duration;

use offramp_simulator::{Fault, Operation, providers::unigox::Profile};
use serde_json::{Value, json};

use crate::{
    shop::{self, accepted, ada, authorise, funded, partner, payer, play, sell, unigox, until},
    support::{Answer, Backend, Bench, Outcome},
};

async fn open(profile: Profile) -> Outcome<Bench> {
    let bench = shop::open(Backend::Unigox).await?;
    play(&bench, profile);
    Ok(bench)
}

fn no_reads(bench: &Bench) {
    unigox(bench).fault(Operation::Read, Fault::ServerErrorBefore, 10_000);
}

/// Nothing can be done, and nobody here has to.
#[track_caller]
fn is_theirs(order: &Answer, stands: (&str, &str)) {
    assert_eq!(order.stands(), stands, "{}", order.text);
    assert!(order.actions().is_empty(), "{:?}", order.actions());
    assert_eq!(order.order()["next"]["by"], "provider", "{}", order.text);
    assert_eq!(order.order()["deposit"], Value::Null);
}

#[tokio::test]
async fn what_was_signed_is_not_called_off_whatever_is_read() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    assert_eq!(
        ada.order(&id).await?.actions(),
        ["authorise_transfer", "cancel"]
    );
    no_reads(&bench);
    assert_eq!(authorise(&bench, &id, "100").await?.status, 200);
    bench.settle().await?;
    for _ in 0..3 {
        is_theirs(&ada.order(&id).await?, ("awaiting_deposit", "payer"));
        let late = payer(&bench, &ada, &id, "cancel", &json!({})).await?;
        assert_eq!(late.refusal(), (409, "action_not_allowed"));
        let again = authorise(&bench, &id, "100").await?;
        assert_eq!(again.refusal(), (409, "action_not_allowed"));
        bench.pass(Duration::from_mins(5)).await?;
    }
    assert_eq!(unigox(&bench).requests(Operation::Cancel), 0);
    unigox(&bench).clear_faults();
    until(&bench, &id, "awaiting_confirmation").await?;
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_being_signed_is_not_called_off() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    unigox(&bench).fault(Operation::Parameters, Fault::ServerErrorBefore, 10_000);
    assert_eq!(authorise(&bench, &id, "100").await?.status, 200);
    let order = ada.order(&id).await?;
    assert_eq!(order.order()["pending_action"], "authorise_transfer");
    assert!(order.actions().is_empty(), "{:?}", order.actions());
    assert_eq!(order.order()["next"]["by"], "provider");
    let late = payer(&bench, &ada, &id, "cancel", &json!({})).await?;
    assert_eq!(late.refusal(), (409, "action_not_allowed"));
    Ok(())
}

#[tokio::test]
async fn a_refund_that_was_signed_is_nobodys_turn() -> Outcome {
    let bench = open(Profile::BankReturn).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "refund_required").await?;
    no_reads(&bench);
    let taken = partner(&bench, &id, "authorise_refund", &json!({})).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    bench.settle().await?;
    is_theirs(&ada.order(&id).await?, ("refund_required", "escrow"));
    unigox(&bench).clear_faults();
    until(&bench, &id, "refunded").await?;
    assert_eq!(unigox(&bench).order("latest")?.refund_calls, 1);
    Ok(())
}

#[tokio::test]
async fn money_that_was_confirmed_is_not_asked_about_again() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "awaiting_confirmation").await?;
    assert_eq!(ada.order(&id).await?.order()["next"]["by"], "payer");
    no_reads(&bench);
    payer(&bench, &ada, &id, "confirm_received", &json!({})).await?;
    bench.settle().await?;
    is_theirs(&ada.order(&id).await?, ("awaiting_confirmation", "escrow"));
    let doubt = payer(&bench, &ada, &id, "report_not_received", &json!({})).await?;
    assert_eq!(doubt.refusal(), (409, "action_not_allowed"));
    unigox(&bench).clear_faults();
    until(&bench, &id, "completed").await
}

/// An order that settles a day later waits for what only the partner can bring (13.3).
#[tokio::test]
async fn what_the_payer_can_do_nothing_about_is_not_the_payers_turn() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = sell(&ada, "100").await?.order_id()?;
    let theirs = unigox(&bench).order("latest")?.id;
    let parked = json!({ "success": true, "data": {
        "order_id": theirs, "status": "crypto_received",
        "amounts": {
            "crypto_amount": "100", "crypto_currency": "USDT", "fiat_amount": "150675.00",
            "fiat_currency": "NGN",
        },
        "next_action": "sign_settlement_consent", "allowed_actions": [],
    } });
    let fault = Fault::Canned {
        status: 200,
        body: parked.to_string(),
    };
    unigox(&bench).fault(Operation::Read, fault, 10_000);
    bench.pass(Duration::from_secs(30)).await?;
    let order = ada.order(&id).await?;
    assert_eq!(order.stands(), ("blocked", "escrow"), "{}", order.text);
    assert!(order.actions().is_empty(), "{:?}", order.actions());
    assert_eq!(order.order()["next"]["by"], "partner");
    Ok(())
}
