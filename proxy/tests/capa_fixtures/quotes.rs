//! Prices, as they are asked for and as they come.

use anyhow::Result;
use axum::http::Method;
use offramp_domain::{money::Currency, quote::QuoteKind};
use offramp_proxy::provider::Provider as _;

use super::{amount, ask, capa, fixture, only};

#[tokio::test]
async fn an_indicative_quote_is_read() -> Result<()> {
    let (capa, stub) = capa(200, fixture!("quote_indicative")).await?;
    let quote = capa.quote(&ask(QuoteKind::Indicative)?).await?;
    assert_eq!(
        (quote.kind, quote.reference, quote.expires_at),
        (QuoteKind::Indicative, None, None)
    );
    assert_eq!(quote.fiat_amount.to_string(), "1818.46");
    assert_eq!(quote.rate.to_string(), "18.1846");
    assert_eq!(quote.spread, amount("0.01")?);
    let asked = stub.asked();
    assert_eq!(
        only(&asked)?.path_and_query,
        "/api/partner/v2/quotes?tokenSymbol=USDC&transactionType=OFF_RAMP&blockchainSymbol=POL\
         &fiatCurrency=MXN&cryptoAmount=100.00&premiumSpread=0.01"
    );
    Ok(())
}

#[tokio::test]
async fn a_locked_quote_is_read() -> Result<()> {
    let (capa, stub) = capa(201, fixture!("quote_locked")).await?;
    let quote = capa.quote(&ask(QuoteKind::Firm)?).await?;
    assert_eq!(quote.kind, QuoteKind::Firm);
    assert_eq!(
        quote.reference.as_deref(),
        Some("123e4567-e89b-12d3-a456-426614174000")
    );
    assert_eq!(quote.expires_at, "2026-05-01T12:00:10Z".parse().ok());
    assert_eq!(quote.provider_now, "2026-05-01T12:00:06Z".parse().ok());
    let asked = stub.asked();
    let asked = only(&asked)?;
    assert_eq!(
        (&asked.method, asked.path_and_query.as_str()),
        (&Method::POST, "/api/partner/v2/quotes")
    );
    assert_eq!(
        asked.body,
        r#"{"tokenSymbol":"USDC","transactionType":"OFF_RAMP","blockchainSymbol":"POL","fiatCurrency":"MXN","cryptoAmount":100.00,"premiumSpread":0.01}"#
    );
    Ok(())
}

#[tokio::test]
async fn the_key_is_in_its_header_and_nowhere_else() -> Result<()> {
    let (capa, stub) = capa(201, fixture!("quote_locked")).await?;
    capa.quote(&ask(QuoteKind::Firm)?).await?;
    let asked = stub.asked();
    let asked = only(&asked)?;
    let keys: Vec<_> = asked
        .headers
        .iter()
        .filter(|(_, value)| *value == "sim_capa_key")
        .collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].0, "partner-api-key");
    assert!(!asked.path_and_query.contains("sim_capa_key") && !asked.body.contains("sim_capa_key"));
    assert!(!format!("{capa:?}").contains("sim_capa_key"));
    Ok(())
}

#[tokio::test]
async fn more_than_fifty_thousand_pesos_are_another_tier() -> Result<()> {
    let (capa, _stub) = capa(200, "").await?;
    for (currency, fiat, tier) in [
        (Currency::Mxn, "50000", 0),
        (Currency::Mxn, "50000.01", 1),
        (Currency::Dop, "50000.01", 0),
    ] {
        assert_eq!(
            capa.tier(currency, amount(fiat)?),
            tier,
            "{fiat} {currency}"
        );
    }
    Ok(())
}
