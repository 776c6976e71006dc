//! The checkout as a payer meets it: what is on the screen, and what they do about it.
//!
//! Everything is found in the element's shadow root, by label or by the names that the widget
//! promises to its tests (`name`, `data-action`, `data-testid`). Whatever is not there yet is
//! waited for.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::WebElement;

use crate::{accounts::Account, browser::Browser, eventually::eventually};

/// What a payer can see and reach, in front of each script.
const PAGE: &str = include_str!("page.js");

/// Keys that write nothing, as `WebDriver` spells them.
pub mod keys {
    /// To the next control; back with [`SHIFT`].
    pub const TAB: char = '\u{E004}';
    /// Presses what has the focus.
    pub const ENTER: char = '\u{E007}';
    /// Held with another key.
    pub const SHIFT: char = '\u{E008}';
    /// Takes away what is selected.
    pub const BACKSPACE: char = '\u{E003}';
    /// To the next choice.
    pub const DOWN: char = '\u{E015}';
    /// Out of what is open.
    pub const ESCAPE: char = '\u{E00C}';
}

/// One of the five steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// How much.
    Amount,
    /// To which account.
    Bank,
    /// Whether at this price.
    Confirm,
    /// Where to send.
    Deposit,
    /// How it is going.
    Status,
}

impl Step {
    /// As the widget names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Bank => "bank",
            Self::Confirm => "confirm",
            Self::Deposit => "deposit",
            Self::Status => "status",
        }
    }
}

/// What a payer tells their wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletAnswer {
    /// To do it.
    Accept,
    /// Not to.
    Reject,
}

impl WalletAnswer {
    fn button(self) -> &'static str {
        match self {
            Self::Accept => "wallet-accept",
            Self::Reject => "wallet-reject",
        }
    }
}

/// What is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Screen {
    /// The name of the step, if it is one.
    pub step: String,
    /// The heading.
    pub title: String,
    /// The order's state, where there is an order.
    pub state: String,
    /// Every word, with single blanks.
    pub text: String,
    /// What can be pressed, by `data-action`.
    pub actions: Vec<String>,
    /// Controls that are marked as wrong.
    pub problems: Vec<FieldSays>,
    /// What is said at once.
    pub alerts: Vec<String>,
    /// What has the focus, as `tag:name`.
    pub focus: String,
}

/// What is said about one control.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FieldSays {
    /// Its `name`.
    pub name: String,
    /// Its hint and what is wrong.
    pub said: String,
}

impl Screen {
    /// Whether something can be pressed.
    pub fn offers(&self, action: &str) -> bool {
        self.actions.iter().any(|offered| offered == action)
    }

    /// Whether this is a step.
    pub fn is(&self, step: Step) -> bool {
        self.step == step.name()
    }

    /// What is said about a control that is marked as wrong.
    pub fn problem(&self, name: &str) -> Option<&str> {
        let problem = self.problems.iter().find(|problem| problem.name == name);
        problem.map(|problem| problem.said.as_str())
    }
}

/// The checkout in a browser.
#[derive(Debug)]
pub struct Checkout {
    /// The window it is in.
    pub browser: Browser,
}

impl Checkout {
    /// What is on the screen now.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn screen(&self) -> Result<Screen> {
        self.ask_page("return screen();", &[]).await
    }

    async fn ask_page<T: for<'a> Deserialize<'a> + std::fmt::Debug>(
        &self,
        script: &str,
        arguments: &[Value],
    ) -> Result<T> {
        self.browser
            .script(&[PAGE, script].concat(), arguments)
            .await
    }

    /// Waits for a screen.
    ///
    /// # Errors
    /// When it does not come, with the screen that is there instead.
    pub async fn until(&self, what: &str, is_it: impl Fn(&Screen) -> bool) -> Result<Screen> {
        eventually(what, async || {
            let screen = self.screen().await?;
            ensure!(is_it(&screen), "the screen is {screen:#?}");
            Ok(Some(screen))
        })
        .await
    }

    /// Waits for a step.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn reaches(&self, step: Step) -> Result<Screen> {
        let what = format!("the step {}", step.name());
        self.until(&what, |screen| screen.is(step)).await
    }

    /// Waits until the screen shows an order's state.
    ///
    /// # Errors
    /// When it does not.
    pub async fn shows(&self, state: OrderState) -> Result<Screen> {
        let what = format!("an order that is {}", state.as_str());
        self.until(&what, |screen| screen.state == state.as_str())
            .await
    }

    /// Waits until the screen says something.
    ///
    /// # Errors
    /// When it does not.
    pub async fn says(&self, words: &str) -> Result<Screen> {
        let what = format!("the words “{words}”");
        self.until(&what, |screen| screen.text.contains(words))
            .await
    }

    /// Waits until something can be pressed.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn offers(&self, action: &str) -> Result<Screen> {
        let what = format!("a way to {action}");
        self.until(&what, |screen| screen.offers(action)).await
    }

    /// Presses a button by its `data-action`, once it can be pressed.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn press(&self, action: &str) -> Result<()> {
        self.offers(action).await?;
        self.click(&["action", action]).await
    }

    /// Presses a button or a link by its name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press_button(&self, name: &str) -> Result<()> {
        self.click(&["button", name]).await
    }

    async fn click(&self, query: &[&str]) -> Result<()> {
        eventually(&format!("{} to press", query.join(" ")), async || {
            // What is drawn anew between the two is looked for again.
            self.found(query).await?.click().await?;
            Ok(Some(()))
        })
        .await
    }

    async fn found(&self, query: &[&str]) -> Result<WebElement> {
        let script = [PAGE, "return find(arguments[0]) ?? null;"].concat();
        let element = self.browser.element(&script, &[json!(query)]).await?;
        element.with_context(|| format!("there is no {}", query.join(" ")))
    }

    /// Answers a question by the `name` of its control: types, chooses or ticks.
    ///
    /// # Errors
    /// When it cannot be answered.
    pub async fn answer(&self, name: &str, value: &str) -> Result<()> {
        self.give(&["name", name, value], value).await
    }

    /// Answers a question by its label.
    ///
    /// # Errors
    /// When it cannot be answered.
    pub async fn answer_labelled(&self, label: &str, value: &str) -> Result<()> {
        self.give(&["label", label], value).await
    }

    async fn give(&self, query: &[&str], value: &str) -> Result<()> {
        eventually(&format!("{} to answer", query.join(" ")), async || {
            let control = self.found(query).await?;
            match control.tag_name().await?.as_str() {
                "input" => self.replace(&control, value).await?,
                "select" => choose(&control, value).await?,
                _ => control.click().await?,
            }
            Ok(Some(()))
        })
        .await
    }

    /// Types in the place of what stands there.
    async fn replace(&self, input: &WebElement, value: &str) -> Result<()> {
        input.click().await?;
        self.browser
            .script::<Option<bool>>("arguments[0].select();", &[input.to_json()?])
            .await?;
        let keys = match value {
            "" => keys::BACKSPACE.to_string(),
            text => text.to_owned(),
        };
        self.browser.keys(&keys).await
    }

    /// What stands in a control.
    ///
    /// # Errors
    /// When there is no such control.
    pub async fn value(&self, name: &str) -> Result<String> {
        const VALUE: &str = "const controls = all(`[name=\"${CSS.escape(arguments[0])}\"]`); \
             const control = controls.find(({ type, checked }) => type !== 'radio' || checked); \
             return control?.value ?? null;";
        let value: Option<String> = self.ask_page(VALUE, &[json!(name)]).await?;
        value.with_context(|| format!("there is no {name}"))
    }

    /// The text of something that has a `data-testid`, once it has one.
    ///
    /// # Errors
    /// When it has none.
    pub async fn text(&self, testid: &str) -> Result<String> {
        const TEXT: &str = "return squeezed(find(['testid', arguments[0]])?.innerText);";
        eventually(&format!("a text in {testid}"), async || {
            let text: String = self.ask_page(TEXT, &[json!(testid)]).await?;
            Ok((!text.is_empty()).then_some(text))
        })
        .await
    }

    /// Whether there is something with a `data-testid` to be seen.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn has(&self, testid: &str) -> Result<bool> {
        const HAS: &str = "return Boolean(find(['testid', arguments[0]]));";
        self.ask_page(HAS, &[json!(testid)]).await
    }

    /// Answers the page's test wallet, which asks in a window of its own.
    ///
    /// # Errors
    /// When it does not ask.
    pub async fn wallet_answers(&self, answer: WalletAnswer) -> Result<()> {
        let script = format!("return document.getElementById('{}');", answer.button());
        eventually("the wallet's own window", async || {
            let button = self.browser.element(&script, &[]).await?;
            let Some(button) = button else {
                return Ok(None);
            };
            button.click().await?;
            Ok(Some(()))
        })
        .await
    }

    // What a payer does, step by step.

    /// Says how much USDC on Polygon goes to which country, and waits for its price.
    ///
    /// # Errors
    /// When there is no price.
    pub async fn fill_amount(&self, amount: &str, country: &str) -> Result<()> {
        self.fill_sale(Some("USDC:POL"), amount, country).await?;
        self.priced().await
    }

    /// Says how much of what goes to which country. The only asset there is cannot be chosen.
    ///
    /// # Errors
    /// When it cannot be said.
    pub async fn fill_sale(&self, asset: Option<&str>, amount: &str, country: &str) -> Result<()> {
        self.reaches(Step::Amount).await?;
        if let Some(asset) = asset {
            self.answer("asset", asset).await?;
        }
        self.answer("country", country).await?;
        self.answer("crypto_amount", amount).await
    }

    /// Waits until the second amount has followed the first.
    ///
    /// # Errors
    /// When there is no price.
    pub async fn priced(&self) -> Result<()> {
        eventually("a price", async || {
            let fiat = self.value("fiat_amount").await?;
            let rate = self.has("quote-rate").await?;
            Ok((rate && !fiat.is_empty()).then_some(()))
        })
        .await
    }

    /// Goes from the beginning to the bank account.
    ///
    /// # Errors
    /// When the way is barred.
    pub async fn to_bank(&self, amount: &str, account: &Account) -> Result<Screen> {
        self.fill_amount(amount, account.country).await?;
        self.press("continue").await?;
        self.reaches(Step::Bank).await
    }

    /// Answers every question about an account.
    ///
    /// # Errors
    /// When one is not asked.
    pub async fn fill_bank(&self, account: &Account) -> Result<()> {
        for (name, value) in account.answers {
            self.answer(name, value).await?;
        }
        Ok(())
    }

    /// Goes from the beginning to the price.
    ///
    /// # Errors
    /// When the way is barred.
    pub async fn to_confirm(&self, amount: &str, account: &Account) -> Result<Screen> {
        self.to_bank(amount, account).await?;
        self.fill_bank(account).await?;
        self.press("continue").await?;
        self.reaches(Step::Confirm).await?;
        self.offers("confirm").await
    }

    /// Goes from the beginning to the address.
    ///
    /// # Errors
    /// When the way is barred.
    pub async fn to_deposit(&self, amount: &str, account: &Account) -> Result<Screen> {
        self.to_confirm(amount, account).await?;
        self.press("confirm").await?;
        self.reaches(Step::Deposit).await?;
        self.shows(OrderState::AwaitingDeposit).await
    }

    /// The address to send to, without its gaps.
    ///
    /// # Errors
    /// When there is none.
    pub async fn address(&self) -> Result<String> {
        let shown = self.text("deposit-address").await?;
        Ok(shown.replace(char::is_whitespace, ""))
    }

    /// Says that the crypto was sent, with the hash of the transfer if there is one.
    ///
    /// # Errors
    /// When that cannot be said.
    pub async fn report_sent(&self, hash: Option<&str>) -> Result<()> {
        if let Some(hash) = hash {
            self.answer("tx_hash", hash).await?;
        }
        self.press("report-sent").await
    }

    /// Calls the order off, through the question.
    ///
    /// # Errors
    /// When that cannot be done.
    pub async fn cancel(&self) -> Result<()> {
        self.press("cancel").await?;
        self.press("cancel-yes").await
    }
}

/// Chooses an option of a list by its value.
async fn choose(select: &WebElement, value: &str) -> Result<()> {
    let options = select.find_all(thirtyfour::By::Css("option")).await?;
    for option in options {
        if option.prop("value").await?.as_deref() == Some(value) {
            option.click().await?;
            return Ok(());
        }
    }
    anyhow::bail!("there is no option {value}")
}
