//! Asking again by itself: only what reads, a few times, and never past the call's time limit.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use tokio::time::Instant;

use super::{
    Limits, Policy,
    client::Answer,
    failure::{NotSent, Unanswered},
};

/// How long after the first attempt the second is made, at least. Chance adds as much again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How one attempt ended, for whoever decides about another.
pub(super) enum Attempt {
    /// An answer that may be another one soon: a failure of the provider's own, or 429.
    Passing(Answer),
    /// None.
    None(Unanswered),
}

impl Attempt {
    fn may_pass(&self) -> bool {
        match self {
            Self::Passing(_) => true,
            Self::None(failure) => match failure {
                Unanswered::TimedOut
                | Unanswered::Connection(_)
                | Unanswered::NotSent(NotSent::Unreachable(_)) => true,
                Unanswered::NotSent(NotSent::Open { .. } | NotSent::Busy | NotSent::Address)
                | Unanswered::TooLarge { .. }
                | Unanswered::Encoded => false,
            },
        }
    }

    /// How long the provider asks to be left alone.
    fn asked_pause(&self) -> Duration {
        match self {
            Self::Passing(answer) => {
                Duration::from_secs(answer.retry_after_secs.unwrap_or_default())
            }
            Self::None(_) => Duration::ZERO,
        }
    }
}

/// Makes attempts until one is final, there were enough, or the next would have too little time.
pub(super) async fn until_final<F: Future<Output = Result<Answer, Attempt>>>(
    attempt: impl FnMut() -> F,
    policy: &Policy,
    limits: Limits,
    begun: Instant,
) -> Result<Answer, Attempt> {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_times(policy.repeats)
        .with_jitter();
    attempt
        .retry(pauses)
        .sleep(tokio::time::sleep)
        .when(Attempt::may_pass)
        .adjust(|failed, planned| {
            let pause = planned?.max(failed.asked_pause());
            has_time(limits, begun.elapsed(), pause).then_some(pause)
        })
        .await
}

/// Whether half of the time is left for an attempt after the pause.
fn has_time(limits: Limits, elapsed: Duration, pause: Duration) -> bool {
    elapsed.saturating_add(pause) <= limits.whole / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_attempt_has_half_of_the_time() {
        let limits = Limits {
            headers: Duration::from_secs(8),
            whole: Duration::from_secs(8),
        };
        let has_time = |elapsed, pause| {
            let secs = Duration::from_secs;
            super::has_time(limits, secs(elapsed), secs(pause))
        };
        assert!(has_time(0, 4) && has_time(3, 1));
        assert!(!has_time(0, 5) && !has_time(4, 1));
        assert!(!has_time(0, u64::MAX));
    }
}
