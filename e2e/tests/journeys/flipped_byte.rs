//! One byte of what the loader fetches is not the one that was built: none of it is run.

use anyhow::{Result, ensure};
use offramp_e2e::{
    Step, Wallet, WalletAnswer, eventually,
    files::{Files, Flipped},
    journey::{Settings, journey_of, last_event},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_the_glue_is_refused() -> Result<()> {
    is_refused("glue.", ".js").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_the_wasm_is_refused() -> Result<()> {
    is_refused("widget.", ".wasm").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_the_stylesheet_is_refused() -> Result<()> {
    is_refused("style.", ".css").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_the_words_is_refused() -> Result<()> {
    is_refused("words-es.", ".txt").await
}

/// It is fetched when a wallet is needed, and asks none as long as it is not what was built.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_what_asks_wallets_is_refused() -> Result<()> {
    let settings = Settings {
        payer: "escrow-3",
        wallet: Wallet::External,
        files: Files::Own,
        ..Settings::default()
    };
    journey_of(settings, async |journey| {
        let flipped = Flipped::new(&journey.environment.widget_dir, "wallet.", ".js")?;
        let checkout = journey.open().await?;
        checkout.fill_sale(None, "100", "NG").await?;
        checkout.press("continue").await?;
        let screen = checkout.offers("look-again").await?;
        ensure!(screen.text.contains("No pudimos conectarnos"));
        ensure!(!screen.offers("wallet"));

        flipped.flip_back()?;
        checkout.press("look-again").await?;
        checkout.press("wallet").await?;
        checkout.wallet_answers(WalletAnswer::Accept).await?;
        checkout.offers("link-wallet").await?;
        Ok(())
    })
    .await
}

/// The payer is told, and may try again or leave by the link that the page gave them.
async fn is_refused(beginning: &str, ending: &str) -> Result<()> {
    /// What a partner writes between the tags.
    const ADD_LINK: &str = "const link = document.createElement('a'); \
         link.href = '#hosted'; link.textContent = 'Abrir en otra página'; \
         document.querySelector('offramp-checkout').append(link);";
    const LINK_IS_SHOWN: &str =
        "return document.querySelector('offramp-checkout > a').checkVisibility();";
    let settings = Settings {
        files: Files::Own,
        ..Settings::default()
    };
    journey_of(settings, async |journey| {
        let flipped = Flipped::new(&journey.environment.widget_dir, beginning, ending)?;
        let checkout = journey.open().await?;
        let browser = &checkout.browser;
        browser.script::<Option<bool>>(ADD_LINK, &[]).await?;
        let screen = checkout.says("No se pudo abrir el pago").await?;
        ensure!(screen.step.is_empty(), "there is the step {}", screen.step);
        ensure!(!screen.alerts.is_empty());
        ensure!(browser.script::<bool>(LINK_IS_SHOWN, &[]).await?);
        let seen = browser.seen().await?;
        ensure!(last_event(&seen, "error")?["code"] == "load_failed");
        ensure!(seen.events.iter().all(|event| event.name != "ready"));

        checkout.press_button("Reintentar").await?;
        eventually("it is refused again", async || {
            let seen = browser.seen().await?;
            let errors = seen.events.iter().filter(|event| event.name == "error");
            Ok((errors.count() == 2).then_some(()))
        })
        .await?;

        flipped.flip_back()?;
        checkout.press_button("Reintentar").await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}
