//! What is done again when a signal changes.

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;

use crate::state::Act;

/// Does it now, and again whenever a signal that it reads changes, for as long as the owner lives.
pub(super) fn follow(mut act: Box<dyn Act>) {
    let effect = RenderEffect::new(move |_| act.act());
    on_cleanup(move || drop(effect));
}
