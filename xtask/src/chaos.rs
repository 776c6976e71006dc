//! `cargo xtask chaos`: the long form of what `cargo xtask test` tries briefly, with a seed.

use anyhow::{Context, Result, bail};

use crate::{log, process, programs, tools};

/// How often each point of an order's life is tried, where nobody says.
const ROUNDS: u32 = 50;

/// What can be run by itself, in the order in which everything runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The proxy is killed at every point of an order's life.
    Kills,
    /// Forgeries, identical requests, lost answers, repeated actions.
    Campaigns,
    /// Clients that take their time.
    Slow,
    /// Long polls by the thousand.
    Polls,
}

impl Part {
    const ALL: [Self; 4] = [Self::Kills, Self::Campaigns, Self::Slow, Self::Polls];

    fn name(self) -> &'static str {
        match self {
            Self::Kills => "kills",
            Self::Campaigns => "campaigns",
            Self::Slow => "slow",
            Self::Polls => "polls",
        }
    }

    fn run(self, campaign: &Campaign) -> Result<()> {
        match self {
            Self::Kills => process::run(
                kills()
                    .args(["--", "--nocapture"])
                    .env("OFFRAMP_CHAOS_ROUNDS", campaign.rounds.to_string())
                    .env("OFFRAMP_CHAOS_SEED", campaign.seed.to_string()),
            ),
            Self::Campaigns => {
                let targets = ["campaigns", "exactly_once", "exactly_once_on_postgres"];
                let mut test = in_full(&targets, campaign);
                process::run(test.args(["--", "--nocapture"]))
            }
            Self::Slow => load("slow_clients", campaign),
            Self::Polls => load("polls", campaign),
        }
    }
}

/// What is run, for how long, and what its choices begin with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Campaign {
    parts: Vec<Part>,
    rounds: u32,
    seed: u64,
}

impl Campaign {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut campaign = Self {
            parts: Vec::new(),
            rounds: ROUNDS,
            seed: 1,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || {
                let value = rest.next();
                value.with_context(|| format!("{argument} wants a number"))
            };
            match *argument {
                "--rounds" => campaign.rounds = value()?.parse().context("--rounds")?,
                "--seed" => campaign.seed = value()?.parse().context("--seed")?,
                "all" => campaign.parts.extend(Part::ALL),
                name => match Part::ALL.into_iter().find(|part| part.name() == name) {
                    Some(part) => campaign.parts.push(part),
                    None => bail!(
                        "`{name}` is none of all, {}",
                        Part::ALL.map(Part::name).join(", ")
                    ),
                },
            }
        }
        if campaign.parts.is_empty() {
            campaign.parts.push(Part::Kills);
        }
        Ok(campaign)
    }
}

/// Runs the parts one after another, so that none disturbs the other's times.
pub(crate) fn run(campaign: &Campaign) -> Result<()> {
    tools::ensure_postgres()?;
    for part in &campaign.parts {
        log::step(&format!("chaos: {}", part.name()), || part.run(campaign))?;
    }
    Ok(())
}

/// Tests of the proxy with the numbers of the docs.
fn in_full(targets: &[&str], campaign: &Campaign) -> std::process::Command {
    let mut test = process::cargo();
    test.args(["test", "--no-fail-fast", "-p", "offramp-proxy"])
        .args(targets.iter().flat_map(|target| ["--test", target]))
        .env("OFFRAMP_CAMPAIGN", "full")
        .env("OFFRAMP_SEED", campaign.seed.to_string());
    test
}

/// Load on the program that is deployed.
fn load(words: &str, campaign: &Campaign) -> Result<()> {
    log::step("building the proxy", || {
        process::run(process::cargo().args(["build", "--release", "-p", "offramp-proxy"]))
    })?;
    let program = programs::Build::Release.program("proxy")?;
    let mut test = in_full(&["load"], campaign);
    test.args(["--", "--nocapture", words])
        .env("OFFRAMP_PROGRAM", program);
    process::run(&mut test)
}

/// The tests that kill the proxy, built with the points at which it dies.
pub(crate) fn kills() -> std::process::Command {
    let mut test = process::cargo();
    test.args(["test", "--no-fail-fast", "-p", "offramp-proxy"])
        .args(["--features", "crash-points", "--test", "crash"]);
    test
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(parts: &[Part], rounds: u32, seed: u64) -> Campaign {
        Campaign {
            parts: parts.to_vec(),
            rounds,
            seed,
        }
    }

    #[test]
    fn without_words_the_proxy_is_killed_as_often_as_the_docs_say() {
        let parsed = Campaign::parse(&[]).unwrap();
        assert_eq!(parsed, campaign(&[Part::Kills], 50, 1));
    }

    #[test]
    fn parts_rounds_and_seed_may_be_said() {
        let parsed = Campaign::parse(&["slow", "--seed", "7", "polls", "--rounds", "2"]).unwrap();
        assert_eq!(parsed, campaign(&[Part::Slow, Part::Polls], 2, 7));
    }

    #[test]
    fn all_is_every_part() {
        let parsed = Campaign::parse(&["all"]).unwrap();
        assert_eq!(parsed, campaign(&Part::ALL, 50, 1));
    }

    #[test]
    fn what_is_neither_part_nor_number_is_refused() {
        for wrong in [
            &["--rounds"][..],
            &["--rounds", "many"],
            &["--speed", "2"],
            &["load"],
        ] {
            assert!(Campaign::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
