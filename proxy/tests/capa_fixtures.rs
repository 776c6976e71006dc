//! Capa's documented JSON, read by the real client from a real socket, and what the client sends.

#[path = "capa_fixtures/orders.rs"]
mod orders;
#[path = "capa_fixtures/payers.rs"]
mod payers;
#[path = "capa_fixtures/quotes.rs"]
mod quotes;
#[path = "capa_fixtures/start.rs"]
mod start;
#[path = "capa_fixtures/stub.rs"]
mod stub;

use anyhow::{Result, bail};
use axum::http::header;
use offramp_domain::{
    bank::{Answers, BankDetails, CountryCode, FieldKey},
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    outgoing::Policy,
    provider::{
        CreateOutcome, NewOrder, Payee, Provider as _, ProviderRef, ProviderUserId, QuoteAsk,
    },
    providers::capa::{Capa, Settings, Timeouts},
};
use stub::{Answer, Asked, Stub};

const USER: &str = "8374f327-38bd-4b0b-b8a7-2524599eb903";
const ORDER: &str = "63f51f11-6869-47b0-a109-ddb50ef20efb";
const WEBHOOK_SECRET: &str = "whsec_test";

/// One of the files of `fixtures/capa`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/capa/",
            $name,
            ".json"
        ))
    };
}
use fixture;

/// A client of a provider that answers `body`.
async fn capa(status: u16, body: &str) -> Result<(Capa, Stub)> {
    let answer = Answer::new(status, body)?;
    client_of(answer.with(header::DATE, "Fri, 01 May 2026 12:00:06 GMT")).await
}

async fn client_of(answer: Answer) -> Result<(Capa, Stub)> {
    let stub = Stub::answering(answer).await?;
    let settings = Settings {
        base_url: stub.url.parse()?,
        api_key: "sim_capa_key".into(),
        webhook_secret: Some(WEBHOOK_SECRET.into()),
        webhook_secret_previous: None,
        premium_spread: amount("0.01")?,
        timeouts: Timeouts::default(),
        policy: Policy {
            repeats: 0,
            ..Policy::default()
        },
    };
    Ok((Capa::new(settings)?, stub))
}

fn amount(text: &str) -> Result<Amount> {
    Ok(text.parse()?)
}

fn user() -> ProviderUserId {
    ProviderUserId(USER.to_owned())
}

fn order() -> ProviderRef {
    ProviderRef(ORDER.to_owned())
}

fn ask(kind: QuoteKind) -> Result<QuoteAsk> {
    Ok(QuoteAsk {
        user: user(),
        account: None,
        kind,
        token: Token::Usdc,
        network: Network::Pol,
        country: CountryCode::Mx,
        currency: Currency::Mxn,
        crypto_amount: amount("100.00")?,
    })
}

fn account() -> Result<BankDetails> {
    let answers = Answers::from([(FieldKey::Clabe, "014680260346007120".to_owned())]);
    match CountryCode::Mx.country().accept(&answers) {
        Ok(details) => Ok(details),
        Err(errors) => bail!("{errors:?}"),
    }
}

fn new_order() -> Result<NewOrder> {
    Ok(NewOrder {
        id: "ord_1".to_owned(),
        user: user(),
        quote_reference: Some("123e4567-e89b-12d3-a456-426614174000".to_owned()),
        token: Token::Usdc,
        network: Network::Pol,
        crypto_amount: amount("100.00")?,
        currency: Currency::Mxn,
        payee: Payee::Given(account()?),
        receiver: None,
    })
}

async fn create(status: u16, body: &str) -> Result<CreateOutcome> {
    let (capa, _stub) = capa(status, body).await?;
    Ok(capa.create(&new_order()?).await)
}

fn only(asked: &[Asked]) -> Result<&Asked> {
    let [asked] = asked else {
        bail!("{} requests", asked.len())
    };
    Ok(asked)
}
