//! The payer says that the crypto was sent before the chain has confirmed it.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState, Reason};
use offramp_e2e::{Screen, Step, accounts::MEXICO, eventually, journey::journey};
use offramp_simulator::{Deposit, Operation, Status};

use crate::{HASH, OTHER_HASH};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_is_asked_until_the_transfer_is_there() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.report_sent(Some(HASH)).await?;
        checkout.shows(OrderState::DepositSubmitted).await?;

        // Capa looks for ten seconds and finds nothing.
        eventually("Capa looks in vain", async || {
            stack.pass(Duration::from_secs(11));
            let status = stack.capa().transaction("latest")?.status;
            Ok((status == Status::CryptoNotReceived).then_some(()))
        })
        .await?;
        let asked = stack.capa().requests(Operation::Execute);
        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pass(Duration::from_secs(61));
        stack.order_becomes(OrderState::DepositReceived).await?;
        ensure!(stack.capa().requests(Operation::Execute) > asked);
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_stays_away_becomes_a_question_and_is_paid_in_the_end() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        checkout.report_sent(Some(OTHER_HASH)).await?;
        checkout.shows(OrderState::DepositSubmitted).await?;

        stack.pass(Duration::from_mins(61));
        let screen = checkout.shows(OrderState::Attention).await?;
        ensure!(screen.is(Step::Status));
        ensure!(screen.text.contains("todavía no aparece en la red"));
        ensure!(screen.offers("report-sent") && screen.offers("cancel"));
        let order = stack.order().await?;
        ensure!(order.reason == Some(Reason::DepositMissing));
        ensure!(order.custody == Custody::InFlight);

        checkout.report_sent(Some(HASH)).await?;
        eventually("the corrected hash is kept", async || {
            let order = stack.order().await?;
            Ok((order.tx_hash.as_deref() == Some(HASH)).then_some(()))
        })
        .await?;
        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_hash_is_refused_in_place() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        for (typed, said) in [
            ("0x1234", "No es un hash de Polygon"),
            (address.as_str(), "Esto es una dirección"),
        ] {
            checkout.report_sent(Some(typed)).await?;
            let is_refused = |screen: &Screen| {
                let problem = screen.problem("tx_hash");
                problem.is_some_and(|problem| problem.contains(said))
                    && screen.focus == "input:tx_hash"
            };
            let screen = checkout.until(said, is_refused).await?;
            ensure!(screen.is(Step::Deposit));
        }
        ensure!(journey.stack.order().await?.tx_hash.is_none());
        Ok(())
    })
    .await
}
