//! How an order begins, and why it does not.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{
    Decimal, Fault, Operation,
    providers::unigox::{
        AddUser, InitiateAnswer, KycStatus, Presence, Profile, Refusal, WalletType,
        seed::WIDGET_ORDER,
    },
};
use serde_json::{Value, json};

use crate::{
    shop::{self, ada, ask, ben, confirm, payer, play, saved, sell, unigox, until},
    support::{Backend, Bench, ORIGIN, Outcome, session},
};

async fn open() -> Outcome<Bench> {
    shop::open(Backend::Unigox).await
}

#[tokio::test]
async fn somebody_new_is_registered_and_verifies_on_pages_of_unigox() -> Outcome {
    let bench = open().await?;
    let nameless = json!({ "payer": { "id": "cust-9" }, "origin": ORIGIN });
    let refused = bench.open_session(&nameless).await?;
    assert_eq!(
        refused.refusal(),
        (422, "payer_incomplete"),
        "{}",
        refused.text
    );
    let payer = json!({ "id": "cust-9", "email": "nora@shop.example" });
    let nora = bench
        .shopper_with(&json!({ "payer": payer, "origin": ORIGIN }))
        .await?;
    let checkout = nora.checkout().await?;
    let verification = &checkout.json["verification"];
    assert_eq!(verification["status"], "required", "{verification}");
    let url = verification["verification_url"]
        .as_str()
        .unwrap_or_default();
    assert!(url.starts_with("https://"), "{verification}");
    let destination = saved(&nora).await?;
    let refused = nora.quote(&ask("100", &destination)).await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    let user = unigox(&bench)
        .users()
        .pop()
        .ok_or("nobody was registered")?;
    assert_eq!(user.user_ref, "cust-9");
    unigox(&bench).verify(&user.uuid, KycStatus::Verified)?;
    assert_eq!(
        nora.checkout().await?.json["verification"]["status"],
        "verified"
    );
    assert_eq!(sell(&nora, "100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_payer_under_review_waits() -> Outcome {
    let bench = open().await?;
    let ben = ben(&bench).await?;
    assert_eq!(
        ben.checkout().await?.json["verification"]["status"],
        "pending"
    );
    let destination = saved(&ben).await?;
    let refused = ben.quote(&ask("100", &destination)).await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    Ok(())
}

#[tokio::test]
async fn a_verification_that_is_withdrawn_after_the_price_is_said_when_the_order_is_made() -> Outcome
{
    let bench = open().await?;
    let ada = ada(&bench).await?;
    let destination = saved(&ada).await?;
    let quote = ada.quote(&ask("100", &destination)).await?;
    unigox(&bench).verify(shop::ADA_USER, KycStatus::VerificationRejected)?;
    let refused = ada.create(&confirm(&quote, &destination)).await?;
    assert_eq!(refused.refusal(), (403, "verification_required"));
    assert!(unigox(&bench).orders().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_price_needs_a_saved_account() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    let mut body = ask("100", &Value::Null);
    let refused = ada.quote(&body).await?;
    assert_eq!(refused.refusal(), (400, "invalid_request"));
    body["kind"] = json!("indicative");
    let indicative = ada.quote(&body).await?;
    assert_eq!(
        indicative.quote()["kind"],
        "indicative",
        "{}",
        indicative.text
    );
    let unknown = json!({ "kind": "saved", "id": "dst_0" });
    let refused = ada.quote(&ask("100", &unknown)).await?;
    assert_eq!(refused.refusal(), (404, "not_found"));
    Ok(())
}

/// The partner's wallet pays everything that was named, to the digit.
#[tokio::test]
async fn what_is_funded_is_what_was_asked_for() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    for amount in ["10", "33.333333", "99.99", "401", "777.777777"] {
        let destination = saved(&ada).await?;
        let quote = ada.quote(&ask(amount, &destination)).await?;
        assert_eq!(quote.quote()["crypto_amount"], amount, "{}", quote.text);
        let made = ada.create(&confirm(&quote, &destination)).await?;
        assert_eq!(made.status, 201, "{amount} {}", made.text);
        let funding = unigox(&bench).order("latest")?.funding_amount;
        assert_eq!(
            funding.to_string().parse(),
            amount.parse::<offramp_domain::money::Amount>()
        );
        ada.cancel(&made.order_id()?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_price_that_moved_is_shown_to_the_payer_who_decides() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    let destination = saved(&ada).await?;
    let quote = ada.quote(&ask("100", &destination)).await?;
    unigox(&bench).knobs_mut(|knobs| knobs.pinned_rate = Some(Decimal::new(150_000, 2)));
    let changed = ada.create(&confirm(&quote, &destination)).await?;
    assert_eq!(
        changed.refusal(),
        (409, "quote_changed"),
        "{}",
        changed.text
    );
    assert!(unigox(&bench).orders().is_empty());
    let made = ada.create(&confirm(&changed, &destination)).await?;
    assert_eq!(made.status, 201, "{}", made.text);
    Ok(())
}

#[tokio::test]
async fn a_price_that_is_better_by_now_is_taken() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    let destination = saved(&ada).await?;
    let quote = ada.quote(&ask("100", &destination)).await?;
    unigox(&bench).knobs_mut(|knobs| knobs.pinned_rate = Some(Decimal::new(160_000, 2)));
    let made = ada.create(&confirm(&quote, &destination)).await?;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(unigox(&bench).orders().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_price_that_settles_a_day_later_is_not_taken() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.delayed_settlement = Presence::Present);
    let ada = ada(&bench).await?;
    let destination = saved(&ada).await?;
    let refused = ada.quote(&ask("100", &destination)).await?;
    assert_eq!(refused.refusal(), (422, "asset_unavailable"));
    assert!(unigox(&bench).orders().is_empty());
    // As soon as there is one that settles at once, it is taken.
    unigox(&bench).knobs_mut(|knobs| knobs.delayed_settlement = Presence::Absent);
    let quote = ada.quote(&ask("100", &destination)).await?;
    let made = ada.create(&confirm(&quote, &destination)).await?;
    assert_eq!(made.status, 201, "{}", made.text);
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_our_own_id() -> Outcome {
    for fault in [
        Fault::ResetAfter,
        Fault::ServerErrorAfter,
        Fault::MalformedJson,
        Fault::Truncated,
        Fault::EmptyBody,
    ] {
        let bench = open().await?;
        // The list is everybody's: others' orders, and those of UNIGOX' own widget.
        unigox(&bench).knobs_mut(|knobs| knobs.widget_orders = Presence::Present);
        let user = unigox(&bench).add_user(AddUser {
            kyc_status: KycStatus::Verified,
            wallet_type: WalletType::PartnerWallet,
        });
        let other = bench.shopper_with(&session("cust-4", &user)).await?;
        sell(&other, "100").await?;
        let ada = ada(&bench).await?;
        unigox(&bench).fault(Operation::Create, fault.clone(), 1);
        let lost = sell(&ada, "100").await?;
        assert_eq!(
            (lost.status.as_u16(), lost.state()),
            (202, "creating"),
            "{fault:?}"
        );
        let id = lost.order_id()?;
        until(&bench, &id, "awaiting_deposit").await?;
        let theirs = unigox(&bench).order("latest")?;
        assert_eq!(theirs.reference_id.as_deref(), Some(id.as_str()));
        assert_eq!(
            bench.record(&id).await?.reference,
            Some(theirs.id),
            "{fault:?}"
        );
        assert_eq!(
            unigox(&bench).requests(Operation::Create),
            2,
            "never sent again"
        );
        assert!(unigox(&bench).order(WIDGET_ORDER).is_ok());
    }
    Ok(())
}

#[tokio::test]
async fn what_was_never_made_is_known_to_be_absent() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    unigox(&bench).fault(Operation::Create, Fault::ResetBefore, 1);
    let id = sell(&ada, "100").await?.order_id()?;
    until(&bench, &id, "failed").await?;
    assert_eq!(ada.order(&id).await?.reason(), "not_created");
    Ok(())
}

/// Where orders do not say whose they are, none is adopted, and none is called absent.
#[tokio::test]
async fn an_order_that_does_not_say_whose_it_is_leaves_the_question_open() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.references = Presence::Absent);
    play(&bench, Profile::NoProvider);
    let ada = ada(&bench).await?;
    unigox(&bench).fault(Operation::Create, Fault::ResetAfter, 1);
    let id = sell(&ada, "100").await?.order_id()?;
    bench.pass_in_steps(Duration::from_secs(10), 25).await?;
    assert_eq!(bench.record(&id).await?.state.as_str(), "creating");
    Ok(())
}

/// A quote that was used already may have made an order.
#[tokio::test]
async fn a_quote_that_was_used_already_is_no_refusal() -> Outcome {
    let bench = open().await?;
    let ada = ada(&bench).await?;
    unigox(&bench).refuse_with(Operation::Create, &Refusal::QuoteAlreadyUsed, 1);
    let unknown = sell(&ada, "100").await?;
    assert_eq!(
        (unknown.status.as_u16(), unknown.state()),
        (202, "creating")
    );
    assert_eq!(unigox(&bench).requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn either_answer_of_initiate_will_do() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.initiate_answer = InitiateAnswer::Ok);
    let ada = ada(&bench).await?;
    assert_eq!(sell(&ada, "100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn an_address_that_is_missing_is_asked_for_and_given() -> Outcome {
    let bench = open().await?;
    play(&bench, Profile::PendingAddress);
    let ada = ada(&bench).await?;
    let made = sell(&ada, "100").await?;
    assert_eq!(made.stands(), ("blocked", "payer"), "{}", made.text);
    assert_eq!(made.actions(), ["provide_information", "cancel"]);
    let id = made.order_id()?;
    let order = ada.order(&id).await?;
    let fields = order.order()["actions"][0]["fields"]
        .as_array()
        .ok_or("no fields")?;
    let keys: Vec<_> = fields
        .iter()
        .filter_map(|field| field["key"].as_str())
        .collect();
    assert_eq!(keys, ["address", "city", "postal_code"]);
    let half = json!({ "fields": { "address": "1 Broad Street", "city": "Lagos" } });
    let refused = payer(&bench, &ada, &id, "provide_information", &half).await?;
    assert_eq!(
        refused.json["fields"][0]["key"], "postal_code",
        "{}",
        refused.text
    );
    let whole = json!({
        "fields": { "address": "1 Broad Street", "city": "Lagos", "postal_code": "101001" },
    });
    let given = payer(&bench, &ada, &id, "provide_information", &whole).await?;
    assert_eq!(given.status, 200, "{}", given.text);
    until(&bench, &id, "awaiting_deposit").await
}

#[tokio::test]
async fn a_field_of_a_type_that_nobody_knows_is_a_text() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.unknown_field_type = Presence::Present);
    let ada = ada(&bench).await?;
    let checkout = ada.checkout().await?;
    let countries = checkout.json["countries"]
        .as_array()
        .ok_or("no countries")?;
    for country in countries {
        let fields = country["form"]["fields"].as_array().ok_or("no fields")?;
        let unknown = fields.iter().find(|field| field["key"] == "purpose");
        assert_eq!(
            unknown.map(|field| &field["type"]),
            Some(&json!("text")),
            "{country}"
        );
    }
    // Nothing but the catalogue was asked for, and that once an hour.
    let asked = unigox(&bench).requests(Operation::Catalogue);
    ada.ask(Method::GET, "/v1/checkout").send().await?;
    assert_eq!(unigox(&bench).requests(Operation::Catalogue), asked);
    Ok(())
}
