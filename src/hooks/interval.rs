//! Doing something again and again, until the component is gone.

use std::time::Duration;

use leptos::prelude::*;

/// Calls `tick` once every `period`, for as long as the owner lives.
pub(crate) fn use_interval(period: Duration, tick: impl Fn() + 'static) {
    // A browser without timers is none; there is nothing to clear then.
    if let Ok(handle) = set_interval_with_handle(tick, period) {
        on_cleanup(move || handle.clear());
    }
}
