//! Wallets: the partner's, and one that a customer links and pays from.

use alloy_primitives::eip191_hash_message;
use offramp_simulator::Decimal;
use serde_json::{Value, json};

use crate::bench::{ADA, Bench, CLEO, CLEO_ACCOUNT, Outcome, Signer, quote, with};

async fn challenge(bench: &Bench, signer: &Signer) -> Outcome<String> {
    let body = json!({ "address": signer.address().to_string() });
    let answer = bench
        .post(&format!("/users/{CLEO}/wallet/challenge"), &body)
        .await?;
    Ok(answer.data("message").to_owned())
}

fn link(address: &Signer, message: &str, signer: &Signer) -> Outcome<Value> {
    let signature = signer.sign(eip191_hash_message(message))?;
    Ok(json!({
        "address": address.address().to_string(), "message": message, "signature": signature,
    }))
}

async fn cleos_quote(bench: &Bench) -> Outcome<String> {
    let body = with(quote(), "user_uuid", json!(CLEO));
    let body = with(body, "payment_details_id", json!(CLEO_ACCOUNT));
    Ok(bench.quote(&body).await?.data("quote_id").to_owned())
}

#[tokio::test]
async fn the_partners_wallet_can_be_funded_and_looked_at() -> Outcome {
    let bench = Bench::start().await?;
    let balance = bench.get("/wallet/funding-balance").await?;
    let expected = json!([
        { "crypto_currency": "USDC", "amount": "1000000.000000" },
        { "crypto_currency": "USDT", "amount": "1000000.000000" },
    ]);
    assert_eq!(balance.json["data"]["balances"], expected);
    let addresses = bench.get("/deposit-addresses").await?;
    let wallet = bench.unigox().partner_wallet();
    assert_eq!(addresses.data("funding_wallet_address"), wallet);
    let base = &addresses.json["data"]["addresses"][7];
    assert_eq!(
        (&base["chain"], &base["tokens"]),
        (&json!("base"), &json!(["USDC"]))
    );
    Ok(())
}

#[tokio::test]
async fn a_customer_links_a_wallet_and_pays_from_it() -> Outcome {
    let bench = Bench::start().await?;
    let cleo = Signer::with_key(&[9; 32])?;
    let path = format!("/users/{CLEO}/wallet");
    let quote_id = cleos_quote(&bench).await?;
    assert_eq!(
        bench.initiate(&quote_id).await?.code(),
        (409, "WALLET_NOT_LINKED")
    );

    let message = challenge(&bench, &cleo).await?;
    let first = "unigox.com wants you to sign in with your Ethereum account:\n";
    assert!(
        message.starts_with(&format!("{first}{}\n\n", cleo.address())),
        "{message}"
    );
    assert!(message.contains("\nChain ID: 660279\n"), "{message}");
    assert!(
        message.ends_with("\nExpiration Time: 2026-05-01T12:10:00Z"),
        "{message}"
    );
    let linked = bench.post(&path, &link(&cleo, &message, &cleo)?).await?;
    assert_eq!(
        (linked.status, &linked.json["data"]["wallet"]["status"]),
        (200, &json!("linked"))
    );
    let again = bench.post(&path, &link(&cleo, &message, &cleo)?).await?;
    assert_eq!(again.code(), (409, "WALLET_ALREADY_LINKED"));

    // The refusal has not used the quote up.
    let order = bench.initiate(&quote_id).await?;
    let id = order.data("order_id");
    bench.step_secs(2);
    let parameters = bench.parameters(id).await?;
    assert_eq!(parameters["sender_address"], cleo.address().to_string());
    let body = cleo.authorisation(&parameters, bench.now_secs())?;
    assert_eq!(
        bench.authorise(id, &body).await?.code(),
        (422, "INSUFFICIENT_BALANCE")
    );
    let address = cleo.address().to_string();
    let minted = bench
        .control(
            &format!("/wallets/{address}/mint"),
            &json!({ "token": "USDT", "amount": "100" }),
        )
        .await?;
    assert_eq!(minted.json["balances"]["USDT"], "100");
    assert_eq!(bench.authorise(id, &body).await?.status, 200);
    let held = bench.unigox().wallet(&address)?;
    assert_eq!((held.nonce, held.balances["USDT"]), (1, Decimal::ZERO));
    Ok(())
}

#[tokio::test]
async fn a_message_is_good_once_for_ten_minutes_and_one_address() -> Outcome {
    let bench = Bench::start().await?;
    let cleo = Signer::with_key(&[9; 32])?;
    let stranger = Signer::with_key(&[7; 32])?;
    let path = format!("/users/{CLEO}/wallet");
    let message = challenge(&bench, &cleo).await?;
    let forged = bench
        .post(&path, &link(&cleo, &message, &stranger)?)
        .await?;
    assert_eq!(forged.code(), (400, "INVALID_SIGNATURE"));
    let used = bench.post(&path, &link(&cleo, &message, &cleo)?).await?;
    assert_eq!(used.code(), (410, "CHALLENGE_EXPIRED"));
    let message = challenge(&bench, &cleo).await?;
    let other = bench
        .post(&path, &link(&stranger, &message, &stranger)?)
        .await?;
    assert_eq!(other.code(), (400, "INVALID_SIGNATURE"));
    let message = challenge(&bench, &cleo).await?;
    bench.step_secs(600);
    let late = bench.post(&path, &link(&cleo, &message, &cleo)?).await?;
    assert_eq!(late.code(), (410, "CHALLENGE_EXPIRED"));
    assert_eq!(
        bench.get(&path).await?.json["data"]["wallet"]["status"],
        "unlinked"
    );
    let addresses = bench
        .get(&format!("/users/{CLEO}/deposit-addresses"))
        .await?;
    assert_eq!(addresses.code(), (409, "WALLET_NOT_LINKED"));
    Ok(())
}

#[tokio::test]
async fn who_sells_from_the_partners_wallet_links_none() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "address": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" });
    let refused = bench
        .post(&format!("/users/{ADA}/wallet/challenge"), &body)
        .await?;
    assert_eq!(refused.code(), (422, "WALLET_TYPE_MISMATCH"));
    let body = json!({ "address": "0x12" });
    let refused = bench
        .post(&format!("/users/{CLEO}/wallet/challenge"), &body)
        .await?;
    assert_eq!(refused.code(), (400, "INVALID_REQUEST"));
    Ok(())
}
