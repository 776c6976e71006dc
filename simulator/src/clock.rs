//! Time that can be held, stepped and sped up.
//!
//! Everything in the simulator that happens later happens on this clock, so that a test reaches
//! tomorrow without waiting for it. A [`Clock`] is cheap to clone; all clones are one clock.

use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use tokio::sync::watch;

/// Simulated time: running or held, at any speed.
#[derive(Clone, Debug)]
pub struct Clock {
    inner: Arc<Inner>,
}

/// A point in simulated time, in whole milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Whether time passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// Only [`Clock::step`] moves it.
    Held,
    /// It runs, at the clock's speed.
    Running,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// What the clock showed when `anchor` was taken.
    base: Moment,
    anchor: Instant,
    motion: Motion,
    /// Simulated seconds in a real one.
    speed: u32,
}

impl Clock {
    /// A clock that shows the machine's time and runs.
    pub fn system() -> Self {
        Self::new(Moment::from(SystemTime::now()), Motion::Running)
    }

    /// A clock that shows `moment` and runs.
    pub fn running_from(moment: Moment) -> Self {
        Self::new(moment, Motion::Running)
    }

    /// A clock that shows `moment` and stands still.
    pub fn held_at(moment: Moment) -> Self {
        Self::new(moment, Motion::Held)
    }

    fn new(base: Moment, motion: Motion) -> Self {
        let state = State {
            base,
            anchor: Instant::now(),
            motion,
            speed: 1,
        };
        let inner = Inner {
            state: Mutex::new(state),
            changes: watch::Sender::new(()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        self.state().now()
    }

    /// Whether time passes by itself.
    pub fn motion(&self) -> Motion {
        self.state().motion
    }

    /// How many simulated seconds pass in a real one.
    pub fn pace(&self) -> u32 {
        self.state().speed
    }

    /// Stops the clock where it is.
    pub fn hold(&self) {
        self.change(|state| state.motion = Motion::Held);
    }

    /// Lets the clock run again, from where it is.
    pub fn resume(&self) {
        self.change(|state| state.motion = Motion::Running);
    }

    /// Moves the clock forward at once, whether it runs or not.
    pub fn step(&self, by: Duration) {
        self.change(|state| state.base = state.base.plus(by));
    }

    /// Makes `factor` simulated seconds pass in a real one.
    pub fn speed(&self, factor: u32) {
        self.change(|state| state.speed = factor);
    }

    /// Wakes whoever waits for the clock to be held, stepped, resumed or sped up.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.inner.changes.subscribe()
    }

    fn change(&self, act: impl FnOnce(&mut State)) {
        {
            let mut state = self.state();
            state.base = state.now();
            state.anchor = Instant::now();
            act(&mut state);
        }
        self.inner.changes.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl State {
    fn now(&self) -> Moment {
        match self.motion {
            Motion::Held => self.base,
            Motion::Running => self
                .base
                .plus(self.anchor.elapsed().saturating_mul(self.speed)),
        }
    }
}

impl Moment {
    /// The moment so many milliseconds after the start of 1970.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// How many milliseconds have passed since the start of 1970.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// The moment `by` later, to the millisecond.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// The same moment as the standard library says it. What lies before 1970 is 1970.
    pub(crate) fn to_system_time(self) -> SystemTime {
        /// The last millisecond of the year 9999, the last that RFC 3339 can write.
        const LAST: u64 = 253_402_300_799_999;
        let millis = u64::try_from(self.0).unwrap_or(0).min(LAST);
        UNIX_EPOCH + Duration::from_millis(millis)
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        Self(0).plus(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

/// RFC 3339 in UTC with milliseconds, as `2026-05-01T12:00:10.000Z`.
impl Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_rfc3339_millis(self.to_system_time()).fmt(formatter)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

    #[test]
    fn a_held_clock_stands_still() {
        let clock = Clock::held_at(NOON);
        assert_eq!(clock.now(), NOON);
        assert_eq!(clock.now(), NOON);
    }

    #[test]
    fn a_step_moves_every_clone() {
        let clock = Clock::held_at(NOON);
        clock.clone().step(Duration::from_millis(1_500));
        assert_eq!(clock.now().unix_millis(), NOON.unix_millis() + 1_500);
    }

    #[test]
    fn a_resumed_clock_does_not_jump() {
        let clock = Clock::held_at(NOON);
        clock.resume();
        let waited = clock.now().unix_millis() - NOON.unix_millis();
        assert!((0..1_000).contains(&waited), "{waited} ms passed");
    }

    #[test]
    fn holding_keeps_the_speed_for_later() {
        let clock = Clock::running_from(NOON);
        clock.speed(60);
        clock.hold();
        assert_eq!((clock.motion(), clock.pace()), (Motion::Held, 60));
    }

    #[test]
    fn moments_are_written_with_milliseconds() {
        assert_eq!(
            NOON.plus(Duration::from_millis(10)).to_string(),
            "2026-05-01T12:00:00.010Z"
        );
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_still_written() {
        assert_eq!(Moment(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Moment(-1).to_string(), "1970-01-01T00:00:00.000Z");
    }
}
