//! `cargo xtask fuzz`: libFuzzer on every parser that faces the outside.
//!
//! It wants flags of rustc that are not stable yet. The toolchain is pinned, so they do not change
//! under it, and no second one has to be installed.

use std::{env, fmt::Write as _, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{log, process, system, tools::Tool};

/// One program each.
const TARGETS: &str = "fuzz/fuzz_targets";

/// What each begins with. Small, and in the repository.
const SEEDS: &str = "fuzz/corpus";

/// Where input is kept that broke a promise.
const CRASHES: &str = "fuzz/crashes";

/// The longest input, in bytes: every parser has seen all of its branches long before.
const LONGEST: usize = 4096;

/// How long each target runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Budget {
    Runs(u64),
    Seconds(u64),
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    budget: Budget,
    /// All of them where none is named.
    target: Option<String>,
}

impl Plan {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut plan = Self {
            budget: Budget::Seconds(60),
            target: None,
        };
        for argument in arguments {
            let seconds = argument.strip_suffix('s').map(str::parse);
            if let Some(Ok(seconds)) = seconds {
                plan.budget = Budget::Seconds(seconds);
            } else if let Ok(runs) = argument.parse() {
                plan.budget = Budget::Runs(runs);
            } else if plan.target.replace((*argument).to_owned()).is_some() {
                bail!("`cargo xtask fuzz` takes one target, or none for all of them");
            }
        }
        Ok(plan)
    }
}

/// What one target did.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    runs: u64,
    runs_per_second: u64,
    /// Edges of the program that were reached.
    coverage: u64,
}

pub(crate) fn run(plan: &Plan) -> Result<()> {
    let all = targets()?;
    let chosen = match &plan.target {
        None => all,
        Some(name) if all.contains(name) => vec![name.clone()],
        Some(name) => bail!("`{name}` is none of {}", all.join(", ")),
    };
    let fuzz = Fuzz::prepare()?;
    log::step("building the fuzz targets", || fuzz.build(&chosen))?;
    fs::create_dir_all(CRASHES).context(CRASHES)?;
    let mut table = format!(
        "{:<16}{:>12}{:>10}{:>10}\n",
        "target", "runs", "runs/s", "edges"
    );
    for target in &chosen {
        let what = format!("fuzzing {target}");
        let figures = log::step(&what, || fuzz.target(target, plan.budget))?;
        let Figures {
            runs,
            runs_per_second,
            coverage,
        } = figures;
        writeln!(
            table,
            "{target:<16}{runs:>12}{runs_per_second:>10}{coverage:>10}"
        )?;
    }
    println!("\n{table}");
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(TARGETS).context(TARGETS)? {
        let path = entry?.path();
        let name = path.file_stem().context("a target without a name")?;
        targets.push(name.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

/// cargo-fuzz, and where it builds.
struct Fuzz {
    program: PathBuf,
    folder: PathBuf,
}

impl Fuzz {
    fn prepare() -> Result<Self> {
        let program = Tool::CargoFuzz.program()?;
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
        let folder = env::current_dir()?.join(target).join("fuzz");
        Ok(Self { program, folder })
    }

    fn command(&self, subcommand: &str) -> Result<Command> {
        let mut command = process::command(&self.program);
        command
            .arg(subcommand)
            .args(["--sanitizer", "address"])
            .args(["--target-dir", system::text(&self.folder)?])
            .env("RUSTC_BOOTSTRAP", "1");
        Ok(command)
    }

    fn build(&self, targets: &[String]) -> Result<()> {
        let mut build = self.command("build")?;
        if let [only] = targets {
            build.arg(only);
        }
        process::run(&mut build)
    }

    fn target(&self, target: &str, budget: Budget) -> Result<Figures> {
        // What is found on the way is thrown away with the build, so that a run can be repeated.
        let found = self.folder.join("found").join(target);
        if found.exists() {
            fs::remove_dir_all(&found).with_context(|| found.display().to_string())?;
        }
        fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
        let limit = match budget {
            Budget::Runs(runs) => format!("-runs={runs}"),
            Budget::Seconds(seconds) => format!("-max_total_time={seconds}"),
        };
        let seeds = env::current_dir()?.join(SEEDS).join(target);
        let crashes = env::current_dir()?.join(CRASHES);
        let mut run = self.command("run")?;
        run.arg(target)
            .args([system::text(&found)?, system::text(&seeds)?])
            .args(["--", "-seed=1", "-timeout=10", "-print_final_stats=1"])
            .args([limit, format!("-max_len={LONGEST}")])
            .arg(format!("-artifact_prefix={}/{target}-", crashes.display()));
        let output = process::output(&mut run)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let lines: Vec<_> = said.lines().collect();
            let tail = lines
                .get(lines.len().saturating_sub(60)..)
                .unwrap_or(&lines);
            bail!(
                "{target} broke its promise; the input is in {CRASHES}\n{}",
                tail.join("\n")
            );
        }
        figures(&said).with_context(|| format!("{target} ended without figures"))
    }
}

/// What libFuzzer says at its end.
fn figures(said: &str) -> Option<Figures> {
    let stat = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse().ok()
    };
    let coverage = said
        .lines()
        .filter_map(|line| line.split_once(" cov: "))
        .filter_map(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
        .next_back();
    Some(Figures {
        runs: stat("stat::number_of_executed_units:")?,
        runs_per_second: stat("stat::average_exec_per_sec:")?,
        coverage: coverage.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_minute_unless_asked_otherwise() {
        let plan = |arguments: &[&str]| Plan::parse(arguments).unwrap();
        assert_eq!(plan(&[]).budget, Budget::Seconds(60));
        assert_eq!(plan(&["20000"]).budget, Budget::Runs(20_000));
        let one = plan(&["5s", "headers"]);
        assert_eq!(one.budget, Budget::Seconds(5));
        assert_eq!(one.target.as_deref(), Some("headers"));
    }

    #[test]
    fn two_targets_are_refused() {
        let error = Plan::parse(&["amount", "time"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`cargo xtask fuzz` takes one target, or none for all of them"
        );
    }

    #[test]
    fn the_figures_are_the_last_ones() {
        let said = "\
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb
#20000\tDONE   cov: 312 ft: 640 corp: 60/900b lim: 128 exec/s: 10000 rss: 40Mb
stat::number_of_executed_units: 20000
stat::average_exec_per_sec:     10000";
        let expected = Figures {
            runs: 20_000,
            runs_per_second: 10_000,
            coverage: 312,
        };
        assert_eq!(figures(said), Some(expected));
        assert_eq!(figures("==1== ERROR"), None);
    }
}
