//! The price falls between reading and confirming: the payer decides, with both figures in view.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Checkout, Journey, Screen, Step, accounts::MEXICO, journey::journey};
use offramp_simulator::Operation;

use crate::READING;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worse_price_is_refused_and_nothing_is_lost() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let (checkout, _) = falls(journey).await?;
        checkout.press("decline-quote").await?;

        let screen = checkout.offers("confirm").await?;
        ensure!(screen.is(Step::Confirm));
        ensure!(stack.capa().requests(Operation::Create) == 0);
        ensure!(checkout.text("confirm-total").await?.contains("1,800.28"));
        checkout.press("back").await?;
        checkout.reaches(Step::Bank).await?;
        let clabe = checkout.value("clabe").await?;
        ensure!(clabe.replace(' ', "") == MEXICO.number, "{clabe}");
        checkout.press("back").await?;
        checkout.reaches(Step::Amount).await?;
        ensure!(checkout.value("crypto_amount").await? == "100");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worse_price_is_accepted() -> Result<()> {
    journey(async |journey| {
        let (checkout, _) = falls(journey).await?;
        checkout.press("accept-quote").await?;

        checkout.shows(OrderState::AwaitingDeposit).await?;
        let arrives = journey.stack.order().await?.fiat.amount;
        ensure!(arrives == "1800.28".parse().ok(), "{arrives:?} arrives");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_is_accepted_while_the_price_goes_on_falling() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let (checkout, screen) = falls(journey).await?;
        // Half a per cent below 1800.28.
        ensure!(screen.text.contains("1,791.27"), "{}", screen.text);
        checkout.offers("accept-floor").await?;
        stack.capa().move_rate_bps(-20);
        stack.pass(READING);
        checkout.press("accept-floor").await?;

        checkout.shows(OrderState::AwaitingDeposit).await?;
        let arrives = stack.order().await?.fiat.amount;
        ensure!(arrives >= "1791.27".parse().ok(), "{arrives:?} arrives");
        ensure!(arrives < "1800.28".parse().ok(), "{arrives:?} arrives");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_below_the_floor_is_asked_about_again() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let (checkout, _) = falls(journey).await?;
        checkout.offers("accept-floor").await?;
        stack.capa().move_rate_bps(-200);
        stack.pass(READING);
        checkout.press("accept-floor").await?;

        let lower = |screen: &Screen| screen.text.contains("1,763.91");
        checkout.until("the next worse price", lower).await?;
        ensure!(checkout.has("notice-quote-changed").await?);
        ensure!(stack.capa().requests(Operation::Create) == 0);
        Ok(())
    })
    .await
}

/// A payer confirms 1818.46 pesos and is asked about one per cent less.
async fn falls(journey: &Journey) -> Result<(&Checkout, Screen)> {
    let checkout = journey.open().await?;
    checkout.to_confirm("100", &MEXICO).await?;
    journey.stack.capa().move_rate_bps(-100);
    journey.stack.pass(READING);
    checkout.press("confirm").await?;
    let screen = checkout.offers("decline-quote").await?;
    ensure!(screen.text.contains("1,818.46"), "{}", screen.text);
    ensure!(screen.text.contains("1,800.28"), "{}", screen.text);
    ensure!(journey.stack.capa().requests(Operation::Create) == 0);
    Ok((checkout, screen))
}
