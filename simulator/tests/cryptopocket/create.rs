//! Off-ramps are created, or refused with HTTP 200.

use offramp_simulator::providers::cryptopocket::{AssetList, Knobs, Kyc, Standing, Wallets};
use serde_json::{Value, json};

use crate::bench::{Bench, IBAN, Outcome, latam, sepa, with};

#[tokio::test]
async fn sepa_is_paid_at_the_iban_of_the_order() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.create(&sepa()).await?;
    let (id, wallet) = (answer.data("id"), answer.data("wallet"));
    let expected = json!({ "status": "ok",
        "data": { "rampoff": "payment created", "wallet": wallet, "id": id } });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    assert_eq!((id.len(), wallet.len()), (25, 42));
    assert_ne!(wallet, wallet.to_lowercase());
    let order = bench.pocket().order(id)?;
    assert_eq!((order.account.as_str(), order.user_id), (IBAN, 106));
    assert_eq!(
        (order.network.as_str(), order.token.as_str()),
        ("polygon", "USDC")
    );
    Ok(())
}

#[tokio::test]
async fn elsewhere_the_registered_account_is_paid() -> Outcome {
    let bench = Bench::start().await?;
    let payers = [
        (231, "COP", "12345678901"),
        (232, "MXN", "012345678902422382"),
        (233, "ARS", "0070999020000065706080"),
        (234, "CLP", "12345678"),
        (235, "PEN", "00219300123456789012"),
    ];
    for (user_id, fiat, account) in payers {
        let body = with(latam(), "user_id", json!(user_id));
        let answer = bench
            .create(&with(body, "fiat_symbol", json!(fiat)))
            .await?;
        let order = bench.pocket().order(answer.data("id"))?;
        assert_eq!(
            (order.fiat_currency.as_str(), order.account.as_str()),
            (fiat, account)
        );
        assert_eq!(order.network, "polygon");
    }
    // The currency is in the example only.
    let answer = bench
        .create(&with(latam(), "fiat_symbol", Value::Null))
        .await?;
    assert_eq!(
        bench.pocket().order(answer.data("id"))?.fiat_currency,
        "COP"
    );
    Ok(())
}

#[tokio::test]
async fn a_chain_has_two_names_and_one_value() -> Outcome {
    let bench = Bench::start().await?;
    for name in ["chain", "blockchain"] {
        let answer = bench.create(&with(sepa(), name, Value::Null)).await?;
        assert_eq!(answer.json["status"], "ok", "{name}");
    }
    let two = bench.create(&with(sepa(), "chain", json!("bsc"))).await?;
    assert_eq!(two.refusal(), (200, "fail_mandatory_field"));
    let none = with(
        with(sepa(), "chain", Value::Null),
        "blockchain",
        Value::Null,
    );
    let answer = bench.create(&none).await?;
    assert_eq!(answer.refusal(), (200, "fail_mandatory_field"));
    Ok(())
}

#[tokio::test]
async fn who_is_not_verified_gets_a_link_and_http_200() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(sepa(), "user_id", json!(107));
    for kyc in [Kyc::Unused, Kyc::Processing, Kyc::Fail] {
        bench.pocket().verify(107, kyc)?;
        let answer = bench.create(&body).await?;
        assert_eq!(answer.refusal(), (200, "require_kyc"));
        let url = answer.json["data"].as_str().unwrap_or_default();
        assert!(url.starts_with("https://b2b.cryptopocket.example/kyc/"));
    }
    bench.pocket().verify(107, Kyc::Valid)?;
    bench.pocket().set_standing(107, Standing::Reinforced)?;
    let answer = bench.create(&body).await?;
    assert_eq!(answer.refusal(), (200, "kyc_reinforced_required"));
    bench.pocket().set_standing(107, Standing::Banned)?;
    let answer = bench.create(&body).await?;
    assert_eq!(answer.refusal(), (200, "user_banned"));
    assert_eq!(bench.pocket().orders(), []);
    bench.pocket().set_standing(107, Standing::Good)?;
    assert_eq!(bench.create(&body).await?.json["status"], "ok");
    Ok(())
}

#[tokio::test]
async fn each_refusal_has_its_code() -> Outcome {
    let bench = Bench::start().await?;
    let refused = [
        (with(sepa(), "user_id", Value::Null), "fail_mandatory_field"),
        (with(sepa(), "amount", Value::Null), "fail_mandatory_field"),
        (with(sepa(), "symbol", Value::Null), "fail_mandatory_field"),
        (with(sepa(), "iban", Value::Null), "fail_mandatory_field"),
        (
            with(latam(), "bank_name", Value::Null),
            "fail_mandatory_field",
        ),
        // Registered in another country, or in none.
        (with(latam(), "user_id", json!(232)), "fail_mandatory_field"),
        (with(latam(), "user_id", json!(106)), "fail_mandatory_field"),
        (with(sepa(), "user_id", json!(1)), "user_not_found"),
        (with(sepa(), "user_id", json!(900)), "user_not_found"),
        (with(sepa(), "symbol", json!("DAI")), "coin_not_supported"),
        (
            with(sepa(), "fiat_symbol", json!("USD")),
            "coin_not_supported",
        ),
        (with(latam(), "chain", json!("tron")), "coin_not_supported"),
        (
            with(latam(), "chain", json!("ethereum")),
            "coin_not_supported",
        ),
        (with(sepa(), "amount", json!(0)), "min_amount"),
        (with(sepa(), "amount", json!(-10)), "min_amount"),
        (with(sepa(), "amount", json!(9)), "min_amount"),
        (with(sepa(), "amount", json!(10_001)), "max_amount"),
        (
            with(sepa(), "iban", json!("ES9121000418450200051333")),
            "invalid_iban",
        ),
    ];
    for (body, code) in refused {
        let answer = bench.create(&body).await?;
        assert_eq!(answer.refusal(), (200, code), "{body}");
    }
    let answer = bench.create(&with(sepa(), "amount", json!(9))).await?;
    assert_eq!(answer.json["message"], "10");
    assert_eq!(bench.pocket().orders(), []);
    Ok(())
}

#[tokio::test]
async fn the_wrong_form_is_422() -> Outcome {
    let bench = Bench::start().await?;
    let wrong = [
        ("user_id", json!("ana")),
        ("user_id", json!(1.5)),
        // A string is no amount, and the sixth decimal is the last.
        ("amount", json!("100")),
        ("amount", serde_json::from_str("100.0000001")?),
        ("symbol", json!(7)),
        ("iban", json!([])),
    ];
    for (field, value) in wrong {
        let answer = bench.create(&with(sepa(), field, value.clone())).await?;
        assert_eq!(answer.wrong_field(), (422, Some(field)), "{value}");
    }
    assert_eq!(bench.pocket().orders(), []);
    Ok(())
}

#[tokio::test]
async fn the_same_body_makes_another_off_ramp_with_another_wallet() -> Outcome {
    let bench = Bench::start().await?;
    let (first, second) = (bench.open().await?, bench.open().await?);
    let address = |id: &str| bench.pocket().order(id).map(|order| order.address);
    assert_ne!(first, second);
    assert_ne!(address(&first)?, address(&second)?);
    assert_eq!(bench.pocket().order(&first)?.create_calls, 2);

    let per_user = |knobs: &mut Knobs| knobs.wallets = Wallets::PerUser;
    bench.pocket().knobs_mut(per_user);
    let (first, second) = (bench.open().await?, bench.open().await?);
    assert_eq!(address(&first)?, address(&second)?);
    Ok(())
}

#[tokio::test]
async fn ethereum_is_traded_on_request() -> Outcome {
    let bench = Bench::start().await?;
    let wide = |knobs: &mut Knobs| knobs.assets = AssetList::Wide;
    bench.pocket().knobs_mut(wide);
    let answer = bench
        .create(&with(latam(), "chain", json!("ethereum")))
        .await?;
    assert_eq!(answer.json["status"], "ok");
    Ok(())
}
