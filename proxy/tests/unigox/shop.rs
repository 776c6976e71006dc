//! A shop whose payers sell through UNIGOX.

#[path = "../support/wallet.rs"]
pub(crate) mod wallet;
#[path = "../support/wallet_keys.rs"]
pub(crate) mod wallet_keys;

use std::{cell::Cell, time::Duration};

use axum::http::Method;
use offramp_simulator::{
    Decimal,
    providers::unigox::{
        AddUser, KycStatus, Profile, Unigox, WalletType,
        seed::{ADA, BEN, CLEO},
    },
};
use serde_json::{Value, json};

use self::{wallet::Wallet, wallet_keys::WALLET_KEYS};
use crate::support::{
    Answer, Backend, Bench, Outcome, PARTNER, Shopper, session, shopper::new_key,
};

/// A shop of either kind, at a rate that stays.
pub(crate) async fn open(backend: Backend) -> Outcome<Bench> {
    let bench = Bench::on(backend).await?;
    steady(&bench);
    Ok(bench)
}

/// A rate that stays, and a buyer slow enough that nothing is over between two looks.
pub(crate) fn steady(bench: &Bench) {
    unigox(bench).knobs_mut(|knobs| {
        knobs.pinned_rate = Some(Decimal::new(153_012, 2));
        knobs.proof_ms = 60_000;
        knobs.review_ms = 60_000;
    });
}

pub(crate) fn unigox(bench: &Bench) -> &Unigox {
    bench.simulator.unigox()
}

pub(crate) fn play(bench: &Bench, profile: Profile) {
    unigox(bench).knobs_mut(|knobs| knobs.profile = profile);
}

/// Ada at UNIGOX.
pub(crate) const ADA_USER: &str = ADA;

/// Ada, verified, whose crypto the partner holds.
pub(crate) async fn ada(bench: &Bench) -> Outcome<Shopper<'_>> {
    bench.shopper_with(&session("cust-1", ADA)).await
}

/// Ben, under review.
pub(crate) async fn ben(bench: &Bench) -> Outcome<Shopper<'_>> {
    bench.shopper_with(&session("cust-2", BEN)).await
}

/// Cleo, verified, who holds her crypto herself.
pub(crate) async fn cleo(bench: &Bench) -> Outcome<Shopper<'_>> {
    bench.shopper_with(&session("cust-3", CLEO)).await
}

/// An account in Nigeria that nobody has saved yet.
pub(crate) fn account() -> Value {
    json!({ "country": "NG", "fields": { "account_number": "0112233445", "full_name": "Ada Lovelace" } })
}

/// Saves the account, and says how a price and an order name it.
pub(crate) async fn saved(shopper: &Shopper<'_>) -> Outcome<Value> {
    let path = "/v1/destinations";
    let answer = shopper.ask(Method::POST, path).json(&account()).await?;
    let id = answer.json["destination"]["id"].as_str();
    let id = id.ok_or_else(|| answer.text.clone())?;
    Ok(json!({ "kind": "saved", "id": id }))
}

/// What a price is asked for: so many USDT, in naira.
pub(crate) fn ask(crypto_amount: &str, destination: &Value) -> Value {
    json!({
        "kind": "firm", "token": "USDT", "network": "XAI", "country": "NG",
        "crypto_amount": crypto_amount, "destination": destination,
    })
}

/// The body that confirms a price as it was shown.
pub(crate) fn confirm(quote: &Answer, destination: &Value) -> Value {
    json!({
        "quote_id": quote.quote()["id"], "min_fiat_amount": quote.quote()["fiat_minimum"],
        "destination": destination,
    })
}

/// A new order for so many USDT.
pub(crate) async fn sell(shopper: &Shopper<'_>, crypto_amount: &str) -> Outcome<Answer> {
    let destination = saved(shopper).await?;
    let quote = shopper.quote(&ask(crypto_amount, &destination)).await?;
    shopper.create(&confirm(&quote, &destination)).await
}

/// An order for a hundred USDT that somebody has accepted.
pub(crate) async fn accepted(bench: &Bench, shopper: &Shopper<'_>) -> Outcome<String> {
    let id = sell(shopper, "100").await?.order_id()?;
    until(bench, &id, "awaiting_deposit").await?;
    Ok(id)
}

/// So many orders for a hundred USDT, each of another payer, that somebody has accepted.
pub(crate) async fn several_accepted(bench: &Bench, count: usize) -> Outcome<Vec<String>> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let user = unigox(bench).add_user(AddUser {
            kyc_status: KycStatus::Verified,
            wallet_type: WalletType::PartnerWallet,
        });
        let payer = session(&format!("cust-{user}"), &user);
        ids.push(accepted(bench, &bench.shopper_with(&payer).await?).await?);
    }
    Ok(ids)
}

/// An order whose hundred USDT are in the escrow.
pub(crate) async fn funded(bench: &Bench, shopper: &Shopper<'_>) -> Outcome<String> {
    let id = accepted(bench, shopper).await?;
    authorise(bench, &id, "100").await?;
    until(bench, &id, "deposit_received").await?;
    Ok(id)
}

/// Lets time pass until an order is there.
pub(crate) async fn until(bench: &Bench, id: &str, state: &str) -> Outcome {
    for _ in 0..240 {
        if bench.record(id).await?.state.as_str() == state {
            return Ok(());
        }
        bench.pass(Duration::from_secs(2)).await?;
    }
    let record = bench.record(id).await?;
    let found = (record.state.as_str(), record.provider_status, record.reason);
    Err(format!("{state} did not come: {found:?}").into())
}

/// Waits for an answer while the duties are done.
pub(crate) async fn working<T>(
    bench: &Bench,
    request: impl Future<Output = Outcome<T>>,
) -> Outcome<T> {
    let answered = Cell::new(false);
    let request = async {
        let answer = request.await;
        answered.set(true);
        answer
    };
    let duties = async {
        while !answered.get() {
            bench.engine.do_what_is_due().await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Outcome::Ok(())
    };
    let (answer, done) = tokio::join!(request, duties);
    done.and(answer)
}

/// The partner's backend acts on an order.
pub(crate) async fn partner(
    bench: &Bench,
    id: &str,
    action: &str,
    body: &Value,
) -> Outcome<Answer> {
    let request = bench
        .post(&format!("/v1/orders/{id}/actions/{action}"))
        .bearer(PARTNER)
        .header("idempotency-key", new_key())
        .json(body);
    working(bench, request).await
}

/// The partner has debited its customer.
pub(crate) async fn authorise(bench: &Bench, id: &str, crypto_amount: &str) -> Outcome<Answer> {
    let body = json!({ "crypto_amount": crypto_amount, "reference": "debit-1" });
    partner(bench, id, "authorise_transfer", &body).await
}

/// The payer acts on an order.
pub(crate) async fn payer(
    bench: &Bench,
    shopper: &Shopper<'_>,
    id: &str,
    action: &str,
    body: &Value,
) -> Outcome<Answer> {
    working(bench, shopper.act(id, action, body)).await
}

/// What the payer's wallet is to sign.
pub(crate) async fn to_sign(shopper: &Shopper<'_>, id: &str, action: &str) -> Outcome<Answer> {
    let path = format!("/v1/orders/{id}/signing_requests");
    let body = json!({ "action": action });
    shopper.ask(Method::POST, &path).json(&body).await
}

/// Links the wallet, which has a thousand USDT.
pub(crate) async fn link(bench: &Bench, shopper: &Shopper<'_>) -> Outcome<Wallet> {
    let wallet = Wallet::new(WALLET_KEYS[0])?;
    let address = wallet.address();
    let body = json!({ "address": address });
    let path = "/v1/wallets/challenge";
    let challenge = shopper.ask(Method::POST, path).json(&body).await?;
    let message = challenge.json["message"]
        .as_str()
        .ok_or_else(|| challenge.text.clone())?;
    let signature = wallet.sign_message(message)?;
    let body = json!({ "address": address, "message": message, "signature": signature });
    let linked = shopper.ask(Method::POST, "/v1/wallets").json(&body).await?;
    assert_eq!(linked.status, 201, "{}", linked.text);
    assert_eq!(linked.json["address"], address);
    unigox(bench).mint(&address, "USDT", Decimal::from(1_000))?;
    Ok(wallet)
}
