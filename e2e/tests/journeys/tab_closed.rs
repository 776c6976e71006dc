//! The payer sends the crypto, closes the tab and never reports anything.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Screen, Step, accounts::MEXICO, journey::journey};
use offramp_simulator::Deposit;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_who_closes_the_tab_is_paid_all_the_same() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let browser = &checkout.browser;
        let tab = browser.tab().await?;
        browser.open_tab().await?;
        let empty = browser.tab().await?;
        browser.go_to(tab).await?;
        browser.close_tab(empty).await?;

        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        let made = stack.capa().transaction("latest")?;
        ensure!(made.execute_calls >= 1 && made.create_calls == 1);

        // What is paid is over: the page is ready for the next sale.
        journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_who_comes_back_sees_how_it_goes() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.browser.open("about:blank").await?;

        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.order_becomes(OrderState::DepositReceived).await?;
        stack.hold_time();
        journey.open().await?;
        let screen = checkout.offers("open-order").await?;
        ensure!(screen.text.contains("Tus otros pedidos"));
        checkout.press("open-order").await?;
        checkout
            .until("the order as it goes", |screen: &Screen| {
                screen.is(Step::Status) && screen.text.contains("7120")
            })
            .await?;

        stack.resume_time();
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}
