//! `cargo xtask chaos`: the long form of what `cargo xtask test` tries briefly, with a seed.

use anyhow::{Context, Result, bail};

use crate::{log, process, tools};

/// How often each point of an order's life is tried, where nobody says.
const ROUNDS: u32 = 50;

/// How long the campaigns go on, and what their choices begin with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Campaign {
    rounds: u32,
    seed: u64,
}

impl Campaign {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut campaign = Self {
            rounds: ROUNDS,
            seed: 1,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let value = rest
                .next()
                .with_context(|| format!("{argument} wants a number"));
            match *argument {
                "--rounds" => campaign.rounds = value?.parse().context("--rounds")?,
                "--seed" => campaign.seed = value?.parse().context("--seed")?,
                unknown => bail!("unknown option `{unknown}`"),
            }
        }
        Ok(campaign)
    }
}

/// Kills the proxy again and again, and says what it did.
pub(crate) fn run(campaign: &Campaign) -> Result<()> {
    tools::ensure_postgres()?;
    log::step("chaos: kills", || {
        process::run(
            kills()
                .args(["--", "--nocapture"])
                .env("OFFRAMP_CHAOS_ROUNDS", campaign.rounds.to_string())
                .env("OFFRAMP_CHAOS_SEED", campaign.seed.to_string()),
        )
    })
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

    #[test]
    fn the_figures_of_the_docs_need_no_options() {
        let campaign = Campaign::parse(&[]).unwrap();
        assert_eq!(
            campaign,
            Campaign {
                rounds: 50,
                seed: 1
            }
        );
    }

    #[test]
    fn rounds_and_seed_may_be_said() {
        let campaign = Campaign::parse(&["--seed", "7", "--rounds", "2"]).unwrap();
        assert_eq!(campaign, Campaign { rounds: 2, seed: 7 });
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for wrong in [&["--rounds"][..], &["--rounds", "many"], &["--speed", "2"]] {
            assert!(Campaign::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
