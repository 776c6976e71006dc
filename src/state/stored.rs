//! A value in the keeping of an owner, which nobody watches.

use std::{fmt, marker::PhantomData, rc::Rc};

use super::{
    keep::{Handle, plain, slot},
    slot::{Reading, change, read, typed, write},
};

/// A value in the keeping of an owner.
pub(crate) struct StoredValue<T> {
    handle: Handle,
    kind: PhantomData<fn() -> T>,
}

impl<T: 'static> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::of(Rc::new(value))
    }

    /// The same of a value that others hold too.
    pub(crate) fn of(value: Rc<T>) -> Self {
        Self {
            handle: plain(value),
            kind: PhantomData,
        }
    }

    #[inline(never)]
    fn value(self) -> Option<Rc<T>> {
        let value = read(self.handle, Reading::Untracked)?;
        Some(typed(Some(value)))
    }

    #[inline(never)]
    fn known(self) -> Rc<T> {
        typed(read(self.handle, Reading::Untracked))
    }

    /// Looks at it, unless the owner is gone.
    pub(crate) fn try_with_value<O>(self, look: impl FnOnce(&T) -> O) -> Option<O> {
        self.value().map(|value| look(&value))
    }

    /// Changes it where it is, unless the owner is gone.
    pub(crate) fn try_update_value<O>(self, act: impl FnOnce(&mut T) -> O) -> Option<O>
    where
        T: Clone,
    {
        change(&slot(self.handle)?, act)
    }

    /// Looks at it.
    pub(crate) fn with_value<O>(self, look: impl FnOnce(&T) -> O) -> O {
        look(&self.known())
    }

    /// Whether its owner is gone.
    pub(crate) fn is_gone(self) -> bool {
        self.value().is_none()
    }

    /// It, unless the owner is gone.
    pub(crate) fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        self.value().map(Rc::unwrap_or_clone)
    }

    /// It.
    #[inline(never)]
    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// Puts another one there, unless the owner is gone.
    pub(crate) fn set_value(self, value: T) {
        write(self.handle, Rc::new(value));
    }
}

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: Default + 'static> Default for StoredValue<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for StoredValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredValue")
    }
}
