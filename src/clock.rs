//! The server's clock, as far as its answers tell it.

use std::{cell::Cell, rc::Rc};

use leptos::prelude::*;
use offramp_domain::time::Timestamp;

use crate::state::StoredValue;

/// Milliseconds since this page was opened. Never runs backwards and cannot be set.
pub(crate) fn monotonic_millis() -> i64 {
    let millis = window()
        .performance()
        .map_or(0.0, |performance| performance.now());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of one page fit"
    )]
    let whole = millis as i64;
    whole
}

/// How far the server's clock is ahead of this page's, learnt from each answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClockOffset(Rc<Cell<Option<i64>>>);

impl ClockOffset {
    /// Takes the time out of an answer that has just arrived.
    pub(crate) fn learn(&self, server_time: Timestamp) {
        self.0
            .set(Some(server_time.as_millis() - monotonic_millis()));
    }

    /// What time it is at the server.
    pub(crate) fn now(&self) -> Timestamp {
        let millis = self
            .0
            .get()
            .map_or_else(device_millis, |offset| offset + monotonic_millis());
        Timestamp::from_millis(millis)
    }
}

fn device_millis() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit"
    )]
    let whole = js_sys::Date::now() as i64;
    whole
}

/// The server's clock, in the context of every step. What the payer's own clock says is only taken
/// until the first answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerClock(StoredValue<ClockOffset>);

impl ServerClock {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(ClockOffset::default()))
    }

    /// What answers are to set it by.
    pub(crate) fn offset(self) -> ClockOffset {
        self.0.try_get_value().unwrap_or_default()
    }

    /// What time it is at the server.
    pub(crate) fn now(self) -> Timestamp {
        self.0
            .try_with_value(ClockOffset::now)
            .unwrap_or_else(|| Timestamp::from_millis(device_millis()))
    }
}
