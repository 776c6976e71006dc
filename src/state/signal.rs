//! Handles of watched values.

use std::{fmt, marker::PhantomData, ops::Deref};

use leptos::prelude::{GetValue as _, IsDisposed as _, LocalStorage, StoredValue};

use super::watched::{AnyWatched, Watched, found};

/// A value that is read, and by whom it is noticed when it changes.
pub(crate) struct Signal<T> {
    item: StoredValue<AnyWatched, LocalStorage>,
    kind: PhantomData<fn() -> T>,
}

/// A value that is read and written.
pub(crate) struct RwSignal<T>(Signal<T>);

/// The element of a control, once it is made.
pub(crate) type NodeRef<T> = RwSignal<Option<T>>;

impl<T: 'static> Signal<T> {
    /// A value that never changes.
    pub(crate) fn stored(value: T) -> Self {
        Watched::new(value).into()
    }

    /// Computed whenever it is read.
    pub(crate) fn derive(make: impl Fn() -> T + 'static) -> Self {
        Watched::computed(make).into()
    }

    /// Computed when something has changed that it was computed from, and noticed only if it is
    /// another value then.
    pub(crate) fn memo(make: impl Fn() -> T + 'static) -> Self
    where
        T: PartialEq,
    {
        Watched::remembered(make).into()
    }

    fn watched(self) -> Option<Watched<T>> {
        self.item.try_get_value().map(Watched::of)
    }

    /// Looks at the value, and is told when it changes.
    pub(crate) fn with<O>(self, look: impl FnOnce(&T) -> O) -> O {
        found(self.watched().and_then(|watched| watched.try_with(look)))
    }

    /// Looks at the value as it is now.
    pub(crate) fn with_untracked<O>(self, look: impl FnOnce(&T) -> O) -> O {
        found(
            self.watched()
                .and_then(|watched| watched.try_with_untracked(look)),
        )
    }

    /// The value, and to be told when it changes.
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value as it is now.
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// To be told when it changes.
    pub(crate) fn track(self) {
        self.with(|_| ());
    }

    /// Whether its owner is gone.
    pub(crate) fn is_gone(self) -> bool {
        self.item.is_disposed()
    }

    /// The value as it is now, unless its owner is gone.
    pub(crate) fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.watched()?.try_with_untracked(T::clone)
    }
}

impl<T: 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Signal::stored(value))
    }

    /// Puts another value there, unless the owner is gone.
    pub(crate) fn set(self, value: T) {
        if let Some(watched) = self.0.watched() {
            watched.set(value);
        }
    }

    /// Changes the value where it is, unless the owner is gone.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        if let Some(watched) = self.0.watched() {
            watched.update(change);
        }
    }
}

/// Whatever can be read can be read here.
impl<T> Deref for RwSignal<T> {
    type Target = Signal<T>;

    fn deref(&self) -> &Signal<T> {
        &self.0
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T: 'static> From<Watched<T>> for Signal<T> {
    fn from(watched: Watched<T>) -> Self {
        Self {
            item: StoredValue::new_local(watched.any()),
            kind: PhantomData,
        }
    }
}

impl<T: 'static> From<Watched<T>> for RwSignal<T> {
    fn from(watched: Watched<T>) -> Self {
        Self(watched.into())
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        signal.0
    }
}

impl<T: 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::stored(value)
    }
}

impl From<&str> for Signal<String> {
    fn from(value: &str) -> Self {
        Self::stored(value.to_owned())
    }
}

impl<T: Default + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signal")
    }
}

impl<T> fmt::Debug for RwSignal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RwSignal")
    }
}
