//! A place on the screen where one view follows another.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::Node;

use super::{Fragment, IntoView, View};
use crate::{
    context::{here, within},
    state::follow,
};

/// Shows what `content` makes, and makes it anew when a signal that it reads changes.
///
/// The effects of a view that goes may still run once, after its signals are gone, and panic
/// (leptos-rs/leptos#3922); so may the handler of a `blur` that the browser fires when it removes
/// the focused input (#4457). So the old view rests at once, and is disposed of when nothing can
/// reach it any more.
pub(crate) fn region(content: impl Fn() -> View + 'static) -> View {
    erased(Box::new(content))
}

/// What is shown. A `dyn Fn` would carry two functions more for each region.
trait Content {
    fn view(&self) -> View;
}

impl<F: Fn() -> View> Content for F {
    fn view(&self) -> View {
        self()
    }
}

fn erased(content: Box<dyn Content>) -> View {
    let outside = Owner::current();
    let around = here();
    let mut shown = None::<Owner>;
    // The view stands between two empty texts.
    let start = Node::from(document().create_text_node(""));
    let end = Node::from(document().create_text_node(""));
    let place = Fragment::new()
        .child(View(start.clone()))
        .child(View(end.clone()))
        .into_view();
    follow(Box::new(move || {
        if let Some(before) = shown.take() {
            retire(before);
        }
        let owner = outside.as_ref().map_or_else(Owner::new, Owner::child);
        let view = owner.with(|| within(around, || content.view()));
        replace(&start, &end, &view);
        shown = Some(owner);
    }));
    place
}

/// Puts the view where the last one was.
fn replace(start: &Node, end: &Node, view: &View) {
    // Both are there unless somebody else has taken them away, and with them the view.
    let Some(parent) = end.parent_node() else {
        return;
    };
    while let Some(old) = start.next_sibling()
        && old != *end
    {
        let _ = parent.remove_child(&old);
    }
    let _ = parent.insert_before(&view.0, Some(end));
}

/// Stops every effect below an owner now, and disposes of what it owns once the view is gone and
/// nothing is left to run.
pub(super) fn retire(owner: Owner) {
    owner.pause();
    set_timeout(move || owner.cleanup(), Duration::ZERO);
}
