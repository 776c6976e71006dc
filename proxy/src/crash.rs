//! Labelled points of an order's life at which a test kills the process.
//!
//! Built without the feature `crash-points`, as every binary that is deployed, a point is nothing.
//! With it, `OFFRAMP_CRASH_AT=before_intent:2` ends the process by `SIGKILL` the second time that
//! point is reached: no destructor runs, no buffer is flushed.

/// The variable that names a point and how often it is passed, itself included.
#[cfg(feature = "crash-points")]
const VARIABLE: &str = "OFFRAMP_CRASH_AT";

/// Dies here if this is the point that the test named.
#[cfg(feature = "crash-points")]
pub(crate) fn point(name: &str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };
    static ARMED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let named = std::env::var(VARIABLE).ok()?;
        let (name, time) = named.split_once(':').unwrap_or((&named, "1"));
        Some((name.to_owned(), time.parse().ok()?))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Some((armed, time)) = &*ARMED else { return };
    if armed == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *time {
        let this = nix::unistd::getpid();
        let _ = nix::sys::signal::kill(this, nix::sys::signal::Signal::SIGKILL);
        // Until the signal is delivered, nothing more is done.
        loop {
            std::thread::park();
        }
    }
}

/// Nothing.
#[cfg(not(feature = "crash-points"))]
pub(crate) const fn point(_name: &str) {}
