//! UNIGOX' documented JSON, read by the real client from a real socket, and what the client sends.
//! Numbers are the sections of its contract; what it shows of signing is signed to the byte.

#[path = "unigox_fixtures/orders.rs"]
mod orders;
#[path = "unigox_fixtures/payers.rs"]
mod payers;
#[path = "unigox_fixtures/prices.rs"]
mod prices;
#[path = "unigox_fixtures/signing.rs"]
mod signing;
#[path = "unigox_fixtures/stub.rs"]
mod stub;

use anyhow::Result;
use offramp_domain::{
    api::MaskedDestination,
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
};
use offramp_proxy::provider::{AccountRef, NewOrder, Payee, ProviderRef, ProviderUserId};

const USER: &str = "0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d11";
const ORDER: &str = "b7a30000-0000-4000-8000-000000000001";
const QUOTE: &str = "5c1f30a2-6f0d-4c53-a3bb-0a1c2d3e4f50";

/// One of the files of `fixtures/unigox`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/unigox/",
            $name,
            ".json"
        ))
    };
}
use fixture;

fn user() -> ProviderUserId {
    ProviderUserId(USER.to_owned())
}

fn order() -> ProviderRef {
    ProviderRef(ORDER.to_owned())
}

fn new_order() -> Result<NewOrder> {
    Ok(NewOrder {
        id: "inv-1".to_owned(),
        user: user(),
        quote_reference: Some(QUOTE.to_owned()),
        token: Token::Usdt,
        network: Network::Xai,
        crypto_amount: "100".parse()?,
        currency: Currency::Ngn,
        payee: Payee::Saved {
            account: AccountRef("987".to_owned()),
            shown: MaskedDestination {
                country: CountryCode::Ng,
                bank_name: None,
                masked: String::new(),
            },
            fingerprint: String::new(),
        },
        receiver: None,
    })
}
