//! A place on the screen where one view follows another.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use leptos::{prelude::*, tachys::reactive_graph::OwnedView};

/// A view that is made anew whenever what it reads changes. One type for all of them, which keeps
/// the program small.
pub(crate) type Region = Arc<Mutex<dyn FnMut() -> AnyView + Send>>;

/// Shows what `content` makes, and makes it anew when a signal that it reads changes.
///
/// Use it wherever components come and go. With a plain closure, the effects of the view that goes
/// may still run once, after its signals are gone, and panic (leptos-rs/leptos#3922); so may the
/// handler of a `blur` that the browser fires when it removes the focused input (#4457). Here the
/// old view rests at once and is disposed of when nothing can reach it any more. Can go when both
/// issues are closed.
pub(crate) fn region(content: impl Fn() -> AnyView + Send + 'static) -> Region {
    erased(Box::new(content))
}

fn erased(content: Box<dyn Fn() -> AnyView + Send>) -> Region {
    let outside = Owner::current();
    let mut shown = None::<Owner>;
    Arc::new(Mutex::new(move || {
        if let Some(before) = shown.take() {
            retire(before);
        }
        let owner = outside.as_ref().map_or_else(Owner::new, Owner::child);
        let view = within(&owner, &content);
        shown = Some(owner);
        view
    }))
}

/// A view that belongs to an owner: also what it makes later, its effects and their contexts.
pub(crate) fn within(owner: &Owner, content: impl FnOnce() -> AnyView) -> AnyView {
    OwnedView::new_with_owner(owner.with(content), owner.clone()).into_any()
}

/// Stops every effect below an owner now, and disposes of what it owns once the view is gone and
/// nothing is left to run.
pub(crate) fn retire(owner: Owner) {
    owner.pause();
    set_timeout(move || owner.cleanup(), Duration::ZERO);
}
