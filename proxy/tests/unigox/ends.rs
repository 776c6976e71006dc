//! Orders that end otherwise than with money on the account.

use std::time::Duration;

use offramp_proxy::{
    engine::resolve::{Finding, Unresolved, Word},
    store::{KeyUse, OrderRecord},
};
use offramp_simulator::{
    Fault, Operation,
    providers::unigox::{Custody, Profile, RefundExecution, Refunds, Status},
};
use serde_json::json;

use crate::{
    shop::{self, accepted, ada, authorise, funded, partner, payer, play, sell, unigox, until},
    support::{Backend, Bench, HASH, Outcome, PARTNER, shopper::new_key},
};

async fn open(profile: Profile) -> Outcome<Bench> {
    let bench = shop::open(Backend::Unigox).await?;
    play(&bench, profile);
    Ok(bench)
}

/// A person settles an order by what they found out.
async fn resolve(bench: &Bench, id: &str, finding: Finding) -> Result<OrderRecord, Unresolved> {
    let word = Word {
        by: "grace".to_owned(),
        note: None,
    };
    bench.engine.resolve(id, &finding, &word).await
}

async fn refund(bench: &Bench, id: &str) -> Outcome {
    let order = bench
        .get(&format!("/v1/orders/{id}"))
        .bearer(PARTNER)
        .send()
        .await?;
    assert_eq!(order.stands(), ("refund_required", "escrow"));
    assert_eq!(order.order()["actions"][0]["action"], "authorise_refund");
    assert_eq!(order.order()["next"]["by"], "partner");
    let taken = partner(bench, id, "authorise_refund", &json!({})).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    until(bench, id, "refunded").await?;
    let theirs = unigox(bench).order("latest")?;
    assert_eq!(theirs.refund_calls, 1);
    Ok(())
}

#[tokio::test]
async fn what_the_buyer_did_not_prove_goes_back_to_the_partners_wallet() -> Outcome {
    let bench = open(Profile::ProofRejected).await?;
    let wallet = unigox(&bench).partner_wallet();
    let before = unigox(&bench).wallet(&wallet)?.balances["USDT"];
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "refund_required").await?;
    refund(&bench, &id).await?;
    assert_eq!(ada.order(&id).await?.stands(), ("refunded", "returned"));
    assert_eq!(unigox(&bench).wallet(&wallet)?.balances["USDT"], before);
    Ok(())
}

#[tokio::test]
async fn a_refund_in_words_of_its_own_that_takes_its_time_is_one_refund() -> Outcome {
    let bench = open(Profile::BankReturn).await?;
    unigox(&bench).knobs_mut(|knobs| {
        knobs.refunds = Refunds::OwnStatuses;
        knobs.refund_execution = RefundExecution::Later;
        knobs.chain_ms = 30_000;
    });
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "refund_required").await?;
    partner(&bench, &id, "authorise_refund", &json!({})).await?;
    until(&bench, &id, "refunding").await?;
    let again = partner(&bench, &id, "authorise_refund", &json!({})).await?;
    assert_eq!(again.refusal(), (409, "action_not_allowed"));
    until(&bench, &id, "refunded").await?;
    assert_eq!(unigox(&bench).order("latest")?.refund_calls, 1);
    Ok(())
}

/// The partner asks for a refund, and does not wait.
async fn ask_back(bench: &Bench, id: &str) -> Outcome {
    let order = bench.record(id).await?;
    let key = KeyUse {
        route: format!("POST /v1/orders/{id}/actions/authorise_refund"),
        key: new_key(),
        body_hash: "the same".to_owned(),
    };
    let asked = bench.engine.refund_by_partner(&order, key).await;
    asked.map_err(|error| format!("{error:?}"))?;
    bench.settle().await
}

#[tokio::test]
async fn a_refund_whose_answer_got_lost_is_one_refund() -> Outcome {
    for fault in [
        Fault::ResetAfter,
        Fault::ResetBefore,
        Fault::ServerErrorAfter,
        Fault::MalformedJson,
        Fault::BadGateway,
    ] {
        let bench = open(Profile::BankReturn).await?;
        let ada = ada(&bench).await?;
        let id = funded(&bench, &ada).await?;
        until(&bench, &id, "refund_required").await?;
        unigox(&bench).fault(Operation::Refund, fault.clone(), 1);
        ask_back(&bench, &id).await?;
        let signed = bench.record(&id).await?.refund.ok_or("nothing is signed")?;
        until(&bench, &id, "refunded").await?;
        let kept = bench.record(&id).await?.refund.ok_or("nothing is kept")?;
        assert_eq!(signed.signature, kept.signature, "{fault:?}");
        assert_eq!(unigox(&bench).requests(Operation::Refund), 2, "{fault:?}");
        let theirs = unigox(&bench).order("latest")?;
        assert_eq!(theirs.custody, Custody::Returned, "{fault:?}");
    }
    Ok(())
}

/// Staff holds back what is owed, after a signature without an answer.
#[tokio::test]
async fn a_refund_that_is_refused_for_certain_is_not_done() -> Outcome {
    let bench = open(Profile::BankReturn).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "refund_required").await?;
    unigox(&bench).fault(Operation::Refund, Fault::BadGateway, 1);
    ask_back(&bench, &id).await?;
    unigox(&bench).set_profile("latest", Profile::RefundHeld)?;
    bench.pass_in_steps(Duration::from_mins(5), 24).await?;
    let held = ada.order(&id).await?;
    assert_eq!(held.stands(), ("attention", "unknown"));
    assert_eq!(bench.record(&id).await?.refund, None);
    unigox(&bench).set_profile("latest", Profile::BankReturn)?;
    bench.pass(Duration::from_mins(15)).await?;
    until(&bench, &id, "refund_required").await?;
    ask_back(&bench, &id).await?;
    until(&bench, &id, "refunded").await?;
    assert_eq!(unigox(&bench).order("latest")?.custody, Custody::Returned);
    Ok(())
}

/// `cancelled` says nothing about the escrow; what UNIGOX takes does, also when that comes later.
#[tokio::test]
async fn a_refund_that_is_allowed_later_is_seen() -> Outcome {
    let bench = open(Profile::RefundHeld).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "attention").await?;
    let held = ada.order(&id).await?;
    assert_eq!(
        (held.stands(), held.reason()),
        (("attention", "unknown"), "payout_failed")
    );
    let early = partner(&bench, &id, "authorise_refund", &json!({})).await?;
    assert_eq!(early.refusal(), (409, "action_not_allowed"));
    unigox(&bench).set_profile("latest", Profile::BankReturn)?;
    bench.pass(Duration::from_mins(15)).await?;
    refund(&bench, &id).await
}

#[tokio::test]
async fn an_order_that_failed_with_crypto_in_the_escrow_is_kept_open() -> Outcome {
    let bench = open(Profile::FailedReturned).await?;
    unigox(&bench).knobs_mut(|knobs| knobs.chain_ms = 3_000);
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "failed").await?;
    bench.pass_in_steps(Duration::from_mins(10), 12).await?;
    let order = ada.order(&id).await?;
    assert_eq!(
        order.stands(),
        ("failed", "unknown"),
        "said again, it is no news"
    );
    assert_eq!(order.reason(), "payout_failed");
    let record = bench.record(&id).await?;
    assert!(record.next_check_at.is_some(), "nobody looks any more");

    // It was in the escrow, so that it did arrive.
    let nothing = resolve(&bench, &id, Finding::NothingArrived).await;
    assert!(
        matches!(nothing, Err(Unresolved::HasArrived { .. })),
        "{nothing:?}"
    );
    let unsaid = resolve(&bench, &id, Finding::NotCreated).await;
    assert!(matches!(unsaid, Err(Unresolved::IsBound(_))), "{unsaid:?}");
    resolve(&bench, &id, Finding::Returned(HASH.to_owned())).await?;
    let ada = shop::ada(&bench).await?;
    let order = ada.order(&id).await?;
    assert_eq!(order.stands(), ("refunded", "returned"));
    assert_eq!(order.order()["refund"]["tx_hash"], HASH);
    bench.pass_in_steps(Duration::from_mins(10), 3).await?;
    assert_eq!(ada.order(&id).await?.stands(), ("refunded", "returned"));
    assert!(bench.record(&id).await?.is_closed());
    Ok(())
}

#[tokio::test]
async fn what_a_person_found_in_the_escrow_needs_a_person_until_it_goes_back() -> Outcome {
    for (profile, end) in [
        (Profile::FailedReturned, "failed"),
        (Profile::RefundHeld, "attention"),
    ] {
        let bench = open(profile).await?;
        unigox(&bench).knobs_mut(|knobs| knobs.chain_ms = 3_000);
        let ada = ada(&bench).await?;
        let id = funded(&bench, &ada).await?;
        until(&bench, &id, end).await?;
        assert_eq!(ada.order(&id).await?.stands(), (end, "unknown"));
        resolve(&bench, &id, Finding::StillHeld).await?;
        bench.pass_in_steps(Duration::from_mins(10), 12).await?;
        let ada = shop::ada(&bench).await?;
        let held = ada.order(&id).await?;
        assert_eq!(held.stands(), ("attention", "escrow"), "{}", held.text);
        assert_eq!(
            (held.reason(), &held.order()["next"]["by"]),
            ("payout_failed", &json!("partner"))
        );
        if profile == Profile::RefundHeld {
            // Their staff has let it go.
            unigox(&bench).set_profile("latest", Profile::BankReturn)?;
            bench.pass(Duration::from_mins(15)).await?;
            refund(&bench, &id).await?;
        } else {
            resolve(&bench, &id, Finding::Returned(HASH.to_owned())).await?;
        }
        let end = ada.order(&id).await?;
        assert_eq!(end.stands(), ("refunded", "returned"), "{}", end.text);
    }
    Ok(())
}

#[tokio::test]
async fn what_failed_with_a_refund_owed_is_refunded() -> Outcome {
    let bench = open(Profile::FailedFunded).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "refund_required").await?;
    refund(&bench, &id).await
}

#[tokio::test]
async fn a_dispute_is_won_or_lost() -> Outcome {
    for (profile, end) in [
        (Profile::DisputeWon, "refund_required"),
        (Profile::DisputeLost, "completed"),
    ] {
        let bench = open(profile).await?;
        let ada = ada(&bench).await?;
        let id = funded(&bench, &ada).await?;
        until(&bench, &id, "disputed").await?;
        let order = ada.order(&id).await?;
        assert_eq!(order.stands(), ("disputed", "escrow"));
        assert!(order.actions().is_empty(), "{:?}", order.actions());
        assert_eq!(order.order()["next"]["by"], "partner");
        bench.pass(Duration::from_hours(72)).await?;
        until(&bench, &id, end).await?;
        if end == "refund_required" {
            refund(&bench, &id).await?;
        }
        assert_eq!(
            unigox(&bench).order("latest")?.confirm_calls,
            0,
            "{profile:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_price_that_moved_before_anybody_accepted_ends_the_order() -> Outcome {
    let bench = open(Profile::PriceMoved).await?;
    let ada = ada(&bench).await?;
    let id = sell(&ada, "100").await?.order_id()?;
    until(&bench, &id, "cancelled").await?;
    let order = ada.order(&id).await?;
    assert_eq!(
        (order.stands(), order.reason()),
        (("cancelled", "payer"), "price_changed")
    );
    // The payer may begin anew at once.
    assert_eq!(sell(&ada, "100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn without_anybody_who_accepts_nothing_is_signed() -> Outcome {
    let bench = open(Profile::NoProvider).await?;
    let ada = ada(&bench).await?;
    let id = sell(&ada, "100").await?.order_id()?;
    let early = authorise(&bench, &id, "100").await?;
    assert_eq!(early.refusal(), (409, "action_not_allowed"));
    until(&bench, &id, "cancelled").await?;
    assert_eq!(ada.order(&id).await?.stands(), ("cancelled", "payer"));
    assert_eq!(unigox(&bench).requests(Operation::Parameters), 0);
    Ok(())
}

#[tokio::test]
async fn a_window_to_sign_that_is_over_ends_the_order() -> Outcome {
    let bench = open(Profile::SigningWindowOver).await?;
    let ada = ada(&bench).await?;
    let id = sell(&ada, "100").await?.order_id()?;
    until(&bench, &id, "cancelled").await?;
    assert_eq!(ada.order(&id).await?.stands(), ("cancelled", "payer"));
    Ok(())
}

/// The relay took the signature and the chain did not: nobody can tell from here who has the crypto.
#[tokio::test]
async fn a_relay_that_failed_is_left_open_until_a_person_has_looked() -> Outcome {
    let bench = open(Profile::RelayFailure).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    authorise(&bench, &id, "100").await?;
    until(&bench, &id, "failed").await?;
    let order = ada.order(&id).await?;
    assert_eq!(
        (order.stands(), order.reason()),
        (("failed", "unknown"), "deposit_missing")
    );
    assert_eq!(unigox(&bench).order("latest")?.authorise_calls, 1);

    // Whoever has the signature can use it for a while.
    let early = resolve(&bench, &id, Finding::NothingArrived).await;
    assert!(
        matches!(early, Err(Unresolved::MayStillArrive(_))),
        "{early:?}"
    );
    bench.pass(Duration::from_hours(2)).await?;
    resolve(&bench, &id, Finding::NothingArrived).await?;
    let ada = shop::ada(&bench).await?;
    assert_eq!(ada.order(&id).await?.stands(), ("failed", "payer"));
    assert!(bench.record(&id).await?.is_closed());
    bench.pass_in_steps(Duration::from_mins(10), 3).await?;
    assert_eq!(ada.order(&id).await?.stands(), ("failed", "payer"));
    let again = resolve(&bench, &id, Finding::NothingArrived).await;
    assert!(
        matches!(again, Err(Unresolved::NotInAttention(_))),
        "{again:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_provider_that_confirms_by_itself_completes_the_order() -> Outcome {
    let bench = open(Profile::AutoConfirm).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "completed").await?;
    assert_eq!(unigox(&bench).order("latest")?.confirm_calls, 0);
    Ok(())
}

#[tokio::test]
async fn nobody_confirms_for_the_payer_and_money_that_did_not_arrive_is_told() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "awaiting_confirmation").await?;
    let note = "nothing on my account at Access Bank";
    let body = json!({ "note": note });
    let told = payer(&bench, &ada, &id, "report_not_received", &body).await?;
    assert_eq!(told.status, 200, "{}", told.text);
    bench.settle().await?;
    let order = bench
        .get(&format!("/v1/orders/{id}"))
        .bearer(PARTNER)
        .send()
        .await?;
    assert_eq!(order.order()["not_received"]["note"], note);
    assert_eq!(order.order()["next"]["by"], "partner");
    assert_eq!(order.actions(), ["confirm_received"]);
    let contents = bench.database().contents()?;
    let is_kept = contents
        .windows(note.len())
        .any(|bytes| bytes == note.as_bytes());
    assert!(
        !is_kept,
        "the note stands in the database as it was written"
    );

    bench.pass_in_steps(Duration::from_hours(6), 8).await?;
    assert_eq!(unigox(&bench).order("latest")?.confirm_calls, 0);
    // It may arrive after all.
    let later = shop::ada(&bench).await?;
    payer(&bench, &later, &id, "confirm_received", &json!({})).await?;
    until(&bench, &id, "completed").await
}

#[tokio::test]
async fn a_buyer_may_claim_what_nobody_confirmed() -> Outcome {
    let bench = open(Profile::BuyerClaims).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "awaiting_confirmation").await?;
    bench.pass(Duration::from_hours(24)).await?;
    until(&bench, &id, "completed").await?;
    assert_eq!(unigox(&bench).order("latest")?.confirm_calls, 0);
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_needs_attention_and_is_looked_at_again() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    unigox(&bench).force_status("latest", Status::Other("escrow_haunted".to_owned()))?;
    until(&bench, &id, "attention").await?;
    let order = ada.order(&id).await?;
    assert_eq!(
        (order.stands(), order.reason()),
        (("attention", "unknown"), "unknown_status")
    );
    unigox(&bench).force_status("latest", Status::AwaitingFiatReceivedConfirmation)?;
    until(&bench, &id, "awaiting_confirmation").await
}

/// Of orders that settle a day later: their words are understood, although no such price is taken.
#[tokio::test]
async fn money_that_came_back_to_the_provider_is_told() -> Outcome {
    let bench = open(Profile::Usual).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    unigox(&bench).force_status("latest", Status::SettlementInProgress)?;
    until(&bench, &id, "payout_in_progress").await?;
    unigox(&bench).force_status("latest", Status::Returned)?;
    until(&bench, &id, "payout_returned").await?;
    assert_eq!(
        ada.order(&id).await?.stands(),
        ("payout_returned", "converted")
    );
    Ok(())
}
