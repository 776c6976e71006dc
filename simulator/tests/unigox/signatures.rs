//! The two signatures: taken as they should be, and refused in every way that they can be wrong.

use alloy_primitives::hex;
use offramp_simulator::providers::unigox::{
    Custody, Nonces, Profile, RefundExecution, Refunds, SafeTypes,
};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome, Signer, with};

/// A request that is right, to be made wrong.
async fn request(bench: &Bench, id: &str) -> Outcome<(Value, Value)> {
    let parameters = bench.parameters(id).await?;
    let body = Signer::partner()?.authorisation(&parameters, bench.now_secs())?;
    Ok((parameters, body["forward_request"].clone()))
}

/// An order that was cancelled with its crypto in the escrow.
async fn owing(bench: &Bench) -> Outcome<String> {
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::BankReturn);
    let id = bench.open_accepted().await?;
    bench.pay(&id).await?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "cancelled");
    Ok(id)
}

#[tokio::test]
async fn the_parameters_say_what_is_signed() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let path = format!("/orders/{id}/transfer-authorization-parameters");
    assert_eq!(bench.get(&path).await?.code(), (409, "INVALID_STATUS"));
    bench.step_secs(2);
    let parameters = bench.parameters(&id).await?;
    let view = bench.unigox().order(&id)?;
    let expected = json!({
        "order_id": id, "network_preset": "xai", "chain_id": "660279",
        "rpc_url": "https://xai-chain.example/rpc",
        "token_address": "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA",
        "forwarder_address": "0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC",
        "recipient_address": view.escrow_address,
        "sender_address": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "amount_atomic": "100000000", "amount_human": "100.000000",
        "crypto_currency": "USDT", "crypto_decimals": 6,
        "recommended_gas_limit": "500000", "recommended_ttl_seconds": 3600,
        "transfer_data": parameters["transfer_data"], "forwarder_nonce": "0",
        "authorization_path": format!("/api/v1/partner/orders/{id}/authorize-crypto-transfer"),
    });
    assert_eq!(parameters, expected);
    let escrow = view.escrow_address.trim_start_matches("0x").to_lowercase();
    let data = format!("0xa9059cbb{escrow:0>64}{:064x}", 100_000_000);
    assert_eq!(parameters["transfer_data"], data);
    Ok(())
}

#[tokio::test]
async fn a_signature_moves_the_balance_and_the_nonce_once() -> Outcome {
    let bench = Bench::start().await?;
    let wallet = bench.unigox().partner_wallet();
    let id = bench.open_accepted().await?;
    let parameters = bench.parameters(&id).await?;
    let body = Signer::partner()?.authorisation(&parameters, bench.now_secs())?;
    assert_eq!(bench.authorise(&id, &body).await?.status, 200);
    // U-19: the second one comes too late.
    let again = bench.authorise(&id, &body).await?;
    assert_eq!(again.code(), (409, "INVALID_STATUS"));
    let held = bench.unigox().wallet(&wallet)?;
    assert_eq!(
        (held.nonce, held.balances["USDT"].to_string()),
        (1, "999900".to_owned())
    );
    let view = bench.unigox().order(&id)?;
    assert_eq!((view.transfers, view.authorise_calls), (1, 2));

    // The old nonce is good for nothing more.
    let other = bench.open_accepted().await?;
    let parameters = bench.parameters(&other).await?;
    assert_eq!(parameters["forwarder_nonce"], "1");
    let stale = with(parameters, "forwarder_nonce", json!("0"));
    let body = Signer::partner()?.authorisation(&stale, bench.now_secs())?;
    let refused = bench.authorise(&other, &body).await?;
    assert_eq!(refused.code(), (502, "TRANSACTOR_ERROR"));
    assert_eq!(bench.unigox().order(&other)?.custody, Custody::Owner);
    assert_eq!(bench.pay(&other).await?.status, 200);
    Ok(())
}

/// The relay counts what the chain has, and has not looked yet.
#[tokio::test]
async fn of_two_transfers_over_one_nonce_the_chain_takes_one() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.nonces = Nonces::WhenMined);
    let (first, second) = (bench.open_accepted().await?, bench.open_accepted().await?);
    for id in [&first, &second] {
        assert_eq!(bench.parameters(id).await?["forwarder_nonce"], "0");
        assert_eq!(bench.pay(id).await?.status, 200);
        assert_eq!(bench.unigox().order(id)?.nonces, [0].into());
    }
    bench.step_secs(3);
    assert_eq!(bench.unigox().order(&first)?.custody, Custody::Escrow);
    assert_eq!(bench.status(&second).await?, "failed");
    assert_eq!(bench.unigox().order(&second)?.custody, Custody::Owner);
    let held = bench.unigox().wallet(&bench.unigox().partner_wallet())?;
    assert_eq!(
        (held.nonce, held.balances["USDT"].to_string()),
        (1, "999900".to_owned())
    );
    let third = bench.open_accepted().await?;
    assert_eq!(bench.parameters(&third).await?["forwarder_nonce"], "1");
    Ok(())
}

#[tokio::test]
async fn a_signature_without_its_prefix_is_taken() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let parameters = bench.parameters(&id).await?;
    let body = Signer::partner()?.authorisation(&parameters, bench.now_secs())?;
    let bare = body["signature"].as_str().unwrap_or_default();
    let bare = bare.trim_start_matches("0x").to_owned();
    let answer = bench
        .authorise(&id, &with(body, "signature", json!(bare)))
        .await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn what_was_not_asked_for_is_refused_however_well_it_is_signed() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let (parameters, right) = request(&bench, &id).await?;
    let escrow = bench.unigox().order(&id)?.escrow_address;
    let escrow = escrow.trim_start_matches("0x").to_lowercase();
    let call =
        |recipient: &str, amount: u64| json!(format!("0xa9059cbb{recipient:0>64}{amount:064x}"));
    let elsewhere = "00000000000000000000000000000000000000aa";
    let usdc = "0x2Bf9a4e1D8f1B23f0Bc7Fd2eA7F4c1A8E4d3C5b6";
    for (key, value) in [
        ("data", call(&escrow, 100_000_001)),
        ("data", call(&escrow, 99_999_999)),
        ("data", call(elsewhere, 100_000_000)),
        ("data", json!("0x")),
        ("value", json!("1")),
        ("to", json!(usdc)),
        ("from", json!(usdc)),
    ] {
        let wrong = with(right.clone(), key, value.clone());
        let body = Signer::partner()?.signed(&parameters, &wrong)?;
        let refused = bench.authorise(&id, &body).await?;
        assert_eq!(refused.code(), (400, "INVALID_REQUEST"), "{key} {value}");
    }
    for body in [
        json!({}),
        json!({ "forward_request": right, "signature": "0xzz" }),
    ] {
        let refused = bench.authorise(&id, &body).await?;
        assert_eq!(refused.code(), (400, "INVALID_REQUEST"));
    }
    assert_eq!(bench.unigox().order(&id)?.transfers, 0);
    Ok(())
}

#[tokio::test]
async fn somebody_elses_and_late_signatures_fail_on_the_chain() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let (parameters, right) = request(&bench, &id).await?;
    let stranger = Signer::with_key(&[7; 32])?;
    let body = stranger.signed(&parameters, &right)?;
    assert_eq!(
        bench.authorise(&id, &body).await?.code(),
        (502, "TRANSACTOR_ERROR")
    );
    let past = (bench.now_secs() - 1).to_string();
    let late = with(right.clone(), "deadline", json!(past));
    let body = Signer::partner()?.signed(&parameters, &late)?;
    assert_eq!(
        bench.authorise(&id, &body).await?.code(),
        (502, "TRANSACTOR_ERROR")
    );
    let altered = json!({ "forward_request": right, "signature": hex::encode_prefixed([1; 65]) });
    assert_eq!(
        bench.authorise(&id, &altered).await?.code(),
        (502, "TRANSACTOR_ERROR")
    );
    assert_eq!(
        bench.status(&id).await?,
        "awaiting_crypto_transfer_authorization"
    );
    assert_eq!(bench.pay(&id).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_empty_wallet_pays_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let wallet = bench.unigox().partner_wallet();
    let all = offramp_simulator::Decimal::from(-999_950);
    bench.unigox().mint(&wallet, "USDT", all)?;
    let id = bench.open_accepted().await?;
    assert_eq!(bench.pay(&id).await?.code(), (422, "INSUFFICIENT_BALANCE"));
    bench
        .unigox()
        .mint(&wallet, "USDT", offramp_simulator::Decimal::from(50))?;
    assert_eq!(bench.pay(&id).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_refund_needs_the_owners_signature_and_happens_once() -> Outcome {
    let bench = Bench::start().await?;
    let id = owing(&bench).await?;
    let order = bench.read(&id).await?;
    assert_eq!(order["next_action"], "authorize_refund");
    assert_eq!(order["allowed_actions"], json!(["authorize-refund"]));
    let path = format!("/orders/{id}/refund-authorization-parameters");
    let parameters = bench.get(&path).await?.json["data"].clone();
    let view = bench.unigox().order(&id)?;
    assert_eq!(parameters["escrow_address"], view.escrow_address);
    assert_eq!(parameters["domain"]["chainId"], 660_279);
    assert_eq!(
        parameters["domain"]["verifyingContract"],
        view.escrow_address
    );
    assert_eq!(parameters["direction"], "to_seller");
    assert_eq!(parameters["amount_human"], "100.000000");
    assert_eq!(
        parameters["types"]["SafeTx"].as_array().map(Vec::len),
        Some(10)
    );

    let refund = format!("/orders/{id}/authorize-refund");
    let wrong = Signer::with_key(&[7; 32])?.refund(&parameters)?;
    assert_eq!(
        bench.post(&refund, &wrong).await?.code(),
        (502, "TRANSACTOR_ERROR")
    );
    assert_eq!(
        bench.post(&refund, &json!({})).await?.code(),
        (400, "INVALID_REQUEST")
    );
    let body = Signer::partner()?.refund(&parameters)?;
    let done = bench.post(&refund, &body).await?;
    assert_eq!((done.status, done.data("status")), (200, "cancelled"));
    assert_eq!(done.data("tx_hash").len(), 66);
    assert_eq!(
        bench.post(&refund, &body).await?.code(),
        (409, "INVALID_STATUS")
    );
    assert_eq!(bench.get(&path).await?.code(), (409, "INVALID_STATUS"));
    let view = bench.unigox().order(&id)?;
    assert_eq!((view.custody, view.refund_calls), (Custody::Returned, 4));
    let held = bench.unigox().wallet(&bench.unigox().partner_wallet())?;
    assert_eq!(held.balances["USDT"].to_string(), "1000000");
    assert_eq!(bench.read(&id).await?["allowed_actions"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_refund_can_take_its_time_and_have_its_own_words() -> Outcome {
    let bench = Bench::start().await?;
    bench.unigox().knobs_mut(|knobs| {
        knobs.refund_execution = RefundExecution::Later;
        knobs.refunds = Refunds::OwnStatuses;
        knobs.safe_types = SafeTypes::Shortened;
    });
    let id = owing(&bench).await?;
    let path = format!("/orders/{id}/refund-authorization-parameters");
    let parameters = bench.get(&path).await?.json["data"].clone();
    assert_eq!(
        parameters["types"]["SafeTx"].as_array().map(Vec::len),
        Some(2)
    );
    let body = Signer::partner()?.refund(&parameters)?;
    let done = bench
        .post(&format!("/orders/{id}/authorize-refund"), &body)
        .await?;
    assert_eq!(
        done.json["data"],
        json!({ "order_id": id, "status": "refund_pending" })
    );
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "refunded");
    assert_eq!(bench.unigox().order(&id)?.custody, Custody::Returned);
    Ok(())
}

#[tokio::test]
async fn nothing_is_refunded_where_nothing_is_owed_or_staff_holds_it() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open_accepted().await?;
    let path = |id: &str| format!("/orders/{id}/refund-authorization-parameters");
    assert_eq!(bench.get(&path(&id)).await?.code(), (409, "INVALID_STATUS"));
    let id = owing(&bench).await?;
    bench.unigox().set_profile(&id, Profile::RefundHeld)?;
    assert_eq!(
        bench.get(&path(&id)).await?.code(),
        (409, "OPERATION_NOT_ALLOWED")
    );
    assert_eq!(bench.read(&id).await?["allowed_actions"], json!([]));
    let post = format!("/orders/{id}/authorize-refund");
    let refused = bench.post(&post, &json!({ "signature": "0x00" })).await?;
    assert_eq!(refused.code(), (409, "OPERATION_NOT_ALLOWED"));
    Ok(())
}
