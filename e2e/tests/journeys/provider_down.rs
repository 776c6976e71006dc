//! The provider fails, in every step: it is said in words, it can be tried again, nothing is lost.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Network, Screen, Step,
    accounts::MEXICO,
    journey::{journey, last_event},
};
use offramp_simulator::{Deposit, Fault, Operation};

use crate::{ALWAYS, READING};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_when_the_page_opens() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        capa.fault(Operation::Kyc, Fault::ServerErrorBefore, ALWAYS);
        let checkout = journey.open().await?;
        let screen = checkout.offers("retry").await?;
        ensure!(
            screen.title == "No pudimos abrir el pago",
            "{}",
            screen.title
        );
        ensure!(
            screen
                .alerts
                .concat()
                .contains("proveedor de pagos no responde")
        );
        ensure!(
            checkout
                .text("request-id")
                .await?
                .contains("Código de ayuda")
        );
        let seen = checkout.browser.seen().await?;
        ensure!(last_event(&seen, "error")?["code"] == "provider_unavailable");

        capa.clear_faults();
        checkout.press("retry").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_while_the_amount_is_typed() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        capa.fault(Operation::Quote, Fault::ServerErrorBefore, ALWAYS);
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        checkout.answer("asset", "USDC:POL").await?;
        checkout.answer("country", "MX").await?;
        checkout.answer("crypto_amount", "100").await?;
        let screen = checkout.offers("retry").await?;
        ensure!(screen.text.contains("No pudimos calcular el cambio"));
        ensure!(checkout.value("crypto_amount").await? == "100");

        capa.clear_faults();
        checkout.press("retry").await?;
        checkout.priced().await?;
        ensure!(checkout.value("crypto_amount").await? == "100");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_when_the_price_is_to_be_held() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        let checkout = journey.open().await?;
        checkout.to_bank("100", &MEXICO).await?;
        checkout.fill_bank(&MEXICO).await?;
        capa.fault(Operation::Quote, Fault::ResetBefore, ALWAYS);
        checkout.press("continue").await?;
        checkout.reaches(Step::Confirm).await?;
        let screen = checkout.offers("update-rate").await?;
        let alert = screen.alerts.first().context("nothing is said")?;
        ensure!(alert.contains("proveedor de pagos no responde"), "{alert}");
        ensure!(!screen.offers("confirm"));

        capa.clear_faults();
        checkout.press("update-rate").await?;
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_when_the_order_is_confirmed_at_an_expired_price() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        stack
            .capa()
            .fault(Operation::Quote, Fault::ServerErrorBefore, ALWAYS);
        stack.pass(READING);
        checkout.press("confirm").await?;
        let is_told = |screen: &Screen| {
            let alerts = screen.alerts.concat();
            alerts.contains("proveedor de pagos no responde")
        };
        let screen = checkout
            .until("the provider does not answer", is_told)
            .await?;
        ensure!(screen.is(Step::Confirm));
        ensure!(stack.orders().await?.is_empty());

        stack.capa().clear_faults();
        let screen = checkout
            .until("a way on", |screen| {
                screen.offers("confirm") || screen.offers("update-rate")
            })
            .await?;
        if screen.offers("update-rate") {
            checkout.press("update-rate").await?;
        }
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(stack.capa().transactions().len() == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_after_the_address_was_shown() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        for operation in [Operation::List, Operation::Execute, Operation::Cancel] {
            stack
                .capa()
                .fault(operation, Fault::ServerErrorBefore, ALWAYS);
        }
        checkout.browser.reload().await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);
        checkout.report_sent(None).await?;
        checkout.shows(OrderState::DepositSubmitted).await?;
        ensure!(stack.capa().transaction("latest")?.execute_calls == 0);

        stack.capa().clear_faults();
        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_down_when_the_order_is_called_off() -> Result<()> {
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        stack
            .capa()
            .fault(Operation::Cancel, Fault::ServerErrorBefore, ALWAYS);
        checkout.cancel().await?;
        checkout.says("Cancelando…").await?;
        ensure!(!checkout.has("deposit-address").await?);
        ensure!(stack.order().await?.state == OrderState::AwaitingDeposit);

        stack.capa().clear_faults();
        offramp_e2e::eventually("the order is called off", async || {
            stack.pass(std::time::Duration::from_secs(5));
            let state = stack.order().await?.state;
            Ok((state == OrderState::Cancelled).then_some(()))
        })
        .await?;
        checkout.shows(OrderState::Cancelled).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_payer_is_offline_for_a_while() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        checkout.browser.network(Network::Offline).await?;
        checkout.says("Sin conexión").await?;
        ensure!(checkout.address().await? == address);
        journey.stack.capa().deposit("latest", Deposit::Exact)?;
        journey.stack.pay_out().await?;

        checkout.browser.network(Network::Online).await?;
        checkout.shows(OrderState::Completed).await?;
        Ok(())
    })
    .await
}
