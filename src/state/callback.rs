//! Something that somebody else does.

use std::{fmt, rc::Rc};

use super::{StoredValue, work::Take};

/// Something that somebody else does, while its owner is there.
pub(crate) struct Callback<T>(StoredValue<Rc<dyn Take<T>>>);

impl<T: 'static> Callback<T> {
    pub(crate) fn new(act: impl Fn(T) + 'static) -> Self {
        Self(StoredValue::new(Rc::new(act)))
    }

    /// Does it, unless the owner is gone.
    pub(crate) fn run(self, with: T) {
        if let Some(act) = self.0.try_get_value() {
            act.take(with);
        }
    }
}

impl<T: 'static, F: Fn(T) + 'static> From<F> for Callback<T> {
    fn from(act: F) -> Self {
        Self::new(act)
    }
}

impl<T> Clone for Callback<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Callback<T> {}

impl<T> fmt::Debug for Callback<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}
