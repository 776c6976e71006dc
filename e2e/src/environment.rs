//! What journeys and measurements need to be told. `cargo xtask test` and `cargo xtask bench` tell
//! them.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result, ensure};

/// Where browsers come from.
#[derive(Clone, Debug)]
pub struct Driver {
    /// `OFFRAMP_WEBDRIVER`: the address of a running chromedriver.
    pub address: String,
    /// `OFFRAMP_CHROMIUM`: the browser's program.
    pub chromium: PathBuf,
}

impl Driver {
    /// Reads both.
    ///
    /// # Errors
    /// When a variable is missing, or names something that is not there.
    pub fn read() -> Result<Self> {
        Ok(Self {
            address: text("OFFRAMP_WEBDRIVER")?,
            chromium: path("OFFRAMP_CHROMIUM")?,
        })
    }
}

/// Where browser, widget and results are.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Where browsers come from.
    pub driver: Driver,
    /// `OFFRAMP_WIDGET_DIR`: the built widget, with the demo's page.
    pub widget_dir: PathBuf,
    /// `OFFRAMP_AXE`: `axe.min.js`.
    pub axe: PathBuf,
    /// `OFFRAMP_SCREENSHOTS`: where pictures go.
    pub screenshots: PathBuf,
}

impl Environment {
    /// Reads all of it. A journey without it fails; it is never skipped.
    ///
    /// # Errors
    /// The first variable that is missing, or names something that is not there.
    pub fn read() -> Result<Self> {
        let environment = Self {
            driver: Driver::read()?,
            widget_dir: path("OFFRAMP_WIDGET_DIR")?,
            axe: path("OFFRAMP_AXE")?,
            screenshots: text("OFFRAMP_SCREENSHOTS")?.into(),
        };
        let loader = environment.widget_dir.join("offramp.js");
        ensure!(
            loader.is_file(),
            "OFFRAMP_WIDGET_DIR holds no built widget: {} is missing",
            loader.display()
        );
        Ok(environment)
    }
}

fn text(variable: &'static str) -> Result<String> {
    env::var(variable)
        .ok()
        .filter(|value| !value.is_empty())
        .with_context(|| {
            format!("{variable} is not set: `cargo xtask test` and `cargo xtask bench` set it")
        })
}

fn path(variable: &'static str) -> Result<PathBuf> {
    let path = PathBuf::from(text(variable)?);
    ensure!(
        path.exists(),
        "{variable} names {}, which is not there",
        path.display()
    );
    Ok(path)
}
