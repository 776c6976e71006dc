//! From an amount to money on the account, once for each kind of bank account.

use anyhow::{Result, ensure};
use offramp_domain::order::{Custody, OrderState};
use offramp_e2e::{
    Account, Journey, Step, accounts,
    journey::{journey, last_event},
};
use offramp_simulator::Deposit;

use crate::HASH;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_in_mexico() -> Result<()> {
    journey(async |journey| is_paid(journey, &accounts::MEXICO).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_in_the_dominican_republic() -> Result<()> {
    journey(async |journey| is_paid(journey, &accounts::DOMINICAN_REPUBLIC).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_in_the_united_states() -> Result<()> {
    journey(async |journey| is_paid(journey, &accounts::UNITED_STATES).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_is_paid_in_the_euro_area() -> Result<()> {
    journey(async |journey| is_paid(journey, &accounts::SEPA).await).await
}

async fn is_paid(journey: &Journey, account: &Account) -> Result<()> {
    let stack = &journey.stack;
    let checkout = journey.open().await?;
    let screen = checkout.to_confirm("100", account).await?;
    ensure!(screen.text.contains(account.masked));
    ensure!(!screen.text.contains(account.number));
    let promised = checkout.text("confirm-total").await?;
    checkout.press("confirm").await?;

    let screen = checkout.shows(OrderState::AwaitingDeposit).await?;
    ensure!(screen.title == "Envía por Polygon", "{}", screen.title);
    let made = stack.capa().transaction("latest")?;
    ensure!(checkout.address().await? == made.address);
    ensure!(made.account == account.number, "{} is paid", made.account);
    ensure!(made.fiat_currency == account.currency);
    ensure!(checkout.text("deposit-amount").await?.contains("100"));
    ensure!(checkout.text("deposit-network").await?.contains("Polygon"));

    checkout.report_sent(Some(HASH)).await?;
    checkout.shows(OrderState::DepositSubmitted).await?;
    stack.capa().deposit("latest", Deposit::Exact)?;
    checkout.reaches(Step::Status).await?;
    stack.pay_out().await?;

    let screen = checkout.shows(OrderState::Completed).await?;
    ensure!(screen.title == "Pagado", "{}", screen.title);
    ensure!(screen.text.contains(&promised), "{promised} was promised");
    ensure!(screen.text.contains(account.masked));
    ensure!(!screen.text.contains(account.number));
    let order = stack.order().await?;
    ensure!(order.custody == Custody::Converted);
    ensure!(order.tx_hash.as_deref() == Some(HASH));
    let made = stack.capa().transaction("latest")?;
    ensure!(made.create_calls == 1);
    ensure!(made.transaction_hash.as_deref() == Some(HASH));

    let seen = checkout.browser.seen().await?;
    ensure!(last_event(&seen, "complete")?["id"] == order.id);
    let completions = seen.events.iter().filter(|event| event.name == "complete");
    ensure!(completions.count() == 1);
    Ok(())
}
