//! What a payer copies is what a wallet needs, and nothing else.

use anyhow::{Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{accounts::MEXICO, journey::journey};

/// What is in the clipboard.
const CLIPBOARD: &str = "const [done] = arguments; \
     navigator.clipboard.readText().then(done, (error) => done(String(error)));";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amount_and_address_are_copied_bare() -> Result<()> {
    journey(async |journey| {
        let browser = &journey.checkout.browser;
        browser.allow_clipboard(journey.stack.shop()).await?;
        let checkout = journey.open().await?;
        checkout.to_deposit("1234.5", &MEXICO).await?;
        let made = journey.stack.capa().transaction("latest")?;
        for (action, expected) in [
            ("copy-amount", "1234.5"),
            ("copy-address", made.address.as_str()),
        ] {
            checkout.press(action).await?;
            checkout.says("Copiado").await?;
            let copied: String = browser.slow_script(CLIPBOARD, &[]).await?;
            ensure!(copied == expected, "{action} copied {copied}");
        }
        checkout.shows(OrderState::AwaitingDeposit).await?;
        Ok(())
    })
    .await
}
