//! Where a value is kept, whatever it is of: all the code that need not know.

use std::{any::Any, cell::RefCell, rc::Rc};

use leptos::{
    prelude::{Get, GetUntracked, Notify, Track},
    reactive::{computed::ArcMemo, graph::untrack, signal::ArcTrigger},
};

use super::{
    keep::{Handle, computed, handle, slot},
    work::Make,
};

/// A value, whatever it is of.
pub(super) type AnyValue = Rc<dyn Any>;

/// Compares two values of one type.
pub(super) type AreSame = fn(&dyn Any, &dyn Any) -> bool;

/// Where a value is kept. It holds nothing only before a value is computed for the first time.
type Kept = Rc<RefCell<Option<AnyValue>>>;

/// Where a value is kept, and what notices that it changes.
#[derive(Clone)]
pub(super) enum Slot {
    /// It was put there, and nobody watches.
    Plain(Kept),
    /// It was put there.
    Given(Kept, ArcTrigger),
    /// It is computed when something has changed that it was computed from.
    Remembered(Kept, ArcMemo<()>),
    /// It is computed whenever it is read.
    Computed(Rc<Box<dyn Make>>),
}

/// Whether whoever reads wants to be told of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Tracked,
    Untracked,
}

impl Slot {
    #[inline(never)]
    pub(super) fn plain(value: AnyValue) -> Self {
        Self::Plain(kept(value))
    }

    #[inline(never)]
    pub(super) fn given(value: AnyValue) -> Self {
        Self::Given(kept(value), ArcTrigger::new())
    }

    #[inline(never)]
    pub(super) fn remembered(make: Box<dyn Make>, are_same: AreSame) -> Self {
        let known = Kept::default();
        // A memo of Leptos may be sent to other threads, and so may keys.
        let (make, place) = (computed(make), handle(Self::Plain(Rc::clone(&known))));
        let memo = ArcMemo::new_owning(move |_| {
            let value = read(make, Reading::Tracked);
            let before = read(place, Reading::Untracked);
            let is_same = match (&before, &value) {
                (Some(before), Some(value)) => are_same(&**before, &**value),
                (None, _) | (_, None) => false,
            };
            if let Some(value) = value.filter(|_| !is_same) {
                write(place, value);
            }
            ((), !is_same)
        });
        Self::Remembered(known, memo)
    }

    /// The value as it is now.
    #[inline(never)]
    pub(super) fn read(&self, reading: Reading) -> Option<AnyValue> {
        let slot = match self {
            Self::Plain(slot) => slot,
            Self::Given(slot, trigger) => {
                if reading == Reading::Tracked {
                    trigger.track();
                }
                slot
            }
            Self::Remembered(slot, memo) => {
                match reading {
                    Reading::Tracked => memo.get(),
                    Reading::Untracked => memo.get_untracked(),
                }
                slot
            }
            Self::Computed(make) => {
                return Some(match reading {
                    Reading::Tracked => make.make(),
                    Reading::Untracked => untrack(|| make.make()),
                });
            }
        };
        slot.borrow().clone()
    }

    /// Puts another value there, or does nothing where values are computed.
    #[inline(never)]
    pub(super) fn write(&self, value: AnyValue) {
        match self {
            Self::Plain(slot) => drop(slot.replace(Some(value))),
            Self::Given(slot, trigger) => {
                drop(slot.replace(Some(value)));
                trigger.notify();
            }
            Self::Remembered(..) | Self::Computed(_) => {}
        }
    }

    /// Takes the value out, to be put back changed.
    #[inline(never)]
    pub(super) fn take(&self) -> Option<AnyValue> {
        match self {
            Self::Plain(slot) | Self::Given(slot, _) => slot.take(),
            Self::Remembered(..) | Self::Computed(_) => None,
        }
    }
}

#[inline(never)]
fn kept(value: AnyValue) -> Kept {
    Rc::new(RefCell::new(Some(value)))
}

/// The value, unless the owner is gone.
#[inline(never)]
pub(super) fn read(handle: Handle, reading: Reading) -> Option<AnyValue> {
    slot(handle)?.read(reading)
}

/// Puts another value there, unless the owner is gone.
#[inline(never)]
pub(super) fn write(handle: Handle, value: AnyValue) {
    if let Some(slot) = slot(handle) {
        slot.write(value);
    }
}

/// What was read, of its type again. Nothing is there only where a view is used that is gone,
/// which is a mistake of ours.
#[inline(never)]
#[track_caller]
pub(super) fn typed<T: 'static>(value: Option<AnyValue>) -> Rc<T> {
    match value.map(Rc::downcast) {
        Some(Ok(value)) => value,
        Some(Err(_)) | None => gone(),
    }
}

#[track_caller]
fn gone() -> ! {
    panic!("a signal is read after its owner is gone")
}

/// Changes a value where it is.
pub(super) fn change<T: Clone + 'static, O>(
    slot: &Slot,
    change: impl FnOnce(&mut T) -> O,
) -> Option<O> {
    let mut value: Rc<T> = slot.take()?.downcast().ok()?;
    let outcome = change(Rc::make_mut(&mut value));
    slot.write(value);
    Some(outcome)
}
