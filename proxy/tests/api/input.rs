//! What a browser sends: bank forms and bodies, good and bad.

use axum::http::Method;
use offramp_simulator::{Operation, providers::capa::seed};
use serde_json::{Value, json};

use crate::support::{
    Bench, Outcome, PARTNER, session,
    shopper::{self, ask, clabe, confirm, confirm_to},
    with,
};

fn account(country: &str, fields: &Value) -> Value {
    json!({ "kind": "bank_account", "country": country, "fields": fields })
}

#[tokio::test]
async fn every_kind_of_account_is_paid() -> Outcome {
    for (country, fields, account_number, masked) in [
        (
            "MX",
            json!({ "clabe": "014680260346007120" }),
            "014680260346007120",
            "•••• 7120",
        ),
        (
            "DO",
            json!({
                "account_number": "1234567890", "bank_name": "Banco Popular",
                "account_type": "savings", "document_type": "cedula",
                "document_identifier": "00113918205",
            }),
            "1234567890",
            "•••• 7890",
        ),
        (
            "US",
            json!({
                "account_number": "000123456789", "routing_number": "021000021",
                "bank_name": "Chase", "holder_type": "individual", "first_name": "Ana",
                "last_name": "Lopez", "street_line1": "1 Main St", "city": "New York",
                "postal_code": "10001", "address_country": "US",
            }),
            "000123456789",
            "•••• 6789",
        ),
        (
            "SEPA",
            json!({
                "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
                "bank_name": "Commerzbank", "holder_type": "business",
                "business_name": "Cobalto GmbH",
            }),
            "DE89370400440532013000",
            "•••• 3000",
        ),
    ] {
        let bench = Bench::start().await?;
        let ana = bench.ana().await?;
        let quote = ana
            .quote(&with(ask("firm", "100"), "country", json!(country)))
            .await?;
        let created = ana
            .create(&confirm_to(&quote, &account(country, &fields)))
            .await?;
        assert_eq!(created.status, 201, "{country}: {}", created.text);
        assert_eq!(created.state(), "awaiting_deposit", "{country}");
        assert_eq!(created.order()["destination"]["masked"], masked);
        assert_eq!(bench.capa().transaction("latest")?.account, account_number);
    }
    Ok(())
}

#[tokio::test]
async fn every_wrong_answer_is_refused_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana
        .quote(&with(ask("firm", "100"), "country", json!("US")))
        .await?;
    let fields = json!({
        "account_number": "12", "routing_number": "021000020", "holder_type": "robot",
        "first_name": "Ana", "city": "New York", "postal_code": "10001", "clabe": "1",
        "bank_name": "Bank\u{202e}knaB", "street_line1": "<script>", "address_country": "XX",
    });
    let answer = ana
        .create(&confirm_to(&quote, &account("US", &fields)))
        .await?;
    assert_eq!(answer.refusal(), (422, "invalid_fields"));
    let refused: Vec<_> = answer.json["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|refused| format!("{} {}", refused["key"], refused["problem"]).replace('"', ""))
        .collect();
    for expected in [
        "routing_number check_digit",
        "holder_type not_a_choice",
        "bank_name characters",
        "street_line1 characters",
        "address_country not_a_choice",
        "clabe not_asked",
    ] {
        assert!(refused.iter().any(|found| found == expected), "{refused:?}");
    }
    assert_eq!(bench.capa().requests(Operation::Create), 0);
    Ok(())
}

#[tokio::test]
async fn a_clabe_with_a_wrong_control_digit_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let wrong = account("MX", &json!({ "clabe": "014680260346007121" }));
    let answer = ana.create(&confirm_to(&quote, &wrong)).await?;
    assert_eq!(answer.refusal(), (422, "invalid_fields"));
    assert_eq!(
        answer.json["fields"],
        json!([{ "key": "clabe", "problem": "check_digit" }])
    );
    Ok(())
}

#[tokio::test]
async fn a_field_that_no_form_has_is_refused_by_name() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let wrong = account(
        "MX",
        &json!({ "clabe": "014680260346007120", "password": "x" }),
    );
    let answer = ana.create(&confirm_to(&quote, &wrong)).await?;
    assert_eq!(
        answer.json["fields"],
        json!([{ "key": "password", "problem": "not_asked" }])
    );
    Ok(())
}

#[tokio::test]
async fn the_account_is_in_the_country_of_the_price() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana
        .quote(&with(ask("firm", "100"), "country", json!("US")))
        .await?;
    let answer = ana.create(&confirm(&quote)).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    Ok(())
}

#[tokio::test]
async fn this_provider_keeps_no_accounts() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    for kind in [
        json!({ "kind": "saved", "id": "dst_1" }),
        json!({ "kind": "registered", "fields": {} }),
        json!({ "kind": "iban" }),
    ] {
        let answer = ana.create(&confirm_to(&quote, &kind)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{kind}");
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_chooses_neither_payer_nor_receiver() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    for (key, value) in [
        ("payer", json!("cust-2")),
        ("receiver", json!({ "id": seed::RECEIVER })),
        ("premium_spread", json!("0")),
    ] {
        let answer = ana.create(&with(body.clone(), key, value)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
        assert_eq!(answer.json["detail"], format!("unknown field `{key}`"));
    }
    Ok(())
}

#[tokio::test]
async fn a_large_body_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = with(
        confirm(&ana.firm("100").await?),
        "quote_id",
        json!("q".repeat(64 * 1024)),
    );
    let answer = ana.create(&body).await?;
    assert_eq!(answer.refusal(), (413, "payload_too_large"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    Ok(())
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?).to_string();
    let ask = || {
        ana.ask(Method::POST, "/v1/orders")
            .header("idempotency-key", shopper::new_key())
    };
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
    ] {
        let answer = ask()
            .header("content-type", kind)
            .body(body.clone())
            .await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{kind}");
    }
    let answer = ask().body(body.clone()).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    let answer = ask()
        .header("content-type", "Application/JSON; charset=utf-8")
        .body(body)
        .await?;
    assert_eq!(answer.status, 201);
    Ok(())
}

#[tokio::test]
async fn what_is_not_json_is_refused_without_being_repeated() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"014680260346007120\"",
        "{\"quote_id\": 014680260346007120}",
        "\u{0}",
    ] {
        let answer = ana
            .ask(Method::POST, "/v1/orders")
            .header("idempotency-key", shopper::new_key())
            .header("content-type", "application/json")
            .body(body)
            .await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{body}");
        assert!(!answer.text.contains("0146"), "{}", answer.text);
    }
    Ok(())
}

#[tokio::test]
async fn a_text_that_no_database_keeps_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let mut confirmed = confirm_to(&quote, &clabe());
    confirmed["quote_id"] = json!("quo_\0");
    let answer = ana.create(&confirmed).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    let answer = bench.open_session(&session("cust-\0", "user-\0")).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    for query in ["payer=%00", "cursor=1.%00", "payer=a%00b"] {
        let list = bench.get(&format!("/v1/orders?{query}"));
        let answer = list.bearer(PARTNER).send().await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn an_account_typed_with_spaces_is_read() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let spaced = account("MX", &json!({ "clabe": "014 680 26034600712 0" }));
    let created = ana.create(&confirm_to(&quote, &spaced)).await?;
    assert_eq!(created.state(), "awaiting_deposit", "{}", created.text);
    assert_eq!(
        created.order()["destination"],
        ana.order(&created.order_id()?).await?.order()["destination"]
    );
    assert_ne!(spaced, clabe());
    Ok(())
}
