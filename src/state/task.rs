//! Something that takes a while.

use std::{fmt, pin::Pin};

use wasm_bindgen_futures::spawn_local;

use super::{RwSignal, Signal};

/// Something that takes a while, and what came of it last.
pub(crate) struct Task<T> {
    is_running: RwSignal<bool>,
    outcome: RwSignal<Option<T>>,
}

impl<T: 'static> Task<T> {
    pub(crate) fn new() -> Self {
        Self {
            is_running: RwSignal::new(false),
            outcome: RwSignal::new(None),
        }
    }

    /// Begins. What came of it is kept when it is done, unless the owner is gone by then.
    pub(crate) fn run(self, work: impl Future<Output = T> + 'static) {
        self.is_running.set(true);
        let work: Pin<Box<dyn Future<Output = T>>> = Box::pin(work);
        spawn_local(async move {
            let outcome = work.await;
            self.is_running.set(false);
            self.outcome.set(Some(outcome));
        });
    }

    /// Whether it is under way.
    pub(crate) fn is_running(self) -> Signal<bool> {
        self.is_running.into()
    }

    /// What came of it last.
    pub(crate) fn outcome(self) -> Signal<Option<T>> {
        self.outcome.into()
    }

    /// Forgets what came of it.
    pub(crate) fn forget(self) {
        self.outcome.set(None);
    }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Task<T> {}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}
