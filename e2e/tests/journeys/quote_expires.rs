//! A price lives for ten seconds, and a payer reads longer than that.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{accounts::MEXICO, journey::journey};
use offramp_simulator::Operation;

use crate::READING;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_price_is_replaced_by_the_same_one() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        let promised = checkout.text("confirm-total").await?;
        let asked = stack.capa().requests(Operation::Quote);
        stack.pass(READING);
        checkout.press("confirm").await?;

        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(stack.capa().requests(Operation::Quote) > asked);
        ensure!(stack.capa().requests(Operation::Create) == 1);
        checkout.report_sent(None).await?;
        let screen = checkout.shows(OrderState::DepositSubmitted).await?;
        ensure!(screen.text.contains(&promised), "{promised} was promised");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_price_is_replaced_by_a_better_one() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        stack.capa().move_rate_bps(50);
        stack.pass(READING);
        checkout.press("confirm").await?;

        checkout.shows(OrderState::AwaitingDeposit).await?;
        let arrives = stack.order().await?.fiat.amount;
        // 100 × 18.184665 × 1.005, in whole centavos.
        ensure!(arrives == "1827.55".parse().ok(), "{arrives:?} arrives");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_while_the_price_waits_for_the_payer() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        // Five renewals of a price that lives for a second are soon over.
        stack.capa().knobs_mut(|knobs| knobs.quote_life_ms = 1_000);
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        checkout.offers("update-rate").await?;
        stack.capa().knobs_mut(|knobs| knobs.quote_life_ms = 10_000);
        let asked = stack.capa().requests(Operation::Quote);
        checkout.press("update-rate").await?;

        // The press has asked for a price, and for nothing else.
        checkout.offers("confirm").await?;
        ensure!(stack.capa().requests(Operation::Quote) > asked);
        ensure!(stack.capa().requests(Operation::Create) == 0);
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(stack.capa().requests(Operation::Create) == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_changes_while_it_is_read_is_announced() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        capa.knobs_mut(|knobs| knobs.quote_life_ms = 2_000);
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        capa.move_rate_bps(-100);
        let screen = checkout.says("El precio bajó").await?;
        ensure!(screen.text.contains("18.18 MXN menos"), "{}", screen.text);
        ensure!(checkout.text("confirm-total").await?.contains("1,800.28"));
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        let arrives = journey.stack.order().await?.fiat.amount;
        ensure!(arrives == "1800.28".parse().ok(), "{arrives:?} arrives");
        Ok(())
    })
    .await
}
