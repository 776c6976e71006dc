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

/// How long each target runs, where nobody says.
const SECONDS: u64 = 60;

/// When each target ends: at whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Budget {
    runs: Option<u64>,
    seconds: Option<u64>,
}

impl Budget {
    /// As libFuzzer takes it.
    fn limits(self) -> impl Iterator<Item = String> {
        let runs = self.runs.map(|runs| format!("-runs={runs}"));
        let seconds = self.seconds;
        let seconds = seconds.map(|seconds| format!("-max_total_time={seconds}"));
        runs.into_iter().chain(seconds)
    }
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
        let (mut runs, mut seconds, mut target) = (None, None, None);
        for argument in arguments {
            let time = argument.strip_suffix('s').map(str::parse);
            let is_second = if let Some(Ok(time)) = time {
                seconds.replace(time).is_some()
            } else if let Ok(count) = argument.parse() {
                runs.replace(count).is_some()
            } else {
                target.replace((*argument).to_owned()).is_some()
            };
            if is_second {
                bail!(
                    "`cargo xtask fuzz` takes one time, one number of runs and one target, or none \
                     for all of them"
                );
            }
        }
        if runs.is_none() && seconds.is_none() {
            seconds = Some(SECONDS);
        }
        let budget = Budget { runs, seconds };
        Ok(Self { budget, target })
    }
}

/// What one target did.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    runs: u64,
    seconds: u64,
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
        "{:<16}{:>12}{:>10}{:>10}{:>10}\n",
        "target", "runs", "seconds", "runs/s", "edges"
    );
    for target in &chosen {
        let what = format!("fuzzing {target}");
        let figures = log::step(&what, || fuzz.target(target, plan.budget))?;
        let Figures {
            runs,
            seconds,
            runs_per_second,
            coverage,
        } = figures;
        writeln!(
            table,
            "{target:<16}{runs:>12}{seconds:>10}{runs_per_second:>10}{coverage:>10}"
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
        let seeds = env::current_dir()?.join(SEEDS).join(target);
        let crashes = env::current_dir()?.join(CRASHES);
        let mut run = self.command("run")?;
        run.arg(target)
            .args([system::text(&found)?, system::text(&seeds)?])
            .args(["--", "-seed=1", "-timeout=10", "-print_final_stats=1"])
            .args(budget.limits())
            .arg(format!("-max_len={LONGEST}"))
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
    // "Done 20000 runs in 2 second(s)"
    let seconds = said
        .lines()
        .filter_map(|line| line.strip_prefix("Done "))
        .find_map(|line| line.split_whitespace().nth(3)?.parse().ok())?;
    let coverage = said
        .lines()
        .filter_map(|line| line.split_once(" cov: "))
        .filter_map(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
        .next_back();
    Some(Figures {
        runs: stat("stat::number_of_executed_units:")?,
        seconds,
        runs_per_second: stat("stat::average_exec_per_sec:")?,
        coverage: coverage.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(runs: Option<u64>, seconds: Option<u64>) -> Budget {
        Budget { runs, seconds }
    }

    #[test]
    fn every_target_has_a_minute_unless_asked_otherwise() {
        let plan = |arguments: &[&str]| Plan::parse(arguments).unwrap();
        assert_eq!(plan(&[]).budget, budget(None, Some(60)));
        assert_eq!(plan(&["20000"]).budget, budget(Some(20_000), None));
        let one = plan(&["5s", "headers"]);
        assert_eq!(one.budget, budget(None, Some(5)));
        assert_eq!(one.target.as_deref(), Some("headers"));
    }

    #[test]
    fn a_time_and_a_number_of_runs_are_both_kept() {
        for arguments in [["1800s", "10000000"], ["10000000", "1800s"]] {
            let plan = Plan::parse(&arguments).unwrap();
            assert_eq!(plan.budget, budget(Some(10_000_000), Some(1_800)));
            let limits: Vec<_> = plan.budget.limits().collect();
            assert_eq!(limits, ["-runs=10000000", "-max_total_time=1800"]);
        }
    }

    #[test]
    fn two_of_a_kind_are_refused() {
        for twice in [["amount", "time"], ["5s", "6s"], ["10", "20"]] {
            let error = Plan::parse(&twice).unwrap_err();
            assert_eq!(
                error.to_string(),
                "`cargo xtask fuzz` takes one time, one number of runs and one target, or none for \
                 all of them",
                "{twice:?}"
            );
        }
    }

    #[test]
    fn the_figures_are_the_last_ones() {
        let said = "\
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb
#20000\tDONE   cov: 312 ft: 640 corp: 60/900b lim: 128 exec/s: 10000 rss: 40Mb
Done 20000 runs in 2 second(s)
stat::number_of_executed_units: 20000
stat::average_exec_per_sec:     10000";
        let expected = Figures {
            runs: 20_000,
            seconds: 2,
            runs_per_second: 10_000,
            coverage: 312,
        };
        assert_eq!(figures(said), Some(expected));
        assert_eq!(figures("==1== ERROR"), None);
    }
}
