//! A value that others notice when it changes.

use std::{any::Any, cell::RefCell, fmt, marker::PhantomData, rc::Rc};

use leptos::{
    prelude::{Get, GetUntracked, Notify, Track},
    reactive::{computed::ArcMemo, graph::untrack, signal::ArcTrigger},
};
use send_wrapper::SendWrapper;

/// Where a value comes from, and so what notices that it changes.
#[derive(Clone)]
enum Source {
    /// It was put there.
    Given(ArcTrigger),
    /// It is computed when something that it was computed from has changed.
    Remembered(ArcMemo<()>),
    /// It is computed whenever it is read.
    Computed,
}

/// A value, whatever it is of. It is in a [`Slot`], or made by a [`Maker`].
#[derive(Clone)]
pub(super) struct AnyWatched {
    source: Source,
    value: Rc<dyn Any>,
}

/// Holds nothing only before a remembered value is computed for the first time.
type Slot<T> = RefCell<Option<T>>;

type Maker<T> = Box<dyn Fn() -> T>;

/// A value that others notice when it changes, for whoever holds it.
pub(crate) struct Watched<T> {
    any: AnyWatched,
    kind: PhantomData<fn() -> T>,
}

/// The same, as Leptos calls it.
pub(crate) type ArcRwSignal<T> = Watched<T>;

/// Whether whoever reads wants to be told of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Tracked,
    Untracked,
}

impl AnyWatched {
    fn given(value: Rc<dyn Any>) -> Self {
        Self {
            source: Source::Given(ArcTrigger::new()),
            value,
        }
    }

    fn computed(value: Rc<dyn Any>) -> Self {
        Self {
            source: Source::Computed,
            value,
        }
    }

    /// `compute` says whether the value is another one now.
    fn remembered(value: Rc<dyn Any>, compute: Box<dyn Fn() -> bool>) -> Self {
        let compute = SendWrapper::new(compute);
        Self {
            source: Source::Remembered(ArcMemo::new_owning(move |_| ((), compute()))),
            value,
        }
    }

    /// Brings the value up to date before it is read.
    fn prepare(&self, reading: Reading) {
        match (&self.source, reading) {
            (Source::Given(trigger), Reading::Tracked) => trigger.track(),
            (Source::Remembered(memo), Reading::Tracked) => memo.get(),
            (Source::Remembered(memo), Reading::Untracked) => memo.get_untracked(),
            (Source::Given(_), Reading::Untracked) | (Source::Computed, _) => {}
        }
    }

    fn changed(&self) {
        if let Source::Given(trigger) = &self.source {
            trigger.notify();
        }
    }
}

impl<T: 'static> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::of(AnyWatched::given(Rc::new(Slot::new(Some(value)))))
    }

    pub(super) fn computed(make: impl Fn() -> T + 'static) -> Self {
        let make: Maker<T> = Box::new(make);
        Self::of(AnyWatched::computed(Rc::new(make)))
    }

    pub(super) fn remembered(make: impl Fn() -> T + 'static) -> Self
    where
        T: PartialEq,
    {
        let slot = Rc::new(Slot::<T>::new(None));
        let known = Rc::clone(&slot);
        let compute = move || {
            let value = Some(make());
            let is_other = *known.borrow() != value;
            if is_other {
                known.replace(value);
            }
            is_other
        };
        Self::of(AnyWatched::remembered(slot, Box::new(compute)))
    }

    pub(super) fn of(any: AnyWatched) -> Self {
        Self {
            any,
            kind: PhantomData,
        }
    }

    pub(super) fn any(self) -> AnyWatched {
        self.any
    }

    fn show<O>(&self, reading: Reading, look: impl FnOnce(&T) -> O) -> Option<O> {
        self.any.prepare(reading);
        if let Some(slot) = self.any.value.downcast_ref::<Slot<T>>() {
            return slot.borrow().as_ref().map(look);
        }
        let make = self.any.value.downcast_ref::<Maker<T>>()?;
        let value = match reading {
            Reading::Tracked => make(),
            Reading::Untracked => untrack(make),
        };
        Some(look(&value))
    }

    pub(super) fn try_with<O>(&self, look: impl FnOnce(&T) -> O) -> Option<O> {
        self.show(Reading::Tracked, look)
    }

    pub(super) fn try_with_untracked<O>(&self, look: impl FnOnce(&T) -> O) -> Option<O> {
        self.show(Reading::Untracked, look)
    }

    /// Looks at the value as it is now.
    pub(crate) fn with_untracked<O>(&self, look: impl FnOnce(&T) -> O) -> O {
        found(self.try_with_untracked(look))
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
        if let Some(slot) = self.any.value.downcast_ref::<Slot<T>>() {
            slot.replace(Some(value));
            self.any.changed();
        }
    }

    /// Changes the value where it is.
    pub(crate) fn update(&self, change: impl FnOnce(&mut T)) {
        if let Some(slot) = self.any.value.downcast_ref::<Slot<T>>() {
            if let Some(value) = slot.borrow_mut().as_mut() {
                change(value);
            }
            self.any.changed();
        }
    }
}

/// What was read. Nothing is there only where a view is used that is gone, which is a mistake of
/// ours.
#[track_caller]
pub(super) fn found<O>(read: Option<O>) -> O {
    match read {
        Some(value) => value,
        None => gone(),
    }
}

#[track_caller]
fn gone() -> ! {
    panic!("a signal is read after its owner is gone")
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Self {
            any: self.any.clone(),
            kind: PhantomData,
        }
    }
}

impl<T: Default + 'static> Default for Watched<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}
