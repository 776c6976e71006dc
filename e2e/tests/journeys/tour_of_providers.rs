//! A walk past the screens that only some providers have, in both languages: each is pictured and
//! checked for accessibility in every guise.

use anyhow::Result;
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Journey, Settings, Step, Wallet, WalletAnswer, gallery::Gallery, journey::journey_of,
};
use offramp_simulator::{Fault, Operation, providers::unigox::Profile};

const SPANISH: (&str, &str) = ("es", "es-MX");
const ENGLISH: (&str, &str) = ("en", "en");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn estimates_in_spanish() -> Result<()> {
    walk(SPANISH, "pocket-1", Wallet::Partner, estimates).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn estimates_in_english() -> Result<()> {
    walk(ENGLISH, "pocket-1", Wallet::Partner, estimates).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registered_accounts_in_spanish() -> Result<()> {
    walk(SPANISH, "pocket-3", Wallet::Partner, registered_accounts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirmations_in_spanish() -> Result<()> {
    walk(SPANISH, "escrow-1", Wallet::Partner, confirmations).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirmations_in_english() -> Result<()> {
    walk(ENGLISH, "escrow-1", Wallet::Partner, confirmations).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disputes_in_spanish() -> Result<()> {
    walk(SPANISH, "escrow-1", Wallet::Partner, disputes).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_in_spanish() -> Result<()> {
    walk(SPANISH, "escrow-3", Wallet::External, wallets).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_in_english() -> Result<()> {
    walk(ENGLISH, "escrow-3", Wallet::External, wallets).await
}

async fn walk(
    (name, locale): (&'static str, &'static str),
    payer: &'static str,
    wallet: Wallet,
    past: impl AsyncFnOnce(&Journey, &mut Gallery) -> Result<()>,
) -> Result<()> {
    let settings = Settings {
        locale,
        payer,
        wallet,
        ..Settings::default()
    };
    journey_of(settings, async |journey| {
        let mut gallery = Gallery::new(name);
        past(journey, &mut gallery).await?;
        gallery.close()
    })
    .await
}

async fn estimates(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let pocket = journey.stack.cryptopocket();
    let checkout = journey.open().await?;
    checkout.fill_sale(Some("USDC:POL"), "100", "SEPA").await?;
    checkout.priced().await?;
    gallery.hang(journey, "p1-amount-estimate").await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    checkout.answer("iban", "ES9121000418450200051332").await?;
    gallery.hang(journey, "p2-bank-iban").await?;
    checkout.press("continue").await?;
    checkout.offers("confirm").await?;
    gallery.hang(journey, "p3-confirm-estimate").await?;
    pocket.fault(Operation::Create, Fault::ResetAfter, 1);
    checkout.press("confirm").await?;
    checkout.shows(OrderState::Attention).await?;
    gallery.hang(journey, "p5-create-unknown").await?;
    checkout.cancel().await?;
    checkout.shows(OrderState::Cancelled).await?;
    gallery.hang(journey, "p5-abandoned").await
}

async fn registered_accounts(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let checkout = journey.open().await?;
    checkout.fill_sale(Some("USDC:POL"), "100", "CO").await?;
    checkout.priced().await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    checkout.answer("bank_name", "Bancolombia").await?;
    gallery.hang(journey, "p2-bank-registered").await?;
    checkout.press("continue").await?;
    checkout.press("confirm").await?;
    checkout.shows(OrderState::AwaitingDeposit).await?;
    gallery.hang(journey, "p4-deposit-wait").await
}

async fn to_confirm(journey: &Journey) -> Result<()> {
    let checkout = &journey.checkout;
    checkout.answer("account_number", "0123456789").await?;
    checkout.answer("full_name", "Ada Eze").await?;
    checkout.press("continue").await?;
    checkout.offers("confirm").await?;
    Ok(())
}

async fn confirmations(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    let checkout = journey.open().await?;
    checkout.fill_sale(None, "100", "NG").await?;
    gallery.hang(journey, "p1-amount-at-least").await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    to_confirm(journey).await?;
    gallery.hang(journey, "p3-confirm-tolerance").await?;
    stack
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::Usual);
    checkout.press("confirm").await?;
    checkout.shows(OrderState::Created).await?;
    gallery.hang(journey, "p5-created").await?;
    stack
        .order_becomes_in_time(OrderState::AwaitingConfirmation)
        .await?;
    checkout.shows(OrderState::AwaitingConfirmation).await?;
    gallery.hang(journey, "p5-awaiting-confirmation").await?;
    checkout.press("received").await?;
    checkout.offers("confirm-received").await?;
    gallery.hang(journey, "p5-received").await?;
    checkout.press("received-no").await?;
    checkout.press("not-received").await?;
    checkout.offers("report-not-received").await?;
    gallery.hang(journey, "p5-not-received").await
}

async fn disputes(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    stack
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::DisputeWon);
    let checkout = journey.open().await?;
    checkout.fill_sale(None, "100", "NG").await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Bank).await?;
    to_confirm(journey).await?;
    checkout.press("confirm").await?;
    stack.order_becomes_in_time(OrderState::Disputed).await?;
    checkout.shows(OrderState::Disputed).await?;
    gallery.hang(journey, "p5-disputed").await
}

async fn wallets(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    stack
        .unigox()
        .knobs_mut(|knobs| knobs.profile = Profile::ProofRejected);
    let checkout = journey.open().await?;
    checkout.fill_sale(None, "100", "NG").await?;
    checkout.press("continue").await?;
    checkout.offers("wallet").await?;
    gallery.hang(journey, "p2-wallet").await?;
    checkout.press("wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.offers("link-wallet").await?;
    gallery.hang(journey, "p2-wallet-link").await?;
    checkout.press("link-wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.reaches(Step::Bank).await?;
    to_confirm(journey).await?;
    checkout.press("confirm").await?;
    stack
        .order_becomes_in_time(OrderState::AwaitingDeposit)
        .await?;
    checkout.offers("wallet").await?;
    gallery.hang(journey, "p4-sign").await?;
    checkout.press("wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    stack
        .order_becomes_in_time(OrderState::RefundRequired)
        .await?;
    checkout.shows(OrderState::RefundRequired).await?;
    checkout.offers("wallet").await?;
    gallery.hang(journey, "p5-refund-required").await?;
    checkout.press("wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    stack.order_becomes_in_time(OrderState::Refunded).await?;
    checkout.shows(OrderState::Refunded).await?;
    gallery.hang(journey, "p5-refunded").await
}
