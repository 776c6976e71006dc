//! Crypto that moves by a signature of the shop's wallet, after the shop debited its customer:
//! UNIGOX, with an escrow between, and a payer who has to say that the money arrived.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::{Custody, OrderState, Reason};
use offramp_e2e::{Checkout, Journey, Settings, Step, eventually, journey::journey_of};
use offramp_simulator::{Operation, providers::unigox::Profile};

fn settings() -> Settings {
    Settings {
        payer: "escrow-1",
        ..Settings::default()
    }
}

/// From the beginning to the price of a hundred.
async fn to_confirm(checkout: &Checkout) -> Result<()> {
    checkout.fill_sale(None, "100", "NG").await?;
    to_priced(checkout).await
}

/// From an amount to the price, for an account in Nigeria that is saved on the way.
async fn to_priced(checkout: &Checkout) -> Result<()> {
    checkout.priced().await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    checkout.answer("account_number", "0123456789").await?;
    checkout.answer("full_name", "Ada Eze").await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Confirm).await?;
    checkout.offers("confirm").await?;
    Ok(())
}

/// From the beginning to an order that the shop has paid for.
async fn to_paid(journey: &Journey) -> Result<&Checkout> {
    let checkout = journey.open().await?;
    to_confirm(checkout).await?;
    checkout.press("confirm").await?;
    journey
        .stack
        .order_passes_in_time(OrderState::DepositReceived)
        .await?;
    checkout.reaches(Step::Status).await?;
    Ok(checkout)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_says_that_the_money_arrived() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        let checkout = to_paid(journey).await?;
        stack
            .order_becomes_in_time(OrderState::AwaitingConfirmation)
            .await?;
        let screen = checkout.shows(OrderState::AwaitingConfirmation).await?;
        ensure!(screen.title == "¿Ya llegó el dinero?", "{}", screen.title);
        ensure!(screen.text.contains("6789"));
        ensure!(!screen.text.contains("0123456789"));
        ensure!(stack.unigox().requests(Operation::Confirm) == 0);

        // Whoever comes back is led to the question, not to another sale.
        checkout.browser.reload().await?;
        let screen = checkout.shows(OrderState::AwaitingConfirmation).await?;
        ensure!(screen.text.contains("si no contestas"), "{}", screen.text);
        checkout.press("received").await?;
        checkout.says("nadie puede deshacerlo").await?;
        ensure!(stack.unigox().requests(Operation::Confirm) == 0);
        checkout.press("confirm-received").await?;
        stack.pay_out().await?;
        let screen = checkout.shows(OrderState::Completed).await?;
        ensure!(screen.title == "Pagado", "{}", screen.title);
        let made = stack.unigox().order("latest")?;
        ensure!(made.initiate_calls == 1, "{made:?}");
        ensure!(stack.order().await?.custody == Custody::Converted);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_names_what_has_to_arrive() -> Result<()> {
    journey_of(settings(), async |journey| {
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        checkout.answer("country", "NG").await?;
        checkout.answer("fiat_amount", "150000").await?;
        to_priced(checkout).await?;
        let promised = checkout.text("confirm-total").await?;
        ensure!(promised.contains("150,000"), "{promised} is promised");
        checkout.press("confirm").await?;
        let state = OrderState::AwaitingConfirmation;
        let order = journey.stack.order_becomes_in_time(state).await?;
        let amount = order.fiat.amount.context("no amount")?;
        ensure!(amount >= "150000".parse()?, "{amount} arrives");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_not_arrive_is_told_and_confirms_nothing() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        let checkout = to_paid(journey).await?;
        stack
            .order_becomes_in_time(OrderState::AwaitingConfirmation)
            .await?;
        checkout.shows(OrderState::AwaitingConfirmation).await?;
        checkout.press("not-received").await?;
        checkout.answer("note", "Solo la mitad").await?;
        checkout.press("report-not-received").await?;
        checkout.says("el dinero no había llegado").await?;
        let order = eventually("the shop has heard", async || {
            let order = stack.order().await?;
            Ok(order.not_received.is_some().then_some(order))
        })
        .await?;
        let told = order.not_received.and_then(|told| told.note);
        ensure!(told.as_deref() == Some("Solo la mitad"), "{told:?}");
        ensure!(stack.unigox().requests(Operation::Confirm) == 0);
        // It comes after all.
        checkout.press("received").await?;
        checkout.press("confirm-received").await?;
        stack.pay_out().await?;
        let screen = checkout.shows(OrderState::Completed).await?;
        ensure!(
            screen.text.contains("el dinero no había llegado"),
            "{}",
            screen.text
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_nobody_here_confirmed_is_paid_by_the_providers_word() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        stack
            .unigox()
            .knobs_mut(|knobs| knobs.profile = Profile::AutoConfirm);
        let checkout = journey.open().await?;
        to_confirm(checkout).await?;
        checkout.press("confirm").await?;
        stack.order_becomes_in_time(OrderState::Completed).await?;
        let screen = checkout.shows(OrderState::Completed).await?;
        ensure!(
            screen.text.contains("El proveedor de pagos dice"),
            "{}",
            screen.text
        );
        ensure!(stack.unigox().requests(Operation::Confirm) == 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_was_never_proven_comes_back() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        stack
            .unigox()
            .knobs_mut(|knobs| knobs.profile = Profile::ProofRejected);
        let checkout = to_paid(journey).await?;
        // The shop signs for what its wallet is owed.
        let order = stack.order_becomes_in_time(OrderState::Refunded).await?;
        ensure!(order.custody == Custody::Returned);
        let screen = checkout.shows(OrderState::Refunded).await?;
        ensure!(screen.title == "Cripto devuelta", "{}", screen.title);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_is_left_to_people() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        stack
            .unigox()
            .knobs_mut(|knobs| knobs.profile = Profile::DisputeWon);
        let checkout = to_paid(journey).await?;
        stack.order_becomes_in_time(OrderState::Disputed).await?;
        let screen = checkout.shows(OrderState::Disputed).await?;
        ensure!(screen.title == "En disputa", "{}", screen.title);
        ensure!(screen.text.contains("No confirmes"), "{}", screen.text);
        ensure!(!screen.offers("received"));
        let ended = eventually("the dispute ends", async || {
            stack.pass(Duration::from_hours(1));
            let order = stack.order().await?;
            let is_over = order.state != OrderState::Disputed;
            Ok(is_over.then_some(order))
        })
        .await?;
        ensure!(ended.custody != Custody::Payer, "{ended:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_moved_ends_the_order_before_anything_is_paid() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        stack
            .unigox()
            .knobs_mut(|knobs| knobs.profile = Profile::PriceMoved);
        let checkout = journey.open().await?;
        to_confirm(checkout).await?;
        checkout.press("confirm").await?;
        let order = stack.order_becomes_in_time(OrderState::Cancelled).await?;
        ensure!(order.reason == Some(Reason::PriceChanged));
        ensure!(order.custody == Custody::Payer);
        let screen = checkout.shows(OrderState::Cancelled).await?;
        ensure!(
            screen
                .text
                .contains("Empieza de nuevo con el precio de ahora"),
            "{}",
            screen.text
        );
        ensure!(stack.unigox().requests(Operation::Authorise) == 0);
        checkout.press("restart").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}
