//! Asks the real Capa what 100 USDC on Polygon are worth in Mexico.
//!
//! `CAPA_API_KEY=… cargo run -p offramp-proxy --example capa_quote`

use anyhow::Context as _;
use offramp_domain::{
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    provider::{Provider as _, ProviderUserId, QuoteAsk},
    providers::capa::{Capa, Settings},
};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "that is what the example is for")]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::from_env(&|name| std::env::var(name).ok())?;
    let capa = Capa::new(settings.context("CAPA_API_KEY is not set")?)?;
    for kind in [QuoteKind::Indicative, QuoteKind::Firm] {
        let quote = capa
            .quote(&QuoteAsk {
                user: ProviderUserId(String::new()),
                account: None,
                kind,
                token: Token::Usdc,
                network: Network::Pol,
                country: CountryCode::Mx,
                currency: Currency::Mxn,
                crypto_amount: "100".parse()?,
            })
            .await?;
        println!("{kind:?}: {} MXN at {}", quote.fiat_amount, quote.rate);
    }
    Ok(())
}
