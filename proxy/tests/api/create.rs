//! Creating an order: at which price, once, and what the provider refuses.

use std::time::Duration;

use offramp_simulator::{
    Decimal, Fault, Operation, Refusal,
    providers::capa::{CreatedAs, Decimals, ErrorShape, Range, seed},
};
use serde_json::{Value, json};

use crate::support::{Bench, Outcome, session, shopper::confirm, with};

#[tokio::test]
async fn the_least_amount_has_to_be_named() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    let answer = ana
        .create(&with(body.clone(), "min_fiat_amount", Value::Null))
        .await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(
        answer.json["detail"],
        "min_fiat_amount is needed with this quote"
    );
    assert_eq!(ana.create(&body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_price_below_the_named_amount_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    let answer = ana
        .create(&with(body, "min_fiat_amount", json!("1818.47")))
        .await?;
    assert_eq!(answer.refusal(), (409, "quote_changed"));
    assert_eq!(answer.quote()["fiat_amount"], "1818.46");
    assert_eq!(bench.capa().requests(Operation::Create), 0);
    Ok(())
}

#[tokio::test]
async fn an_expired_price_goes_ahead_when_the_new_one_is_the_same() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    let created = ana.create(&body).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.order()["crypto"]["amount"], "100");
    assert_eq!(created.order()["fiat"]["amount"], "1818.46");
    Ok(())
}

#[tokio::test]
async fn a_price_that_the_provider_does_not_hold_any_more_is_not_sent() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    // The provider's clock is known to the second only.
    bench.simulator.clock().step(Duration::from_millis(900));
    let body = confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    let created = ana.create(&body).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn an_expired_price_goes_ahead_when_the_new_one_is_better() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    bench.capa().move_rate_bps(100);
    let created = ana.create(&body).await?;
    assert_eq!(created.status, 201);
    assert_eq!(created.order()["crypto"]["amount"], "100");
    assert_eq!(created.order()["fiat"]["amount"], "1836.65");
    assert_eq!(created.order()["rate"], "18.366512");
    Ok(())
}

#[tokio::test]
async fn an_expired_price_is_asked_about_when_the_new_one_is_worse() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    bench.capa().move_rate_bps(-100);
    let changed = ana.create_with_key("k", &body).await?;
    assert_eq!(changed.refusal(), (409, "quote_changed"));
    assert_eq!(changed.json["retryable"], false);
    assert_eq!(changed.quote()["kind"], "firm");
    assert_eq!(changed.quote()["crypto_amount"], "100");
    assert_eq!(changed.quote()["fiat_amount"], "1800.28");
    assert_eq!(bench.capa().transactions().len(), 0);
    // The payer agrees: the key is still free, and the new price is the one to confirm.
    let created = ana.create_with_key("k", &confirm(&changed)).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.order()["fiat"]["amount"], "1800.28");
    Ok(())
}

#[tokio::test]
async fn a_payer_may_accept_a_floor_instead_of_a_figure() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = with(
        confirm(&ana.firm("100").await?),
        "min_fiat_amount",
        json!("1800"),
    );
    bench.simulator.clock().step(Duration::from_secs(10));
    bench.capa().move_rate_bps(-50);
    let created = ana.create(&body).await?;
    assert_eq!(created.status, 201);
    assert_eq!(created.order()["fiat"]["amount"], "1809.37");
    Ok(())
}

#[tokio::test]
async fn a_price_that_expires_on_the_way_is_asked_for_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench
        .capa()
        .refuse_with(Operation::Create, &Refusal::QuoteExpired, 3);
    let created = ana.create(&body).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(bench.capa().requests(Operation::Create), 4);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_price_that_keeps_expiring_is_asked_for_three_times() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench
        .capa()
        .refuse_with(Operation::Create, &Refusal::QuoteExpired, 9);
    let refused = ana.create_with_key("k", &body).await?;
    assert_eq!(refused.refusal(), (404, "quote_not_found"));
    assert_eq!(bench.capa().requests(Operation::Create), 4);
    let replayed = ana.create_with_key("k", &body).await?;
    assert_eq!(replayed.state(), "failed");
    assert_eq!(replayed.reason(), "price_changed");
    Ok(())
}

#[tokio::test]
async fn a_worse_price_on_the_way_is_the_payers_to_decide() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench
        .capa()
        .refuse_with(Operation::Create, &Refusal::QuoteExpired, 1);
    bench.capa().move_rate_bps(-100);
    let changed = ana.create(&body).await?;
    assert_eq!(changed.refusal(), (409, "quote_changed"));
    assert_eq!(changed.quote()["fiat_amount"], "1800.28");
    assert_eq!(ana.create(&confirm(&changed)).await?.status, 201);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_price_of_another_payer_does_not_exist() -> Outcome {
    let bench = Bench::start().await?;
    let body = confirm(&bench.luis().await?.firm("100").await?);
    let answer = bench.ana().await?.create(&body).await?;
    assert_eq!(answer.refusal(), (404, "quote_not_found"));
    Ok(())
}

#[tokio::test]
async fn a_price_makes_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    let id = ana.create(&body).await?.order_id()?;
    ana.cancel(&id).await?;
    let again = ana.create(&body).await?;
    assert_eq!(again.refusal(), (404, "quote_not_found"));
    Ok(())
}

#[tokio::test]
async fn a_price_of_an_earlier_session_keeps_to_the_locks_of_this_one() -> Outcome {
    let bench = Bench::start().await?;
    let body = confirm(&bench.ana().await?.firm("200").await?);
    let locked = with(
        session("cust-1", seed::CUST_1),
        "prefill",
        json!({ "crypto_amount": "100" }),
    );
    let locked = with(locked, "lock", json!(["crypto_amount"]));
    let ana = bench.shopper_with(&locked).await?;
    let answer = ana.create(&body).await?;
    assert_eq!(answer.refusal(), (422, "amount_out_of_range"));
    assert_eq!(answer.json["max"], "100");
    assert_eq!(ana.buy("100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_payer_has_one_order_without_crypto() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let answer = bench.ana().await?.buy("50").await?;
    assert_eq!(answer.refusal(), (409, "order_open"));
    assert_eq!(answer.json["order_id"], id);
    assert_eq!(bench.luis().await?.buy("50").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_refusal_of_the_provider_closes_the_order_and_has_a_type() -> Outcome {
    let range = Range {
        min: Decimal::from(200),
        max: Decimal::from(900),
    };
    for (refusal, expected) in [
        (Refusal::UserNotVerified, (403, "verification_required")),
        (Refusal::ReceiverNotVerified, (403, "receiver_not_verified")),
        (Refusal::AssetDisabled, (422, "asset_unavailable")),
        (Refusal::FiatDisabled, (422, "asset_unavailable")),
        (Refusal::TokenNotForOtc, (422, "asset_unavailable")),
        (Refusal::FiatOutOfRange(range), (422, "amount_out_of_range")),
        (
            Refusal::TokenOutOfRange(range),
            (422, "amount_out_of_range"),
        ),
        (Refusal::InvalidInput, (502, "provider_rejected")),
        (Refusal::ReceiverUserMismatch, (502, "provider_rejected")),
        (Refusal::UserNotOfPartner, (409, "payer_unlinked")),
        (Refusal::KeyInvalid, (502, "provider_rejected")),
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let body = confirm(&ana.firm("100").await?);
        bench.capa().refuse_with(Operation::Create, &refusal, 1);
        let refused = ana.create_with_key("k", &body).await?;
        assert_eq!(refused.refusal(), expected, "{refusal:?}");
        let kept = ana.create_with_key("k", &body).await?;
        assert_eq!(kept.stands(), ("failed", "payer"), "{refusal:?}");
        assert_eq!(kept.reason(), "not_created");
        assert_eq!(bench.capa().requests(Operation::Create), 1);
        assert_eq!(ana.buy("100").await?.status, 201, "there is room again");
    }
    Ok(())
}

#[tokio::test]
async fn a_range_that_the_provider_refuses_names_its_currency() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    let range = Range {
        min: Decimal::from(2_000),
        max: Decimal::from(9_000),
    };
    bench
        .capa()
        .refuse_with(Operation::Create, &Refusal::FiatOutOfRange(range), 1);
    let refused = ana.create(&body).await?;
    assert_eq!(refused.json["min"], "2000");
    assert_eq!(refused.json["max"], "9000");
    assert_eq!(refused.json["currency"], "MXN");
    Ok(())
}

#[tokio::test]
async fn a_payer_who_is_not_verified_makes_no_order() -> Outcome {
    let bench = Bench::start().await?;
    let eva = bench.eva().await?;
    let answer = eva.buy("100").await?;
    assert_eq!(answer.refusal(), (403, "verification_required"));
    assert!(eva.checkout().await?.json["order"].is_null());
    Ok(())
}

#[tokio::test]
async fn a_receiver_is_paid_instead_of_the_payer() -> Outcome {
    let bench = Bench::start().await?;
    let receiver = json!({ "id": seed::RECEIVER, "name": "Olga" });
    let body = with(session("cust-1", seed::CUST_1), "receiver", receiver);
    assert_eq!(
        bench.shopper_with(&body).await?.buy("100").await?.status,
        201
    );
    let unverified = json!({ "id": seed::UNVERIFIED_RECEIVER, "name": "Iris" });
    let body = with(session("cust-1", seed::CUST_1), "receiver", unverified);
    let bench = Bench::start().await?;
    let answer = bench.shopper_with(&body).await?.buy("100").await?;
    assert_eq!(answer.refusal(), (403, "receiver_not_verified"));
    Ok(())
}

#[tokio::test]
async fn every_way_in_which_the_provider_writes_is_understood() -> Outcome {
    for decimals in [Decimals::Numbers, Decimals::Strings, Decimals::Mixed] {
        for created_as in [CreatedAs::Pending, CreatedAs::PendingPayment] {
            let bench = Bench::start().await?;
            bench.capa().knobs_mut(|knobs| {
                knobs.decimals = decimals;
                knobs.created_as = created_as;
                knobs.extra_fields = offramp_simulator::providers::capa::ExtraFields::Present;
            });
            let created = bench.ana().await?.buy("100").await?;
            assert_eq!(created.state(), "awaiting_deposit", "{}", created.text);
            assert_eq!(created.order()["fiat"]["amount"], "1818.46");
        }
    }
    for errors in [ErrorShape::Flat, ErrorShape::Renamed, ErrorShape::Nested] {
        let bench = Bench::start().await?;
        bench.capa().knobs_mut(|knobs| knobs.errors = errors);
        let answer = bench.eva().await?.buy("100").await?;
        assert_eq!(answer.refusal(), (403, "verification_required"));
    }
    Ok(())
}

#[tokio::test]
async fn without_the_provider_an_expired_price_stores_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench.simulator.clock().step(Duration::from_secs(10));
    bench.capa().fault(Operation::Quote, Fault::BadGateway, 1);
    let answer = ana.create_with_key("k", &body).await?;
    assert_eq!(answer.refusal(), (503, "provider_unavailable"));
    assert_eq!(ana.create_with_key("k", &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_create_is_answered_within_fifteen_seconds() -> Outcome {
    let bench = Bench::with(|_, settings| {
        settings.timeouts.create = Duration::from_mins(1);
    })
    .await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench
        .capa()
        .fault(Operation::Create, Fault::TimeoutBefore, 1);
    let began = std::time::Instant::now();
    let answer = ana.create(&body).await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.stands(), ("creating", "payer"));
    assert!(began.elapsed() < Duration::from_secs(15));
    Ok(())
}

#[tokio::test]
async fn an_order_survives_the_page_that_asked_for_it() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    let request = ana.create_with_key("k", &body);
    // The page is closed as soon as the provider has been asked.
    let asked = async {
        while bench.capa().requests(Operation::Create) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = request => drop(answer?),
        () = asked => {}
    }
    let seen = async {
        loop {
            let order = ana.checkout().await?.json["order"].clone();
            if order["state"] == "awaiting_deposit" {
                return Outcome::Ok(order);
            }
        }
    };
    let order = tokio::time::timeout(Duration::from_secs(10), seen).await??;
    let replayed = ana.create_with_key("k", &body).await?;
    assert_eq!(replayed.order()["id"], order["id"]);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}
