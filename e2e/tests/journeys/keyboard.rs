//! From the first field to the address without touching the mouse.

use anyhow::{Context as _, Result, bail, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Checkout, Step,
    accounts::DOMINICAN_REPUBLIC,
    checkout::keys::{DOWN, ENTER, SHIFT, TAB},
    journey::journey,
};

/// More controls than any screen has.
const MOST_TABS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_needs_nothing_but_a_keyboard() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        let browser = &checkout.browser;
        checkout.reaches(Step::Amount).await?;

        tab_to(checkout, "input:crypto_amount").await?;
        browser.keys("100").await?;
        tab_to(checkout, "select:asset").await?;
        browser.keys("USDC · Polygon").await?;
        tab_to(checkout, "select:country").await?;
        browser.keys("Rep").await?;
        ensure!(checkout.value("asset").await? == "USDC:POL");
        ensure!(checkout.value("country").await? == "DO");
        checkout.priced().await?;
        tab_to(checkout, "button:continue").await?;
        browser.keys(&ENTER.to_string()).await?;

        let screen = checkout.reaches(Step::Bank).await?;
        has_the_focus(checkout, &screen.title).await?;
        tab_to(checkout, "input:bank_name").await?;
        browser.keys("Banreservas").await?;
        tab_to(checkout, "input:account_type=savings").await?;
        browser.keys(" ").await?;
        browser.keys(&DOWN.to_string()).await?;
        ensure!(checkout.value("account_type").await? == "checking");
        tab_to(checkout, "input:account_number").await?;
        browser.keys(DOMINICAN_REPUBLIC.number).await?;
        tab_to(checkout, "input:document_type=cedula").await?;
        browser.keys(" ").await?;
        tab_to(checkout, "input:document_identifier").await?;
        browser.keys("00113918205").await?;
        browser.chord(SHIFT, TAB).await?;
        is_at(checkout, "input:document_type=cedula").await?;
        tab_to(checkout, "button:continue").await?;
        browser.keys(" ").await?;

        let screen = checkout.reaches(Step::Confirm).await?;
        has_the_focus(checkout, &screen.title).await?;
        checkout.offers("confirm").await?;
        tab_to(checkout, "button:confirm").await?;
        browser.keys(&ENTER.to_string()).await?;

        let screen = checkout.shows(OrderState::AwaitingDeposit).await?;
        has_the_focus(checkout, &screen.title).await?;
        tab_to(checkout, "button:copy-amount").await?;
        tab_to(checkout, "button:copy-address").await?;
        tab_to(checkout, "input:tx_hash").await?;
        tab_to(checkout, "button:report-sent").await?;
        tab_to(checkout, "button:cancel").await?;
        browser.keys(&ENTER.to_string()).await?;
        checkout.offers("cancel-no").await?;
        tab_to(checkout, "button:cancel-no").await?;
        browser.keys(&ENTER.to_string()).await?;
        is_at(checkout, "button:cancel").await?;
        browser.chord(SHIFT, TAB).await?;
        is_at(checkout, "button:report-sent").await?;
        browser.keys(&ENTER.to_string()).await?;

        let screen = checkout.shows(OrderState::DepositSubmitted).await?;
        has_the_focus(checkout, &screen.title).await?;
        let made = journey.stack.capa().transaction("latest")?;
        ensure!(made.account == DOMINICAN_REPUBLIC.number);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enter_in_a_field_goes_on() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.fill_amount("100", "MX").await?;
        tab_to(checkout, "input:crypto_amount").await?;
        checkout.browser.keys(&ENTER.to_string()).await?;
        checkout.reaches(Step::Bank).await?;
        tab_to(checkout, "input:clabe").await?;
        checkout.browser.keys("014680260346007121").await?;
        checkout.browser.keys(&ENTER.to_string()).await?;
        checkout.says("dígito equivocado").await?;
        is_at(checkout, "input:clabe").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_figure_in_groups_is_typed_over_as_one_without() -> Result<()> {
    const FIELD: &str = "return document.querySelector('offramp-checkout').shadowRoot \
         .querySelector('[name=crypto_amount]');";
    const SELECTED: &str = "const [field] = arguments; \
         return field.value.slice(field.selectionStart, field.selectionEnd);";
    journey(async |journey| {
        let checkout = journey.open().await?;
        let browser = &checkout.browser;
        checkout.fill_amount("1234.5", "MX").await?;
        tab_to(checkout, "select:asset").await?;
        ensure!(checkout.value("crypto_amount").await? == "1,234.5");
        let field = browser.element(FIELD, &[]).await?;
        let field = field.context("there is no amount")?;
        let selected = async || {
            let field = [field.to_json()?];
            browser.script::<String>(SELECTED, &field).await
        };

        // A press puts the caret where it is, here behind the figure.
        field.click().await?;
        ensure!(checkout.value("crypto_amount").await? == "1234.5");
        ensure!(selected().await?.is_empty());
        browser.keys("6").await?;
        ensure!(checkout.value("crypto_amount").await? == "1234.56");

        // The Tab key selects all of it.
        tab_to(checkout, "select:asset").await?;
        ensure!(checkout.value("crypto_amount").await? == "1,234.56");
        browser.chord(SHIFT, TAB).await?;
        is_at(checkout, "input:crypto_amount").await?;
        ensure!(selected().await? == "1234.56");
        browser.keys("7").await?;
        ensure!(checkout.value("crypto_amount").await? == "7");
        Ok(())
    })
    .await
}

/// Presses Tab until something has the focus.
async fn tab_to(checkout: &Checkout, control: &str) -> Result<()> {
    let mut way = Vec::new();
    for _ in 0..MOST_TABS {
        let focus = checkout.screen().await?.focus;
        if focus == control {
            return Ok(());
        }
        way.push(focus);
        checkout.browser.keys(&TAB.to_string()).await?;
    }
    bail!("Tab does not come to {control}, but to {way:#?}")
}

async fn is_at(checkout: &Checkout, control: &str) -> Result<()> {
    let what = format!("the focus is on {control}");
    checkout
        .until(&what, |screen| screen.focus == control)
        .await?;
    Ok(())
}

async fn has_the_focus(checkout: &Checkout, title: &str) -> Result<()> {
    is_at(checkout, &format!("h2:{title}")).await
}
