//! Calls to a provider's server: what every adapter's client has in common.
//!
//! Reading order: [`client`] (one call, with its limits), [`breaker`] (when nothing is sent any
//! more), `address` (where a call may go), `repeat` (what is asked again by itself), [`failure`]
//! (what is known of a call without an answer).
//!
//! Nothing here knows what an answer means, and nothing here repeats what might be done twice.

mod address;
pub mod breaker;
pub mod client;
pub mod failure;
mod repeat;

use std::{num::NonZeroU32, time::Duration};

pub use self::{
    client::{Answer, Call, Client, Key},
    failure::{NotSent, Unanswered},
};

/// How a provider is called. Not configurable: the proxy's own answers depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often a call that is safe to repeat is made again.
    pub repeats: usize,
    /// Calls under way at once.
    pub most_in_flight: usize,
    /// How long a call waits for others to end before it is given up unsent.
    pub wait_in_line: Duration,
    /// So many calls without an answer, one after the other, and nothing is sent any more.
    pub failures_to_open: NonZeroU32,
    /// How long nothing is sent then.
    pub open_for: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            repeats: 2,
            most_in_flight: 64,
            wait_in_line: Duration::from_secs(2),
            failures_to_open: const { NonZeroU32::new(10).unwrap() },
            open_for: Duration::from_secs(5),
        }
    }
}

/// How long one call may take. All repetitions of it together take no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the head of the answer is there.
    pub headers: Duration,
    /// Until the last byte of it is read.
    pub whole: Duration,
}

/// Whether a call may be made again when nobody knows what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It reads, and changes nothing.
    Safe,
    /// Only the order store knows.
    Never,
}

/// Whether a call may be the one that finds out if the provider is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It may.
    May,
    /// It may not: it must not be the one that gets lost.
    MayNot,
}
