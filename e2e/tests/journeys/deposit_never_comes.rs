//! The payer gets an address and sends nothing.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState};
use offramp_e2e::{Step, accounts::MEXICO, journey::journey};
use offramp_simulator::Operation;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unpaid_order_expires_after_a_day() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;

        stack.pass(Duration::from_mins(31));
        let screen = checkout.says("No envíes ahora").await?;
        ensure!(screen.is(Step::Deposit));
        ensure!(
            checkout.address().await? == address,
            "it stays to be compared"
        );
        ensure!(screen.offers("report-sent") && screen.offers("cancel"));
        ensure!(!screen.offers("copy-address"), "it is not to be used");

        stack.pass(Duration::from_hours(25));
        let screen = checkout.shows(OrderState::Expired).await?;
        ensure!(screen.title == "Pedido vencido", "{}", screen.title);
        ensure!(screen.text.contains("no se te cobró nada"));
        let order = stack.order().await?;
        ensure!(order.custody == Custody::Payer);
        ensure!(stack.capa().requests(Operation::Execute) == 0);

        checkout.press("restart").await?;
        checkout.reaches(Step::Amount).await?;
        checkout.to_deposit("100", &MEXICO).await?;
        ensure!(stack.capa().transactions().len() == 2);
        Ok(())
    })
    .await
}
