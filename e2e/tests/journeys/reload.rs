//! The page is loaded anew, in every step.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Checkout, Step, accounts::MEXICO, journey::journey};
use offramp_simulator::Deposit;

/// Everything that the page keeps.
const STORED: &str = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_amount_survives_and_the_account_is_asked_again() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.fill_amount("123.45", "MX").await?;
        checkout.browser.reload().await?;
        has_the_amount(checkout).await?;

        checkout.press("continue").await?;
        checkout.reaches(Step::Bank).await?;
        checkout.answer("clabe", MEXICO.number).await?;
        checkout.browser.reload().await?;
        has_the_amount(checkout).await?;
        checkout.press("continue").await?;
        checkout.reaches(Step::Bank).await?;
        ensure!(checkout.value("clabe").await?.is_empty());

        checkout.fill_bank(&MEXICO).await?;
        checkout.press("continue").await?;
        checkout.offers("confirm").await?;
        checkout.browser.reload().await?;
        has_the_amount(checkout).await?;
        ensure!(journey.stack.orders().await?.is_empty());

        let stored: String = checkout.browser.script(STORED, &[]).await?;
        ensure!(stored.contains("123.45"), "{stored}");
        ensure!(!stored.contains(MEXICO.number), "{stored}");
        Ok(())
    })
    .await
}

async fn has_the_amount(checkout: &Checkout) -> Result<()> {
    checkout.reaches(Step::Amount).await?;
    checkout.priced().await?;
    let amount = checkout.value("crypto_amount").await?;
    ensure!(amount == "123.45", "the amount is {amount}");
    ensure!(checkout.value("country").await? == "MX");
    ensure!(checkout.value("asset").await? == "USDC:POL");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_back_as_it_was() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        checkout.browser.reload().await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);

        checkout.report_sent(None).await?;
        checkout.shows(OrderState::DepositSubmitted).await?;
        checkout.browser.reload().await?;
        let screen = checkout.shows(OrderState::DepositSubmitted).await?;
        ensure!(screen.is(Step::Status));

        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        ensure!(stack.orders().await?.len() == 1);
        Ok(())
    })
    .await
}
