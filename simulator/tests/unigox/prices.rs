//! Estimates and quotes: figures, lives, tolerances and refusals.

use offramp_simulator::Decimal;
use offramp_simulator::providers::unigox::{
    AddUser, Funding, KycStatus, Presence, ReviewWord, WalletType,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{ADA, Answer, BEN, Bench, EUR_ACCOUNT, Outcome, parsed, quote, with};

fn pin(bench: &Bench, rate: &str) -> Outcome {
    let rate: Decimal = parsed(rate.parse())?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.pinned_rate = Some(rate));
    Ok(())
}

fn fiat_anchored() -> Value {
    with(
        with(quote(), "crypto_amount", Value::Null),
        "fiat_amount",
        json!("500000"),
    )
}

#[tokio::test]
async fn the_quote_is_that_of_the_contract() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.quote(&quote()).await?;
    assert_eq!(answer.status, 200);
    let fees = json!({
        "platform_fee": "1.463415", "platform_fee_pct": 1.5,
        "partner_fee": "0.975610", "partner_fee_pct": 1, "total_fee": "2.439025",
    });
    let expected = json!({
        "quote_id": answer.json["data"]["quote_id"], "anchor_type": "crypto", "rate": "1530.12",
        "crypto_amount": "99.024390", "fiat_amount": "149280.00", "fee_breakdown": fees,
        "payment_details_id": 987, "payment_method_id": 5, "payment_network_id": 12,
        "expires_at": "2026-05-01T12:01:00Z", "has_fiat_settlement_notification": false,
    });
    assert_eq!(answer.json["data"], expected);
    Ok(())
}

#[tokio::test]
async fn a_fiat_amount_stays_and_its_funding_may_round_two_ways() -> Outcome {
    let bench = Bench::start().await?;
    for (funding, human) in [
        (Funding::Unrounded, "334.941050"),
        (Funding::PrintedParts, "334.941051"),
    ] {
        bench.unigox().knobs_mut(|knobs| knobs.funding = funding);
        let quote = bench.quote(&fiat_anchored()).await?;
        assert_eq!(quote.data("anchor_type"), "fiat");
        assert_eq!(quote.data("crypto_amount"), "331.673333");
        assert_eq!(quote.data("fiat_amount"), "500000.00");
        assert_eq!(
            quote.json["data"]["fee_breakdown"]["partner_fee"],
            "3.267718"
        );
        let order = bench.initiate(quote.data("quote_id")).await?;
        bench.step_secs(2);
        let parameters = bench.parameters(order.data("order_id")).await?;
        assert_eq!(parameters["amount_human"], human);
    }
    Ok(())
}

#[tokio::test]
async fn an_estimate_needs_no_key() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "crypto_currency": "USDC", "fiat_currency": "EUR", "crypto_amount": "100" });
    pin(&bench, "0.912")?;
    let request = bench.bare(Method::POST, "/unigox/api/v1/partner/offramp/estimate");
    let answer = Answer::read(request.json(&body).send().await?).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["data"]["is_indicative"], true);
    assert_eq!(answer.data("rate"), "0.912");
    assert_eq!(answer.data("fiat_amount"), "89.85");
    Ok(())
}

#[tokio::test]
async fn amounts_that_cannot_be_paid_are_refused() -> Outcome {
    let bench = Bench::start().await?;
    let both = with(quote(), "fiat_amount", json!("1000"));
    let kobo = with(fiat_anchored(), "fiat_amount", json!("500000.50"));
    let mut refused = vec![both, kobo, with(quote(), "crypto_amount", Value::Null)];
    for amount in [
        json!("0"),
        json!("-1"),
        json!("1e3"),
        json!("ten"),
        json!(100),
    ] {
        refused.push(with(quote(), "crypto_amount", amount));
    }
    refused.push(with(quote(), "crypto_amount", json!("100.0000001")));
    for fee in ["", "1.", "-1", "100", "a"] {
        refused.push(with(quote(), "partner_fee_pct", json!(fee)));
    }
    refused.push(with(quote(), "fiat_currency", json!("EUR")));
    let negative = json!({ "type": "percent", "value": -1 });
    refused.push(with(quote(), "slippage_tolerance", negative));
    refused.push(json!({}));
    for body in refused {
        let answer = bench.quote(&body).await?;
        assert_eq!(answer.code(), (400, "INVALID_REQUEST"), "{body}");
    }
    for amount in ["9.999999", "10000.000001", "79228162514264337593543"] {
        let body = with(quote(), "crypto_amount", json!(amount));
        let answer = bench.quote(&body).await?;
        assert_eq!(answer.code(), (409, "NO_OFFERS_AVAILABLE"), "{amount}");
    }
    let doge = with(quote(), "crypto_currency", json!("DOGE"));
    assert_eq!(
        bench.quote(&doge).await?.code(),
        (409, "NO_OFFERS_AVAILABLE")
    );
    Ok(())
}

#[tokio::test]
async fn who_and_where_are_checked() -> Outcome {
    let bench = Bench::start().await?;
    let unknown = with(quote(), "payment_details_id", json!(1));
    assert_eq!(
        bench.quote(&unknown).await?.code(),
        (404, "INVALID_PAYMENT_DETAILS")
    );
    let foreign = with(quote(), "user_uuid", json!(BEN));
    assert_eq!(
        bench.quote(&foreign).await?.code(),
        (404, "INVALID_PAYMENT_DETAILS")
    );
    let nobody = with(quote(), "user_uuid", json!("nobody"));
    assert_eq!(bench.quote(&nobody).await?.code(), (404, "INVALID_REQUEST"));
    let rail = with(quote(), "rail", json!("iban-sepa"));
    assert_eq!(
        bench.quote(&rail).await?.code(),
        (409, "RAIL_ROUTE_MISMATCH")
    );
    Ok(())
}

#[tokio::test]
async fn only_the_verified_are_quoted() -> Outcome {
    let bench = Bench::start().await?;
    let account = json!({ "currency": "NGN", "rail": "nip-nigeria",
        "details": { "account_number": "0123456789" } });
    let path = format!("/users/{BEN}/payment-details");
    let saved = bench.post(&path, &account).await?;
    let id: u64 = saved.data("payment_details_id").parse()?;
    let body = with(
        with(quote(), "user_uuid", json!(BEN)),
        "payment_details_id",
        json!(id),
    );
    for (word, shown) in [
        (ReviewWord::UnderReview, "UNDER_REVIEW"),
        (ReviewWord::InProgress, "IN_PROGRESS"),
    ] {
        bench.unigox().knobs_mut(|knobs| knobs.review_word = word);
        let refused = bench.quote(&body).await?;
        assert_eq!(refused.code(), (422, "KYC_NOT_CLEARED"));
        assert_eq!(refused.json["error"]["details"]["kyc_status"], shown);
    }
    Ok(())
}

#[tokio::test]
async fn a_quote_lives_a_minute_or_half_and_is_used_once() -> Outcome {
    let bench = Bench::start().await?;
    let first = bench.quote(&quote()).await?;
    bench.step_secs(60);
    let late = bench.initiate(first.data("quote_id")).await?;
    assert_eq!(late.code(), (409, "QUOTE_EXPIRED"));
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.quote_life_ms = 30_000);
    let second = bench.quote(&quote()).await?;
    assert_eq!(second.data("expires_at"), "2026-05-01T12:01:30Z");
    assert_eq!(bench.initiate(second.data("quote_id")).await?.status, 201);
    let again = bench.initiate(second.data("quote_id")).await?;
    assert_eq!(again.code(), (409, "QUOTE_ALREADY_USED"));
    assert_eq!(bench.unigox().order("latest")?.initiate_calls, 2);
    assert_eq!(
        bench.initiate("nothing").await?.code(),
        (404, "QUOTE_NOT_FOUND")
    );
    Ok(())
}

#[tokio::test]
async fn a_price_moves_within_its_tolerance_and_no_further() -> Outcome {
    let bench = Bench::start().await?;
    let quoted = bench.quote(&quote()).await?;
    pin(&bench, "1515")?;
    let within = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(within.json["data"]["amounts"]["fiat_amount"], "147805.00");
    assert_eq!(within.json["data"]["amounts"]["crypto_amount"], "99.024390");

    let quoted = bench.quote(&quote()).await?;
    pin(&bench, "1490")?;
    let beyond = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(beyond.code(), (409, "PRICE_CHANGED_REQUOTE"));
    let details = json!({ "quoted_rate": 1515, "current_rate": 1490, "fiat_difference": -2439 });
    assert_eq!(beyond.json["error"]["details"], details);
    let again = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(again.code(), (409, "QUOTE_ALREADY_USED"));
    Ok(())
}

#[tokio::test]
async fn without_a_tolerance_any_movement_needs_a_new_quote() -> Outcome {
    let bench = Bench::start().await?;
    let quoted = bench
        .quote(&with(quote(), "slippage_tolerance", Value::Null))
        .await?;
    pin(&bench, "1530.13")?;
    let refused = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(refused.code(), (409, "PRICE_CHANGED_REQUOTE"));
    Ok(())
}

#[tokio::test]
async fn a_price_can_move_before_anybody_accepts() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    pin(&bench, "1400")?;
    bench.step_secs(2);
    assert_eq!(bench.status(&id).await?, "price_changed_requote_needed");

    let wide = json!({ "type": "percent", "value": 90 });
    let quoted = bench
        .quote(&with(fiat_anchored(), "slippage_tolerance", wide))
        .await?;
    let order = bench.initiate(quoted.data("quote_id")).await?;
    pin(&bench, "1100")?;
    bench.step_secs(2);
    assert_eq!(bench.status(order.data("order_id")).await?, "failed");
    Ok(())
}

#[tokio::test]
async fn a_quote_can_be_of_the_kind_that_settles_a_day_later() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.delayed_settlement = Presence::Present);
    let answer = bench.quote(&quote()).await?;
    assert_eq!(answer.json["data"]["delayed_settlement"], true);
    assert_eq!(answer.json["data"]["settlement_hours"], 24);
    Ok(())
}

#[tokio::test]
async fn euros_are_paid_in_cents() -> Outcome {
    let bench = Bench::start().await?;
    pin(&bench, "0.912")?;
    let body = json!({ "user_uuid": ADA, "payment_details_id": EUR_ACCOUNT,
        "crypto_currency": "USDC", "fiat_amount": "50.25", "fiat_currency": "EUR" });
    let answer = bench.quote(&body).await?;
    assert_eq!((answer.status, answer.data("fiat_amount")), (200, "50.25"));
    assert_eq!(answer.json["data"].get("beneficiary_requirements"), None);
    let order = bench.initiate(answer.data("quote_id")).await?;
    assert_eq!(order.data("status"), "awaiting_liquidity_provider");
    Ok(())
}

#[tokio::test]
async fn a_refused_verification_leaves_the_quote_for_later() -> Outcome {
    let bench = Bench::start().await?;
    let quoted = bench.quote(&quote()).await?;
    bench.unigox().verify(ADA, KycStatus::UnderReview)?;
    let refused = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(refused.code(), (422, "KYC_NOT_CLEARED"));
    bench.unigox().verify(ADA, KycStatus::Verified)?;
    assert_eq!(bench.initiate(quoted.data("quote_id")).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn euros_wait_for_an_address_that_is_not_known() -> Outcome {
    let bench = Bench::start().await?;
    pin(&bench, "0.912")?;
    let user = bench.unigox().add_user(AddUser {
        kyc_status: KycStatus::Verified,
        wallet_type: WalletType::PartnerWallet,
    });
    let account = json!({ "currency": "EUR", "rail": "iban-sepa",
        "details": { "full_name": "Noel", "iban": "DE89370400440532013000" } });
    let saved = bench
        .post(&format!("/users/{user}/payment-details"), &account)
        .await?;
    let id: u64 = saved.data("payment_details_id").parse()?;
    let body = json!({ "user_uuid": user, "payment_details_id": id,
        "crypto_currency": "USDC", "crypto_amount": "100", "fiat_currency": "EUR" });
    let quoted = bench.quote(&body).await?;
    let asked = &quoted.json["data"]["beneficiary_requirements"];
    assert_eq!(asked[0], json!({ "field": "address", "label": "Address" }));
    let order = bench.initiate(quoted.data("quote_id")).await?;
    assert_eq!(order.data("status"), "pending_address");
    let path = format!("/users/{user}/kyc");
    let some = json!({ "address": "1 Unter den Linden", "city": "Berlin" });
    bench.call(Method::PATCH, &path, Some(&some)).await?;
    assert_eq!(
        bench.status(order.data("order_id")).await?,
        "pending_address"
    );
    let rest = json!({ "postal_code": "10117" });
    bench.call(Method::PATCH, &path, Some(&rest)).await?;
    let status = bench.status(order.data("order_id")).await?;
    assert_eq!(status, "awaiting_liquidity_provider");
    Ok(())
}
