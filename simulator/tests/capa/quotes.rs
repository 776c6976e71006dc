//! Quotes, indicative and locked.

use offramp_simulator::providers::capa::{AssetList, Decimals, ErrorShape, ExtraFields, Knobs};
use serde_json::json;

use crate::bench::{Bench, Outcome, quote, quoted_order, with};

const INDICATION: &str = "/quotes?tokenSymbol=USDC&transactionType=OFF_RAMP&blockchainSymbol=POL\
                          &fiatCurrency=MXN&cryptoAmount=100";

#[tokio::test]
async fn an_indication_locks_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get(INDICATION).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text,
        r#"{"success":true,"data":{"transactionType":"OFF_RAMP","tokenSymbol":"USDC","#.to_owned()
            + r#""blockchainSymbol":"POL","fiatCurrency":"MXN","cryptoAmount":100,"#
            + r#""fiatAmount":1818.4665,"rate":18.184665,"premiumSpread":0,"flow":"REGULAR"}}"#
    );
    Ok(())
}

#[tokio::test]
async fn a_locked_quote_lasts_ten_seconds() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.post("/quotes", &quote("OFF_RAMP")).await?;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.data("expiresAt"), "2026-05-01T12:00:10.000Z");
    Ok(())
}

#[tokio::test]
async fn a_quote_can_be_used_until_the_millisecond_it_expires() -> Outcome {
    let bench = Bench::start().await?;
    let (early, late) = (
        bench.quote("OFF_RAMP").await?,
        bench.quote("OFF_RAMP").await?,
    );
    bench
        .simulator
        .clock()
        .step(std::time::Duration::from_millis(9_999));
    assert_eq!(bench.create(&quoted_order(&early)).await?.status, 201);
    bench
        .simulator
        .clock()
        .step(std::time::Duration::from_millis(1));
    let answer = bench.create(&quoted_order(&late)).await?;
    assert_eq!(
        answer.refusal(),
        (400, "QUOTE_EXPIRED", "Quote has expired")
    );
    Ok(())
}

#[tokio::test]
async fn a_quote_makes_one_transaction() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.quote("OFF_RAMP").await?;
    assert_eq!(bench.create(&quoted_order(&id)).await?.status, 201);
    let again = bench.create(&quoted_order(&id)).await?;
    assert_eq!(again.refusal(), (400, "QUOTE_EXPIRED", "Quote has expired"));
    assert_eq!(bench.capa().transaction("latest")?.create_calls, 2);
    Ok(())
}

#[tokio::test]
async fn a_quote_of_another_direction_is_no_off_ramp() -> Outcome {
    let bench = Bench::start().await?;
    for direction in ["ON_RAMP", "CROSS_RAMP"] {
        let id = bench.quote(direction).await?;
        let answer = bench.create(&quoted_order(&id)).await?;
        assert_eq!(
            answer.refusal(),
            (400, "BAD_REQUEST", "Quote is not valid for OFF_RAMP")
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_quote_that_nobody_made_is_invalid_input() -> Outcome {
    let bench = Bench::start().await?;
    for id in ["123e4567-e89b-12d3-a456-426614174000", "not-an-id"] {
        let answer = bench.create(&quoted_order(id)).await?;
        assert_eq!(
            answer.refusal(),
            (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input")
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_rate_holds_from_the_quote_on() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.quote("OFF_RAMP").await?;
    bench.capa().move_rate_bps(-500);
    let answer = bench.create(&quoted_order(&id)).await?;
    assert!(
        answer.text.contains(r#""exchangeRate":18.184665"#),
        "{}",
        answer.text
    );
    assert!(
        bench
            .get(INDICATION)
            .await?
            .text
            .contains(r#""rate":17.275432"#)
    );
    Ok(())
}

#[tokio::test]
async fn what_a_quote_is_refused_for_has_a_name() -> Outcome {
    let bench = Bench::start().await?;
    let invalid = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");
    let fiat = (
        400,
        "BAD_REQUEST",
        "Fiat currency is disabled or does not exist",
    );
    let asset = "This blockchain and token combination is disabled or does not exist";
    let cases = [
        ("fiatCurrency", json!("BRL"), fiat),
        (
            "blockchainSymbol",
            json!("BASE"),
            (400, "BAD_REQUEST", asset),
        ),
        ("tokenSymbol", json!("DOGE"), (400, "BAD_REQUEST", asset)),
        ("tokenSymbol", json!(null), invalid),
        ("cryptoAmount", json!(null), invalid),
        ("cryptoAmount", json!(-1), invalid),
        ("cryptoAmount", json!("lots"), invalid),
        ("fiatAmount", json!(100), invalid),
        ("premiumSpread", json!(0.2), invalid),
        ("transactionType", json!("SIDE_RAMP"), invalid),
        ("rail", json!("PIGEON"), invalid),
        ("country", json!("Mexico"), invalid),
        ("forwardingDays", json!(5), invalid),
    ];
    for (key, value, expected) in cases {
        let answer = bench
            .post("/quotes", &with(quote("OFF_RAMP"), key, value))
            .await?;
        assert_eq!(answer.refusal(), expected, "{key}");
    }
    let incomplete = bench.get("/quotes?tokenSymbol=USDC").await?;
    assert_eq!(incomplete.refusal(), invalid);
    Ok(())
}

#[tokio::test]
async fn options_that_are_documented_are_accepted() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(quote("OFF_RAMP"), "rail", json!("SPEI"));
    let body = with(
        with(body, "country", json!("MX")),
        "forwardingDays",
        json!(4),
    );
    assert_eq!(bench.post("/quotes", &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn the_wide_list_trades_more() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.assets = AssetList::Wide);
    let body = with(quote("OFF_RAMP"), "blockchainSymbol", json!("BASE"));
    assert_eq!(bench.post("/quotes", &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn above_fifty_thousand_pesos_the_tier_changes() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(quote("OFF_RAMP"), "cryptoAmount", json!(3000));
    assert_eq!(bench.post("/quotes", &body).await?.data("flow"), "OTC");
    Ok(())
}

#[tokio::test]
async fn amounts_come_as_strings_on_request() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.decimals = Decimals::Strings);
    let text = bench.get(INDICATION).await?.text;
    assert!(
        text.contains(r#""cryptoAmount":"100.000000","fiatAmount":"1818.4665""#),
        "{text}"
    );
    bench
        .capa()
        .knobs_mut(|knobs| knobs.decimals = Decimals::Mixed);
    let text = bench.get(INDICATION).await?.text;
    assert!(
        text.contains(r#""fiatAmount":1818.4665,"rate":"18.184665""#),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn members_that_no_document_names_come_on_request() -> Outcome {
    let bench = Bench::start().await?;
    bench.capa().set_knobs(Knobs {
        extra_fields: ExtraFields::Present,
        ..Knobs::default()
    });
    assert!(bench.get(INDICATION).await?.json["data"]["addedLater"].is_object());
    Ok(())
}

#[tokio::test]
async fn errors_have_three_shapes() -> Outcome {
    let bench = Bench::start().await?;
    let mut bodies = Vec::new();
    for shape in [ErrorShape::Flat, ErrorShape::Renamed, ErrorShape::Nested] {
        bench.capa().knobs_mut(|knobs| knobs.errors = shape);
        bodies.push(bench.get("/quotes").await?.json);
    }
    let (code, message) = ("INVALID_USER_INPUT_ERROR", "Invalid User Input");
    let expected = [
        json!({ "success": false, "code": code, "message": message }),
        json!({ "success": false, "errorCode": code, "error": message }),
        json!({ "success": false, "error": { "code": code, "message": message } }),
    ];
    assert_eq!(bodies, expected);
    Ok(())
}
