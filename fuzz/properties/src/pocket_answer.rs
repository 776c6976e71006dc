//! What CryptoPocket answers.

use axum::http::StatusCode;
use offramp_domain::{
    api::MaskedDestination,
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    fuzzing::cryptopocket,
    provider::{AccountRef, NewOrder, Payee, ProviderError, ProviderUserId, QuoteAsk},
};

use crate::{
    headed,
    provider_answer::{plausible, readable, tells_nothing},
};

/// The first line is the call or a status, the rest the body of its answer, which may be an error
/// with HTTP 200: what is read is what was asked for, what is not read is said without a word of the
/// body, and nothing that calls itself an error is a success.
pub fn pocket_answer(data: &[u8]) {
    let Some((call, body)) = headed(data) else {
        return;
    };
    let is_read = match call {
        "token" => cryptopocket::token(body).map(|token| assert!(!token.is_empty())),
        "quote" => quote(body),
        "create" => created(body),
        "read" => cryptopocket::order(body).map(|order| plausible(&order)),
        "list" => cryptopocket::rows(body).map(drop),
        "register" => cryptopocket::registered(body).map(|registered| {
            assert!(registered.user.0.bytes().all(|byte| byte.is_ascii_digit()));
        }),
        "verification" => cryptopocket::verification(body).map(drop),
        status => return status.parse().map_or((), |status| refused(status, body)),
    };
    match is_read {
        Ok(()) => {
            let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            assert_ne!(json["status"], "error");
        }
        Err(error) => tells_nothing(&error, body),
    }
}

fn quote(body: &[u8]) -> Result<(), ProviderError> {
    let ask = QuoteAsk {
        user: ProviderUserId("106".to_owned()),
        account: None,
        kind: QuoteKind::Indicative,
        token: Token::Usdc,
        network: Network::Pol,
        country: CountryCode::Sepa,
        currency: Currency::Eur,
        crypto_amount: "100".parse().unwrap_or(Amount::ZERO),
    };
    cryptopocket::quote(body, &ask).map(|quote| {
        assert_eq!(quote.crypto_amount, ask.crypto_amount);
        // Nobody holds it.
        assert_eq!(quote.kind, QuoteKind::Indicative);
        assert!(quote.reference.is_none() && quote.expires_at.is_none());
        assert!(!quote.fiat_amount.is_zero() && !quote.rate.is_zero());
        [quote.fiat_amount, quote.rate]
            .into_iter()
            .for_each(readable);
    })
}

fn created(body: &[u8]) -> Result<(), ProviderError> {
    let order = NewOrder {
        id: "ord_1".to_owned(),
        user: ProviderUserId("106".to_owned()),
        quote_reference: None,
        token: Token::Usdc,
        network: Network::Pol,
        crypto_amount: "100".parse().unwrap_or(Amount::ZERO),
        currency: Currency::Eur,
        payee: Payee::Saved {
            account: AccountRef(String::new()),
            shown: MaskedDestination {
                country: CountryCode::Sepa,
                bank_name: None,
                masked: String::new(),
            },
            fingerprint: String::new(),
        },
        receiver: None,
    };
    cryptopocket::created(body, &order).map(|snapshot| {
        plausible(&snapshot);
        assert!(!snapshot.reference.0.trim().is_empty());
        assert!(snapshot.address.is_some());
        assert_eq!(snapshot.crypto_amount, order.crypto_amount);
    })
}

fn refused(status: u16, body: &[u8]) {
    let Ok(status) = StatusCode::from_u16(status) else {
        return;
    };
    let Some((error, certain)) = cryptopocket::refused(status, body) else {
        assert!(status.is_success());
        return;
    };
    tells_nothing(&error, body);
    // A business error comes with HTTP 200, and a form that is refused with 422.
    assert!(certain.is_none() || status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY);
}
