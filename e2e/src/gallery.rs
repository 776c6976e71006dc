//! Every screen in every guise: checked for accessibility, and pictured.

use std::fs;

use anyhow::{Result, ensure};

use crate::{
    axe,
    browser::{Device, Theme},
    journey::Journey,
};

const GUISES: [(Device, Theme); 4] = [
    (Device::Phone, Theme::Light),
    (Device::Phone, Theme::Dark),
    (Device::Desktop, Theme::Light),
    (Device::Desktop, Theme::Dark),
];

/// What reaches beyond the right edge of the window.
const TOO_WIDE: &str = "
if (document.documentElement.scrollWidth <= innerWidth) return [];
const root = document.querySelector('offramp-checkout')?.shadowRoot;
const all = [...document.querySelectorAll('body *'), ...(root?.querySelectorAll('*') ?? [])];
return all
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map(({ localName, className }) => `${localName}.${className}`);
";

/// What is wrong with screens, found on a walk past them.
#[derive(Debug, Default)]
pub struct Gallery {
    language: &'static str,
    complaints: Vec<String>,
}

impl Gallery {
    /// For screens in one language, `es` or `en`.
    pub fn new(language: &'static str) -> Self {
        Self {
            language,
            complaints: Vec::new(),
        }
    }

    /// Takes a picture of the screen in each guise, checks it there, and whether it fits into the
    /// narrowest window.
    ///
    /// # Errors
    /// When there is no picture. What is inaccessible is told at the end.
    pub async fn hang(&mut self, journey: &Journey, screen: &str) -> Result<()> {
        let browser = &journey.checkout.browser;
        let folder = &journey.environment.screenshots;
        fs::create_dir_all(folder)?;
        for (device, theme) in GUISES {
            browser.show(device, theme).await?;
            let name = format!(
                "{screen}-{}-{}-{}",
                self.language,
                device.name(),
                theme.name()
            );
            fs::write(folder.join(format!("{name}.png")), browser.picture().await?)?;
            if let Err(error) = axe::check(browser, &journey.environment, &name).await {
                self.complaints.push(format!("{error:#}"));
            }
        }
        browser.show(Device::Narrow, Theme::Light).await?;
        let wide: Vec<String> = browser.script(TOO_WIDE, &[]).await?;
        if !wide.is_empty() {
            let complaint = format!("{screen} is too wide for 320 pixels: {wide:#?}");
            self.complaints.push(complaint);
        }
        browser.show(Device::Phone, Theme::Light).await
    }

    /// Tells everything that was inaccessible.
    ///
    /// # Errors
    /// When something was.
    pub fn close(self) -> Result<()> {
        ensure!(
            self.complaints.is_empty(),
            "{}",
            self.complaints.join("\n\n")
        );
        Ok(())
    }
}
