//! What the provider answers is held against what was asked, before an address is shown and after.

use std::time::Duration;

use offramp_simulator::{Deposit, Fault, Operation, Status, providers::capa::seed};
use serde_json::{Value, json};

use crate::support::{Answer, Bench, CLABE, Outcome, with};

/// An order that the provider makes of `asked`, answered with `changed` instead of what it says.
async fn answer_with(
    bench: &Bench,
    asked: (&str, Value),
    changed: Option<(&str, Value)>,
) -> Outcome<Answer> {
    let body = json!({
        "userId": seed::CUST_1, "cryptoAmount": 100, "fiatCurrency": "MXN",
        "blockchainSymbol": "POL", "tokenSymbol": "USDC",
        "userBankInformation": { "country": "MX", "accountIdentifier": CLABE },
    });
    let made = bench
        .provider_post("/off-ramp", &with(body, asked.0, asked.1))
        .await?;
    let data = match changed {
        Some((key, value)) => with(made["data"].clone(), key, value),
        None => made["data"].clone(),
    };
    bench.answer_create_with(&data);
    bench.ana().await?.buy("100").await
}

#[track_caller]
fn is_held_back(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 201, "{what}: {}", answer.text);
    assert_eq!(answer.stands(), ("attention", "payer"), "{what}");
    assert_eq!(answer.reason(), "provider_mismatch", "{what}");
    assert!(answer.order()["deposit"].is_null(), "{what}");
    assert!(answer.actions().is_empty(), "{what}");
}

#[tokio::test]
async fn another_order_than_was_asked_for_is_called_off_without_an_address() -> Outcome {
    let other_account = json!({ "country": "MX", "accountIdentifier": "012345678902422382" });
    for (key, value) in [
        ("cryptoAmount", json!(100.01)),
        ("cryptoAmount", json!(99)),
        ("tokenSymbol", json!("USDT")),
        ("blockchainSymbol", json!("ETH")),
        ("fiatCurrency", json!("USD")),
        ("premiumSpread", json!(0.001)),
        ("userBankInformation", other_account),
    ] {
        let bench = Bench::start().await?;
        let answer = answer_with(&bench, (key, value), None).await?;
        is_held_back(&answer, key);
        bench.settle().await?;
        let theirs = bench.capa().transaction("latest")?;
        assert_eq!(theirs.status, Status::Cancelled, "{key}");
        let order = bench.ana().await?.order(&answer.order_id()?).await?;
        is_held_back(&with_status(order), key);
    }
    Ok(())
}

/// A read is answered 200; everything else is as at creation.
fn with_status(mut answer: Answer) -> Answer {
    answer.status = axum::http::StatusCode::CREATED;
    answer
}

#[tokio::test]
async fn an_address_that_cannot_be_right_is_not_shown() -> Outcome {
    for address in [
        json!(""),
        json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786"),
        json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786g"),
        json!("7796d4f304bd84171ee6730ad0f69c07a47e786d"),
        // A capital that does not fit EIP-55.
        json!("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        // An address of Solana.
        json!("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
        json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786d "),
    ] {
        let bench = Bench::start().await?;
        let answer = answer_with(
            &bench,
            ("cryptoAmount", json!(100)),
            Some(("destinationWalletAddress", address.clone())),
        )
        .await?;
        is_held_back(&answer, &address.to_string());
        bench.settle().await?;
        assert_eq!(
            bench.capa().transaction("latest")?.status,
            Status::Cancelled
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_address_with_its_checksum_is_shown() -> Outcome {
    let bench = Bench::start().await?;
    let good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    let answer = answer_with(
        &bench,
        ("cryptoAmount", json!(100)),
        Some(("destinationWalletAddress", json!(good))),
    )
    .await?;
    assert_eq!(answer.address(), Some(good), "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn after_a_mismatch_was_called_off_the_payer_may_try_again() -> Outcome {
    let bench = Bench::start().await?;
    let answer = answer_with(&bench, ("cryptoAmount", json!(99)), None).await?;
    let ana = bench.ana().await?;
    assert_eq!(answer.order()["unfunded"], true);
    let blocked = ana.buy("100").await?;
    assert_eq!(blocked.refusal(), (409, "order_open"));
    bench.settle().await?;
    let called_off = ana.order(&answer.order_id()?).await?;
    assert_eq!(called_off.order()["unfunded"], false);
    assert_eq!(ana.buy("100").await?.status, 201);
    let checkout = ana.checkout().await?;
    assert_eq!(checkout.json["orders"][0]["id"], answer.order_id()?);
    Ok(())
}

#[tokio::test]
async fn a_mismatch_is_called_off_until_the_provider_answers() -> Outcome {
    let bench = Bench::start().await?;
    bench.capa().fault(Operation::Cancel, Fault::BadGateway, 3);
    answer_with(&bench, ("cryptoAmount", json!(99)), None).await?;
    bench.settle().await?;
    assert_eq!(bench.capa().transaction("latest")?.status, Status::Pending);
    bench.pass_in_steps(Duration::from_secs(15), 4).await?;
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    Ok(())
}

#[tokio::test]
async fn a_mismatch_that_the_provider_has_ended_by_itself_comes_to_rest() -> Outcome {
    for status in [Status::Expired, Status::Failed, Status::Cancelled] {
        let bench = Bench::start().await?;
        let answer = answer_with(&bench, ("cryptoAmount", json!(99)), None).await?;
        bench.capa().force_status("latest", status.clone())?;
        bench.settle().await?;
        let ana = bench.ana().await?;
        let order = ana.order(&answer.order_id()?).await?;
        assert_eq!(order.state(), "attention", "{status}");
        assert_eq!(ana.buy("100").await?.status, 201, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn a_mismatch_that_was_paid_all_the_same_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let answer = answer_with(&bench, ("cryptoAmount", json!(99)), None).await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.settle().await?;
    let ana = bench.ana().await?;
    let order = ana.order(&answer.order_id()?).await?;
    assert_eq!(order.stands(), ("attention", "provider"));
    assert_eq!(order.reason(), "provider_mismatch");
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 0);
    Ok(())
}

#[tokio::test]
async fn a_changed_address_is_withdrawn_and_never_comes_back() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let other = json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786d");
    bench
        .answer_list_with("destinationWalletAddress", other)
        .await?;
    bench.pass_secs(30).await?;
    let withdrawn = ana.order(&id).await?;
    assert_eq!(withdrawn.stands(), ("attention", "payer"));
    assert_eq!(withdrawn.reason(), "provider_mismatch");
    assert!(withdrawn.order()["deposit"].is_null());
    assert_eq!(withdrawn.actions(), ["report_sent"]);
    assert!(withdrawn.sequence() > created.sequence());
    bench.pass(Duration::from_mins(5)).await?;
    assert_eq!(ana.order(&id).await?.state(), "attention");
    assert_eq!(ana.order(&id).await?.address(), None);
    Ok(())
}

#[tokio::test]
async fn the_same_address_in_other_letters_is_the_same() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let theirs = bench.capa().transaction("latest")?;
    let capitals = theirs.address.to_uppercase().replacen("0X", "0x", 1);
    bench
        .answer_list_with("destinationWalletAddress", json!(capitals))
        .await?;
    bench.pass_secs(30).await?;
    assert_eq!(ana.order(&id).await?.address(), created.address());
    Ok(())
}

#[tokio::test]
async fn whoever_sent_to_a_withdrawn_address_is_still_paid() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let other = json!("0x7796d4f304bd84171ee6730ad0f69c07a47e786d");
    bench
        .answer_list_with("destinationWalletAddress", other)
        .await?;
    bench.pass_secs(30).await?;
    let reported = ana.report(&id, &json!({})).await?;
    assert_eq!(reported.state(), "attention");
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_mins(1), 4).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn a_hash_that_cannot_be_right_is_not_passed_on() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let invoice = json!({ "transactionHash": "javascript:alert(1)", "paymentUrl": null });
    bench.answer_list_with("invoice", invoice).await?;
    bench.pass_secs(30).await?;
    let order = ana.order(&id).await?;
    assert!(order.order()["tx_hash"].is_null(), "{}", order.text);
    assert!(order.order()["explorer_url"].is_null());
    Ok(())
}
