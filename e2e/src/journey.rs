//! How a story is told: programs and a browser of its own, the story, and what is checked after
//! every one of them.

use std::{
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use futures::FutureExt as _;
use offramp_simulator::providers::{capa::seed, unigox::seed as escrow};
use tempfile::TempDir;

use crate::{
    accounts,
    browser::{Browser, Device, Seen, Theme},
    checkout::Checkout,
    environment::Environment,
    files::{self, Files},
    stack::{NOTIFY_SECRET, PROVIDER_KEY, SECRET_KEY, SIGNING_KEY, Stack, WEBHOOK_SECRET, Wallet},
};

/// What a browser must never be told.
const SECRETS: [&str; 11] = [
    PROVIDER_KEY,
    SECRET_KEY,
    WEBHOOK_SECRET,
    NOTIFY_SECRET,
    seed::CUST_1,
    seed::CUST_2,
    seed::CUST_3,
    escrow::ADA,
    escrow::BEN,
    escrow::CLEO,
    SIGNING_KEY,
];

/// Who looks, and at what.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What the payer holds in their hands.
    pub device: Device,
    /// What they prefer to look at.
    pub theme: Theme,
    /// The language of the checkout.
    pub locale: &'static str,
    /// Who is logged in at the shop.
    pub payer: &'static str,
    /// Where the widget's files are.
    pub files: Files,
    /// Whose wallet pays where a provider moves crypto by a signature.
    pub wallet: Wallet,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            device: Device::Phone,
            theme: Theme::Light,
            locale: "es-MX",
            payer: "cust-1",
            files: Files::Built,
            wallet: Wallet::Partner,
        }
    }
}

/// Everything that a story plays with.
#[derive(Debug)]
pub struct Journey {
    /// The programs.
    pub stack: Stack,
    /// The checkout in its browser.
    pub checkout: Checkout,
    /// Where browser, widget and results are.
    pub environment: Environment,
    settings: Settings,
    _files: Option<TempDir>,
}

impl Journey {
    /// The address of the shop's page for this payer.
    pub fn page(&self) -> String {
        let Settings { locale, payer, .. } = self.settings;
        let shop = self.stack.shop();
        format!("{shop}/?bare=1&locale={locale}&payer={payer}")
    }

    /// Opens the shop's page.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> Result<&Checkout> {
        self.checkout.browser.open(&self.page()).await?;
        Ok(&self.checkout)
    }

    async fn begin(settings: Settings) -> Result<Self> {
        let mut environment = Environment::read()?;
        let files = match settings.files {
            Files::Built => None,
            Files::Own => Some(files::copy(&environment.widget_dir)?),
        };
        if let Some(folder) = &files {
            environment.widget_dir = folder.path().to_owned();
        }
        let stack = Stack::start(&environment, settings.wallet).await?;
        let browser = Browser::start(&environment.driver).await?;
        browser.show(settings.device, settings.theme).await?;
        let checkout = Checkout { browser };
        Ok(Self {
            stack,
            checkout,
            environment,
            settings,
            _files: files,
        })
    }

    /// What holds for every journey, whatever its story.
    ///
    /// # Errors
    /// When the page's policy was broken, something was asked of strangers, an error went unnoticed,
    /// or the browser was told a secret.
    pub fn check(&self, seen: &Seen) -> Result<()> {
        let Seen {
            violations,
            errors,
            console,
            resources,
            received,
            events: _,
        } = seen;
        ensure!(
            violations.is_empty(),
            "the policy of the page was broken: {violations:#?}"
        );
        ensure!(errors.is_empty(), "errors nobody caught: {errors:#?}");
        let broken = ["Content Security Policy", "panicked", "Uncaught"];
        let said = |line: &&String| broken.iter().any(|word| line.contains(word));
        let complaints: Vec<_> = console.iter().filter(said).collect();
        ensure!(
            complaints.is_empty(),
            "the console complains: {complaints:#?}"
        );
        let ours = [self.stack.shop(), self.stack.proxy()];
        let is_ours = |address: &&String| {
            let origin_ends = |rest: &str| rest.starts_with('/');
            ours.iter()
                .any(|origin| address.strip_prefix(origin).is_some_and(origin_ends))
        };
        let strangers: Vec<_> = resources
            .iter()
            .filter(|address| !is_ours(address))
            .collect();
        ensure!(
            strangers.is_empty(),
            "requests to other origins: {strangers:#?}"
        );
        ensure!(!resources.is_empty(), "nothing was loaded at all");
        let numbers = accounts::ALL.map(|account| account.number);
        for text in received.iter().chain(resources) {
            let mut secrets = SECRETS.iter().chain(&numbers);
            let told = secrets.find(|secret| text.contains(**secret));
            ensure!(told.is_none(), "the browser was told {told:?}: {text}");
        }
        Ok(())
    }

    /// Writes down what there is to see when a story went wrong, and says where.
    async fn witness(&self, name: &str) -> Result<PathBuf> {
        let parent = self.environment.screenshots.parent();
        let folder = parent
            .unwrap_or(Path::new("."))
            .join("e2e-failures")
            .join(name);
        fs::create_dir_all(&folder)?;
        let browser = &self.checkout.browser;
        fs::write(folder.join("screen.png"), browser.picture().await?)?;
        fs::write(folder.join("page.html"), browser.html().await?)?;
        let Seen {
            violations,
            errors,
            console,
            events,
            received,
            ..
        } = browser.seen().await?;
        let told = format!(
            "console {console:#?}\nviolations {violations:#?}\nerrors {errors:#?}\n\
             events {events:#?}\norders {:#?}\nat the provider {:#?}\n",
            self.stack.orders().await,
            self.stack.capa().transactions(),
        );
        fs::write(folder.join("console.txt"), told)?;
        fs::write(folder.join("received.txt"), received.join("\n\n"))?;
        Ok(folder)
    }

    async fn end(self) -> Result<()> {
        let quit = self.checkout.browser.quit().await;
        self.stack.finish().await;
        quit
    }
}

/// Tells a story on a phone, by day, in Spanish, to Ana.
///
/// # Errors
/// When the story fails, or what holds for every journey does not.
pub async fn journey(story: impl AsyncFnOnce(&Journey) -> Result<()>) -> Result<()> {
    journey_of(Settings::default(), story).await
}

/// Tells a story to somebody.
///
/// # Errors
/// When the story fails, or what holds for every journey does not.
pub async fn journey_of(
    settings: Settings,
    story: impl AsyncFnOnce(&Journey) -> Result<()>,
) -> Result<()> {
    let name = name_of_this_test();
    let journey = Journey::begin(settings).await?;
    let told = AssertUnwindSafe(async {
        story(&journey).await?;
        let seen = journey.checkout.browser.seen().await?;
        journey.check(&seen)
    })
    .catch_unwind()
    .await;
    let went_well = matches!(told, Ok(Ok(())));
    let witness = if went_well {
        None
    } else {
        Some(journey.witness(&name).await)
    };
    let ended = journey.end().await;
    match (told, witness) {
        (Ok(Ok(())), _) => ended,
        (Ok(Err(error)), Some(Ok(folder))) => {
            Err(error.context(format!("see {}", folder.display())))
        }
        (Ok(Err(error)), Some(Err(blind))) => {
            Err(error.context(format!("and nothing could be written down: {blind:#}")))
        }
        (Ok(Err(error)), None) => Err(error),
        (Err(panic), _) => resume_unwind(panic),
    }
}

/// Tests run in threads that are named after them.
fn name_of_this_test() -> String {
    let name = std::thread::current().name().unwrap_or("main").to_owned();
    name.replace("::", "-")
}

/// The last thing that the element told its page under a name.
///
/// # Errors
/// When it told no such thing.
pub fn last_event<'a>(seen: &'a Seen, name: &str) -> Result<&'a serde_json::Value> {
    let told = seen.events.iter().rev().find(|event| event.name == name);
    let told = told.with_context(|| anyhow!("no event offramp:{name} in {:#?}", seen.events))?;
    Ok(&told.detail)
}
