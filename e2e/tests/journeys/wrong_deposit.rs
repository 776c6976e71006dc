//! Something else arrives than what was agreed.

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState};
use offramp_e2e::{Step, accounts::MEXICO, journey::journey};
use offramp_simulator::{Decimal, Deposit, Status};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_the_amount_is_not_asked_for_again() -> Result<()> {
    is_left_to_a_person(Deposit::Amount(Decimal::ONE)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_token_is_not_asked_for_again() -> Result<()> {
    is_left_to_a_person(Deposit::WrongToken).await
}

/// Capa looks into it: the payer is not told to send once more, and a person can finish it.
async fn is_left_to_a_person(arrives: Deposit) -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        stack.capa().deposit("latest", arrives)?;
        let order = stack
            .order_becomes_in_time(OrderState::DepositSubmitted)
            .await?;
        ensure!(order.custody != Custody::Payer);
        let screen = checkout.reaches(Step::Status).await?;
        ensure!(screen.title == "Buscando tu cripto", "{}", screen.title);
        ensure!(!checkout.has("deposit-address").await?);
        ensure!(!screen.offers("cancel"));

        stack.capa().force_status("latest", Status::Completed)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}
