//! The page's content security policy is as strict as promised, and a breach would be noticed.
//!
//! That no journey breaks it, speaks to another origin or is told a secret is checked at the end
//! of each of them.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{Step, accounts::MEXICO, eventually, journey::journey};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_allows_neither_inline_scripts_nor_strangers() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        let answer = reqwest::get(journey.page()).await?;
        let policy = answer.headers().get("content-security-policy");
        let policy = policy.context("there is no policy")?.to_str()?.to_owned();
        let proxy = journey.stack.proxy();
        for directive in [
            "default-src 'none'",
            &format!("script-src 'self' {proxy} 'wasm-unsafe-eval'"),
            "style-src 'self'",
            &format!("connect-src 'self' {proxy}"),
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            let mut directives = policy.split(';').map(str::trim);
            ensure!(directives.any(|given| given == directive), "{policy}");
        }
        ensure!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_any_trusted_type_comes_to_the_address() -> Result<()> {
    const SINKS: &str = "const refused = (act) => { try { act(); return false; } \
         catch (error) { return error instanceof TypeError; } }; \
         return [refused(() => trustedTypes.createPolicy('offramp', {})), \
         refused(() => { document.createElement('div').innerHTML = '<i></i>'; })];";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        ensure!(!checkout.address().await?.is_empty());
        let seen = checkout.browser.seen().await?;
        journey.check(&seen)?;

        // It was in force all the way.
        let are_refused: Vec<bool> = checkout.browser.script(SINKS, &[]).await?;
        ensure!(are_refused == [true, true], "{are_refused:?}");
        checkout.browser.forget().await?;
        checkout.browser.reload().await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_breach_would_be_noticed() -> Result<()> {
    const BREACH: &str = "const style = document.createElement('div'); \
         style.setAttribute('style', 'color: red'); document.body.append(style); \
         try { style.innerHTML = '<i></i>'; } catch {} \
         fetch('http://127.0.0.1:9/stranger').catch(() => {});";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        let browser = &checkout.browser;
        browser.script::<Option<bool>>(BREACH, &[]).await?;
        let seen = eventually("all breaches are seen", async || {
            let seen = browser.seen().await?;
            Ok((seen.violations.len() == 3).then_some(seen))
        })
        .await?;
        let error = journey.check(&seen).err();
        let error = error.context("the journey would go through")?.to_string();
        for directive in ["style-src", "connect-src", "require-trusted-types-for"] {
            ensure!(error.contains(directive), "{error}");
        }
        browser.forget().await?;
        // There is something to look at again.
        browser.reload().await?;
        checkout.reaches(Step::Amount).await?;
        Ok(())
    })
    .await
}
