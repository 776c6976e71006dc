//! How often, with which seed, and what was found.

use std::env;

use rand::{SeedableRng as _, rngs::StdRng};

use crate::support::Outcome;

/// What a campaign is run with.
pub(super) struct Campaign {
    name: &'static str,
    seed: u64,
    pub(super) rounds: usize,
}

impl Campaign {
    /// So many rounds in a test, and so many for the figure, unless a number is asked for.
    pub(super) fn of(name: &'static str, short: usize, full: usize) -> Outcome<Self> {
        let rounds = match env::var("OFFRAMP_CAMPAIGN").as_deref() {
            Ok("full") => full,
            Ok(number) => number.parse()?,
            Err(_) => short,
        };
        let seed = env::var("OFFRAMP_SEED").map_or(Ok(1), |seed| seed.parse())?;
        Ok(Self { name, seed, rounds })
    }

    pub(super) fn random(&self) -> StdRng {
        StdRng::seed_from_u64(self.seed)
    }

    /// Where something went wrong.
    pub(super) fn at(&self, round: usize) -> String {
        format!("{}: seed {}, round {round}", self.name, self.seed)
    }

    /// Says what was tried, and what came of it.
    pub(super) fn done(&self, tried: usize, came_of_it: &str) {
        eprintln!(
            "{}: seed {}, {tried} tried, {came_of_it}",
            self.name, self.seed
        );
    }
}
