//! Random lives of orders against a small model of one: calls in and out of turn, the provider's
//! events and failures, jumps of the clock, restarts.
//!
//! `OFFRAMP_MODEL_LIVES` says how many, `OFFRAMP_SEED` which; a failure is shrunk and printed with
//! the seed.

#[path = "model/mod.rs"]
mod model;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
