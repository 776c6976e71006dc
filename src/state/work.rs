//! Closures behind a pointer.
//!
//! A `dyn Fn` also carries two functions that call it as a `FnMut` and a `FnOnce`, for each closure
//! of the program. These carry only what is called.

use super::slot::AnyValue;

/// Makes a value.
pub(crate) trait Make {
    fn make(&self) -> AnyValue;
}

impl<F: Fn() -> AnyValue> Make for F {
    fn make(&self) -> AnyValue {
        self()
    }
}

/// Does something, again and again.
pub(crate) trait Act {
    fn act(&mut self);
}

impl<F: FnMut()> Act for F {
    fn act(&mut self) {
        self();
    }
}

/// Takes something, again and again.
pub(crate) trait Take<T> {
    fn take(&self, it: T);
}

impl<T, F: Fn(T)> Take<T> for F {
    fn take(&self, it: T) {
        self(it);
    }
}

/// Takes something, again and again, and changes with it.
pub(crate) trait Handle<T> {
    fn handle(&mut self, it: T);
}

impl<T, F: FnMut(T)> Handle<T> for F {
    fn handle(&mut self, it: T) {
        self(it);
    }
}
