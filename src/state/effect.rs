//! What is done again whenever a signal changes that it read.

use leptos::{
    prelude::{Owner, on_cleanup},
    reactive::effect::RenderEffect,
    task::spawn_local,
};

use super::{Act, StoredValue};

/// Does it now, and again whenever a signal that it reads changes, for as long as the owner lives.
pub(crate) fn follow(mut act: Box<dyn Act>) {
    let effect = RenderEffect::new(move |_| act.act());
    on_cleanup(move || drop(effect));
}

/// Does it on the next tick, and again whenever a signal that it reads changes.
///
/// As Leptos' own `Effect`, which is a second kind of effect to compile, and kept another way.
pub(crate) fn effect(act: impl FnMut() + 'static) {
    erased(Box::new(act));
}

fn erased(act: Box<dyn Act>) {
    let owner = Owner::current().unwrap_or_default();
    let is_here = StoredValue::new(());
    spawn_local(async move {
        if !is_here.is_gone() && !owner.paused() {
            owner.with(|| follow(act));
        }
    });
}
