//! An order that is signed, paid and confirmed.

use offramp_simulator::providers::unigox::Custody;
use serde_json::json;

use crate::bench::{Bench, Outcome};

#[tokio::test]
async fn an_order_begins_as_documented() -> Outcome {
    let bench = Bench::start().await?;
    let quote = bench.quote(&crate::bench::quote()).await?;
    let answer = bench.initiate(quote.data("quote_id")).await?;
    assert_eq!(answer.status, 201);
    let data = &answer.json["data"];
    assert_eq!(data["status"], "awaiting_liquidity_provider");
    assert_eq!(data["order_type"], "offramp");
    assert_eq!(data["reference_id"], "inv-1");
    assert_eq!(data["quote_id"], quote.json["data"]["quote_id"]);
    let amounts = json!({
        "crypto_amount": "99.024390", "fiat_amount": "149280.00", "crypto_currency": "USDT",
        "fiat_currency": "NGN", "rate": "1530.12",
    });
    assert_eq!(data["amounts"], amounts);
    assert_eq!(data["timeline"][0]["timestamp"], "2026-05-01T12:00:00Z");
    Ok(())
}

#[tokio::test]
async fn a_life_from_quote_to_completed() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let order = bench.read(&id).await?;
    assert_eq!(order["allowed_actions"], json!(["cancel"]));
    assert_eq!(order["next_action"], json!(null));

    bench.step_secs(2);
    let order = bench.read(&id).await?;
    assert_eq!(order["status"], "awaiting_crypto_transfer_authorization");
    assert_eq!(order["next_action"], "authorize_crypto_transfer");
    let actions = json!(["authorize-crypto-transfer", "cancel"]);
    assert_eq!(order["allowed_actions"], actions);
    assert_eq!(order["crypto_transfer_authorization_seconds_left"], 1_800);
    bench.step_secs(80);
    let order = bench.read(&id).await?;
    assert_eq!(order["crypto_transfer_authorization_seconds_left"], 1_720);

    let paid = bench.pay(&id).await?;
    let expected = json!({ "order_id": id, "status": "crypto_transfer_authorization_pending" });
    assert_eq!((paid.status, &paid.json["data"]), (200, &expected));
    let order = bench.read(&id).await?;
    assert_eq!(order["allowed_actions"], json!([]));
    assert_eq!(
        order["crypto_transfer_authorization_seconds_left"],
        json!(null)
    );

    let mut seen = Vec::new();
    for secs in [3, 5, 2, 3] {
        bench.step_secs(secs);
        let order = bench.read(&id).await?;
        assert_eq!(order["allowed_actions"], json!(["confirm-fiat-received"]));
        seen.push(order["status"].as_str().unwrap_or_default().to_owned());
    }
    let expected = [
        "crypto_received",
        "fiat_payment_started",
        "fiat_payment_started",
        "awaiting_fiat_received_confirmation",
    ];
    assert_eq!(seen, expected);
    let order = bench.read(&id).await?;
    assert_eq!(order["next_action"], "confirm_fiat_received");
    assert_eq!(order["action_required"]["type"], "confirm_fiat_received");

    // Nothing is confirmed by itself.
    bench.step_secs(7 * 24 * 60 * 60);
    assert_eq!(
        bench.status(&id).await?,
        "awaiting_fiat_received_confirmation"
    );

    let confirmed = bench.act(&id, "confirm-fiat-received").await?;
    assert_eq!(confirmed.data("status"), "fiat_received_confirmed");
    bench.step_secs(2);
    assert_eq!(bench.status(&id).await?, "crypto_release_pending");
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "completed");
    let again = bench.act(&id, "confirm-fiat-received").await?;
    assert_eq!((again.status, again.data("status")), (200, "completed"));

    let view = bench.unigox().order(&id)?;
    assert_eq!((view.custody, view.transfers), (Custody::Released, 1));
    assert_eq!((view.confirm_calls, view.authorise_calls), (2, 1));
    let order = bench.read(&id).await?;
    let timeline = order["timeline"].as_array().map(Vec::len);
    assert_eq!(timeline, Some(10), "{order}");
    let stats = bench.get("/stats").await?;
    let expected = json!({
        "total_orders": 1, "completed_orders": 1, "volume_usd": "100.00", "earned_usd": "0.98",
    });
    assert_eq!(stats.json["data"], expected);
    Ok(())
}

#[tokio::test]
async fn the_fast_track_confirms_from_the_escrow_on() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    bench.pay(&id).await?;
    bench.step_secs(3);
    assert_eq!(bench.act(&id, "confirm-fiat-received").await?.status, 200);
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "completed");
    Ok(())
}

#[tokio::test]
async fn nothing_is_confirmed_before_the_escrow_is_full() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let early = bench.act(&id, "confirm-fiat-received").await?;
    assert_eq!(early.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bench.unigox().order(&id)?.custody, Custody::Owner);
    Ok(())
}

#[tokio::test]
async fn an_order_is_called_off_before_it_is_funded_only() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let cancelled = bench.act(&id, "cancel").await?;
    assert_eq!(
        (cancelled.status, cancelled.data("status")),
        (200, "cancelled")
    );
    let order = bench.read(&id).await?;
    assert_eq!(order["allowed_actions"], json!([]));

    let id = bench.open_accepted().await?;
    bench.pay(&id).await?;
    let refused = bench.act(&id, "cancel").await?;
    assert_eq!(refused.code(), (400, "INVALID_REQUEST"));
    bench.unigox().knobs_mut(|knobs| {
        knobs.status_refusal = offramp_simulator::providers::unigox::StatusRefusal::Conflict;
    });
    let refused = bench.act(&id, "cancel").await?;
    assert_eq!(refused.code(), (409, "INVALID_STATUS"));
    assert_eq!(bench.unigox().order(&id)?.cancel_calls, 2);
    Ok(())
}
