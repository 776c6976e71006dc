//! What is supported, and the accounts that are saved.

use offramp_simulator::providers::unigox::{Feature, Presence};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{ADA, Bench, NGN_ACCOUNT, Outcome, with};

fn german() -> Value {
    json!({
        "currency": "EUR", "rail": "iban-sepa", "country_code": "DE",
        "details": { "full_name": "Ada Lovelace", "iban": "DE89370400440532013000" },
    })
}

fn accounts() -> String {
    format!("/users/{ADA}/payment-details")
}

#[tokio::test]
async fn the_catalogue_names_tokens_chains_and_corridors() -> Outcome {
    let bench = Bench::start().await?;
    let tokens = bench.supported("crypto-currencies").await?;
    assert_eq!(tokens.json["data"]["crypto_currencies"][1]["code"], "USDT");
    let chains = bench.supported("blockchains").await?;
    let xai = &chains.json["data"]["blockchains"][0];
    assert_eq!(xai["chain_id"], "660279");
    let address = &xai["tokens"][1]["contract_address"];
    assert_eq!(address, "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA");
    let currencies = bench.supported("fiat-currencies").await?;
    let listed = currencies.json["data"]["fiat_currencies"].as_array();
    assert_eq!(listed.map(Vec::len), Some(6));
    assert_eq!(bench.supported("corridors").await?.status, 200);
    let liquidity = bench.get("/liquidity").await?;
    let range = &liquidity.json["data"]["liquidity"][7];
    assert_eq!(
        (&range["crypto_currency"], &range["fiat_currency"]),
        (&json!("USDT"), &json!("NGN"))
    );
    assert_eq!(range["trade_type"], "SELL");
    assert_eq!(range["min_crypto_amount"], "10.000000");
    Ok(())
}

#[tokio::test]
async fn a_rail_says_what_it_wants() -> Outcome {
    let bench = Bench::start().await?;
    let rails = "payment-rails?direction=offramp&country=NG&currency=NGN";
    let answer = bench.supported(rails).await?;
    let rail = &answer.json["data"]["rails"][0];
    let expected = json!({
        "slug": "nip-nigeria", "name": "NIP transfer", "institution_required": false,
        "institution_lookup_key": "account_number", "currencies": ["NGN"],
        "settlement": { "speed": "INSTANT", "typical_minutes": 10, "note": null },
        "limits": null,
        "fields": [
            { "key": "account_number", "label": "Account number", "type": "text",
              "required": true, "pattern": "^[0-9]{10}$" },
            { "key": "full_name", "label": "Full name", "type": "text", "required": false },
        ],
    });
    assert_eq!(rail, &expected);
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.unknown_field_type = Presence::Present);
    let answer = bench.supported(rails).await?;
    let fields = &answer.json["data"]["rails"][0]["fields"];
    assert_eq!(fields[2]["type"], "purpose_picker");
    for query in [
        "payment-rails?country=NG",
        "payment-rails?direction=offramp",
    ] {
        assert_eq!(
            bench.supported(query).await?.key(),
            (400, "invalid_request")
        );
    }
    let none = bench
        .supported("payment-rails?direction=offramp&country=US")
        .await?;
    assert_eq!(none.json["data"]["rails"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_rail_can_have_formats_by_institution() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench
        .supported("payment-rails?direction=offramp&country=GH")
        .await?;
    let rail = &answer.json["data"]["rails"][0];
    assert_eq!(
        rail["formats"][0]["institution_types"],
        json!(["MOBILE_MONEY"])
    );
    assert_eq!(rail["formats"][1]["fields"][0]["key"], "account_number");
    let answer = bench
        .supported("institutions?rail=ghipss&search=mtn")
        .await?;
    assert_eq!(
        answer.json["data"]["institutions"][0]["institution_type"],
        "MOBILE_MONEY"
    );
    let answer = bench
        .supported("institutions?rail=nip-nigeria&limit=1&offset=1")
        .await?;
    let pagination = json!({ "total": 3, "limit": 1, "offset": 1 });
    assert_eq!(answer.json["data"]["pagination"], pagination);
    assert_eq!(
        answer.json["data"]["institutions"][0]["institution_id"],
        "gtbank"
    );
    for query in [
        "institutions",
        "institutions?rail=a&limit=0",
        "institutions?rail=a&limit=x",
    ] {
        assert_eq!(
            bench.supported(query).await?.key(),
            (400, "invalid_request")
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_account_is_saved_shown_and_removed() -> Outcome {
    let bench = Bench::start().await?;
    let saved = bench.post(&accounts(), &german()).await?;
    let id = saved.data("payment_details_id").to_owned();
    let expected = json!({
        "payment_details_id": id, "rail": "iban-sepa", "currency": "EUR",
        "institution_name": null, "institution_id": null,
        "details": { "full_name": "Ada Lovelace", "iban": "DE89370400440532013000" },
    });
    assert_eq!((saved.status, &saved.json["data"]), (201, &expected));
    let one = format!("{}/{id}", accounts());
    assert_eq!(bench.get(&one).await?.json["data"], expected);
    let list = bench.get(&accounts()).await?;
    assert_eq!(list.json["data"]["payment_details"][2], expected);
    assert_eq!(bench.call(Method::DELETE, &one, None).await?.status, 200);
    assert_eq!(bench.get(&one).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn an_account_in_use_is_kept() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let path = format!("{}/{NGN_ACCOUNT}", accounts());
    assert_eq!(bench.call(Method::DELETE, &path, None).await?.status, 409);
    bench.act(&id, "cancel").await?;
    assert_eq!(bench.call(Method::DELETE, &path, None).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn details_that_do_not_fit_are_refused_by_name() -> Outcome {
    let bench = Bench::start().await?;
    let wrong = with(german(), "details", json!({ "iban": "DE00" }));
    let refused = bench.post(&accounts(), &wrong).await?;
    let expected = json!({ "success": false, "error": "full_name is required; iban is invalid" });
    assert_eq!((refused.status, refused.json), (422, expected));
    let argentine =
        json!({ "currency": "ARS", "rail": "cvu-cbu", "details": { "alias": "a.b.c" } });
    let refused = bench.post(&accounts(), &argentine).await?;
    assert_eq!(refused.json["error"], "institution_id is required");
    let foreign = with(argentine, "institution_id", json!("gtbank"));
    let refused = bench.post(&accounts(), &foreign).await?;
    assert_eq!(refused.json["error"], "institution_id is not of this rail");
    for body in [
        json!({}),
        with(german(), "rail", json!("swift")),
        with(german(), "currency", json!("NGN")),
        with(german(), "country_code", json!("US")),
    ] {
        let refused = bench.post(&accounts(), &body).await?;
        assert_eq!(refused.key(), (400, "invalid_payment_details"));
    }
    let nobody = bench
        .post("/users/nobody/payment-details", &german())
        .await?;
    assert_eq!(nobody.status, 404);
    Ok(())
}

#[tokio::test]
async fn without_the_checker_everything_is_saved() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.account_checker = Feature::Off);
    let wrong = with(german(), "details", json!({}));
    assert_eq!(bench.post(&accounts(), &wrong).await?.status, 201);
    Ok(())
}
