//! From a price to money on the account, with every step in between.

use serde_json::json;

use crate::support::{Bench, HASH, Outcome, shopper};

#[tokio::test]
async fn an_order_goes_from_confirm_to_money_on_the_account() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    assert_eq!(quote.status, 200, "{}", quote.text);
    assert_eq!(quote.quote()["fiat_amount"], "1818.46");

    let created = ana.create(&shopper::confirm(&quote)).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.stands(), ("awaiting_deposit", "payer"));
    let id = created.order_id()?;

    let reported = ana.report(&id, &json!({ "tx_hash": HASH })).await?;
    assert_eq!(reported.status, 200, "{}", reported.text);
    assert_eq!(reported.stands(), ("deposit_submitted", "in_flight"));
    bench.settle().await?;
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);

    bench
        .capa()
        .deposit("latest", offramp_simulator::Deposit::Exact)?;
    bench.pass_secs(5).await?;
    assert_eq!(
        ana.order(&id).await?.stands(),
        ("deposit_received", "provider")
    );
    bench.pass_secs(5).await?;
    assert_eq!(
        ana.order(&id).await?.stands(),
        ("payout_in_progress", "converted")
    );
    bench.pass_secs(5).await?;
    let paid = ana.order(&id).await?;
    assert_eq!(paid.stands(), ("completed", "converted"));
    assert_eq!(paid.order()["tx_hash"], HASH);
    assert_eq!(
        paid.order()["explorer_url"],
        format!("https://polygonscan.com/tx/{HASH}")
    );
    assert_eq!(paid.address(), None);
    assert!(paid.actions().is_empty() && paid.order()["next"].is_null());
    let states: Vec<_> = paid.order()["timeline"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["state"].as_str())
        .collect();
    assert_eq!(
        states,
        [
            "creating",
            "created",
            "awaiting_deposit",
            "deposit_submitted",
            "deposit_received",
            "payout_in_progress",
            "completed"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_new_order_is_answered_as_documented() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let answer = ana.buy("100").await?;
    let order = answer.order();
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(
        order["crypto"],
        json!({ "token": "USDC", "network": "POL", "amount": "100" })
    );
    assert_eq!(
        order["fiat"],
        json!({ "currency": "MXN", "amount": "1818.46", "guarantee": "exact" })
    );
    assert_eq!(order["rate"], "18.184665");
    assert_eq!(order["fees"], json!([]));
    assert_eq!(
        order["destination"],
        json!({ "country": "MX", "bank_name": "Santander", "masked": "•••• 7120" })
    );
    let contract = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359";
    assert_eq!(
        order["deposit"],
        json!({
            "kind": "transfer_to_address", "network": "POL", "token": "USDC",
            "token_contract": contract, "address": theirs.address, "amount": "100",
            "payment_uri": format!(
                "ethereum:{contract}@137/transfer?address={}&uint256=100000000", theirs.address
            ),
            "after_sending": "report_sent", "offer": "live",
            "offer_until": "2026-05-01T12:30:00.000Z",
        })
    );
    assert_eq!(
        order["actions"],
        json!([
            { "action": "report_sent", "required": true, "by": "payer", "fields": [], "deadline": null },
            { "action": "cancel", "required": false, "by": "payer", "fields": [], "deadline": null },
        ])
    );
    assert_eq!(
        order["next"],
        json!({ "by": "payer", "until": "2026-05-01T12:30:00.000Z" })
    );
    for absent in [
        "pending_action",
        "tx_hash",
        "explorer_url",
        "refund",
        "reason",
    ] {
        assert!(order[absent].is_null(), "{absent}");
    }
    assert_eq!(order["created_at"], "2026-05-01T12:00:00.000Z");
    assert_eq!(answer.json["server_time"], "2026-05-01T12:00:00.000Z");
    Ok(())
}
