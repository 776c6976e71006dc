//! What owners keep.
//!
//! Leptos keeps such values too, under keys of eight bytes. Each view copies hundreds of them, so
//! these have four.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::on_cleanup;

use super::{
    slot::{AnyValue, AreSame, Slot},
    work::Make,
};

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Kept { last: 0, slots: Vec::new() }) };
}

/// Everything that some owner keeps, in the order in which it came.
struct Kept {
    last: u32,
    slots: Vec<(Handle, Slot)>,
}

/// A slot in the keeping of an owner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handle(u32);

impl Kept {
    fn find(&self, handle: Handle) -> Option<usize> {
        self.slots.binary_search_by_key(&handle, |kept| kept.0).ok()
    }
}

/// Gives a slot to the owner of this moment.
#[inline(never)]
pub(super) fn handle(slot: Slot) -> Handle {
    let handle = KEPT.with_borrow_mut(|kept| {
        kept.last += 1;
        let handle = Handle(kept.last);
        kept.slots.push((handle, slot));
        handle
    });
    on_cleanup(move || {
        let slot = KEPT.with_borrow_mut(|kept| {
            let index = kept.find(handle)?;
            Some(kept.slots.remove(index))
        });
        // What goes with it may want to look at others.
        drop(slot);
    });
    handle
}

#[inline(never)]
pub(super) fn plain(value: AnyValue) -> Handle {
    handle(Slot::plain(value))
}

#[inline(never)]
pub(super) fn given(value: AnyValue) -> Handle {
    handle(Slot::given(value))
}

#[inline(never)]
pub(super) fn computed(make: Box<dyn Make>) -> Handle {
    handle(Slot::Computed(Rc::new(make)))
}

/// `are_same` compares two values of the type that `make` makes.
#[inline(never)]
pub(super) fn remembered(make: Box<dyn Make>, are_same: AreSame) -> Handle {
    handle(Slot::remembered(make, are_same))
}

/// The slot, unless the owner is gone.
#[inline(never)]
pub(super) fn slot(handle: Handle) -> Option<Slot> {
    KEPT.with_borrow(|kept| Some(kept.slots.get(kept.find(handle)?)?.1.clone()))
}
