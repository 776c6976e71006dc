//! The payer calls the order off, and then the crypto arrives.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState, Reason};
use offramp_e2e::{
    Step,
    accounts::MEXICO,
    journey::{journey, last_event},
};
use offramp_simulator::Deposit;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crypto_for_a_cancelled_order_is_not_forgotten() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.press("cancel").await?;
        checkout.press("cancel-no").await?;
        let screen = checkout.offers("cancel").await?;
        ensure!(screen.is(Step::Deposit), "nothing was called off");
        checkout.cancel().await?;

        let screen = checkout.shows(OrderState::Cancelled).await?;
        ensure!(screen.title == "Pedido cancelado", "{}", screen.title);
        ensure!(screen.text.contains("Tú cancelaste el pedido"));
        ensure!(!checkout.has("deposit-address").await?);
        let seen = checkout.browser.seen().await?;
        ensure!(last_event(&seen, "cancel")?["state"] == "cancelled");
        let order = stack.order().await?;
        ensure!(order.custody == Custody::Payer);

        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pass(Duration::from_mins(61));
        let order = stack.order_becomes(OrderState::Attention).await?;
        ensure!(order.reason == Some(Reason::DepositAfterEnd));
        journey.open().await?;
        checkout.press("open-order").await?;
        let screen = checkout.shows(OrderState::Attention).await?;
        ensure!(screen.text.contains("cuando el pedido ya había terminado"));
        ensure!(
            screen.text.contains(&order.id),
            "there is no number to give"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_order_makes_room_for_the_next() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.cancel().await?;
        checkout.shows(OrderState::Cancelled).await?;
        checkout.press("restart").await?;
        checkout.to_deposit("200", &MEXICO).await?;
        ensure!(checkout.text("deposit-amount").await?.contains("200"));
        ensure!(stack.orders().await?.len() == 2);
        Ok(())
    })
    .await
}
