//! `cargo xtask test`: every test there is, with what the tests need set up before.

use std::{
    env,
    fmt::Write,
    fs,
    num::NonZeroUsize,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    browser::{Browser, Driver},
    chaos, log, process, size,
    tools::{self, Tool, WASM},
    widget,
};

/// What can be run by itself, in the order in which everything runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The rules.
    Domain,
    /// Proxy and simulator, on both databases, and what the parsers promise.
    Proxy,
    /// These commands. By themselves: together with others, their dependencies would have other
    /// features, and be built once more.
    Xtask,
    /// The widget's release build and its budget.
    Size,
    /// The widget: what needs no browser, then its steps in one.
    Widget,
    /// A payer's journeys through all programs.
    E2e,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Domain,
        Self::Proxy,
        Self::Xtask,
        Self::Size,
        Self::Widget,
        Self::E2e,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Proxy => "proxy",
            Self::Xtask => "xtask",
            Self::Size => "size",
            Self::Widget => "widget",
            Self::E2e => "e2e",
        }
    }

    fn run(self, words: &[String]) -> Result<()> {
        match self {
            Self::Domain => native(&["-p", "offramp-domain"], words),
            Self::Proxy => {
                tools::ensure_postgres()?;
                let packages = [
                    "offramp-proxy",
                    // Built with the proxy, so that it is compiled once for both.
                    "offramp-fuzz-properties",
                    "offramp-simulator",
                    "offramp-test-database",
                ];
                native(&packages.map(|package| ["-p", package]).concat(), words)?;
                process::run(chaos::kills().arg("--").args(words))
            }
            Self::Xtask => native(&["-p", "xtask"], words),
            Self::Size => size::check(&widget::build()?),
            Self::Widget => {
                native(&["-p", "offramp-checkout", "--lib"], words)?;
                in_the_browser(words)
            }
            Self::E2e => journeys(words),
        }
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    parts: Vec<Part>,
    /// Tests whose names contain one of these; all if empty.
    words: Vec<String>,
}

impl Selection {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut parts = Vec::new();
        let mut words = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if *argument == "--only" {
                let name = rest.next().context("--only wants the name of a part")?;
                let part = Part::ALL.into_iter().find(|part| part.name() == *name);
                parts.push(part.with_context(|| {
                    format!(
                        "`{name}` is none of {}",
                        Part::ALL.map(Part::name).join(", ")
                    )
                })?);
            } else if argument.starts_with('-') {
                bail!("unknown option `{argument}`");
            } else {
                words.push((*argument).to_owned());
            }
        }
        if parts.is_empty() {
            parts.extend(Part::ALL);
        }
        Ok(Self { parts, words })
    }
}

/// Runs the parts until one fails, and says what each took.
pub(crate) fn run(selection: &Selection) -> Result<()> {
    let mut times = Vec::new();
    let mut result = Ok(());
    for part in &selection.parts {
        let start = Instant::now();
        let name = part.name();
        result = log::step(&format!("tests: {name}"), || part.run(&selection.words));
        times.push((name, start.elapsed()));
        if result.is_err() {
            break;
        }
    }
    println!("\n{}", summary(&times));
    result
}

fn summary(times: &[(&str, Duration)]) -> String {
    let mut summary = String::new();
    for (name, time) in times {
        let _ = writeln!(summary, "{name:<8}{:>14}", log::seconds(*time));
    }
    let total = times.iter().map(|(_, time)| *time).sum();
    let _ = write!(summary, "{:<8}{:>14}", "total", log::seconds(total));
    summary
}

/// Tests that are programs of this machine. They wait for sockets, timers and databases half of
/// their time, so there are twice as many at once as there are cores.
fn native(packages: &[&str], words: &[String]) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    process::run(
        process::cargo()
            .args(["test", "--no-fail-fast"])
            .args(packages)
            .arg("--")
            .arg(format!("--test-threads={}", 2 * cores))
            .args(words),
    )
}

/// The widget's tests in headless Chromium, with the flags of `webdriver.json`.
fn in_the_browser(words: &[String]) -> Result<()> {
    tools::ensure_wasm_target()?;
    let browser = Browser::ensure()?;
    let runner = Tool::WasmBindgen.ensure()?.join("wasm-bindgen-test-runner");
    let mut test = process::cargo();
    test.args([
        "test",
        "--no-fail-fast",
        "-p",
        "offramp-checkout",
        "--target",
        WASM,
        "--",
    ])
    // Its runner takes one word.
    .args(words.first())
    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
    .env("CHROMEDRIVER", browser.driver);
    process::run(&mut test)
}

/// The journeys, against the release build of the widget.
fn journeys(words: &[String]) -> Result<()> {
    let browser = Browser::ensure()?;
    let axe = tools::ensure_axe()?;
    let dist = widget::build()?;
    // Built before the driver starts, which then waits for nothing.
    process::run(process::cargo().args(["test", "--no-run", "--tests", "-p", "offramp-e2e"]))?;
    let output = env::current_dir()?.join("target");
    let screenshots = output.join("screenshots");
    fs::create_dir_all(&screenshots).with_context(|| screenshots.display().to_string())?;
    let driver = Driver::start(&browser, &output.join("e2e"))?;
    let mut test = process::cargo();
    test.args([
        "test",
        "--no-fail-fast",
        "--tests",
        "-p",
        "offramp-e2e",
        "--",
        "--test-threads=2",
    ])
    .args(words)
    .env("OFFRAMP_WEBDRIVER", &driver.url);
    let paths: [(&str, &Path); 4] = [
        ("OFFRAMP_CHROMIUM", &browser.chromium),
        ("OFFRAMP_WIDGET_DIR", &dist),
        ("OFFRAMP_AXE", &axe),
        ("OFFRAMP_SCREENSHOTS", &screenshots),
    ];
    process::run(test.envs(paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_everything_is_run() {
        let expected = Selection {
            parts: Part::ALL.to_vec(),
            words: Vec::new(),
        };
        assert_eq!(Selection::parse(&[]).unwrap(), expected);
    }

    #[test]
    fn parts_and_words_may_be_mixed() {
        let expected = Selection {
            parts: vec![Part::Widget],
            words: vec!["amount".into()],
        };
        assert_eq!(
            Selection::parse(&["amount", "--only", "widget"]).unwrap(),
            expected
        );
    }

    #[test]
    fn an_unknown_part_is_refused() {
        let error = Selection::parse(&["--only", "all"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`all` is none of domain, proxy, xtask, size, widget, e2e"
        );
    }

    #[test]
    fn the_summary_ends_with_the_total() {
        let times = [
            ("domain", Duration::from_secs(2)),
            ("e2e", Duration::from_secs(61)),
        ];
        let expected = "\
domain           2.0 s
e2e         1 min 01 s
total       1 min 03 s";
        assert_eq!(summary(&times), expected);
    }
}
