//! CryptoPocket from its variables: whom it may ask, and what nobody waits for.

use anyhow::{Result, bail, ensure};
use offramp_proxy::{clock::Clock, config::ConfigError, providers};

use super::stub::Stub;

async fn start(url: &str, unverified: Option<&str>) -> Result<Vec<&'static str>, ConfigError> {
    let lookup = |name: &str| match name {
        "CRYPTOPOCKET_BASE_URL" => Some(url.to_owned()),
        "CRYPTOPOCKET_API_KEY" => Some("pk_demo".to_owned()),
        "CRYPTOPOCKET_API_SECRET" => Some("sk_demo".to_owned()),
        "CRYPTOPOCKET_UNVERIFIED" => unverified.map(str::to_owned),
        "OFFRAMP_PUBLIC_URL" => Some("https://pay.example".to_owned()),
        _ => None,
    };
    let started = providers::from_env(&lookup, &Clock::system()).await?;
    Ok(started.iter().map(|provider| provider.name()).collect())
}

#[tokio::test]
async fn a_subscription_that_fails_holds_nothing_up() -> Result<()> {
    // Nothing but the token is answered.
    let stub = Stub::answering(&[]).await?;
    assert_eq!(start(&stub.url, None).await?, ["cryptopocket"]);
    for _ in 0..500 {
        let asked = stub.asked();
        if let Some(asked) = asked.iter().find(|asked| asked.line.contains("subscribe")) {
            assert_eq!(asked.line, "POST /api/subscribeToWebhook");
            assert_eq!(asked.content_type, "application/x-www-form-urlencoded");
            assert_eq!(
                asked.body,
                "type=TRANSFER_RAMPOFF_FINISHED&url=https%3A%2F%2Fpay.example%2Fwebhooks%2Fcryptopocket"
            );
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    bail!("nothing was subscribed to")
}

#[tokio::test]
async fn each_event_is_subscribed_to_once() -> Result<()> {
    let answer = (
        "/api/subscribeToWebhook",
        200,
        crate::fixture!("subscribed"),
    );
    let stub = Stub::answering(&[answer]).await?;
    start(&stub.url, None).await?;
    let to = "url=https%3A%2F%2Fpay.example%2Fwebhooks%2Fcryptopocket";
    let expected = [
        format!("type=TRANSFER_RAMPOFF_FINISHED&{to}"),
        format!("type=CRYPTO_RECEIVED&{to}"),
    ];
    for _ in 0..500 {
        let asked = stub.asked().into_iter();
        let asked = asked.filter(|asked| asked.line.contains("subscribe"));
        let bodies: Vec<_> = asked.map(|asked| asked.body).collect();
        if bodies.len() == expected.len() {
            assert_eq!(bodies, expected);
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    bail!("not every event was subscribed to")
}

#[tokio::test]
async fn another_machine_is_asked_only_by_who_knows_that_it_is_unverified() -> Result<()> {
    const SANDBOX: &str = "https://sandbox.cryptopocket.invalid/api";
    let Err(refused) = start(SANDBOX, None).await else {
        bail!("it is asked")
    };
    let refused = refused.to_string();
    ensure!(
        refused.starts_with("CRYPTOPOCKET_UNVERIFIED is wrong"),
        "{refused}"
    );
    assert_eq!(start(SANDBOX, Some("1")).await?, ["cryptopocket"]);
    Ok(())
}
