//! A provider that estimates, finds deposits by itself and says little: CryptoPocket.

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState, Reason};
use offramp_e2e::{
    Checkout, Journey, Settings, Step,
    journey::{journey_of, last_event},
};
use offramp_simulator::{Deposit, Fault, Operation, providers::cryptopocket::Refusal};

/// The example of the IBAN registry for Spain.
const IBAN: &str = "ES91 2100 0418 4502 0005 1332";

fn settings(payer: &'static str) -> Settings {
    Settings {
        payer,
        ..Settings::default()
    }
}

/// From the beginning to the estimate, for an account in the euro area.
async fn to_confirm(journey: &Journey) -> Result<&Checkout> {
    let checkout = journey.open().await?;
    checkout.fill_sale(Some("USDC:POL"), "100", "SEPA").await?;
    checkout.priced().await?;
    let screen = checkout.says("es una estimación").await?;
    ensure!(screen.is(Step::Amount));
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    checkout.answer("iban", IBAN).await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Confirm).await?;
    checkout.offers("confirm").await?;
    Ok(checkout)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_what_the_rate_on_arrival_gives() -> Result<()> {
    journey_of(settings("pocket-1"), async |journey| {
        let stack = &journey.stack;
        let checkout = to_confirm(journey).await?;
        let screen = checkout.screen().await?;
        ensure!(screen.text.contains("estimación"), "{}", screen.text);
        ensure!(!checkout.has("countdown").await?);
        checkout.press("confirm").await?;

        let screen = checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(!screen.offers("report-sent"), "{:?}", screen.actions);
        let made = stack.cryptopocket().order("latest")?;
        ensure!(checkout.address().await? == made.address);
        ensure!(made.create_calls == 1);

        // Nobody reports anything: the provider sees it by itself.
        stack.cryptopocket().deposit("latest", Deposit::Exact)?;
        checkout.reaches(Step::Status).await?;
        stack.pay_out().await?;
        let screen = checkout.shows(OrderState::Completed).await?;
        ensure!(screen.title == "Pagado", "{}", screen.title);
        let order = stack.order().await?;
        ensure!(order.custody == Custody::Converted);
        let arrived = order.fiat.amount.map(|amount| amount.to_string());
        ensure!(arrived.as_deref() == Some("91.20"), "{arrived:?} arrived");
        let seen = checkout.browser.seen().await?;
        ensure!(last_event(&seen, "complete")?["id"] == order.id);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_on_the_account_they_registered() -> Result<()> {
    journey_of(settings("pocket-3"), async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.fill_sale(Some("USDC:POL"), "100", "CO").await?;
        checkout.priced().await?;
        checkout.press("continue").await?;
        checkout.reaches(Step::Bank).await?;
        checkout.answer("bank_name", "Bancolombia").await?;
        checkout.press("continue").await?;
        checkout.reaches(Step::Confirm).await?;
        let screen = checkout.says("Bancolombia").await?;
        ensure!(!screen.text.contains("••••"), "{}", screen.text);
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        stack.cryptopocket().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        let made = stack.cryptopocket().order("latest")?;
        ensure!(
            made.fiat_currency == "COP",
            "{} is paid",
            made.fiat_currency
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_arrives_as_a_success_is_a_refusal() -> Result<()> {
    journey_of(settings("pocket-1"), async |journey| {
        let stack = &journey.stack;
        let checkout = to_confirm(journey).await?;
        // The answer has the status 200, and says in its body that the payer is not verified.
        stack.cryptopocket().refuse_with(
            Operation::Create,
            &Refusal::RequireKyc {
                url: "https://verify.example/kyc".to_owned(),
            },
            1,
        );
        checkout.press("confirm").await?;
        let screen = checkout.says("verifica").await?;
        ensure!(!checkout.has("deposit-address").await?, "{screen:#?}");
        ensure!(stack.cryptopocket().orders().is_empty());
        let order = stack.order_becomes(OrderState::Failed).await?;
        ensure!(order.reason == Some(Reason::NotCreated));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_shows_no_address_and_can_be_given_up() -> Result<()> {
    journey_of(settings("pocket-1"), async |journey| {
        let stack = &journey.stack;
        let pocket = stack.cryptopocket();
        let checkout = to_confirm(journey).await?;
        pocket.fault(Operation::Create, Fault::ResetAfter, 1);
        checkout.press("confirm").await?;
        let screen = checkout.shows(OrderState::Attention).await?;
        ensure!(
            screen.text.contains("no hay nada que enviar"),
            "{}",
            screen.text
        );
        ensure!(!checkout.has("deposit-address").await?);
        let order = stack.order().await?;
        ensure!(order.reason == Some(Reason::CreateUnknown));
        ensure!(order.deposit.is_none());
        ensure!(pocket.requests(Operation::Create) == 1);

        checkout.cancel().await?;
        let order = stack.order_becomes(OrderState::Cancelled).await?;
        ensure!(order.reason == Some(Reason::Abandoned));
        checkout.press("restart").await?;
        checkout.reaches(Step::Amount).await?;
        // Nothing was made twice, and nothing is adopted.
        ensure!(pocket.requests(Operation::Create) == 1);
        ensure!(pocket.orders().len() == 1);
        Ok(())
    })
    .await
}
