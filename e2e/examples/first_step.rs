//! How long a payer waits for the first step, from the click that opens the page, in a browser
//! that has never been there.
//!
//! `cargo xtask bench` starts what is needed and calls this with the address of the page.

use std::env;

use anyhow::{Context as _, Result};
use offramp_e2e::{Browser, Network, environment::Driver, eventually};

/// A browser of its own for each; the time in the middle counts.
const VISITS: usize = 5;

/// Looks before each frame, and notes when there is a step to be seen.
const WATCH: &str = "
const look = () => {
  const root = document.querySelector('offramp-checkout')?.shadowRoot;
  const step = root?.querySelector(\"[data-testid^='step-']\");
  if (step?.checkVisibility()) window.__firstStep = Math.round(performance.now());
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
async fn main() -> Result<()> {
    let address = env::args()
        .nth(1)
        .context("the page's address is missing")?;
    let driver = Driver::read()?;
    println!(
        "{:<36}{:>12}{:>12}{:>12}",
        "page, click to first step, ms", "fastest", "median", "slowest"
    );
    for (name, network) in [
        ("on this machine", Network::Online),
        ("over slow 4G", Network::Slow4g),
    ] {
        let mut times = Vec::new();
        for _ in 0..VISITS {
            times.push(visit(&driver, &address, network).await?);
        }
        times.sort_unstable();
        println!(
            "{name:<36}{:>12}{:>12}{:>12}",
            times[0],
            times[VISITS / 2],
            times[VISITS - 1]
        );
    }
    Ok(())
}

/// The milliseconds from the page's beginning to its first step.
async fn visit(driver: &Driver, address: &str, network: Network) -> Result<u64> {
    let browser = Browser::start(driver).await?;
    let first_step = async {
        browser.run_before_pages(WATCH).await?;
        browser.network(network).await?;
        browser.open(address).await?;
        eventually("the first step", async || {
            browser
                .script("return window.__firstStep ?? null;", &[])
                .await
        })
        .await
    }
    .await;
    browser.quit().await?;
    first_step
}
