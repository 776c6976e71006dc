//! Time left until a deadline, by the server's clock.

use std::time::Duration;

use offramp_domain::time::Timestamp;

use super::{use_interval, use_visibility};
use crate::{
    context::context,
    state::{RwSignal, Signal},
};

/// Whole seconds left until `deadline`, rounded up; zero once it has passed, nothing without one.
///
/// Looks at the clock once a second while the page is visible, and at once when it becomes so.
pub(crate) fn use_countdown(deadline: Signal<Option<Timestamp>>) -> Signal<Option<u64>> {
    let clock = context().clock;
    let is_visible = use_visibility();
    let beat = RwSignal::new(());
    use_interval(Duration::from_secs(1), move || {
        if is_visible.get_untracked() {
            beat.set(());
        }
    });
    Signal::derive(move || {
        beat.track();
        is_visible.track();
        let left = deadline.get()?.since(clock.now());
        Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    })
}
