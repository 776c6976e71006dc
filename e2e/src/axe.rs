//! Accessibility, by axe-core, inside the shadow root too.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::{browser::Browser, environment::Environment};

/// WCAG 2.2, levels A and AA.
const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const RUN: &str = "
const [tags, done] = arguments;
axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  .then(({ violations, testEngine }) => done({
    version: testEngine.version,
    looked_inside: Boolean(document.querySelector('offramp-checkout')?.shadowRoot?.firstElementChild),
    violations: violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target.flat().join(' > ')}: ${failureSummary}`),
    })),
  }))
  .catch((error) => done({ version: String(error), looked_inside: false, violations: [] }));
";

#[derive(Debug, Deserialize)]
struct Report {
    version: String,
    looked_inside: bool,
    violations: Vec<Violation>,
}

/// A rule that is broken.
#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<String>,
}

/// Refuses a screen that breaks a rule.
///
/// # Errors
/// With every rule that is broken, and where.
pub async fn check(browser: &Browser, environment: &Environment, screen: &str) -> Result<()> {
    let is_there: bool = browser.script("return Boolean(window.axe);", &[]).await?;
    if !is_there {
        let axe = std::fs::read_to_string(&environment.axe).context("OFFRAMP_AXE")?;
        browser.script::<serde_json::Value>(&axe, &[]).await?;
    }
    let report: Report = browser.slow_script(RUN, &[json!(TAGS)]).await?;
    ensure!(
        report.looked_inside,
        "{screen}: axe failed: {}",
        report.version
    );
    let found: Vec<String> = report
        .violations
        .iter()
        .map(|Violation { id, help, nodes }| format!("{id} ({help})\n  {}", nodes.join("\n  ")))
        .collect();
    ensure!(
        found.is_empty(),
        "{screen} breaks {} rules of WCAG 2.2 AA:\n{}",
        found.len(),
        found.join("\n")
    );
    Ok(())
}
