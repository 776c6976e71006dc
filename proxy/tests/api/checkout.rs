//! What the first screen is told.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{
    Deposit, Fault, Operation,
    providers::capa::{Verification, seed},
};
use serde_json::{Value, json};

use crate::support::{Bench, Outcome, session, with};

#[tokio::test]
async fn the_first_screen_is_told_what_is_offered() -> Outcome {
    let bench = Bench::start().await?;
    let checkout = bench.ana().await?.checkout().await?;
    assert_eq!(checkout.status, 200);
    assert_eq!(
        checkout.json["assets"][0],
        json!({
            "token": "USDC", "network": "POL", "name": "USD Coin", "network_name": "Polygon",
            "decimals": 6, "chain_id": 137,
            "token_contract": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
            "min": "5", "max": "25000",
        })
    );
    let countries: Vec<_> = checkout.json["countries"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|offer| offer["country"].as_str())
        .collect();
    assert_eq!(countries, ["MX", "DO", "US", "SEPA"]);
    assert_eq!(
        checkout.json["countries"][0],
        json!({
            "country": "MX", "currency": "MXN", "min": "100", "max": "500000",
            "form": { "kind": "built_in" },
        })
    );
    assert_eq!(checkout.json["quote_needs_destination"], false);
    assert_eq!(checkout.json["destinations"], json!([]));
    assert_eq!(checkout.json["server_time"], "2026-05-01T12:00:00.000Z");
    Ok(())
}

#[tokio::test]
async fn a_verified_payer_is_told_so() -> Outcome {
    let bench = Bench::start().await?;
    let checkout = bench.ana().await?.checkout().await?;
    assert_eq!(
        checkout.json["verification"],
        json!({ "status": "verified", "verification_url": null })
    );
    Ok(())
}

#[tokio::test]
async fn how_far_a_verification_is_decides_what_the_payer_is_told() -> Outcome {
    let bench = Bench::start().await?;
    let eva = bench.eva().await?;
    for (theirs, ours) in [
        (Verification::NotStarted, "required"),
        (Verification::InProgress, "pending"),
        (Verification::ReviewNeeded, "pending"),
        (Verification::Rejected, "rejected"),
        (Verification::Verified, "verified"),
    ] {
        bench.capa().verify(seed::CUST_3, theirs)?;
        let checkout = eva.checkout().await?;
        assert_eq!(checkout.json["verification"]["status"], ours);
    }
    Ok(())
}

#[tokio::test]
async fn a_verification_is_asked_for_once_a_day() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for _ in 0..3 {
        ana.checkout().await?;
    }
    assert_eq!(bench.capa().requests(Operation::Kyc), 1);
    bench.simulator.clock().step(Duration::from_hours(24));
    ana.checkout().await?;
    assert_eq!(bench.capa().requests(Operation::Kyc), 2);
    Ok(())
}

#[tokio::test]
async fn a_payer_who_is_not_verified_any_more_is_told_so_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.checkout().await?;
    bench.capa().verify(seed::CUST_1, Verification::Rejected)?;
    let refused = ana.buy("100").await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.json["verification"]["status"], "rejected");
    Ok(())
}

#[tokio::test]
async fn without_the_provider_a_new_payer_is_asked_to_come_again() -> Outcome {
    let bench = Bench::start().await?;
    bench.capa().fault(Operation::Kyc, Fault::BadGateway, 1);
    let ana = bench.ana().await?;
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.refusal(), (503, "provider_unavailable"));
    assert_eq!(checkout.json["retryable"], true);
    assert_eq!(ana.checkout().await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn without_the_provider_a_payer_still_sees_their_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().fault(Operation::Kyc, Fault::BadGateway, 1);
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.status, 200);
    assert_eq!(checkout.json["order"]["id"], id);
    assert_eq!(checkout.json["verification"]["status"], "verified");
    Ok(())
}

#[tokio::test]
async fn an_order_without_crypto_comes_back_in_every_session() -> Outcome {
    let bench = Bench::start().await?;
    let created = bench.ana().await?.buy("100").await?;
    let checkout = bench.ana().await?.checkout().await?;
    assert_eq!(checkout.json["order"], *created.order());
    assert_eq!(checkout.json["orders"], json!([]));
    assert!(bench.luis().await?.checkout().await?.json["order"].is_null());
    Ok(())
}

#[tokio::test]
async fn a_funded_order_makes_room_for_another() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let funded = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_secs(30).await?;
    let waiting = ana.open_order().await?;
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.json["order"]["id"], waiting);
    assert_eq!(checkout.json["orders"][0]["id"], funded);
    bench.pass_secs(30).await?;
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.json["orders"], json!([]), "it is paid and closed");
    Ok(())
}

#[tokio::test]
async fn what_the_partner_fixed_is_passed_on() -> Outcome {
    let bench = Bench::start().await?;
    let prefill =
        json!({ "country": "MX", "token": "USDC", "network": "POL", "crypto_amount": "100" });
    let body = with(session("cust-1", seed::CUST_1), "prefill", prefill.clone());
    let body = with(body, "lock", json!(["token", "network"]));
    let body = with(
        body,
        "receiver",
        json!({ "id": seed::RECEIVER, "name": "Olga" }),
    );
    let body = with(body, "return_url", json!("https://shop.example/back"));
    let checkout = bench.shopper_with(&body).await?.checkout().await?;
    assert_eq!(checkout.json["prefill"], prefill);
    assert_eq!(checkout.json["lock"], json!(["token", "network"]));
    assert_eq!(checkout.json["receiver"]["name"], "Olga");
    assert_eq!(checkout.json["return_url"], "https://shop.example/back");
    Ok(())
}

#[tokio::test]
async fn without_terms_nothing_is_fixed() -> Outcome {
    let bench = Bench::start().await?;
    let checkout = bench.ana().await?.checkout().await?;
    assert_eq!(checkout.json["lock"], json!([]));
    for absent in ["receiver", "order", "wallet", "return_url"] {
        assert_eq!(checkout.json[absent], Value::Null, "{absent}");
    }
    Ok(())
}

#[tokio::test]
async fn a_query_does_not_change_whose_checkout_it_is() -> Outcome {
    let bench = Bench::start().await?;
    bench.luis().await?.open_order().await?;
    let ana = bench.ana().await?;
    let checkout = ana
        .ask(Method::GET, "/v1/checkout?payer=cust-2")
        .send()
        .await?;
    assert!(checkout.json["order"].is_null());
    Ok(())
}
