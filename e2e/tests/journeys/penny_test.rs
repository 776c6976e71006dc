//! The bank says that the account is somebody else's, after the crypto has arrived.

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState, Reason};
use offramp_e2e::{Journey, accounts::MEXICO, journey::journey};
use offramp_simulator::{Deposit, providers::capa::PennyTest};

use crate::HASH;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_amount_that_plays_the_story_ends_with_a_person() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("10.02", &MEXICO).await?;
        checkout.report_sent(None).await?;
        checkout.shows(OrderState::DepositSubmitted).await?;
        is_with_a_person(journey).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_of_somebody_else_ends_with_a_person() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        capa.knobs_mut(|knobs| knobs.penny_test = PennyTest::Fails);
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.report_sent(Some(HASH)).await?;
        capa.deposit("latest", Deposit::Exact)?;
        is_with_a_person(journey).await
    })
    .await
}

async fn is_with_a_person(journey: &Journey) -> Result<()> {
    let Journey {
        stack, checkout, ..
    } = journey;
    let order = stack.order_becomes_in_time(OrderState::Attention).await?;
    ensure!(order.reason == Some(Reason::AccountNotOwned));
    ensure!(order.custody == Custody::Provider);

    let screen = checkout.shows(OrderState::Attention).await?;
    for words in [
        "la cuenta no está a tu nombre",
        "Le toca al negocio",
        "la tiene el proveedor de pagos",
    ] {
        ensure!(screen.text.contains(words), "“{words}” is not said");
    }
    ensure!(
        screen.text.contains(&order.id),
        "there is no number to give"
    );
    ensure!(!screen.offers("report-sent") && !screen.offers("cancel"));
    Ok(())
}
