//! Prices that bind nobody.

use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};

use crate::{
    shop::{ask, confirm, iban, ines, open, sell},
    support::{Outcome, with},
};

#[tokio::test]
async fn a_price_says_that_it_is_an_estimate() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    for kind in ["indicative", "firm"] {
        let quote = ines.quote(&with(ask("100"), "kind", json!(kind))).await?;
        assert_eq!(quote.status, 200, "{}", quote.text);
        let quote = quote.quote();
        assert_eq!(quote["kind"], "indicative", "{kind}");
        assert_eq!(quote["guarantee"], "estimate");
        assert_eq!(quote["fiat_minimum"], Value::Null);
        assert_eq!(quote["expires_at"], Value::Null);
        assert_eq!(quote["fiat_amount"], "91.20");
    }
    let wanted = json!({
        "kind": "firm", "token": "USDC", "network": "POL", "country": "SEPA",
        "fiat_amount": "91.20",
    });
    let quote = ines.quote(&wanted).await?;
    assert_eq!(quote.quote()["crypto_amount"], "100");
    Ok(())
}

#[tokio::test]
async fn an_order_keeps_the_label_of_its_price() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let created = sell(&ines, "100").await?;
    assert_eq!(
        created.order()["fiat"],
        json!({ "currency": "EUR", "amount": "91.20", "guarantee": "estimate" })
    );
    Ok(())
}

#[tokio::test]
async fn without_a_reading_the_money_is_not_known_yet() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    bench
        .pocket()
        .fault(Operation::Read, Fault::ServerErrorBefore, 1);
    let created = sell(&ines, "100").await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.state(), "awaiting_deposit");
    assert!(created.address().is_some());
    assert_eq!(created.order()["fiat"]["amount"], Value::Null);
    bench.pass_secs(60).await?;
    let read = ines.order(&created.order_id()?).await?;
    assert_eq!(read.state(), "awaiting_deposit");
    assert_eq!(read.order()["fiat"]["amount"], "91.20");
    Ok(())
}

#[tokio::test]
async fn what_is_refused_is_refused_with_its_reason() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let too_little = ines.quote(&ask("9.99")).await?;
    assert_eq!(too_little.refusal(), (422, "amount_out_of_range"));
    let untraded = with(ask("100"), "network", json!("ETH"));
    let untraded = ines.quote(&untraded).await?;
    assert_eq!(untraded.refusal(), (422, "asset_unavailable"));

    let quote = ines.quote(&ask("100")).await?;
    let typo = json!({
        "kind": "bank_account", "country": "SEPA",
        "fields": { "iban": "ES9121000418450200051323" },
    });
    let refused = ines.create(&confirm(&quote, &typo)).await?;
    assert_eq!(refused.refusal(), (422, "invalid_fields"));
    let ours = &refused.json["fields"][0];
    assert_eq!(
        (&ours["key"], &ours["problem"]),
        (&json!("iban"), &json!("check_digit"))
    );
    let elsewhere = json!({ "kind": "registered", "fields": { "bank_name": "CaixaBank" } });
    let refused = ines.create(&confirm(&quote, &elsewhere)).await?;
    assert_eq!(refused.refusal(), (400, "invalid_request"));
    assert_eq!(bench.pocket().requests(Operation::Create), 0);
    Ok(())
}

#[tokio::test]
async fn a_refusal_with_http_200_is_one() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    for (body, expected) in [
        (
            json!({ "status": "error", "error": "invalid_iban" }),
            (422, "invalid_fields"),
        ),
        (
            json!({ "status": "error", "message": "coin_not_supported" }),
            (422, "asset_unavailable"),
        ),
        (
            json!({ "status": "error", "error": "user_not_found" }),
            (409, "payer_unlinked"),
        ),
        (
            json!({ "status": "error", "error": "user_banned" }),
            (502, "provider_rejected"),
        ),
        (
            json!({ "status": "error", "error": "min_amount", "message": "150" }),
            (422, "amount_out_of_range"),
        ),
    ] {
        let quote = ines.quote(&ask("100")).await?;
        let fault = Fault::Canned {
            status: 200,
            body: body.to_string(),
        };
        bench.pocket().fault(Operation::Create, fault, 1);
        let refused = ines.create(&confirm(&quote, &iban())).await?;
        assert_eq!(refused.refusal(), expected, "{}", refused.text);
        if expected.1 == "amount_out_of_range" {
            assert_eq!(refused.json["min"], "150");
        }
    }
    assert!(bench.pocket().orders().is_empty());
    // None of them keeps the payer from an order.
    assert_eq!(sell(&ines, "100").await?.status, 201);
    Ok(())
}
