//! Every profile, to its end.

use offramp_simulator::providers::unigox::{Custody, Profile, Status};
use serde_json::json;

use crate::bench::{Answer, Bench, Outcome, quote, with};

/// Opens an order of a profile, pays it if it can be paid, and waits for so long.
async fn play(bench: &Bench, profile: Profile, secs: u64) -> Outcome<String> {
    bench.unigox().knobs_mut(|knobs| knobs.profile = profile);
    let id = bench.open_accepted().await?;
    if bench.status(&id).await? == "awaiting_crypto_transfer_authorization" {
        assert_eq!(bench.pay(&id).await?.status, 200);
    }
    bench.step_secs(secs);
    Ok(id)
}

#[track_caller]
fn assert_view(bench: &Bench, id: &str, status: &Status, custody: Custody) {
    let view = bench.unigox().order(id);
    let found = view.map(|view| (view.status, view.custody));
    assert_eq!(found, Ok((status.clone(), custody)));
}

#[tokio::test]
async fn without_a_signature_an_order_ends_with_nothing_owed() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::NoProvider);
    let nobody = bench.open().await?;
    bench.step_secs(299);
    assert_eq!(bench.status(&nobody).await?, "awaiting_liquidity_provider");
    bench.step_secs(1);
    assert_view(&bench, &nobody, &Status::Cancelled, Custody::Owner);

    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::Usual);
    let unsigned = bench.open_accepted().await?;
    bench.step_secs(1_799);
    assert_eq!(
        bench.status(&unsigned).await?,
        "awaiting_crypto_transfer_authorization"
    );
    bench.step_secs(1);
    assert_view(&bench, &unsigned, &Status::Cancelled, Custody::Owner);
    assert_eq!(bench.read(&unsigned).await?["allowed_actions"], json!([]));
    let path = format!("/orders/{unsigned}/transfer-authorization-parameters");
    assert_eq!(bench.get(&path).await?.code(), (409, "INVALID_STATUS"));

    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::SigningWindowOver);
    let short = bench.open_accepted().await?;
    bench.step_secs(1);
    assert_view(&bench, &short, &Status::Cancelled, Custody::Owner);
    Ok(())
}

#[tokio::test]
async fn a_price_that_moved_or_broke_its_bound_ends_an_order_unfunded() -> Outcome {
    let bench = Bench::start().await?;
    let moved = play(&bench, Profile::PriceMoved, 0).await?;
    assert_view(
        &bench,
        &moved,
        &Status::PriceChangedRequoteNeeded,
        Custody::Owner,
    );
    assert_eq!(
        bench.read(&moved).await?["next_action"],
        "request_new_quote"
    );
    let breach = play(&bench, Profile::Breach, 0).await?;
    assert_view(&bench, &breach, &Status::Failed, Custody::Owner);
    assert_eq!(bench.read(&breach).await?["allowed_actions"], json!([]));
    Ok(())
}

#[tokio::test]
async fn what_the_chain_refuses_stays_with_its_owner() -> Outcome {
    let bench = Bench::start().await?;
    let id = play(&bench, Profile::RelayFailure, 3).await?;
    assert_view(&bench, &id, &Status::Failed, Custody::Owner);
    let held = bench.unigox().wallet(&bench.unigox().partner_wallet())?;
    assert_eq!(held.balances["USDT"].to_string(), "1000000");
    Ok(())
}

#[tokio::test]
async fn what_ends_after_funding_owes_a_refund() -> Outcome {
    let bench = Bench::start().await?;
    for (profile, secs, status) in [
        (Profile::ProofRejected, 60, Status::Cancelled),
        (Profile::BankReturn, 60, Status::Cancelled),
        (Profile::PaymentWindowOver, 3_603, Status::Cancelled),
        (Profile::DisputeWon, 72 * 3_600 + 60, Status::Cancelled),
        (Profile::FailedFunded, 60, Status::Failed),
    ] {
        let id = play(&bench, profile, secs).await?;
        assert_view(&bench, &id, &status, Custody::Escrow);
        let order = bench.read(&id).await?;
        assert_eq!(order["next_action"], "authorize_refund", "{profile:?}");
        assert_eq!(order["allowed_actions"], json!(["authorize-refund"]));
    }
    Ok(())
}

#[tokio::test]
async fn a_proof_is_rejected_three_times() -> Outcome {
    let bench = Bench::start().await?;
    let id = play(&bench, Profile::ProofRejected, 3 + 5 + 3 * 5 - 1).await?;
    assert_eq!(bench.status(&id).await?, "fiat_payment_review_started");
    bench.step_secs(1);
    assert_eq!(bench.status(&id).await?, "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_failure_can_return_the_crypto_by_itself() -> Outcome {
    let bench = Bench::start().await?;
    let id = play(&bench, Profile::FailedReturned, 8).await?;
    assert_view(&bench, &id, &Status::Failed, Custody::Escrow);
    assert_eq!(bench.read(&id).await?["allowed_actions"], json!([]));
    bench.step_secs(3);
    assert_view(&bench, &id, &Status::Failed, Custody::Returned);
    Ok(())
}

#[tokio::test]
async fn what_nobody_confirmed_can_still_be_completed() -> Outcome {
    let bench = Bench::start().await?;
    let auto = play(&bench, Profile::AutoConfirm, 13).await?;
    assert_view(&bench, &auto, &Status::Completed, Custody::Released);
    assert_eq!(bench.unigox().order(&auto)?.confirm_calls, 0);

    let claimed = play(&bench, Profile::BuyerClaims, 24 * 3_600).await?;
    assert_eq!(
        bench.status(&claimed).await?,
        "awaiting_fiat_received_confirmation"
    );
    bench.step_secs(13);
    assert_view(&bench, &claimed, &Status::Completed, Custody::Released);

    let lost = play(&bench, Profile::DisputeLost, 18).await?;
    assert_eq!(bench.status(&lost).await?, "dispute_started");
    let order = bench.read(&lost).await?;
    assert_eq!(
        (&order["next_action"], &order["allowed_actions"]),
        (&json!(null), &json!([]))
    );
    let refused = bench.act(&lost, "confirm-fiat-received").await?;
    assert_eq!(refused.code(), (400, "INVALID_REQUEST"));
    bench.step_secs(72 * 3_600);
    assert_view(&bench, &lost, &Status::Completed, Custody::Released);
    Ok(())
}

#[tokio::test]
async fn a_provider_that_confirms_by_itself_is_asked_for_in_the_quote() -> Outcome {
    let bench = Bench::start().await?;
    let asked = with(quote(), "has_fiat_settlement_notification", json!(true));
    let quote = bench.quote(&asked).await?;
    let initiated = bench.initiate(quote.data("quote_id")).await?;
    let id = initiated.data("order_id").to_owned();
    bench.step_secs(2);
    bench.pay(&id).await?;
    bench.step_secs(13);
    let order = bench.read(&id).await?;
    assert_eq!(order["has_fiat_settlement_notification"], true);
    assert_eq!(order["status"], "completed");
    Ok(())
}

#[tokio::test]
async fn an_address_is_asked_for_before_anybody_accepts() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::PendingAddress);
    let quoted = bench.quote(&quote()).await?;
    let answer: Answer = bench.initiate(quoted.data("quote_id")).await?;
    let data = &answer.json["data"];
    assert_eq!(data["status"], "pending_address");
    assert_eq!(data["next_action"], "provide_address");
    assert_eq!(
        data["required_fields"],
        json!(["address", "city", "postal_code"])
    );
    let id = answer.data("order_id").to_owned();
    bench.step_secs(3_600);
    let order = bench.read(&id).await?;
    assert_eq!(order["next_action"], "update_kyc_address");
    assert_eq!(order["allowed_actions"], json!(["cancel"]));
    assert_eq!(
        order["action_required"]["fields"][2]["field"],
        "postal_code"
    );
    let patch = format!("/users/{}/kyc", crate::bench::ADA);
    let body = json!({ "city": "Lagos" });
    let patched = bench
        .call(reqwest::Method::PATCH, &patch, Some(&body))
        .await?;
    assert_eq!(patched.json["data"]["updated_fields"], json!(["city"]));
    assert_eq!(bench.status(&id).await?, "awaiting_liquidity_provider");
    Ok(())
}

#[tokio::test]
async fn a_person_can_put_an_order_anywhere() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    bench.unigox().force_status(&id, "melted".parse()?)?;
    let order = bench.read(&id).await?;
    assert_eq!(
        (&order["status"], &order["allowed_actions"]),
        (&json!("melted"), &json!([]))
    );
    bench.unigox().force_status(&id, Status::DisputeStarted)?;
    assert_view(&bench, &id, &Status::DisputeStarted, Custody::Escrow);
    bench.unigox().force_status(&id, Status::Cancelled)?;
    assert_eq!(
        bench.read(&id).await?["allowed_actions"],
        json!(["authorize-refund"])
    );
    bench.unigox().force_status(&id, Status::Refunded)?;
    assert_view(&bench, &id, &Status::Refunded, Custody::Returned);
    Ok(())
}
