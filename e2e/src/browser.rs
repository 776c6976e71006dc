//! The window in front of the programs: a browser of its own for every journey.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities as _, LoggingPrefsLogLevel, WebDriver, WebElement,
    WindowHandle,
};

use crate::environment::Driver;

/// What runs before every page.
const RECORDER: &str = include_str!("recorder.js");

/// What the page has recorded since the last time. A tab that shows no page has recorded nothing.
const RECORDED: &str = "
const isPage = location.protocol.startsWith('http');
const taken = (list) => list?.splice(0) ?? [];
const { violations, errors, events, received } = window.__seen ?? {};
const inside = document.querySelector('offramp-checkout')?.shadowRoot?.innerHTML ?? '';
return {
  violations: taken(violations),
  errors: taken(errors),
  events: taken(events),
  received: taken(received),
  resources: isPage ? performance.getEntriesByType('resource').map(({ name }) => name) : [],
  page: isPage ? document.documentElement.outerHTML + inside : '',
};
";

/// No window, no sandbox (which root has none of), and nobody called home.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-search-engine-choice-screen",
    "--force-color-profile=srgb",
];

/// What the payer holds in their hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// 390 × 844.
    #[default]
    Phone,
    /// 320 × 568, the narrowest that has to do.
    Narrow,
    /// 1280 × 900.
    Desktop,
}

impl Device {
    /// As files are named after it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Narrow => "narrow",
            Self::Desktop => "desktop",
        }
    }

    /// Whether it is held in a hand: touched, not pointed at.
    fn is_touched(self) -> bool {
        match self {
            Self::Phone | Self::Narrow => true,
            Self::Desktop => false,
        }
    }

    fn metrics(self) -> Value {
        match self {
            Self::Phone => {
                json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true })
            }
            Self::Narrow => {
                json!({ "width": 320, "height": 568, "deviceScaleFactor": 2, "mobile": true })
            }
            Self::Desktop => {
                json!({ "width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false })
            }
        }
    }
}

/// What the payer prefers to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As `prefers-color-scheme` and files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What is between the payer and everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// As good as it is here.
    Online,
    /// As Chromium's developer tools mean it: 1.44 Mbit/s down, 675 kbit/s up, and more than half
    /// a second for each round trip.
    Slow4g,
    /// Nothing.
    Offline,
}

impl Network {
    fn conditions(self) -> Value {
        let (offline, latency_ms, down, up) = match self {
            Self::Online => (false, 0, -1, -1),
            Self::Slow4g => (false, 563, 180_000, 84_375),
            Self::Offline => (true, 0, -1, -1),
        };
        json!({
            "offline": offline, "latency": latency_ms,
            "downloadThroughput": down, "uploadThroughput": up,
        })
    }
}

/// An event that the element fired at its page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct HostEvent {
    /// What follows `offramp:` in its name.
    pub name: String,
    /// What it tells.
    pub detail: Value,
}

/// What happened in the browser that nobody looked at.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Breaches of the page's content security policy.
    pub violations: Vec<String>,
    /// Errors that nobody caught.
    pub errors: Vec<String>,
    /// Lines of the console that are errors.
    pub console: Vec<String>,
    /// Events of the element, in their order.
    pub events: Vec<HostEvent>,
    /// Everything that was loaded, by its address.
    pub resources: BTreeSet<String>,
    /// Every answer in JSON, with its address and headers, and every page as it stood.
    pub received: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Recorded {
    violations: Vec<String>,
    errors: Vec<String>,
    events: Vec<HostEvent>,
    received: Vec<String>,
    resources: Vec<String>,
    page: String,
}

/// A browser with one session.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    seen: Mutex<Seen>,
    shown: Mutex<(Device, Theme)>,
    _profile: TempDir,
}

impl Browser {
    /// Opens a browser with nothing in it.
    ///
    /// # Errors
    /// When the driver does not start one.
    pub async fn start(driver: &Driver) -> Result<Self> {
        let profile = TempDir::with_prefix("offramp-browser-")?;
        let mut wanted = ChromeCapabilities::new();
        let chromium = driver.chromium.to_str();
        wanted.set_binary(chromium.context("OFFRAMP_CHROMIUM is not UTF-8")?)?;
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::Severe)?;
        let driver = WebDriver::new(driver.address.as_str(), wanted)
            .await
            .with_context(|| format!("no browser from OFFRAMP_WEBDRIVER {}", driver.address))?;
        let browser = Self {
            driver,
            seen: Mutex::default(),
            shown: Mutex::default(),
            _profile: profile,
        };
        browser.prepare_tab().await?;
        Ok(browser)
    }

    /// What holds for one tab has to be said for each.
    async fn prepare_tab(&self) -> Result<()> {
        self.run_before_pages(RECORDER).await?;
        let zone = json!({ "timezoneId": "America/Mexico_City" });
        self.command("Emulation.setTimezoneOverride", zone).await?;
        let (device, theme) = *lock(&self.shown);
        self.show(device, theme).await
    }

    /// Has a script run in this tab before anything of a page does.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn run_before_pages(&self, source: &str) -> Result<()> {
        let source = json!({ "source": source });
        self.command("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// Changes device and preferences, without loading the page anew.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn show(&self, device: Device, theme: Theme) -> Result<()> {
        *lock(&self.shown) = (device, theme);
        self.command("Emulation.setDeviceMetricsOverride", device.metrics())
            .await?;
        let touch = json!({ "enabled": device.is_touched(), "maxTouchPoints": 5 });
        self.command("Emulation.setTouchEmulationEnabled", touch)
            .await?;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.command("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.remember().await?;
        self.driver.goto(address).await?;
        Ok(())
    }

    /// Loads the page anew.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        self.remember().await?;
        self.driver.refresh().await?;
        Ok(())
    }

    /// Opens another tab and goes there. The one before is left in the background.
    ///
    /// # Errors
    /// When there cannot be one.
    pub async fn open_tab(&self) -> Result<()> {
        let tab = self.driver.new_tab().await?;
        self.go_to(tab).await?;
        self.prepare_tab().await
    }

    /// The tab that is looked at.
    ///
    /// # Errors
    /// When the driver does not say.
    pub async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.driver.window().await?)
    }

    /// Looks at another tab.
    ///
    /// # Errors
    /// When there is none.
    pub async fn go_to(&self, tab: WindowHandle) -> Result<()> {
        self.remember().await?;
        self.switch(tab).await
    }

    async fn switch(&self, tab: WindowHandle) -> Result<()> {
        self.driver.switch_to_window(tab).await?;
        self.command("Page.bringToFront", json!({})).await?;
        Ok(())
    }

    /// Closes the tab that is looked at and goes to `next`.
    ///
    /// # Errors
    /// When it does not close.
    pub async fn close_tab(&self, next: WindowHandle) -> Result<()> {
        self.remember().await?;
        self.driver.close_window().await?;
        self.switch(next).await
    }

    /// Gives, slows down or takes away the network of this tab.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn network(&self, network: Network) -> Result<()> {
        self.command("Network.enable", json!({})).await?;
        self.command("Network.emulateNetworkConditions", network.conditions())
            .await?;
        Ok(())
    }

    /// Loses every request whose address holds one of these patterns; an empty list loses none.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn lose(&self, patterns: &[&str]) -> Result<()> {
        self.command("Network.enable", json!({})).await?;
        self.command("Network.setBlockedURLs", json!({ "urls": patterns }))
            .await?;
        Ok(())
    }

    /// Lets the page use the clipboard.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn allow_clipboard(&self, origin: &str) -> Result<()> {
        let permissions = json!({
            "origin": origin,
            "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
        });
        self.command("Browser.grantPermissions", permissions)
            .await?;
        Ok(())
    }

    /// Runs a script in the page and brings back what it returns.
    ///
    /// # Errors
    /// When it fails, or returns something else than a `T`.
    pub async fn script<T: for<'a> Deserialize<'a> + Debug>(
        &self,
        source: &str,
        arguments: &[Value],
    ) -> Result<T> {
        let returned = self.driver.execute(source, arguments.to_vec()).await?;
        Ok(returned.convert()?)
    }

    /// Runs a script that calls the last of its arguments when it is done.
    ///
    /// # Errors
    /// When it fails, or takes too long.
    pub async fn slow_script<T: for<'a> Deserialize<'a> + Debug>(
        &self,
        source: &str,
        arguments: &[Value],
    ) -> Result<T> {
        let returned = self
            .driver
            .execute_async(source, arguments.to_vec())
            .await?;
        Ok(returned.convert()?)
    }

    /// Runs a script that returns an element, or nothing.
    ///
    /// # Errors
    /// When it fails.
    pub async fn element(&self, source: &str, arguments: &[Value]) -> Result<Option<WebElement>> {
        let returned = self.driver.execute(source, arguments.to_vec()).await?;
        if returned.json().is_null() {
            return Ok(None);
        }
        Ok(Some(returned.element()?))
    }

    /// Presses keys, wherever the focus is.
    ///
    /// # Errors
    /// When the driver does not.
    pub async fn keys(&self, keys: &str) -> Result<()> {
        self.driver.action_chain().send_keys(keys).perform().await?;
        Ok(())
    }

    /// Presses a key while another one is held.
    ///
    /// # Errors
    /// When the driver does not.
    pub async fn chord(&self, held: char, key: char) -> Result<()> {
        let chain = self.driver.action_chain();
        let chain = chain.key_down(held).send_keys(key.to_string()).key_up(held);
        chain.perform().await?;
        Ok(())
    }

    /// The whole page as a PNG, also what would have to be scrolled to.
    ///
    /// # Errors
    /// When the browser draws none.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        #[derive(Debug, Deserialize)]
        struct Size {
            width: u32,
            height: u32,
        }
        const SIZE: &str = "const { scrollHeight: height } = document.documentElement; \
             return { width: innerWidth, height: Math.min(height, 6000) };";
        let Size { width, height } = self.script(SIZE, &[]).await?;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let drawn = self.command("Page.captureScreenshot", wanted).await?;
        let data = drawn["data"].as_str().context("a picture without data")?;
        let decoded = data_encoding::BASE64.decode(data.as_bytes())?;
        Ok(decoded)
    }

    /// The page and what is in the shadow root, as HTML.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn html(&self) -> Result<String> {
        const HTML: &str = "const root = document.querySelector('offramp-checkout')?.shadowRoot; \
             return `${document.documentElement.outerHTML}\\n\\n<!-- in the shadow root -->\\n\
             ${root?.innerHTML ?? ''}\\n`;";
        self.script(HTML, &[]).await
    }

    /// Everything that was recorded until now.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn seen(&self) -> Result<Seen> {
        self.remember().await?;
        Ok(lock(&self.seen).clone())
    }

    /// Forgets everything that was recorded until now.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn forget(&self) -> Result<()> {
        self.remember().await?;
        *lock(&self.seen) = Seen::default();
        Ok(())
    }

    /// Keeps what the page has recorded, before it goes.
    async fn remember(&self) -> Result<()> {
        let recorded: Recorded = self.script(RECORDED, &[]).await?;
        let console = self.driver.browser_log().await?;
        let mut seen = lock(&self.seen);
        seen.violations.extend(recorded.violations);
        seen.errors.extend(recorded.errors);
        seen.events.extend(recorded.events);
        seen.resources.extend(recorded.resources);
        seen.received.extend(recorded.received);
        seen.received.push(recorded.page);
        seen.console
            .extend(console.into_iter().map(|entry| entry.message));
        Ok(())
    }

    async fn command(&self, name: &str, parameters: Value) -> Result<Value> {
        let answer = self.driver.cdp().send_raw(name, parameters).await;
        answer.with_context(|| format!("the browser does not do {name}"))
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When the driver does not end it.
    pub async fn quit(self) -> Result<()> {
        /// How long a browser may take to end.
        const GOODBYE: Duration = Duration::from_secs(10);
        let quitting = self.driver.quit();
        tokio::time::timeout(GOODBYE, quitting)
            .await
            .context("the browser does not end")??;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
