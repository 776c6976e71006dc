//! Prices (7).

use anyhow::{Result, bail};
use offramp_domain::{
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::provider::{AccountRef, Provider as _, ProviderError, QuoteAsk, Refusal};
use serde_json::{Value, json};

use super::{QUOTE, USER, fixture, stub::Stub, user};

fn ask(kind: QuoteKind) -> Result<QuoteAsk> {
    Ok(QuoteAsk {
        user: user(),
        account: Some(AccountRef("987".to_owned())),
        kind,
        token: Token::Usdt,
        network: Network::Xai,
        country: CountryCode::Ng,
        currency: Currency::Ngn,
        crypto_amount: "100.00".parse()?,
    })
}

/// Section 7.1.
#[tokio::test]
async fn an_estimate_is_read() -> Result<()> {
    let stub = Stub::answering(&[("partner/offramp/estimate", 200, fixture!("estimate"))]).await?;
    let price = stub.client()?.quote(&ask(QuoteKind::Indicative)?).await?;
    assert_eq!((price.kind, price.reference), (QuoteKind::Indicative, None));
    assert_eq!(price.fiat_amount.to_string(), "149280.00");
    assert_eq!(
        serde_json::from_str::<Value>(&stub.only()?.body)?,
        json!({ "crypto_currency": "USDT", "fiat_currency": "NGN", "crypto_amount": "100" })
    );
    Ok(())
}

/// Section 7.2.
#[tokio::test]
async fn a_quote_is_read() -> Result<()> {
    let stub = Stub::answering(&[("partner/offramp/quote", 200, fixture!("quote"))]).await?;
    let price = stub.client()?.quote(&ask(QuoteKind::Firm)?).await?;
    assert_eq!(price.kind, QuoteKind::Tolerance);
    assert_eq!(price.reference.as_deref(), Some(QUOTE));
    assert_eq!(price.expires_at, "2026-09-20T09:01:00Z".parse().ok());
    let fees: Vec<_> = price
        .fees
        .iter()
        .map(|fee| fee.amount.to_string())
        .collect();
    assert_eq!(fees, ["1.463415", "0.97561"]);
    let asked = stub.only()?;
    assert_eq!(asked.line, "POST /api/v1/partner/offramp/quote");
    assert_eq!(
        serde_json::from_str::<Value>(&asked.body)?,
        json!({
            "user_uuid": USER, "payment_details_id": 987, "crypto_currency": "USDT",
            "crypto_amount": "100", "fiat_currency": "NGN",
            "slippage_tolerance": { "type": "percent", "value": 0 },
        })
    );
    Ok(())
}

/// Section 2.1: the first shape.
#[tokio::test]
async fn a_quote_for_nobody_who_is_verified_is_refused() -> Result<()> {
    let refused = fixture!("kyc_not_cleared");
    let stub = Stub::answering(&[("partner/offramp/quote", 422, refused)]).await?;
    let refused = stub.client()?.quote(&ask(QuoteKind::Firm)?).await;
    let Err(ProviderError::Refused(refusal)) = refused else {
        bail!("{refused:?}")
    };
    assert_eq!(refusal, Refusal::NotVerified { url: None });
    Ok(())
}
