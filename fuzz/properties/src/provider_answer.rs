//! What Capa answers.

use std::error::Error;

use axum::http::StatusCode;
use offramp_domain::{
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::{
    fuzzing::capa,
    provider::{ProviderError, ProviderUserId, QuoteAsk, Snapshot},
};
use secrecy::ExposeSecret as _;

use crate::{headed, secret::private_values};

/// Whose orders are asked for.
const USER: &str = "8374f327-38bd-4b0b-b8a7-2524599eb903";

/// 2026-05-01T12:00:00Z.
const NOON_MS: i64 = 1_777_636_800_000;

/// The first line is the call or the status of a refusal, the rest the body of its answer: what is
/// read is what was asked for, what is not read is said without a word of the body, and nothing that
/// calls itself no success is one.
pub fn provider_answer(data: &[u8]) {
    let Some((call, body)) = headed(data) else {
        return;
    };
    let user = ProviderUserId(USER.to_owned());
    let since = Timestamp::from_millis(NOON_MS);
    let is_read = match call {
        "quote" => quote(body),
        "create" => capa::created(body, &user).map(|(snapshot, _)| plausible(&snapshot)),
        "list" => capa::list(body, &user, since).map(|listing| {
            for order in listing.iter().flat_map(|listing| &listing.orders) {
                plausible(order);
                assert!(order.created_at.is_none_or(|at| at >= since));
            }
        }),
        "act" => capa::acted(body).map(drop),
        "register" => capa::registered(body).map(|user| assert!(!user.0.trim().is_empty())),
        "verification" => capa::verification(body).map(drop),
        status => return status.parse().map_or((), |status| refused(status, body)),
    };
    match is_read {
        Ok(()) => {
            let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            assert_ne!(json["success"], false);
        }
        Err(error) => tells_nothing(&error, body),
    }
}

fn quote(body: &[u8]) -> Result<(), ProviderError> {
    let ask = QuoteAsk {
        user: ProviderUserId("u-1".to_owned()),
        account: None,
        kind: QuoteKind::Firm,
        token: Token::Usdc,
        network: Network::Pol,
        country: CountryCode::Mx,
        currency: Currency::Mxn,
        crypto_amount: "100".parse().unwrap_or(Amount::ZERO),
    };
    capa::quote(body, &ask).map(|quote| {
        assert_eq!(quote.crypto_amount, ask.crypto_amount);
        assert!(quote.reference.is_some_and(|id| !id.trim().is_empty()));
        assert!(quote.expires_at.is_some());
        [quote.fiat_amount, quote.rate]
            .into_iter()
            .for_each(readable);
        assert!(!quote.fiat_amount.is_zero() && !quote.rate.is_zero());
    })
}

pub(crate) fn plausible(order: &Snapshot) {
    let amounts = [Some(order.crypto_amount), order.fiat_amount, order.rate];
    amounts.into_iter().flatten().for_each(readable);
    for text in [&order.address, &order.cancellation_reason, &order.tx_hash] {
        assert!(text.as_deref().is_none_or(|text| !text.trim().is_empty()));
    }
    if let Some(account) = &order.account {
        let number = account.expose_secret();
        assert!(!number.is_empty() && !number.contains(char::is_whitespace));
        assert_eq!(format!("{account:?}"), "SecretBox<str>([REDACTED])");
    }
}

/// What is written down is read again.
pub(crate) fn readable(amount: Amount) {
    assert_eq!(amount.to_string().parse(), Ok(amount));
}

fn refused(status: u16, body: &[u8]) {
    let Ok(status) = StatusCode::from_u16(status) else {
        return;
    };
    let (error, certain) = capa::refused(status, body);
    tells_nothing(&error, body);
    // Only a 4xx says for certain that nothing was done.
    assert!(certain.is_none() || status.is_client_error());
}

/// The error and what is behind it, as a log shows them.
pub(crate) fn tells_nothing(error: &ProviderError, body: &[u8]) {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(told.len() < 300 && told.is_ascii(), "{told:?}");
    for value in private_values(body) {
        assert!(!told.contains(&value), "{told:?} repeats {value:?}");
    }
}
