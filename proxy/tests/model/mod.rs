//! The model, what can happen, and how it is made to happen.

#[expect(
    clippy::module_inception,
    reason = "the file is named for what it holds"
)]
mod model;
mod play;
mod step;

use std::{cell::RefCell, collections::BTreeMap, env};

use proptest::{
    collection::vec,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

use self::step::any_step;
use crate::support::Outcome;

/// How many lives a test has time for.
const LIVES: u32 = 40;

/// The most that happens in one.
const STEPS: usize = 24;

#[test]
fn orders_live_as_the_model_says() -> Outcome {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u32>().ok())
    };
    let seed = number("OFFRAMP_SEED").unwrap_or(1);
    let lives = number("OFFRAMP_MODEL_LIVES").unwrap_or(LIVES);
    let config = Config {
        cases: lives,
        rng_seed: RngSeed::Fixed(seed.into()),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    // How often an order came to rest in which state.
    let ends = RefCell::new(BTreeMap::<String, u32>::new());
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = TestRunner::new(config).run(&vec(any_step(), 4..STEPS), |steps| {
        let states = runtime.block_on(play::live(&steps));
        for state in states.map_err(|error| TestCaseError::fail(error.to_string()))? {
            *ends.borrow_mut().entry(state).or_default() += 1;
        }
        Ok(())
    });
    outcome.map_err(|error| format!("seed {seed}, {lives} lives: {error}"))?;
    let ends = ends.into_inner();
    eprintln!("seed {seed}: {lives} lives as the model says, {ends:?}");
    assert!(ends.len() >= 5, "only {ends:?} were reached");
    Ok(())
}
