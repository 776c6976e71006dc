//! Values that others notice when they change.

use std::{any::Any, fmt, marker::PhantomData, ops::Deref, rc::Rc};

use super::{
    keep::{Handle, computed, given, handle, plain, remembered, slot},
    slot::{AnyValue, Reading, Slot, change, read, typed, write},
};

/// A value that is read, and noticed when it changes.
pub(crate) struct Signal<T> {
    handle: Handle,
    kind: PhantomData<fn() -> T>,
}

/// A value that is read and written.
pub(crate) struct RwSignal<T>(Signal<T>);

/// A value that is read and written by whoever holds it, and has no owner.
pub(crate) struct ArcRwSignal<T> {
    slot: Slot,
    kind: PhantomData<fn() -> T>,
}

impl<T: 'static> Signal<T> {
    fn of(handle: Handle) -> Self {
        Self {
            handle,
            kind: PhantomData,
        }
    }

    /// A value that never changes.
    pub(crate) fn stored(value: T) -> Self {
        Self::of(plain(Rc::new(value)))
    }

    /// Computed whenever it is read.
    pub(crate) fn derive(make: impl Fn() -> T + 'static) -> Self {
        let make = move || -> AnyValue { Rc::new(make()) };
        Self::of(computed(Box::new(make)))
    }

    /// Computed when something has changed that it was computed from, and noticed only if it is
    /// another value then.
    pub(crate) fn memo(make: impl Fn() -> T + 'static) -> Self
    where
        T: PartialEq,
    {
        let make = move || -> AnyValue { Rc::new(make()) };
        Self::of(remembered(Box::new(make), are_same::<T>))
    }

    /// The value, shared with whoever else looks at it, and to be told when it changes.
    #[inline(never)]
    pub(crate) fn value(self) -> Rc<T> {
        typed(read(self.handle, Reading::Tracked))
    }

    #[inline(never)]
    fn value_untracked(self) -> Rc<T> {
        typed(read(self.handle, Reading::Untracked))
    }

    /// Looks at the value, and is told when it changes.
    pub(crate) fn with<O>(self, look: impl FnOnce(&T) -> O) -> O {
        look(&self.value())
    }

    /// Looks at the value as it is now.
    pub(crate) fn with_untracked<O>(self, look: impl FnOnce(&T) -> O) -> O {
        look(&self.value_untracked())
    }

    /// The value, and to be told when it changes.
    #[inline(never)]
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        Rc::unwrap_or_clone(self.value())
    }

    /// The value as it is now.
    #[inline(never)]
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        Rc::unwrap_or_clone(self.value_untracked())
    }

    /// To be told when it changes.
    pub(crate) fn track(self) {
        drop(read(self.handle, Reading::Tracked));
    }

    /// Whether its owner is gone.
    pub(crate) fn is_gone(self) -> bool {
        slot(self.handle).is_none()
    }
}

impl<T: 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Signal::of(given(Rc::new(value))))
    }

    /// Puts another value there, unless the owner is gone.
    #[inline(never)]
    pub(crate) fn set(self, value: T) {
        write(self.0.handle, Rc::new(value));
    }

    /// Changes the value where it is, unless the owner is gone.
    pub(crate) fn update(self, act: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        if let Some(slot) = slot(self.0.handle) {
            change(&slot, act);
        }
    }
}

impl<T: 'static> ArcRwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::of(Rc::new(value))
    }

    /// The same of a value that others hold too.
    pub(crate) fn of(value: Rc<T>) -> Self {
        Self {
            slot: Slot::given(value),
            kind: PhantomData,
        }
    }

    /// Looks at the value as it is now.
    pub(crate) fn with_untracked<O>(&self, look: impl FnOnce(&T) -> O) -> O {
        look(&typed(self.slot.read(Reading::Untracked)))
    }

    /// The value as it is now.
    pub(crate) fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Puts another value there.
    pub(crate) fn set(&self, value: T) {
        self.share(Rc::new(value));
    }

    /// Puts another value there that others hold too.
    pub(crate) fn share(&self, value: Rc<T>) {
        self.slot.write(value);
    }

    /// Changes the value where it is.
    pub(crate) fn update(&self, act: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        change(&self.slot, act);
    }
}

fn are_same<T: PartialEq + 'static>(one: &dyn Any, other: &dyn Any) -> bool {
    match (one.downcast_ref::<T>(), other.downcast_ref::<T>()) {
        (Some(one), Some(other)) => one == other,
        _ => false,
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

impl<T> Clone for ArcRwSignal<T> {
    fn clone(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            kind: PhantomData,
        }
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        signal.0
    }
}

impl<T: 'static> From<ArcRwSignal<T>> for Signal<T> {
    fn from(signal: ArcRwSignal<T>) -> Self {
        Self::of(handle(signal.slot))
    }
}

impl<T: 'static> From<ArcRwSignal<T>> for RwSignal<T> {
    fn from(signal: ArcRwSignal<T>) -> Self {
        Self(signal.into())
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

impl<T: Default + 'static> Default for ArcRwSignal<T> {
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

impl<T> fmt::Debug for ArcRwSignal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ArcRwSignal")
    }
}
