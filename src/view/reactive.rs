//! What is done again when a signal changes.

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;

/// Does it now, and again whenever a signal that it reads changes, for as long as the owner lives.
pub(super) fn follow(act: Box<dyn FnMut()>) {
    let mut act = act;
    let effect = RenderEffect::new(move |_| act());
    on_cleanup(move || drop(effect));
}
