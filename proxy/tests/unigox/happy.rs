//! From an account that is saved to money on it.

use offramp_simulator::providers::unigox::Custody;
use serde_json::json;

use crate::{
    shop::{self, accepted, ada, ask, authorise, confirm, funded, payer, saved, unigox, until},
    support::{Backend, Outcome},
};

#[tokio::test]
async fn the_partners_wallet_pays_and_the_payer_says_that_the_money_arrived() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;

    let checkout = ada.checkout().await?;
    assert_eq!(checkout.json["quote_needs_destination"], true);
    assert_eq!(checkout.json["verification"]["status"], "verified");
    assert!(checkout.json["wallet"].is_null());
    let countries = checkout.json["countries"]
        .as_array()
        .ok_or("no countries")?;
    assert_eq!(countries.len(), 6, "{}", checkout.text);

    let destination = saved(&ada).await?;
    let quote = ada.quote(&ask("100", &destination)).await?;
    assert_eq!(quote.quote()["kind"], "tolerance");
    assert_eq!(quote.quote()["guarantee"], "at_least");
    assert_eq!(quote.quote()["crypto_amount"], "100");
    assert_eq!(quote.quote()["fees"][0]["currency"], "USDT");
    let fiat = quote.quote()["fiat_amount"].clone();

    let made = ada.create(&confirm(&quote, &destination)).await?;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.stands(), ("created", "payer"));
    assert_eq!(made.actions(), ["cancel"]);
    assert_eq!(made.order()["fiat"]["amount"], fiat);
    assert!(made.order()["deposit"].is_null());
    let id = made.order_id()?;
    assert_eq!(
        unigox(&bench).order("latest")?.reference_id.as_ref(),
        Some(&id)
    );

    until(&bench, &id, "awaiting_deposit").await?;
    let order = ada.order(&id).await?;
    let deposit = &order.order()["deposit"];
    assert_eq!(deposit["kind"], "authorise");
    assert_eq!(deposit["amount"], "100");
    assert!(deposit["offer_until"].is_string(), "{deposit}");
    let first = &order.order()["actions"][0];
    assert_eq!(
        (&first["action"], &first["by"]),
        (&json!("authorise_transfer"), &json!("partner"))
    );
    assert_eq!(order.order()["next"]["by"], "partner");

    let authorised = authorise(&bench, &id, "100").await?;
    assert_eq!(authorised.status, 200, "{}", authorised.text);
    assert!(authorised.order()["deposit"].is_null());
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);

    until(&bench, &id, "deposit_received").await?;
    assert_eq!(
        ada.order(&id).await?.stands(),
        ("deposit_received", "escrow")
    );
    until(&bench, &id, "awaiting_confirmation").await?;
    let order = ada.order(&id).await?;
    assert_eq!(order.actions(), ["confirm_received", "report_not_received"]);
    assert_eq!(order.order()["next"]["by"], "payer");
    assert_eq!(unigox(&bench).order("latest")?.confirm_calls, 0);

    let confirmed = payer(&bench, &ada, &id, "confirm_received", &json!({})).await?;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    until(&bench, &id, "completed").await?;
    assert_eq!(ada.order(&id).await?.stands(), ("completed", "converted"));
    let theirs = unigox(&bench).order("latest")?;
    assert_eq!(theirs.custody, Custody::Released);
    assert_eq!(
        (
            theirs.initiate_calls,
            theirs.transfers,
            theirs.confirm_calls
        ),
        (1, 1, 1)
    );
    Ok(())
}

#[tokio::test]
async fn the_same_account_is_saved_once_and_removed_for_good() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let destination = saved(&ada).await?;
    assert_eq!(saved(&ada).await?, destination);
    let id = destination["id"].as_str().unwrap_or_default();
    let path = format!("/v1/destinations/{id}");
    let removed = ada.ask(axum::http::Method::DELETE, &path).send().await?;
    assert_eq!(removed.status, 204);
    let quote = ada.quote(&ask("100", &destination)).await?;
    assert_eq!(quote.refusal(), (404, "not_found"));
    Ok(())
}

#[tokio::test]
async fn an_account_that_an_order_pays_stays() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    let destination = saved(&ada).await?;
    let path = format!(
        "/v1/destinations/{}",
        destination["id"].as_str().unwrap_or_default()
    );
    let removed = ada.ask(axum::http::Method::DELETE, &path).send().await?;
    assert_eq!(removed.refusal(), (409, "action_not_allowed"));
    let cancelled = ada.cancel(&id).await?;
    assert_eq!(cancelled.stands(), ("cancelled", "payer"));
    assert_eq!(cancelled.reason(), "cancelled_by_payer");
    let removed = ada.ask(axum::http::Method::DELETE, &path).send().await?;
    assert_eq!(removed.status, 204);
    Ok(())
}

/// A confirmation is taken early, and never asked for before its turn.
#[tokio::test]
async fn whoever_has_the_money_may_say_so_before_the_proof() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    let order = ada.order(&id).await?;
    assert_eq!(order.actions(), ["confirm_received"]);
    assert_eq!(order.order()["actions"][0]["required"], false);
    payer(&bench, &ada, &id, "confirm_received", &json!({})).await?;
    until(&bench, &id, "completed").await
}

#[tokio::test]
async fn an_account_is_refused_field_by_field() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let save = async |body| {
        let path = "/v1/destinations";
        ada.ask(axum::http::Method::POST, path).json(&body).await
    };
    let short = save(json!({ "country": "NG", "fields": { "account_number": "123" } })).await?;
    assert_eq!(short.refusal(), (422, "invalid_fields"));
    assert_eq!(short.json["fields"][0]["key"], "account_number");
    // Nobody but UNIGOX knows that one of four is needed.
    let none = save(json!({
        "country": "AR", "fields": { "institution_id": "Mercado Pago" },
    }))
    .await?;
    assert_eq!(none.refusal(), (422, "invalid_fields"), "{}", none.text);
    assert_eq!(none.json["fields"][0]["key"], "cvu");
    let taken = save(json!({
        "country": "AR",
        "fields": { "institution_id": "Mercado Pago", "cvu": "0000003100010000000001" },
    }))
    .await?;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert_eq!(taken.json["destination"]["bank_name"], "Mercado Pago");
    let ghana = save(json!({
        "country": "GH",
        "fields": { "institution_id": "GCB Bank", "phone_number": "+233201234567" },
    }))
    .await?;
    assert_eq!(
        ghana.json["fields"][0]["key"], "account_number",
        "{}",
        ghana.text
    );
    let sepa = save(json!({
        "country": "SEPA",
        "fields": { "full_name": "Ada Lovelace", "iban": "DE89 3704 0044 0532 0130 00" },
    }))
    .await?;
    assert_eq!(sepa.status, 201, "{}", sepa.text);
    Ok(())
}
