//! Payers: made known with all that is asked about them, and verified.

use std::time::Duration;

use offramp_simulator::{
    Fault, Operation,
    providers::cryptopocket::{Kyc, Refusal, Standing},
};
use serde_json::{Value, json};

use crate::{
    shop::{ask, confirm, iban, ines, newcomer, open, otto, sell},
    support::{Outcome, Shopper},
};

#[tokio::test]
async fn somebody_new_is_registered_with_document_and_account() -> Outcome {
    let bench = open().await?;
    let nora = bench.shopper_with(&newcomer("type", Value::Null)).await?;
    let theirs = bench.pocket().users().pop().ok_or("nobody")?;
    assert_eq!(theirs.bank_name.as_deref(), Some("Bancolombia"));
    assert_eq!(theirs.account_type.as_deref(), Some("savings"));

    let checkout = nora.checkout().await?.json;
    assert_eq!(checkout["verification"]["status"], "required");
    let url = checkout["verification"]["verification_url"].as_str();
    assert!(
        url.is_some_and(|url| url.starts_with("https://")),
        "{checkout}"
    );

    bench.pocket().verify(theirs.id, Kyc::Processing)?;
    let checkout = nora.checkout().await?.json;
    assert_eq!(checkout["verification"]["status"], "pending");
    bench.pocket().verify(theirs.id, Kyc::Fail)?;
    let checkout = nora.checkout().await?.json;
    assert_eq!(checkout["verification"]["status"], "rejected");
    bench.pocket().verify(theirs.id, Kyc::Valid)?;
    let checkout = nora.checkout().await?.json;
    assert_eq!(checkout["verification"]["status"], "verified");
    // Registered once, however many sessions there are.
    bench.shopper_with(&newcomer("type", Value::Null)).await?;
    assert_eq!(bench.pocket().requests(Operation::Users), 1);
    Ok(())
}

#[tokio::test]
async fn what_is_missing_is_named_before_anybody_is_asked() -> Outcome {
    let bench = open().await?;
    for (key, value) in [
        ("name", Value::Null),
        ("email", json!(" ")),
        ("country", Value::Null),
        ("document", Value::Null),
        ("account", Value::Null),
        ("account", json!({ "bank_name": "Bancolombia" })),
    ] {
        let refused = bench.open_session(&newcomer(key, value)).await?;
        assert_eq!(refused.refusal(), (422, "payer_incomplete"), "{key}");
        assert_eq!(
            refused.json["fields"],
            json!([{ "key": key, "problem": "required" }])
        );
    }
    assert_eq!(bench.pocket().requests(Operation::Users), 0);
    Ok(())
}

#[tokio::test]
async fn whom_the_provider_refuses_gets_no_session() -> Outcome {
    let bench = open().await?;
    let taken = newcomer("email", json!("customer-106@cobalto.example"));
    let refused = bench.open_session(&taken).await?;
    assert_eq!(refused.refusal(), (502, "provider_rejected"));
    let business = newcomer("type", json!("business"));
    let refused = bench.open_session(&business).await?;
    assert_eq!(refused.refusal(), (502, "provider_rejected"));
    let odd = newcomer("document", json!({ "type": "CURP", "number": "1" }));
    let refused = bench.open_session(&odd).await?;
    assert_eq!(refused.refusal(), (502, "provider_rejected"));
    Ok(())
}

#[tokio::test]
async fn each_country_asks_for_an_account_in_its_way() -> Outcome {
    let bench = open().await?;
    let checkout = ines(&bench).await?.checkout().await?.json;
    let countries = checkout["countries"].as_array().ok_or("no countries")?;
    let form = |country: &str| {
        let found = countries.iter().find(|offer| offer["country"] == country);
        let form = found.map(|offer| &offer["form"]);
        let key = form.map(|form| form["fields"][0]["key"].clone());
        form.zip(key).map(|(form, key)| (form["kind"].clone(), key))
    };
    assert_eq!(form("SEPA"), Some((json!("fields"), json!("iban"))));
    for country in ["MX", "CO", "CL", "PE", "AR"] {
        let expected = (json!("registered"), json!("bank_name"));
        assert_eq!(form(country), Some(expected), "{country}");
    }
    assert_eq!(countries.len(), 6);
    assert_eq!(checkout["quote_needs_destination"], false);
    assert_eq!(checkout["wallet"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn a_verification_that_is_missing_is_refused_with_its_address_and_remembered() -> Outcome {
    let bench = open().await?;
    let otto = otto(&bench).await?;
    let checkout = otto.checkout().await?.json;
    // Somebody else registered him: nobody said where.
    assert_eq!(
        checkout["verification"],
        json!({ "status": "required", "verification_url": null })
    );
    let quote = otto.quote(&ask("100")).await?;
    let refused = otto.create(&confirm(&quote, &iban())).await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    let url = &refused.json["verification_url"];
    assert!(url.as_str().is_some_and(|url| url.starts_with("https://")));
    assert!(bench.pocket().orders().is_empty());

    let checkout = otto.checkout().await?.json;
    assert_eq!(checkout["verification"]["verification_url"], *url);
    assert_eq!(checkout["order"], Value::Null);
    bench.pocket().verify(107, Kyc::Valid)?;
    assert_eq!(
        otto.checkout().await?.json["verification"]["status"],
        "verified"
    );
    let quote = otto.quote(&ask("100")).await?;
    assert_eq!(otto.create(&confirm(&quote, &iban())).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_verification_that_was_withdrawn_is_seen_by_the_refusal() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    assert_eq!(
        ines.checkout().await?.json["verification"]["status"],
        "verified"
    );
    let url = "https://b2b.cryptopocket.example/kyc/again".to_owned();
    bench
        .pocket()
        .refuse_with(Operation::Create, &Refusal::RequireKyc { url }, 1);
    bench.pocket().verify(106, Kyc::Unused)?;
    let quote = ines.quote(&ask("100")).await?;
    let refused = ines.create(&confirm(&quote, &iban())).await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    assert_eq!(
        ines.checkout().await?.json["verification"],
        json!({
            "status": "required",
            "verification_url": "https://b2b.cryptopocket.example/kyc/again",
        })
    );
    Ok(())
}

/// CryptoPocket calls her verified all along: only an order tells that a form is missing.
#[tokio::test]
async fn a_form_that_is_asked_for_besides_is_shown_until_it_may_be_filled_in() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    assert_eq!(status(&ines).await?["status"], "verified");
    bench.pocket().set_standing(106, Standing::Reinforced)?;
    let refused = sell(&ines, "100").await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    let url = refused.json["verification_url"].clone();
    let asked_for = "https://b2b.cryptopocket.example/onboarding/";
    assert!(
        url.as_str().is_some_and(|url| url.starts_with(asked_for)),
        "{url}"
    );
    assert!(bench.pocket().orders().is_empty());
    let required = json!({ "status": "required", "verification_url": url });
    for _ in 0..2 {
        assert_eq!(status(&ines).await?, required);
        bench.pass(Duration::from_mins(4)).await?;
    }
    // She may try again, and is told again.
    bench.pass(Duration::from_mins(3)).await?;
    assert_eq!(status(&ines).await?["status"], "verified");
    let refused = sell(&ines, "100").await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    assert_eq!(status(&ines).await?, required);

    bench.pocket().set_standing(106, Standing::Good)?;
    assert_eq!(sell(&ines, "100").await?.status, 201);
    assert_eq!(status(&ines).await?["status"], "verified");
    Ok(())
}

#[tokio::test]
async fn a_form_whose_address_is_not_told_is_asked_for_all_the_same() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    bench.pocket().set_standing(106, Standing::Reinforced)?;
    for fault in [
        Fault::ResetBefore,
        Fault::MalformedJson,
        Fault::Canned {
            status: 200,
            body: r#"{"status":"ok","data":{"onboarding_link":"javascript:alert(1)"}}"#.to_owned(),
        },
    ] {
        bench.pocket().fault(Operation::Kyc, fault.clone(), 1);
        let refused = sell(&ines, "100").await?;
        assert_eq!(
            refused.refusal(),
            (403, "verification_required"),
            "{fault:?}"
        );
        assert_eq!(refused.json["verification_url"], Value::Null, "{fault:?}");
        assert_eq!(status(&ines).await?["status"], "required", "{fault:?}");
    }
    assert!(bench.pocket().orders().is_empty());
    Ok(())
}

/// What the checkout says of the payer's verification.
async fn status(shopper: &Shopper<'_>) -> Outcome<Value> {
    Ok(shopper.checkout().await?.json["verification"].clone())
}
