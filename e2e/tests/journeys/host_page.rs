//! What a partner's page does with the element.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Checkout, Step,
    accounts::MEXICO,
    eventually,
    journey::{journey, last_event},
};
use offramp_simulator::Deposit;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_that_is_taken_away_and_put_back_begins_anew() -> Result<()> {
    const TWICE: &str = "const element = document.querySelector('offramp-checkout'); \
         const place = element.parentElement; \
         const [done] = arguments; element.remove(); \
         setTimeout(() => { place.append(element); setTimeout(done, 0, true); }, 0);";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        checkout.browser.slow_script::<bool>(TWICE, &[]).await?;
        checkout.reaches(Step::Amount).await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;

        checkout.browser.slow_script::<bool>(TWICE, &[]).await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_that_is_moved_keeps_what_was_typed() -> Result<()> {
    const MOVE: &str = "const element = document.querySelector('offramp-checkout'); \
         document.body.prepend(element);";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_bank("100", &MEXICO).await?;
        checkout.answer("clabe", "0146802603").await?;
        checkout.browser.script::<Option<bool>>(MOVE, &[]).await?;
        let screen = checkout.reaches(Step::Bank).await?;
        ensure!(screen.offers("continue"));
        ensure!(checkout.value("clabe").await?.starts_with("014"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_elements_share_an_order_and_nothing_else() -> Result<()> {
    const TWIN: &str = "const element = document.querySelector('offramp-checkout'); \
         element.parentElement.append(element.cloneNode());";
    const SECOND: &str = "const [, second] = document.querySelectorAll('offramp-checkout'); \
         const section = second?.shadowRoot.querySelector('section'); \
         return section?.dataset.testid ?? '';";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_bank("100", &MEXICO).await?;
        checkout.browser.script::<Option<bool>>(TWIN, &[]).await?;
        let second_is_at = async |step: &str| {
            eventually(&format!("the second element at {step}"), async || {
                let shown: String = checkout.browser.script(SECOND, &[]).await?;
                ensure!(shown == format!("step-{step}"), "it is at {shown}");
                Ok(Some(()))
            })
            .await
        };
        second_is_at("amount").await?;
        checkout.fill_bank(&MEXICO).await?;
        checkout.press("continue").await?;
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        second_is_at("amount").await?;

        checkout.browser.reload().await?;
        checkout.browser.script::<Option<bool>>(TWIN, &[]).await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        second_is_at("deposit").await?;
        checkout.report_sent(None).await?;
        second_is_at("status").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn language_and_theme_follow_the_page() -> Result<()> {
    const SET: &str = "const element = document.querySelector('offramp-checkout'); \
         element.locale = 'en'; element.setAttribute('theme', 'dark'); \
         return [element.getAttribute('locale'), element.theme];";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.fill_amount("100", "MX").await?;
        let mirrored: Vec<String> = checkout.browser.script(SET, &[]).await?;
        ensure!(mirrored == ["en", "dark"]);
        checkout.says("How much do you want to sell?").await?;
        ensure!(checkout.value("crypto_amount").await? == "100");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_may_suggest_an_amount_later_but_not_over_the_payer_s_own() -> Result<()> {
    const SUGGEST: &str = "const element = document.querySelector('offramp-checkout'); \
         [element.amount, element.country] = arguments;";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.reaches(Step::Amount).await?;
        let suggest = async |amount: &str, country: &str| {
            let answers = [json!(amount), json!(country)];
            let script = checkout.browser.script::<Option<bool>>(SUGGEST, &answers);
            script.await
        };
        suggest("20", "DO").await?;
        eventually("the first suggestion", async || {
            let amount = checkout.value("crypto_amount").await?;
            let country = checkout.value("country").await?;
            Ok((amount == "20" && country == "DO").then_some(()))
        })
        .await?;

        checkout.answer("crypto_amount", "99").await?;
        suggest("30", "US").await?;
        eventually("the second one", async || {
            Ok((checkout.value("country").await? == "US").then_some(()))
        })
        .await?;
        ensure!(checkout.value("crypto_amount").await? == "99");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_language_is_loaded_at_a_time_and_each_of_them_once() -> Result<()> {
    const PREFER: &str =
        "Object.defineProperty(navigator, 'languages', { value: ['fr-FR', 'en-GB', 'es'] });";
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.says("¿Cuánto quieres vender?").await?;
        let words = async || {
            let seen = checkout.browser.seen().await?;
            let words = seen
                .resources
                .iter()
                .filter(|file| file.contains("/words-"));
            anyhow::Ok(words.cloned().collect::<Vec<_>>())
        };
        let spanish = words().await?;
        ensure!(
            spanish.len() == 1 && spanish[0].contains("words-es"),
            "{spanish:?}"
        );

        speak(checkout, "en-US").await?;
        checkout.says("How much do you want to sell?").await?;
        speak(checkout, "es").await?;
        checkout.says("¿Cuánto quieres vender?").await?;
        // The first that somebody wrote, the page's before the browser's.
        checkout.browser.script::<Option<bool>>(PREFER, &[]).await?;
        speak(checkout, "de").await?;
        checkout.says("How much do you want to sell?").await?;
        ensure!(words().await?.len() == 2);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_language_that_does_not_come_leaves_the_other_on_the_screen() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.fill_amount("100", "MX").await?;
        checkout.browser.lose(&["*/words-*"]).await?;
        speak(checkout, "en").await?;
        eventually("the page is told", async || {
            let seen = checkout.browser.seen().await?;
            let code = last_event(&seen, "error").ok().map(|told| &told["code"]);
            Ok(code.is_some_and(|code| code == "load_failed").then_some(()))
        })
        .await?;
        checkout.says("¿Cuánto quieres vender?").await?;

        checkout.browser.lose(&[]).await?;
        speak(checkout, "en-GB").await?;
        checkout.says("How much do you want to sell?").await?;
        ensure!(checkout.value("crypto_amount").await? == "100");
        Ok(())
    })
    .await
}

/// Asks the element for another language.
async fn speak(checkout: &Checkout, locale: &str) -> Result<()> {
    const SPEAK: &str = "document.querySelector('offramp-checkout').locale = arguments[0];";
    let locale = [json!(locale)];
    checkout
        .browser
        .script::<Option<bool>>(SPEAK, &locale)
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_shows_an_order_and_lets_nobody_touch_it() -> Result<()> {
    const SHOW: &str = "const [order, resume] = arguments; \
         const old = document.querySelector('offramp-checkout'); \
         const element = document.createElement('offramp-checkout'); \
         element.setAttribute('locale', 'es-MX'); \
         element.setAttribute('order', order); element.setAttribute('resume', resume); \
         old.replaceWith(element);";
    journey(async |journey| {
        let stack = &journey.stack;
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        let address = checkout.address().await?;
        let order = stack.order().await?.id;
        let token = resume_token(checkout, &order).await?;

        // Somebody else, with nothing but the link.
        journey.open().await?;
        let link = [json!(order), json!(token)];
        checkout.browser.script::<Option<bool>>(SHOW, &link).await?;
        let screen = checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(checkout.address().await? == address);
        ensure!(!screen.offers("report-sent") && !screen.offers("cancel"));

        stack.capa().deposit("latest", Deposit::Exact)?;
        stack.pay_out().await?;
        let screen = checkout.shows(OrderState::Completed).await?;
        ensure!(screen.text.contains("7120"));
        Ok(())
    })
    .await
}

/// The token of an order, out of what the widget was told.
async fn resume_token(checkout: &offramp_e2e::Checkout, order: &str) -> Result<String> {
    eventually("a resume token", async || {
        let seen = checkout.browser.seen().await?;
        let mut told = seen.received.iter().filter(|text| text.contains(order));
        let token = told.find_map(|text| {
            let (_, rest) = text.split_once("\"resume_token\":\"")?;
            let (token, _) = rest.split_once('"')?;
            Some(token.to_owned())
        });
        token.map(Some).context("nothing told the token")
    })
    .await
}
