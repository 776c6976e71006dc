//! A circuit breaker: a provider that does not answer is left alone for a while, then tried with a
//! single call.
//!
//! It protects payers rather than the provider: a create that is not sent is certainly not made,
//! and can be tried again at once, while one that got no answer has to be looked for.

use std::{
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use offramp_domain::time::Timestamp;
use tracing::{info, warn};

use super::{Policy, Probe, failure::NotSent};
use crate::clock::Clock;

/// How long others wait while one call finds out whether the provider is back.
const PROBED: Duration = Duration::from_secs(1);

/// The breaker of one provider.
#[derive(Debug)]
pub struct Breaker {
    provider: &'static str,
    clock: Clock,
    failures_to_open: NonZeroU32,
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything is sent; so many calls in a row got no answer.
    Closed { failures: u32 },
    /// Nothing is sent.
    Open { since: Timestamp },
    /// One call is under way, and decides.
    Probing { since: Timestamp },
}

/// How a call that was let through ended, as far as the breaker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The provider answered, be it with a refusal.
    Answered,
    /// It did not, or with a failure of its own.
    Failed,
}

/// Leave to make one call. Dropped without a word, it changes nothing.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
}

impl Breaker {
    /// A closed one.
    pub fn new(provider: &'static str, policy: &Policy, clock: Clock) -> Self {
        Self {
            provider,
            clock,
            failures_to_open: policy.failures_to_open,
            open_for: policy.open_for,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// Leave to make a call.
    ///
    /// # Errors
    /// [`NotSent::Open`] while the provider is left alone, and for all calls but one when it is
    /// tried again.
    pub fn pass(&self, probe: Probe) -> Result<Pass<'_>, NotSent> {
        let mut state = self.state();
        let is_probe = match (*state, probe) {
            (State::Closed { .. }, Probe::May | Probe::MayNot) => false,
            (State::Probing { .. }, Probe::May | Probe::MayNot) => {
                return Err(NotSent::Open { retry_in: PROBED });
            }
            (State::Open { since }, Probe::May | Probe::MayNot) => {
                let rest = self.rest(since);
                if !rest.is_zero() {
                    return Err(NotSent::Open { retry_in: rest });
                }
                if probe == Probe::MayNot {
                    return Err(NotSent::Open { retry_in: PROBED });
                }
                *state = State::Probing { since };
                true
            }
        };
        Ok(Pass {
            breaker: self,
            is_probe,
        })
    }

    /// How much longer nothing is sent. A clock that was put back ends the wait.
    fn rest(&self, since: Timestamp) -> Duration {
        let now = self.clock.now();
        if now < since {
            return Duration::ZERO;
        }
        self.open_for.saturating_sub(now.since(since))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Says how the call ended.
    pub fn ended(mut self, how: Ended) {
        let Breaker {
            provider, clock, ..
        } = self.breaker;
        let is_probe = std::mem::take(&mut self.is_probe);
        let mut state = self.breaker.state();
        match (*state, how) {
            (State::Closed { .. }, Ended::Answered) => *state = State::Closed { failures: 0 },
            (State::Open { .. } | State::Probing { .. }, Ended::Answered) => {
                info!(provider, "the provider answers again");
                *state = State::Closed { failures: 0 };
            }
            (State::Closed { failures }, Ended::Failed) => {
                let failures = failures.saturating_add(1);
                *state = if failures < self.breaker.failures_to_open.get() {
                    State::Closed { failures }
                } else {
                    warn!(provider, failures, "the provider is left alone for a while");
                    State::Open { since: clock.now() }
                };
            }
            (State::Probing { .. }, Ended::Failed) if is_probe => {
                *state = State::Open { since: clock.now() };
            }
            // It was sent before the provider was left alone.
            (State::Open { .. } | State::Probing { .. }, Ended::Failed) => {}
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.is_probe {
            return;
        }
        let mut state = self.breaker.state();
        // Nobody waited for the answer: the next call may find out.
        if let State::Probing { since } = *state {
            *state = State::Open { since };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::*;

    /// A breaker that opens after three failures for ten seconds, and the clock it goes by.
    fn breaker() -> (Breaker, Arc<AtomicI64>) {
        let millis = Arc::new(AtomicI64::new(1_777_636_800_000));
        let shared = Arc::clone(&millis);
        let clock = Clock::from_fn(move || Timestamp::from_millis(shared.load(Ordering::Relaxed)));
        let policy = Policy {
            failures_to_open: NonZeroU32::new(3).unwrap(),
            open_for: Duration::from_secs(10),
            ..Policy::default()
        };
        (Breaker::new("test", &policy, clock), millis)
    }

    fn end(breaker: &Breaker, how: Ended) {
        breaker.pass(Probe::May).unwrap().ended(how);
    }

    fn opened() -> (Breaker, Arc<AtomicI64>) {
        let (breaker, millis) = breaker();
        for _ in 0..3 {
            end(&breaker, Ended::Failed);
        }
        (breaker, millis)
    }

    #[track_caller]
    fn retry_in(breaker: &Breaker, probe: Probe) -> Option<u64> {
        match breaker.pass(probe) {
            Ok(_) => None,
            Err(NotSent::Open { retry_in }) => Some(retry_in.as_secs()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row() {
        let (breaker, _) = breaker();
        end(&breaker, Ended::Failed);
        end(&breaker, Ended::Failed);
        end(&breaker, Ended::Answered);
        end(&breaker, Ended::Failed);
        end(&breaker, Ended::Failed);
        assert_eq!(retry_in(&breaker, Probe::MayNot), None);
        end(&breaker, Ended::Failed);
        assert_eq!(retry_in(&breaker, Probe::May), Some(10));
        assert_eq!(retry_in(&breaker, Probe::MayNot), Some(10));
    }

    #[test]
    fn then_a_single_call_is_let_through_and_decides() {
        for (how, expected) in [(Ended::Answered, None), (Ended::Failed, Some(10))] {
            let (breaker, millis) = opened();
            millis.fetch_add(9_000, Ordering::Relaxed);
            assert_eq!(retry_in(&breaker, Probe::May), Some(1));
            millis.fetch_add(1_000, Ordering::Relaxed);
            let probe = breaker.pass(Probe::May).unwrap();
            assert_eq!(retry_in(&breaker, Probe::May), Some(1));
            probe.ended(how);
            assert_eq!(retry_in(&breaker, Probe::May), expected, "{how:?}");
        }
    }

    #[test]
    fn what_must_not_get_lost_is_no_probe() {
        let (breaker, millis) = opened();
        millis.fetch_add(10_000, Ordering::Relaxed);
        assert_eq!(retry_in(&breaker, Probe::MayNot), Some(1));
        end(&breaker, Ended::Answered);
        assert_eq!(retry_in(&breaker, Probe::MayNot), None);
    }

    #[test]
    fn a_probe_that_nobody_waits_for_any_more_makes_room_for_the_next() {
        let (breaker, millis) = opened();
        millis.fetch_add(10_000, Ordering::Relaxed);
        drop(breaker.pass(Probe::May).unwrap());
        end(&breaker, Ended::Answered);
        assert_eq!(retry_in(&breaker, Probe::MayNot), None);
    }

    #[test]
    fn what_was_sent_before_decides_nothing_bad() {
        let (breaker, millis) = breaker();
        let slow = [(); 2].map(|()| breaker.pass(Probe::May).unwrap());
        for _ in 0..3 {
            end(&breaker, Ended::Failed);
        }
        millis.fetch_add(10_000, Ordering::Relaxed);
        let probe = breaker.pass(Probe::May).unwrap();
        let [failed, answered] = slow;
        failed.ended(Ended::Failed);
        assert_eq!(retry_in(&breaker, Probe::May), Some(1));
        answered.ended(Ended::Answered);
        assert_eq!(retry_in(&breaker, Probe::MayNot), None);
        probe.ended(Ended::Answered);
    }

    #[test]
    fn a_clock_that_was_put_back_ends_the_wait() {
        let (breaker, millis) = opened();
        millis.fetch_sub(3_600_000, Ordering::Relaxed);
        assert_eq!(retry_in(&breaker, Probe::May), None);
    }
}
