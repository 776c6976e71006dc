//! Prices: what they promise, where they come from, and what is refused.

use std::{num::NonZeroU32, time::Duration};

use axum::http::Method;
use offramp_domain::{money::Amount, time::Timestamp};
use offramp_simulator::{
    Decimal, Fault, Operation, Refusal,
    providers::capa::{Range, seed},
};
use serde_json::{Value, json};

use crate::support::{
    Answer, Bench, Outcome, session,
    shopper::{self, ask},
    with,
};

/// A price for so many pesos.
fn pesos(kind: &str, amount: &str) -> Value {
    with(
        with(ask(kind, "0"), "crypto_amount", Value::Null),
        "fiat_amount",
        json!(amount),
    )
}

fn amount(answer: &Answer, key: &str) -> Outcome<Amount> {
    let text = answer.quote()[key].as_str().ok_or(answer.text.as_str())?;
    Ok(text.parse()?)
}

#[tokio::test]
async fn an_indicative_price_is_a_floor_that_does_not_expire() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.ana().await?.quote(&ask("indicative", "100")).await?;
    assert_eq!(answer.status, 200);
    let id = answer.quote()["id"].clone();
    assert_eq!(
        answer.json,
        json!({
            "quote": {
                "id": id, "kind": "indicative", "guarantee": "at_least", "token": "USDC",
                "network": "POL", "crypto_amount": "100", "currency": "MXN",
                "fiat_amount": "1818.46", "fiat_minimum": "1818.46", "rate": "18.184665",
                "fees": [], "expires_at": null,
            },
            "server_time": "2026-05-01T12:00:00.000Z",
        })
    );
    Ok(())
}

#[tokio::test]
async fn a_firm_price_is_exact_while_the_provider_holds_it() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.ana().await?.firm("100").await?;
    let quote = answer.quote();
    assert_eq!(quote["kind"], "firm");
    assert_eq!(quote["guarantee"], "exact");
    assert_eq!(quote["fiat_amount"], "1818.46");
    assert_eq!(quote["fiat_minimum"], "1818.46");
    assert_eq!(quote["expires_at"], "2026-05-01T12:00:09.000Z");
    Ok(())
}

#[tokio::test]
async fn a_firm_price_never_outlives_the_providers_own() -> Outcome {
    // The provider's clock is known to the second only.
    for past_the_second in [1, 500, 999].map(Duration::from_millis) {
        let bench = Bench::start().await?;
        bench.simulator.clock().step(past_the_second);
        let theirs = bench.now().plus(Duration::from_secs(10));
        let answer = bench.ana().await?.firm("100").await?;
        let ours = answer.quote()["expires_at"].as_str().unwrap_or_default();
        let ours: Timestamp = ours.parse()?;
        assert!(ours <= theirs, "{ours} is later than {theirs}");
        assert!(ours >= theirs.minus(Duration::from_secs(1)), "{ours}");
    }
    Ok(())
}

#[tokio::test]
async fn a_rate_is_shown_to_everybody_for_five_seconds() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    ana.quote(&ask("indicative", "100")).await?;
    bench.capa().move_rate_bps(-100);
    bench.simulator.clock().step(Duration::from_millis(4_999));
    let same = luis.quote(&ask("indicative", "200")).await?;
    assert_eq!(same.quote()["rate"], "18.184665");
    assert_eq!(bench.capa().requests(Operation::Quote), 1);
    bench.simulator.clock().step(Duration::from_millis(1));
    let new = luis.quote(&ask("indicative", "200")).await?;
    assert_eq!(new.quote()["rate"], "18.002818");
    assert_eq!(bench.capa().requests(Operation::Quote), 2);
    Ok(())
}

#[tokio::test]
async fn many_who_ask_at_once_cause_one_call() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = ask("indicative", "100");
    let (a, b, c, d) = tokio::join!(
        ana.quote(&body),
        ana.quote(&body),
        ana.quote(&body),
        ana.quote(&body)
    );
    for answer in [a?, b?, c?, d?] {
        assert_eq!(answer.quote()["fiat_amount"], "1818.46");
    }
    assert_eq!(bench.capa().requests(Operation::Quote), 1);
    Ok(())
}

#[tokio::test]
async fn a_failed_call_is_not_remembered() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    bench.capa().fault(Operation::Quote, Fault::BadGateway, 1);
    let failed = ana.quote(&ask("indicative", "100")).await?;
    assert_eq!(failed.refusal(), (503, "provider_unavailable"));
    assert_eq!(ana.quote(&ask("indicative", "100")).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn above_fifty_thousand_pesos_the_rate_is_asked_for_by_itself() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.quote(&ask("indicative", "100")).await?;
    let large = ana.quote(&ask("indicative", "3000")).await?;
    assert_eq!(large.quote()["fiat_amount"], "54553.99");
    assert_eq!(bench.capa().requests(Operation::Quote), 2);
    ana.quote(&ask("indicative", "4000")).await?;
    ana.quote(&ask("indicative", "200")).await?;
    assert_eq!(bench.capa().requests(Operation::Quote), 2);
    Ok(())
}

#[tokio::test]
async fn a_large_amount_of_pesos_is_priced_in_its_own_tier() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let large = ana.quote(&pesos("indicative", "60000")).await?;
    assert!(amount(&large, "fiat_amount")? >= "60000".parse()?);
    assert_eq!(bench.capa().requests(Operation::Quote), 2);
    ana.quote(&pesos("indicative", "70000")).await?;
    ana.quote(&ask("indicative", "3500")).await?;
    assert_eq!(bench.capa().requests(Operation::Quote), 2);
    Ok(())
}

#[tokio::test]
async fn a_fiat_amount_is_answered_with_crypto_that_yields_at_least_it() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for kind in ["indicative", "firm"] {
        for wanted in ["1000", "333.33", "100.01", "49999.99", "50000", "50000.01"] {
            let answer = ana.quote(&pesos(kind, wanted)).await?;
            assert_eq!(answer.status, 200, "{wanted}: {}", answer.text);
            let fiat = amount(&answer, "fiat_amount")?;
            assert!(fiat >= wanted.parse()?, "{kind} {wanted}: {fiat}");
            let crypto = amount(&answer, "crypto_amount")?;
            assert!(crypto.decimals() <= 6, "{crypto}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_fiat_amount_is_still_met_when_the_rate_has_just_fallen() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    ana.quote(&ask("indicative", "100")).await?;
    bench.capa().move_rate_bps(-200);
    let answer = ana.quote(&pesos("firm", "1000")).await?;
    assert_eq!(answer.quote()["kind"], "firm");
    assert!(amount(&answer, "fiat_amount")? >= "1000".parse()?);
    Ok(())
}

#[tokio::test]
async fn too_little_or_too_much_crypto_is_refused_with_its_limits() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for crypto_amount in ["4.999999", "25000.000001", "0"] {
        for kind in ["indicative", "firm"] {
            let answer = ana.quote(&ask(kind, crypto_amount)).await?;
            assert_eq!(answer.refusal(), (422, "amount_out_of_range"));
            assert_eq!(answer.json["min"], "5");
            assert_eq!(answer.json["max"], "25000");
            assert_eq!(answer.json["currency"], "USDC");
        }
    }
    assert_eq!(bench.capa().requests(Operation::Quote), 0);
    Ok(())
}

#[tokio::test]
async fn too_little_or_too_much_money_is_refused_with_its_limits() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    // Five tokens are enough, and the ninety pesos that they bring are not.
    for body in [
        pesos("firm", "99.99"),
        pesos("indicative", "500000.01"),
        ask("firm", "5"),
        ask("indicative", "5"),
    ] {
        let answer = ana.quote(&body).await?;
        assert_eq!(answer.refusal(), (422, "amount_out_of_range"), "{body}");
        assert_eq!(answer.json["min"], "100");
        assert_eq!(answer.json["max"], "500000");
        assert_eq!(answer.json["currency"], "MXN");
    }
    Ok(())
}

#[tokio::test]
async fn the_providers_own_limits_are_passed_on() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let range = Range {
        min: Decimal::from(2_000),
        max: Decimal::from(9_000),
    };
    for (refusal, currency) in [
        (Refusal::FiatOutOfRange(range), "MXN"),
        (Refusal::TokenOutOfRange(range), "USDC"),
    ] {
        bench.capa().refuse_with(Operation::Quote, &refusal, 1);
        let answer = ana.firm("100").await?;
        assert_eq!(answer.refusal(), (422, "amount_out_of_range"));
        assert_eq!(answer.json["min"], "2000");
        assert_eq!(answer.json["max"], "9000");
        assert_eq!(answer.json["currency"], currency);
    }
    Ok(())
}

#[tokio::test]
async fn an_amount_has_no_more_decimals_than_its_token() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let answer = ana.firm("100.1234567").await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(answer.json["detail"], "an amount with more than 6 decimals");
    let answer = ana.quote(&pesos("firm", "1000.001")).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(ana.firm("100.123456").await?.status, 200);
    assert_eq!(
        ana.firm("100.12345600").await?.status,
        200,
        "zeros say nothing"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_plain_decimal_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for amount in [
        json!("1e3"),
        json!("1E3"),
        json!("-100"),
        json!("+100"),
        json!("NaN"),
        json!("Infinity"),
        json!(""),
        json!(" 100"),
        json!("1,000"),
        json!("0x64"),
        json!("100."),
        json!("100.00000000000000000001"),
        json!("9".repeat(60)),
        json!("١٠٠"),
        json!(100),
        json!(["100"]),
        json!(true),
    ] {
        let body = with(ask("firm", "0"), "crypto_amount", amount.clone());
        let answer = ana.quote(&body).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{amount}");
    }
    assert_eq!(bench.capa().requests(Operation::Quote), 0);
    Ok(())
}

#[tokio::test]
async fn exactly_one_amount_is_asked_for() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let both = with(ask("firm", "100"), "fiat_amount", json!("1000"));
    let none = with(ask("firm", "100"), "crypto_amount", Value::Null);
    for body in [both, none] {
        let answer = ana.quote(&body).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
        assert_eq!(
            answer.json["detail"],
            "exactly one of crypto_amount and fiat_amount is needed"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_field_that_does_not_exist_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for (key, value) in [
        ("spread", json!("0")),
        ("payer", json!("cust-2")),
        ("provider", json!("capa")),
    ] {
        let answer = ana.quote(&with(ask("firm", "100"), key, value)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
        assert_eq!(answer.json["detail"], format!("unknown field `{key}`"));
    }
    Ok(())
}

#[tokio::test]
async fn words_that_nobody_knows_are_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for (key, value) in [
        ("token", "DOGE"),
        ("token", "usdc"),
        ("network", "POLYGON"),
        ("country", "BR"),
        ("kind", "locked"),
    ] {
        let answer = ana
            .quote(&with(ask("firm", "100"), key, json!(value)))
            .await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{key} {value}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_in_the_catalogue_is_not_available() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for (token, network) in [("USDT", "SOL"), ("USDC", "BASE"), ("ETH", "ETH")] {
        let body = with(ask("firm", "100"), "token", json!(token));
        let answer = ana.quote(&with(body, "network", json!(network))).await?;
        assert_eq!(answer.refusal(), (422, "asset_unavailable"));
    }
    assert_eq!(bench.capa().requests(Operation::Quote), 0);
    Ok(())
}

#[tokio::test]
async fn what_the_provider_has_switched_off_is_not_available() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for refusal in [Refusal::AssetDisabled, Refusal::FiatDisabled] {
        bench.capa().refuse_with(Operation::Quote, &refusal, 1);
        assert_eq!(ana.firm("100").await?.refusal(), (422, "asset_unavailable"));
    }
    Ok(())
}

#[tokio::test]
async fn a_session_keeps_what_it_fixed() -> Outcome {
    let bench = Bench::start().await?;
    let prefill =
        json!({ "country": "MX", "token": "USDC", "network": "POL", "crypto_amount": "100" });
    let body = with(session("cust-1", seed::CUST_1), "prefill", prefill);
    let locks = json!(["country", "token", "network", "crypto_amount"]);
    let ana = bench.shopper_with(&with(body, "lock", locks)).await?;
    for (key, value) in [("country", "US"), ("token", "USDT"), ("network", "SOL")] {
        let answer = ana
            .quote(&with(ask("firm", "100"), key, json!(value)))
            .await?;
        assert_eq!(answer.refusal(), (422, "asset_unavailable"), "{key}");
        assert_eq!(answer.json["detail"], "locked");
    }
    for body in [ask("firm", "101"), pesos("firm", "1818.46")] {
        let answer = ana.quote(&body).await?;
        assert_eq!(answer.refusal(), (422, "amount_out_of_range"));
        assert_eq!(answer.json["min"], "100");
        assert_eq!(answer.json["max"], "100");
        assert_eq!(answer.json["currency"], "USDC");
    }
    assert_eq!(ana.firm("100").await?.status, 200);
    assert_eq!(ana.firm("100.00").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn what_is_only_prefilled_may_be_changed() -> Outcome {
    let bench = Bench::start().await?;
    let prefill = json!({ "token": "USDC", "network": "POL", "crypto_amount": "100" });
    let body = with(session("cust-1", seed::CUST_1), "prefill", prefill);
    let ana = bench.shopper_with(&body).await?;
    assert_eq!(ana.firm("50").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_empty_budget_gives_a_weaker_price() -> Outcome {
    let bench = Bench::with(|config, _| config.quotes_per_second = NonZeroU32::MIN).await?;
    let ana = bench.ana().await?;
    assert_eq!(ana.firm("100").await?.quote()["kind"], "firm");
    let weaker = ana.firm("100").await?;
    assert_eq!(weaker.quote()["kind"], "indicative");
    assert_eq!(weaker.quote()["guarantee"], "at_least");
    Ok(())
}

#[tokio::test]
async fn creating_takes_from_the_budget_even_when_it_is_empty() -> Outcome {
    let bench = Bench::with(|config, _| config.quotes_per_second = NonZeroU32::MIN).await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let quote = ana.quote(&ask("indicative", "100")).await?;
    let other = luis.quote(&ask("indicative", "100")).await?;
    for (payer, quote) in [(&ana, &quote), (&luis, &other)] {
        let created = payer.create(&shopper::confirm(quote)).await?;
        assert_eq!(created.status, 201, "{}", created.text);
        assert_eq!(created.order()["fiat"]["amount"], "1818.46");
    }
    assert_eq!(ana.firm("100").await?.quote()["kind"], "indicative");
    Ok(())
}

#[tokio::test]
async fn without_the_provider_there_is_no_price() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for fault in [
        Fault::ServerErrorBefore,
        Fault::ResetBefore,
        Fault::MalformedJson,
        Fault::WrongType,
        Fault::EmptyBody,
        Fault::Redirect,
    ] {
        bench.capa().fault(Operation::Quote, fault.clone(), 1);
        let answer = ana.firm("100").await?;
        assert_eq!(answer.refusal(), (503, "provider_unavailable"), "{fault:?}");
        assert_eq!(answer.json["retryable"], true);
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_that_asks_to_slow_down_says_how_long() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    bench.capa().fault(Operation::Quote, Fault::RateLimited, 1);
    let answer = ana.firm("100").await?;
    assert_eq!(answer.refusal(), (503, "provider_unavailable"));
    assert_eq!(answer.header("retry-after"), "2");
    Ok(())
}

#[tokio::test]
async fn a_payer_who_is_not_verified_sees_prices() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(bench.eva().await?.firm("100").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn every_country_is_priced_in_its_currency() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for (country, currency, fiat) in [
        ("MX", "MXN", "1818.46"),
        ("DO", "DOP", "6025"),
        ("US", "USD", "99.85"),
        ("SEPA", "EUR", "91.2"),
    ] {
        let answer = ana
            .quote(&with(ask("firm", "100"), "country", json!(country)))
            .await?;
        assert_eq!(answer.quote()["currency"], currency);
        assert_eq!(amount(&answer, "fiat_amount")?, fiat.parse()?);
    }
    Ok(())
}

#[tokio::test]
async fn a_partners_spread_is_a_line_of_its_own() -> Outcome {
    let bench = Bench::with(|_, settings| {
        settings.premium_spread = "0.01".parse().unwrap_or_default();
    })
    .await?;
    let ana = bench.ana().await?;
    for kind in ["indicative", "firm"] {
        let answer = ana.quote(&ask(kind, "100")).await?;
        assert_eq!(answer.quote()["fiat_amount"], "1800.28");
        assert_eq!(
            answer.quote()["fees"],
            json!([{ "kind": "spread", "amount": "18.19", "currency": "MXN" }])
        );
    }
    let order = ana.buy("100").await?;
    assert_eq!(order.order()["fees"][0]["amount"], "18.19");
    Ok(())
}

#[tokio::test]
async fn a_price_is_asked_for_by_post() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench
        .ana()
        .await?
        .ask(Method::GET, "/v1/quotes")
        .send()
        .await?;
    assert_eq!(answer.refusal(), (405, "invalid_request"));
    Ok(())
}
