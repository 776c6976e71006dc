//! One limit, counted for each of many callers in bounded memory.

use std::{
    fmt,
    hash::{BuildHasher as _, Hash, RandomState},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference as _},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

use super::table::Limit;

/// Callers that are counted one by one. Beyond, they share [`SHARED`] counters by chance: no number
/// of addresses takes more memory, and none of them takes a counter from somebody else for itself.
pub(super) const COUNTED: usize = 16_384;

/// Counters for callers beyond [`COUNTED`].
const SHARED: u64 = 1_024;

/// After so many requests, callers whose bucket is full again are forgotten.
const TIDY_EVERY: u32 = 1_024;

/// The time that limits are counted in: since some moment, and never going back.
#[derive(Clone)]
pub struct Stopwatch(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Stopwatch {
    /// Real time. Not the clock that a demo may move.
    pub fn real() -> Self {
        let start = Instant::now();
        Self::from_fn(move || start.elapsed())
    }

    /// Any other source.
    pub fn from_fn(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }
}

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stopwatch").field(&self.now()).finish()
    }
}

impl Clock for Stopwatch {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

/// A limit, and how much of it each caller has used.
#[derive(Debug)]
pub(super) struct Buckets {
    used: RateLimiter<u64, HashMapStateStore<u64>, Stopwatch, NoOpMiddleware<Duration>>,
    stopwatch: Stopwatch,
    /// Callers are known by their hash, under a key that nobody else can know.
    keys: RandomState,
    taken: AtomicU32,
}

impl Buckets {
    pub(super) fn new(limit: Limit, stopwatch: &Stopwatch) -> Self {
        let at_once = NonZeroU32::new(limit.at_once).unwrap_or(NonZeroU32::MIN);
        // Only a period of nothing has no quota.
        let quota = Quota::with_period(limit.one_more_after)
            .unwrap_or(Quota::per_second(at_once))
            .allow_burst(at_once);
        Self {
            used: RateLimiter::new(quota, HashMapStateStore::default(), stopwatch.clone()),
            stopwatch: stopwatch.clone(),
            keys: RandomState::new(),
            taken: AtomicU32::new(0),
        }
    }

    /// Takes one from a caller's bucket.
    ///
    /// # Errors
    /// When it is empty: how long until there is one again.
    pub(super) fn take(&self, caller: impl Hash) -> Result<(), Duration> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.used.retain_recent();
            self.used.shrink_to_fit();
        }
        let hash = self.keys.hash_one(caller);
        let key = if self.used.len() < COUNTED {
            hash
        } else {
            hash % SHARED
        };
        self.used.check_key(&key).map_err(|until| {
            Duration::from(
                until
                    .earliest_possible()
                    .duration_since(self.stopwatch.now()),
            )
        })
    }

    /// How many callers are counted.
    pub(super) fn callers(&self) -> usize {
        self.used.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A stopwatch that is held, and what moves it.
    fn held() -> (Stopwatch, Arc<Mutex<Duration>>) {
        let now = Arc::new(Mutex::new(Duration::ZERO));
        let shown = Arc::clone(&now);
        (Stopwatch::from_fn(move || *shown.lock().unwrap()), now)
    }

    fn buckets(at_once: u32, one_more_after: Duration, stopwatch: &Stopwatch) -> Buckets {
        let limit = Limit {
            at_once,
            one_more_after,
        };
        Buckets::new(limit, stopwatch)
    }

    #[test]
    fn a_bucket_is_emptied_and_fills_again() {
        let (stopwatch, now) = held();
        let buckets = buckets(3, Duration::from_secs(10), &stopwatch);
        for _ in 0..3 {
            assert_eq!(buckets.take("ana"), Ok(()));
        }
        assert_eq!(buckets.take("ana"), Err(Duration::from_secs(10)));
        assert_eq!(buckets.take("luis"), Ok(()));
        *now.lock().unwrap() += Duration::from_secs(4);
        assert_eq!(buckets.take("ana"), Err(Duration::from_secs(6)));
        *now.lock().unwrap() += Duration::from_secs(6);
        assert_eq!(buckets.take("ana"), Ok(()));
        assert_eq!(buckets.take("ana"), Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_flood_of_callers_takes_bounded_memory_and_is_forgotten() {
        let (stopwatch, now) = held();
        let buckets = buckets(3, Duration::from_secs(10), &stopwatch);
        let most = COUNTED + usize::try_from(SHARED).unwrap();
        for caller in 0..200_000 {
            let _ = buckets.take(caller);
            assert!(buckets.callers() <= most);
        }
        assert_eq!(buckets.callers(), most);
        *now.lock().unwrap() += Duration::from_mins(1);
        for _ in 0..TIDY_EVERY {
            let _ = buckets.take("ana");
        }
        assert!(buckets.callers() <= 2, "{}", buckets.callers());
    }
}
