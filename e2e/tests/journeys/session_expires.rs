//! The payer takes longer than their session lasts.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Step, accounts::MEXICO, journey::journey};
use offramp_simulator::Deposit;

/// Longer than a session lasts.
const LUNCH: Duration = Duration::from_mins(61);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_session_is_opened_without_a_word() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_bank("100", &MEXICO).await?;
        stack.pass(LUNCH);
        checkout.fill_bank(&MEXICO).await?;
        checkout.press("continue").await?;
        checkout.reaches(Step::Confirm).await?;
        checkout.offers("confirm").await?;
        stack.pass(LUNCH);
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(stack.orders().await?.len() == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_outlives_its_session() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        stack.pass(LUNCH);
        checkout.says("No envíes ahora").await?;
        checkout.report_sent(None).await?;
        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}
