//! What UNIGOX answers.

use axum::http::StatusCode;
use offramp_domain::{
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::{
    fuzzing::unigox,
    provider::{
        AccountRef, Expected, ProviderError, ProviderRef, ProviderUserId, Purpose, QuoteAsk,
        SigningError,
    },
};

use crate::{
    headed,
    provider_answer::{plausible, readable, tells_nothing},
};

/// The order of the published examples.
const ORDER: &str = "b7a30000-0000-4000-8000-000000000001";

/// Whose wallet pays: the first account of the public development mnemonic.
const SIGNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// What moves, and where.
const CONTRACT: &str = "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA";
const CHAIN: u64 = 660_279;

/// 2026-09-20T09:00:20Z.
const NOW_MS: i64 = 1_789_894_820_000;

/// The first line is the call or the status of a refusal, the rest the body of its answer: what is
/// read is what was asked for, what has to be signed is what was agreed, what is not read is said
/// without a word of the body, and nothing that calls itself no success is one.
pub fn unigox_answer(data: &[u8]) {
    let Some((call, body)) = headed(data) else {
        return;
    };
    let now = Timestamp::from_millis(NOW_MS);
    let since = Timestamp::from_millis(0);
    let is_read = match call {
        "estimate" => quote(body, QuoteKind::Indicative),
        "quote" => quote(body, QuoteKind::Firm),
        "order" => unigox::order(body, now).map(|order| plausible(&order)),
        "list" => unigox::list(body, since, now).map(|listing| {
            for order in listing.iter().flat_map(|listing| &listing.orders) {
                plausible(order);
                assert!(order.our_id.is_some());
            }
        }),
        "act" => unigox::acted(body).map(drop),
        "register" => unigox::registered(body).map(|user| assert!(!user.0.trim().is_empty())),
        "verification" => unigox::verification(body).map(drop),
        "wallet" => unigox::wallet(body).map(|address| {
            assert!(address.is_none_or(|address| !address.trim().is_empty()));
        }),
        "save" => unigox::saved(body).map(drop),
        "rails" => unigox::forms(body).map(drop),
        "transfer" => to_sign(body, Purpose::Transfer),
        "refund" => to_sign(body, Purpose::Refund),
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

fn hundred() -> Amount {
    "100".parse().unwrap_or(Amount::ZERO)
}

fn quote(body: &[u8], kind: QuoteKind) -> Result<(), ProviderError> {
    let ask = QuoteAsk {
        user: ProviderUserId("u-1".to_owned()),
        account: Some(AccountRef("987".to_owned())),
        kind,
        token: Token::Usdt,
        network: Network::Xai,
        country: CountryCode::Ng,
        currency: Currency::Ngn,
        crypto_amount: hundred(),
    };
    unigox::quote(body, &ask).map(|quote| {
        assert_eq!(quote.crypto_amount, ask.crypto_amount);
        assert!(!quote.fiat_amount.is_zero() && !quote.rate.is_zero());
        [quote.fiat_amount, quote.rate]
            .into_iter()
            .for_each(readable);
        let is_held = kind != QuoteKind::Indicative;
        assert_eq!(quote.expires_at.is_some(), is_held);
        assert_eq!(
            quote.reference.is_some_and(|id| !id.trim().is_empty()),
            is_held
        );
    })
}

/// Whatever is handed out: nothing but the agreed amount of the agreed token, by the agreed wallet
/// on the agreed chain, and for a while only.
fn to_sign(body: &[u8], purpose: Purpose) -> Result<(), ProviderError> {
    let expected = Expected {
        reference: ProviderRef(ORDER.to_owned()),
        purpose,
        token: Token::Usdt,
        network: Network::Xai,
        contract: Some(CONTRACT.to_owned()),
        decimals: 6,
        crypto_amount: hundred(),
        signer: None,
    };
    let now = Timestamp::from_millis(NOW_MS);
    let request = match unigox::to_sign(body, &expected, SIGNER, CHAIN, now) {
        Ok(request) => request,
        Err(SigningError::Provider(error)) => return Err(error),
        // Readable, and refused in words of our own.
        Err(SigningError::Unexpected(what)) => {
            assert!(!what.is_empty() && what.len() < 40, "{what:?}");
            return Ok(());
        }
    };
    assert_eq!(
        (request.reference.as_str(), request.signer.as_str()),
        (ORDER, SIGNER)
    );
    assert_eq!(request.purpose, purpose);
    assert!(request.expires_at > now);
    let typed = &request.typed_data;
    assert_eq!(typed["domain"]["chainId"], CHAIN);
    assert_eq!(typed["message"]["to"], CONTRACT);
    assert_eq!(typed["message"]["value"], "0");
    let data = typed["message"]["data"].as_str().unwrap_or_default();
    assert_eq!(data.len(), "0x".len() + 2 * (4 + 32 + 32));
    let amount = u128::from_str_radix(&data[data.len() - 32..], 16);
    assert!(amount.is_ok_and(|amount| amount.abs_diff(100_000_000) <= 1));
    Ok(())
}

fn refused(status: u16, body: &[u8]) {
    let Ok(status) = StatusCode::from_u16(status) else {
        return;
    };
    let (error, certain) = unigox::refused(status, body);
    tells_nothing(&error, body);
    // Only a 4xx says for certain that nothing was done.
    assert!(certain.is_none() || status.is_client_error());
}
