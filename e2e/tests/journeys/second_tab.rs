//! One payer, two tabs.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Step, accounts::MEXICO, journey::journey};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tab_shows_the_order_of_the_first() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        let first = checkout.browser.tab().await?;

        checkout.browser.open_tab().await?;
        journey.open().await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);
        checkout.cancel().await?;
        checkout.shows(OrderState::Cancelled).await?;

        checkout.browser.go_to(first).await?;
        checkout.shows(OrderState::Cancelled).await?;
        ensure!(!checkout.has("deposit-address").await?);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slower_of_two_tabs_makes_no_second_order() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        let first = checkout.browser.tab().await?;
        checkout.browser.open_tab().await?;
        journey.open().await?;
        checkout.to_deposit("200", &MEXICO).await?;
        let address = checkout.address().await?;

        checkout.browser.go_to(first).await?;
        checkout.reaches(Step::Confirm).await?;
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);
        ensure!(checkout.text("deposit-amount").await?.contains("200"));
        ensure!(journey.stack.capa().transactions().len() == 1);
        Ok(())
    })
    .await
}
