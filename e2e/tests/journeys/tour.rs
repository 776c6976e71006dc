//! Every screen, in both languages: accessible in both themes, and pictured on phone and desktop.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Checkout, Journey, Network, Screen, Step,
    accounts::{self, MEXICO, UNITED_STATES},
    axe,
    gallery::Gallery,
    journey::{Settings, journey_of},
};
use offramp_simulator::{
    Deposit, Fault, Operation, Refusal, Status, providers::capa::WebhookDelivery,
};

use crate::{ALWAYS, HASH, READING};

/// After this long the proxy asks for another rate.
const RATE_IS_OLD: Duration = Duration::from_secs(6);

/// A language, as files and as the element name it.
type Language = (&'static str, &'static str);

const SPANISH: Language = ("es", "es-MX");

const ENGLISH: Language = ("en", "en");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_and_prices_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-1", amounts_and_prices).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_and_prices_in_english() -> Result<()> {
    walk(ENGLISH, "cust-1", amounts_and_prices).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bank_accounts_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-1", bank_accounts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bank_accounts_in_english() -> Result<()> {
    walk(ENGLISH, "cust-1", bank_accounts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deposits_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-1", deposits).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deposits_in_english() -> Result<()> {
    walk(ENGLISH, "cust-1", deposits).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_go_well_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-1", orders_that_go_well).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_go_well_in_english() -> Result<()> {
    walk(ENGLISH, "cust-1", orders_that_go_well).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_do_not_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-1", orders_that_do_not).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_do_not_in_english() -> Result<()> {
    walk(ENGLISH, "cust-1", orders_that_do_not).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_doors_in_spanish() -> Result<()> {
    walk(SPANISH, "cust-3", closed_doors).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_doors_in_english() -> Result<()> {
    walk(ENGLISH, "cust-3", closed_doors).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_inaccessible_would_be_noticed() -> Result<()> {
    const SPOIL: &str = "const root = document.querySelector('offramp-checkout').shadowRoot; \
         root.firstElementChild.append(document.createElement('input'));";
    journey_of(Settings::default(), async |journey| {
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        let browser = &checkout.browser;
        axe::check(browser, &journey.environment, "as it is").await?;
        browser.script::<Option<bool>>(SPOIL, &[]).await?;
        let told = axe::check(browser, &journey.environment, "spoilt").await;
        let error = told.err().context("a field without a label went through")?;
        ensure!(error.to_string().contains("label"), "{error}");
        Ok(())
    })
    .await
}

/// Walks past screens and tells what was wrong with them at the end.
async fn walk(
    (name, locale): Language,
    payer: &'static str,
    past: impl AsyncFnOnce(&Journey, &mut Gallery) -> Result<()>,
) -> Result<()> {
    let settings = Settings {
        locale,
        payer,
        ..Settings::default()
    };
    journey_of(settings, async |journey| {
        let mut gallery = Gallery::new(name);
        past(journey, &mut gallery).await?;
        gallery.close()
    })
    .await
}

async fn amounts_and_prices(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let capa = journey.stack.capa();
    let checkout = journey.open().await?;
    checkout.reaches(Step::Amount).await?;
    gallery.hang(journey, "1-amount-empty").await?;

    checkout.fill_amount("100", "MX").await?;
    gallery.hang(journey, "1-amount-with-price").await?;

    checkout.answer("crypto_amount", "1").await?;
    checkout.press("continue").await?;
    let is_refused = |screen: &Screen| screen.problem("crypto_amount").is_some();
    checkout.until("the amount is refused", is_refused).await?;
    gallery.hang(journey, "1-amount-with-error").await?;

    capa.fault(Operation::Quote, Fault::ServerErrorBefore, ALWAYS);
    checkout.answer("crypto_amount", "250").await?;
    journey.stack.pass(RATE_IS_OLD);
    checkout.answer("crypto_amount", "251").await?;
    checkout.offers("retry").await?;
    gallery.hang(journey, "1-amount-without-price").await?;
    capa.clear_faults();
    checkout.press("retry").await?;

    checkout.to_confirm("100", &MEXICO).await?;
    gallery.hang(journey, "3-confirm").await?;

    capa.move_rate_bps(-100);
    journey.stack.pass(READING);
    checkout.press("confirm").await?;
    checkout.offers("accept-quote").await?;
    gallery.hang(journey, "3-confirm-price-fell").await?;

    checkout.press("decline-quote").await?;
    checkout.offers("confirm").await?;
    capa.refuse_with(Operation::Create, &Refusal::InvalidInput, 1);
    checkout.press("confirm").await?;
    checkout.offers("change-bank").await?;
    gallery.hang(journey, "3-confirm-refused").await
}

async fn bank_accounts(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let checkout = journey.open().await?;
    for account in &accounts::ALL {
        checkout.to_bank("100", account).await?;
        let country = account.country.to_lowercase();
        gallery
            .hang(journey, &format!("2-bank-{country}-empty"))
            .await?;
        checkout.fill_bank(account).await?;
        gallery.hang(journey, &format!("2-bank-{country}")).await?;
        checkout.press("back").await?;
    }
    checkout.to_bank("100", &UNITED_STATES).await?;
    checkout.answer("routing_number", "011000016").await?;
    checkout.answer("city", "").await?;
    checkout.answer("last_name", "").await?;
    checkout.press("continue").await?;
    checkout.text("error-summary").await?;
    gallery.hang(journey, "2-bank-with-errors").await
}

async fn deposits(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    let checkout = journey.open().await?;
    checkout.to_deposit("100", &MEXICO).await?;
    stack.hold_time();
    gallery.hang(journey, "4-deposit").await?;

    checkout.press("enlarge-qr").await?;
    checkout.offers("close-qr").await?;
    gallery.hang(journey, "4-deposit-large-code").await?;
    checkout.press("close-qr").await?;

    checkout.answer("from_exchange", "on").await?;
    checkout.answer("tx_hash", "0x1234").await?;
    checkout.press("report-sent").await?;
    let is_refused = |screen: &Screen| screen.problem("tx_hash").is_some();
    checkout.until("the hash is refused", is_refused).await?;
    gallery.hang(journey, "4-deposit-with-error").await?;

    checkout.press("cancel").await?;
    checkout.offers("cancel-yes").await?;
    gallery.hang(journey, "4-deposit-cancel-question").await?;
    checkout.press("cancel-no").await?;

    checkout.browser.network(Network::Offline).await?;
    says_one_of(checkout, ["Sin conexión", "offline"]).await?;
    gallery.hang(journey, "4-deposit-offline").await?;
    checkout.browser.network(Network::Online).await?;

    stack.pass(Duration::from_mins(31));
    let is_over = |screen: &Screen| screen.is(Step::Deposit) && !screen.offers("copy-address");
    checkout.until("the offer is over", is_over).await?;
    gallery.hang(journey, "4-deposit-over").await?;

    stack
        .capa()
        .fault(Operation::Cancel, Fault::ServerErrorBefore, ALWAYS);
    checkout.cancel().await?;
    let is_hidden = |screen: &Screen| !screen.offers("cancel-yes");
    checkout
        .until("the order is being called off", is_hidden)
        .await?;
    gallery.hang(journey, "5-status-cancelling").await?;
    stack.capa().clear_faults();
    stack.resume_time();
    stack.order_becomes_in_time(OrderState::Cancelled).await?;
    checkout.shows(OrderState::Cancelled).await?;
    gallery.hang(journey, "5-status-cancelled").await
}

async fn orders_that_go_well(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    let checkout = journey.open().await?;
    checkout.to_confirm("100", &MEXICO).await?;
    // Without a webhook and without time nobody looks for what got lost.
    let capa = stack.capa();
    capa.knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Held);
    capa.fault(Operation::Create, Fault::ResetAfter, 1);
    stack.hold_time();
    checkout.press("confirm").await?;
    checkout.shows(OrderState::Creating).await?;
    gallery.hang(journey, "5-status-creating").await?;
    capa.knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Once);
    stack
        .order_becomes_in_time(OrderState::AwaitingDeposit)
        .await?;
    checkout.shows(OrderState::AwaitingDeposit).await?;

    checkout.report_sent(Some(HASH)).await?;
    checkout.shows(OrderState::DepositSubmitted).await?;
    gallery.hang(journey, "5-status-deposit-submitted").await?;

    capa.deposit("latest", Deposit::Exact)?;
    checkout.shows(OrderState::DepositReceived).await?;
    gallery.hang(journey, "5-status-deposit-received").await?;

    capa.force_status("latest", Status::BankTransferPending)?;
    stack
        .order_becomes_in_time(OrderState::PayoutInProgress)
        .await?;
    checkout.shows(OrderState::PayoutInProgress).await?;
    gallery.hang(journey, "5-status-payout-in-progress").await?;

    // A page that is opened later learns how late it is.
    stack.pass(Duration::from_mins(90));
    journey.open().await?;
    checkout.offers("open-order").await?;
    gallery.hang(journey, "1-amount-with-other-orders").await?;
    checkout.press("open-order").await?;
    says_one_of(checkout, ["más de lo habitual", "longer than usual"]).await?;
    gallery.hang(journey, "5-status-late").await?;

    capa.force_status("latest", Status::Completed)?;
    stack.pay_out().await?;
    checkout.shows(OrderState::Completed).await?;
    gallery.hang(journey, "5-status-completed").await
}

async fn orders_that_do_not(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    let checkout = journey.open().await?;
    checkout.to_deposit("10.02", &MEXICO).await?;
    checkout.report_sent(None).await?;
    stack.order_becomes_in_time(OrderState::Attention).await?;
    checkout.shows(OrderState::Attention).await?;
    gallery
        .hang(journey, "5-status-attention-account-not-owned")
        .await?;

    checkout.press("restart").await?;
    checkout.to_deposit("100", &MEXICO).await?;
    checkout.report_sent(Some(HASH)).await?;
    checkout.shows(OrderState::DepositSubmitted).await?;
    stack.pass(Duration::from_mins(61));
    checkout.shows(OrderState::Attention).await?;
    gallery
        .hang(journey, "5-status-attention-deposit-missing")
        .await?;

    stack.hold_time();
    stack.capa().deposit("latest", Deposit::Exact)?;
    stack
        .order_becomes_in_time(OrderState::DepositReceived)
        .await?;
    let unheard = Status::Other("SETTLING_IN_THE_DARK".to_owned());
    stack.capa().force_status("latest", unheard)?;
    stack.order_becomes_in_time(OrderState::Attention).await?;
    checkout.shows(OrderState::Attention).await?;
    gallery.hang(journey, "5-status-checking").await?;

    stack.capa().force_status("latest", Status::Failed)?;
    stack.pass(Duration::from_mins(16));
    says_one_of(checkout, ["no se pudo entregar", "could not be delivered"]).await?;
    gallery
        .hang(journey, "5-status-attention-payout-failed")
        .await?;

    stack.resume_time();
    journey.open().await?;
    checkout.to_confirm("100", &MEXICO).await?;
    stack.capa().fault(Operation::Create, Fault::ResetBefore, 1);
    checkout.press("confirm").await?;
    checkout.shows(OrderState::Creating).await?;
    stack.order_becomes_in_time(OrderState::Failed).await?;
    checkout.shows(OrderState::Failed).await?;
    gallery.hang(journey, "5-status-failed").await?;

    checkout.press("restart").await?;
    checkout.to_deposit("100", &MEXICO).await?;
    stack.pass(Duration::from_hours(25));
    checkout.shows(OrderState::Expired).await?;
    gallery.hang(journey, "5-status-expired").await
}

async fn closed_doors(journey: &Journey, gallery: &mut Gallery) -> Result<()> {
    let stack = &journey.stack;
    let checkout = &journey.checkout;
    checkout.browser.lose(&["*.wasm*"]).await?;
    journey.open().await?;
    let is_told = |screen: &Screen| !screen.alerts.is_empty();
    checkout.until("the widget did not come", is_told).await?;
    gallery.hang(journey, "0-not-loaded").await?;
    checkout.browser.lose(&[]).await?;

    stack
        .capa()
        .fault(Operation::Kyc, Fault::ServerErrorBefore, ALWAYS);
    journey.open().await?;
    checkout.offers("retry").await?;
    gallery.hang(journey, "0-not-opened").await?;

    stack.capa().clear_faults();
    checkout.press("retry").await?;
    checkout.offers("check-verification").await?;
    gallery.hang(journey, "0-verification-needed").await
}

/// Waits until the screen says something, in whichever language it speaks.
async fn says_one_of(checkout: &Checkout, words: [&str; 2]) -> Result<Screen> {
    let is_said = |screen: &Screen| words.iter().any(|words| screen.text.contains(words));
    checkout.until(&words.join(" or "), is_said).await
}
