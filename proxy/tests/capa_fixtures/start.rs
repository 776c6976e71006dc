//! Capa from its variables: what is asked of it before it is trusted with money.

use std::sync::Arc;

use anyhow::{Result, bail};
use offramp_domain::quote::QuoteKind;
use offramp_proxy::{config::ConfigError, provider::Provider, providers};
use offramp_simulator::{Clock, Config, Operation, Simulator};
use tokio::net::TcpListener;

use super::{
    ask, fixture,
    stub::{Answer, Stub},
};

async fn simulator() -> Result<(Simulator, String)> {
    let simulator = Simulator::new(Config::default(), Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(offramp_simulator::run(
        listener,
        simulator.clone(),
        std::future::pending(),
    ));
    Ok((simulator, url))
}

async fn start(url: &str, spread: Option<&str>) -> Result<Vec<Arc<dyn Provider>>, ConfigError> {
    let variable = |name: &str| match name {
        "CAPA_BASE_URL" => Some(url.to_owned()),
        "CAPA_API_KEY" => Some("sim_capa_key".to_owned()),
        "CAPA_PREMIUM_SPREAD" => spread.map(str::to_owned),
        _ => None,
    };
    providers::from_env(&variable, &offramp_proxy::clock::Clock::system()).await
}

async fn refusal(url: &str) -> Result<String> {
    match start(url, Some("0.01")).await {
        Err(error) => Ok(error.to_string()),
        Ok(_) => bail!("the spread is taken"),
    }
}

#[tokio::test]
async fn without_a_spread_nothing_is_asked() -> Result<()> {
    let (simulator, url) = simulator().await?;
    for spread in [None, Some("0"), Some("0.00")] {
        assert_eq!(start(&url, spread).await?.len(), 1);
    }
    assert_eq!(simulator.capa().requests(Operation::Quote), 0);
    Ok(())
}

#[tokio::test]
async fn a_spread_that_the_payer_bears_is_taken_and_named() -> Result<()> {
    let (simulator, url) = simulator().await?;
    let providers = start(&url, Some("0.01")).await?;
    assert_eq!(simulator.capa().requests(Operation::Quote), 2);
    let [capa] = providers.as_slice() else {
        bail!("{providers:?}")
    };
    assert_eq!(
        capa.quote(&ask(QuoteKind::Firm)?).await?.spread,
        "0.01".parse()?
    );
    Ok(())
}

#[tokio::test]
async fn a_spread_without_effect_is_refused() -> Result<()> {
    let same = fixture!("quote_indicative");
    let stub = Stub::answering(Answer::new(200, same)?).await?;
    assert_eq!(
        refusal(&stub.url).await?,
        "CAPA_PREMIUM_SPREAD is wrong: its effect cannot be seen: one quote without it and one with \
         it differ by something else"
    );
    let asked = stub.asked();
    let with_it: Vec<_> = asked
        .iter()
        .map(|asked| asked.path_and_query.contains("premiumSpread=0.01"))
        .collect();
    assert_eq!(with_it, [false, true]);
    Ok(())
}

#[tokio::test]
async fn a_spread_that_cannot_be_checked_is_refused() -> Result<()> {
    let stub = Stub::answering(Answer::new(503, "")?).await?;
    assert_eq!(
        refusal(&stub.url).await?,
        "CAPA_PREMIUM_SPREAD is wrong: its direction cannot be seen, because there is no quote: \
         the provider gave no usable answer"
    );
    Ok(())
}
