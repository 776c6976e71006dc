//! Crypto that moves by a signature of the payer's own wallet, found in the page as EIP-6963 says.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::{Custody, OrderState};
use offramp_e2e::{Checkout, Journey, Settings, Step, Wallet, WalletAnswer, journey::journey_of};
use offramp_simulator::{Operation, providers::unigox::Profile};

fn settings() -> Settings {
    Settings {
        payer: "escrow-3",
        wallet: Wallet::External,
        ..Settings::default()
    }
}

/// Links the payer's wallet, which comes before everything but the amount.
async fn to_linked(journey: &Journey) -> Result<&Checkout> {
    let checkout = journey.open().await?;
    link(checkout, "100").await?;
    Ok(checkout)
}

async fn link(checkout: &Checkout, amount: &str) -> Result<()> {
    checkout.fill_sale(None, amount, "NG").await?;
    checkout.press("continue").await?;
    let screen = checkout.says("Vincula tu wallet").await?;
    ensure!(screen.text.contains("Es para siempre"), "{}", screen.text);
    checkout.press("wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.press("link-wallet").await?;
    checkout.wallet_answers(WalletAnswer::Accept).await?;
    checkout.reaches(Step::Bank).await?;
    Ok(())
}

/// A wallet that does not announce itself, and is only where wallets were before EIP-6963.
const IS_OF_OLD: &str = "const announced = 'eip6963:announceProvider'; \
     addEventListener(announced, ({ detail }) => { window.ethereum = detail.provider; }); \
     dispatchEvent(new Event('eip6963:requestProvider')); \
     addEventListener(announced, (event) => event.stopImmediatePropagation()); \
     return window.ethereum != null;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_of_before_eip_6963_is_found() -> Result<()> {
    journey_of(settings(), async |journey| {
        let checkout = journey.open().await?;
        ensure!(checkout.browser.script::<bool>(IS_OF_OLD, &[]).await?);
        link(checkout, "100").await
    })
    .await
}

/// From the beginning to the signature.
async fn to_signature(journey: &Journey) -> Result<&Checkout> {
    let checkout = to_linked(journey).await?;
    confirm(journey, checkout).await?;
    Ok(checkout)
}

async fn confirm(journey: &Journey, checkout: &Checkout) -> Result<()> {
    checkout.answer("account_number", "0123456789").await?;
    checkout.answer("full_name", "Cleo Obi").await?;
    checkout.press("continue").await?;
    checkout.reaches(Step::Confirm).await?;
    checkout.press("confirm").await?;
    journey
        .stack
        .order_becomes_in_time(OrderState::AwaitingDeposit)
        .await?;
    let screen = checkout.says("Tu wallet firma un solo movimiento").await?;
    ensure!(screen.text.contains("exactamente"), "{}", screen.text);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_that_is_short_is_told_and_signs_again_once_it_is_not() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        link(checkout, "6000").await?;
        confirm(journey, checkout).await?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        let screen = checkout.says("Tu wallet no tiene").await?;
        ensure!(screen.text.contains("6,000"), "{}", screen.text);
        ensure!(stack.order().await?.state == OrderState::AwaitingDeposit);

        let linked = stack
            .unigox()
            .users()
            .into_iter()
            .find_map(|user| user.wallet);
        let wallet = linked.context("no wallet is linked")?;
        stack.unigox().mint(&wallet, "USDT", 1_000.into())?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        stack
            .order_becomes_in_time(OrderState::AwaitingConfirmation)
            .await?;
        ensure!(stack.unigox().order("latest")?.transfers == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_signs_with_a_wallet_of_their_own() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        let checkout = to_signature(journey).await?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        stack
            .order_becomes_in_time(OrderState::AwaitingConfirmation)
            .await?;
        let made = stack.unigox().order("latest")?;
        ensure!(made.transfers == 1, "{made:?}");
        checkout.press("received").await?;
        checkout.press("confirm-received").await?;
        stack.pay_out().await?;
        checkout.shows(OrderState::Completed).await?;
        ensure!(stack.order().await?.custody == Custody::Converted);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_who_says_no_to_the_wallet_has_moved_nothing() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        let checkout = to_signature(journey).await?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Reject).await?;
        checkout.says("No se movió nada").await?;
        ensure!(stack.unigox().requests(Operation::Authorise) == 0);
        ensure!(stack.order().await?.state == OrderState::AwaitingDeposit);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_takes_a_second_signature() -> Result<()> {
    journey_of(settings(), async |journey| {
        let stack = &journey.stack;
        stack
            .unigox()
            .knobs_mut(|knobs| knobs.profile = Profile::ProofRejected);
        let checkout = to_signature(journey).await?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        stack
            .order_becomes_in_time(OrderState::RefundRequired)
            .await?;
        let screen = checkout.shows(OrderState::RefundRequired).await?;
        ensure!(
            screen.text.contains("Tu cripto vuelve a tu wallet"),
            "{}",
            screen.text
        );
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        let order = stack.order_becomes_in_time(OrderState::Refunded).await?;
        ensure!(order.custody == Custody::Returned);
        checkout.shows(OrderState::Refunded).await?;
        Ok(())
    })
    .await
}
