//! Chromium and the driver that tests talk to.

use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{http, process, process::Running, system};

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const ON_MACOS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVERS: &[&str] = &["chromedriver"];

/// How long the driver may take to be ready.
const START: Duration = Duration::from_secs(30);

/// A browser and the driver that belongs to it.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds both, and installs them where they are missing and may be installed.
    ///
    /// `CHROME` and `CHROMEDRIVER` name them where the search would find the wrong ones.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(found) = Self::found() {
            return Ok(found);
        }
        system::install(
            "Chromium or its chromedriver",
            &["chromium", "chromium-driver"],
            "brew install --cask chromium chromedriver",
        )?;
        Self::found().context("chromium and chromedriver were installed, but are not on PATH")
    }

    fn found() -> Option<Self> {
        let named = |name| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_file())
        };
        let on_macos = || {
            ON_MACOS
                .iter()
                .map(PathBuf::from)
                .find(|path| path.is_file())
        };
        Some(Self {
            chromium: named("CHROME")
                .or_else(|| system::find(BROWSERS))
                .or_else(on_macos)?,
            driver: named("CHROMEDRIVER").or_else(|| system::find(DRIVERS))?,
        })
    }
}

/// A running chromedriver.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) url: String,
    _process: Running,
}

impl Driver {
    /// Starts it on a free port and waits until it says that it is ready.
    pub(crate) fn start(browser: &Browser, logs: &Path) -> Result<Self> {
        fs::create_dir_all(logs)?;
        let path = logs.join("chromedriver.log");
        let log = File::create(&path).with_context(|| path.display().to_string())?;
        let port = free_port()?;
        let process = Running::start(
            process::command(&browser.driver)
                .arg(format!("--port={port}"))
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        let deadline = Instant::now() + START;
        while !is_ready(port) {
            if let Some(status) = process.ended()? {
                bail!(
                    "chromedriver ended at once ({status}); see {}",
                    path.display()
                );
            }
            if Instant::now() > deadline {
                bail!(
                    "chromedriver was not ready after {START:?}; see {}",
                    path.display()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        })
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn is_ready(port: u16) -> bool {
    let Ok(answer) = http::get(port, "/status") else {
        return false;
    };
    serde_json::from_str::<serde_json::Value>(&answer.body)
        .is_ok_and(|body| body["value"]["ready"] == true)
}
