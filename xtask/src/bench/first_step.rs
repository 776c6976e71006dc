//! The page, in a browser that has never been there: measured by `e2e/examples/first_step.rs`,
//! which knows how to drive one.

use std::path::Path;

use anyhow::Result;

use crate::{
    browser::{Browser, Driver},
    log, process,
    programs::origin,
    system,
};

/// A browser that can be sent to a page.
#[derive(Debug)]
pub(super) struct Visitor {
    browser: Browser,
    driver: Driver,
}

impl Visitor {
    /// Finds the browser, and builds what drives it.
    pub(super) fn prepare(logs: &Path) -> Result<Self> {
        let browser = Browser::ensure()?;
        log::step("building what drives the browser", || {
            let mut build = process::cargo();
            process::run(build.args(["build", "-p", "offramp-e2e", "--example", "first_step"]))
        })?;
        let driver = Driver::start(&browser, logs)?;
        Ok(Self { browser, driver })
    }

    /// Opens the shop's page, without the demo's panel, and prints how long its first step took.
    pub(super) fn open(&self, shop: u16) -> Result<()> {
        let mut visit = process::cargo();
        visit
            .args(["run", "--quiet", "-p", "offramp-e2e"])
            .args(["--example", "first_step", "--"])
            .arg(format!("{}/?bare=1", origin(shop)))
            .env("OFFRAMP_WEBDRIVER", &self.driver.url)
            .env("OFFRAMP_CHROMIUM", system::text(&self.browser.chromium)?);
        process::run(&mut visit)
    }
}
