//! What is done on the next tick, and again whenever a signal that it reads changes.

use leptos::prelude::Effect;

use super::Act;

/// Does it on the next tick, and again whenever a signal that it reads changes.
pub(crate) fn effect(act: impl FnMut() + 'static) {
    erased(Box::new(act));
}

fn erased(mut act: Box<dyn Act>) {
    Effect::new(move |_: Option<()>| act.act());
}
