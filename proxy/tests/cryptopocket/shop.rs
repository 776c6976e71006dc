//! A shop whose payers sell through CryptoPocket.

use offramp_proxy::config::Config;
use offramp_simulator::providers::cryptopocket::seed::{COLOMBIAN, EUROPEAN, UNVERIFIED};
use serde_json::{Value, json};

use crate::support::{Answer, Backend, Bench, Outcome, Shopper, session, with};

/// An account in Spain.
pub(crate) const IBAN: &str = "ES9121000418450200051332";

pub(crate) async fn open() -> Outcome<Bench> {
    Bench::on(Backend::CryptoPocket).await
}

/// With other settings of the proxy.
pub(crate) async fn open_with(
    tweak: impl Fn(&mut Config) + Send + Sync + 'static,
) -> Outcome<Bench> {
    Bench::before(Backend::CryptoPocket, move |config, _| tweak(config)).await
}

/// Inés, verified, paid by SEPA.
pub(crate) async fn ines(bench: &Bench) -> Outcome<Shopper<'_>> {
    known(bench, "cust-1", EUROPEAN).await
}

/// Carlos in Colombia, verified, whose account is registered.
pub(crate) async fn carlos(bench: &Bench) -> Outcome<Shopper<'_>> {
    known(bench, "cust-2", COLOMBIAN).await
}

/// Otto, who has not begun his verification.
pub(crate) async fn otto(bench: &Bench) -> Outcome<Shopper<'_>> {
    known(bench, "cust-3", UNVERIFIED).await
}

async fn known<'a>(bench: &'a Bench, id: &str, user: u64) -> Outcome<Shopper<'a>> {
    bench.shopper_with(&session(id, &user.to_string())).await
}

/// What a price is asked for: so many USDC on Polygon, in euros.
pub(crate) fn ask(crypto_amount: &str) -> Value {
    json!({
        "kind": "firm", "token": "USDC", "network": "POL", "country": "SEPA",
        "crypto_amount": crypto_amount,
    })
}

/// The account that most tests pay.
pub(crate) fn iban() -> Value {
    json!({ "kind": "bank_account", "country": "SEPA", "fields": { "iban": IBAN } })
}

/// The body that confirms a price as it was shown.
pub(crate) fn confirm(quote: &Answer, destination: &Value) -> Value {
    json!({
        "quote_id": quote.quote()["id"], "min_fiat_amount": null, "destination": destination,
    })
}

/// A new order for so many USDC, paid to the IBAN.
pub(crate) async fn sell(shopper: &Shopper<'_>, crypto_amount: &str) -> Outcome<Answer> {
    let quote = shopper.quote(&ask(crypto_amount)).await?;
    shopper.create(&confirm(&quote, &iban())).await
}

/// A new order for a hundred USDC, and its id.
pub(crate) async fn order(shopper: &Shopper<'_>) -> Outcome<String> {
    sell(shopper, "100").await?.order_id()
}

/// The body that opens a session for somebody new in Colombia, with one member of the payer changed.
pub(crate) fn newcomer(key: &str, value: Value) -> Value {
    let payer = json!({
        "id": "cust-9", "name": "Nora Nueva", "email": "nora@shop.example", "country": "CO",
        "document": { "type": "CED_CIU", "number": "1020304050" },
        "account": {
            "bank_name": "Bancolombia", "account_number": "12345678901",
            "account_type": "savings",
        },
    });
    json!({ "payer": with(payer, key, value), "origin": crate::support::ORIGIN })
}
