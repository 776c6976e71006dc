//! The widget cannot be loaded, or its payer may not use it.

use anyhow::{Result, ensure};
use offramp_e2e::{
    Step,
    journey::{Settings, journey, journey_of, last_event},
};
use offramp_simulator::providers::capa::{Verification, seed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_widget_that_did_not_come_can_be_asked_for_again() -> Result<()> {
    can_be_asked_for_again("*.wasm*", "load_failed").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_did_not_come_can_be_asked_for_again() -> Result<()> {
    can_be_asked_for_again("*/words-*", "load_failed").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_refused_can_be_asked_for_again() -> Result<()> {
    can_be_asked_for_again("*/offramp/session", "session_failed").await
}

async fn can_be_asked_for_again(lost: &str, code: &str) -> Result<()> {
    journey(async |journey| {
        let browser = &journey.checkout.browser;
        browser.lose(&[lost]).await?;
        let checkout = journey.open().await?;
        let screen = checkout.says("No se pudo abrir el pago").await?;
        ensure!(!screen.alerts.is_empty());
        let seen = browser.seen().await?;
        ensure!(last_event(&seen, "error")?["code"] == code);

        browser.lose(&[]).await?;
        checkout.press_button("Reintentar").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_who_is_not_verified_is_told_so_first() -> Result<()> {
    let eva = Settings {
        payer: "cust-3",
        ..Settings::default()
    };
    journey_of(eva, async |journey| {
        let checkout = journey.open().await?;
        let screen = checkout.offers("check-verification").await?;
        ensure!(checkout.has("verification").await?);
        ensure!(
            screen.title == "Primero, verifica tu identidad",
            "{}",
            screen.title
        );

        journey
            .stack
            .capa()
            .verify(seed::CUST_3, Verification::Verified)?;
        checkout.press("check-verification").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}
