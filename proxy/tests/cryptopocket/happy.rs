//! From a price to money on the account.

use std::time::Duration;

use offramp_simulator::{Deposit, Operation, Pick};
use serde_json::json;

use crate::{
    shop::{carlos, confirm, ines, open, sell},
    support::{Answer, Outcome},
};

/// By then everything is looked at again.
const LOOK: Duration = Duration::from_secs(30);

fn states(answer: &Answer) -> Vec<&str> {
    let timeline = answer.order()["timeline"].as_array();
    let entries = timeline.into_iter().flatten();
    entries
        .filter_map(|entry| entry["state"].as_str())
        .collect()
}

#[tokio::test]
async fn an_order_goes_from_confirm_to_money_on_the_account() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let created = sell(&ines, "100").await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.stands(), ("awaiting_deposit", "payer"));
    assert_eq!(created.actions(), ["report_sent", "cancel"]);
    let theirs = bench.pocket().order(Pick::Latest)?;
    assert_eq!(created.address(), Some(theirs.address.as_str()));
    let deposit = &created.order()["deposit"];
    assert_eq!(deposit["after_sending"], "wait");
    assert_eq!(deposit["amount"], "100");
    assert_eq!(
        created.order()["destination"],
        json!({ "country": "SEPA", "bank_name": null, "masked": "•••• 1332" })
    );
    let id = created.order_id()?;

    // The rate is fixed on arrival: what arrives is known only then.
    bench.pocket().move_rate_bps(-100);
    let theirs = bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    bench.pass_in_steps(LOOK, 4).await?;
    let paid = ines.order(&id).await?;
    assert_eq!(paid.stands(), ("completed", "converted"), "{}", paid.text);
    assert_eq!(
        paid.order()["fiat"]["amount"],
        theirs.fiat_amount.to_string()
    );
    assert_ne!(
        paid.order()["fiat"]["amount"],
        created.order()["fiat"]["amount"]
    );
    assert_eq!(paid.order()["fiat"]["currency"], "EUR");
    assert!(paid.actions().is_empty() && paid.address().is_none());
    let begins = ["creating", "created", "awaiting_deposit"];
    assert_eq!(states(&paid)[..3], begins);
    assert_eq!(states(&paid).last(), Some(&"completed"));
    // There is nothing to tell it.
    for operation in [Operation::Execute, Operation::Cancel] {
        assert_eq!(bench.pocket().requests(operation), 0);
    }
    Ok(())
}

#[tokio::test]
async fn the_account_of_the_registration_is_paid() -> Outcome {
    let bench = open().await?;
    let carlos = carlos(&bench).await?;
    let ask = json!({
        "kind": "firm", "token": "USDT", "network": "BSC", "country": "CO",
        "crypto_amount": "10.000000000000000001",
    });
    let quote = carlos.quote(&ask).await?;
    assert_eq!(quote.status, 200, "{}", quote.text);
    let bank = json!({ "kind": "registered", "fields": { "bank_name": "Bancolombia" } });
    let created = carlos.create(&confirm(&quote, &bank)).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.order()["crypto"]["amount"], "10.000000000000000001");
    assert_eq!(
        created.order()["destination"],
        json!({ "country": "CO", "bank_name": "Bancolombia", "masked": "" })
    );
    let theirs = bench.pocket().order(Pick::Latest)?;
    assert_eq!(theirs.crypto_amount.to_string(), "10.000000000000000001");
    assert_eq!(theirs.fiat_currency, "COP");

    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    bench.pass_in_steps(LOOK, 4).await?;
    let paid = carlos.order(&created.order_id()?).await?;
    assert_eq!(paid.stands(), ("completed", "converted"), "{}", paid.text);
    Ok(())
}

#[tokio::test]
async fn a_report_is_kept_here_and_told_nobody() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = sell(&ines, "100").await?.order_id()?;
    let reported = ines.report(&id, &json!({})).await?;
    assert_eq!(reported.stands(), ("deposit_submitted", "in_flight"));
    bench.pass_secs(60).await?;
    assert_eq!(ines.order(&id).await?.state(), "deposit_submitted");
    assert_eq!(bench.pocket().requests(Operation::Execute), 0);
    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    bench.pass_in_steps(LOOK, 4).await?;
    assert_eq!(ines.order(&id).await?.state(), "completed");
    Ok(())
}
