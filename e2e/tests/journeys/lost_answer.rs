//! The answer to "confirm" gets lost: on its way from the provider, or on its way to the payer.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_domain::order::{OrderState, Reason};
use offramp_e2e::{Step, accounts::MEXICO, eventually, journey::journey};
use offramp_simulator::{Fault, Operation, providers::capa::WebhookDelivery};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_answer_was_lost_is_found_again() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        // Without a webhook and without time nobody looks for it yet.
        stack
            .capa()
            .knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Held);
        stack.hold_time();
        stack.capa().fault(Operation::Create, Fault::ResetAfter, 1);
        checkout.press("confirm").await?;
        let screen = checkout.shows(OrderState::Creating).await?;
        ensure!(screen.is(Step::Status));
        ensure!(screen.text.contains("una sola vez"), "{}", screen.text);
        ensure!(!checkout.has("deposit-address").await?);

        stack.resume_time();
        stack.pass(Duration::from_secs(3));
        checkout.shows(OrderState::AwaitingDeposit).await?;
        let made = stack.capa().transaction("latest")?;
        ensure!(checkout.address().await? == made.address);
        ensure!(made.create_calls == 1);
        ensure!(stack.capa().transactions().len() == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_has_a_lost_order_found_at_once() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        stack.hold_time();
        stack.capa().fault(Operation::Create, Fault::ResetAfter, 1);
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        let made = stack.capa().transaction("latest")?;
        ensure!(checkout.address().await? == made.address);
        ensure!(made.create_calls == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_never_made_takes_nothing() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        stack.capa().fault(Operation::Create, Fault::ResetBefore, 1);
        checkout.press("confirm").await?;
        checkout.shows(OrderState::Creating).await?;

        let order = eventually("it is known that there is none", async || {
            stack.pass(Duration::from_secs(20));
            let order = stack.order().await?;
            Ok((order.state == OrderState::Failed).then_some(order))
        })
        .await?;
        ensure!(order.reason == Some(Reason::NotCreated));
        let screen = checkout.shows(OrderState::Failed).await?;
        ensure!(screen.text.contains("El pedido no llegó a crearse"));
        ensure!(stack.capa().transactions().is_empty());
        checkout.press("restart").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_never_left_is_sent_again_as_the_same() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        checkout.browser.lose(&["*/v1/orders"]).await?;
        checkout.press("confirm").await?;
        checkout.says("comprobando si tu pedido se creó").await?;

        checkout.browser.lose(&[]).await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(capa.requests(Operation::Create) == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_stays_unanswered_can_be_repeated_by_hand() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        checkout.browser.lose(&["*/v1/orders"]).await?;
        checkout.press("confirm").await?;
        let screen = checkout.offers("retry").await?;
        ensure!(screen.alerts.concat().contains("no se creará dos veces"));

        checkout.browser.lose(&[]).await?;
        checkout.press("retry").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(capa.requests(Operation::Create) == 1);
        Ok(())
    })
    .await
}
