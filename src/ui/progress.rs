//! How far along the steps somebody is.

use crate::{
    state::Signal,
    view::{View, view},
};
use leptos::prelude::*;

/// A thin bar with one part per step, and the same in words.
#[component]
pub(crate) fn Progress(
    /// The step, counted from one.
    #[prop(into)]
    step: Signal<usize>,
    /// How many there are.
    of: usize,
    /// The same in words.
    #[prop(into)]
    label: Signal<String>,
) -> View {
    let part = move |index| {
        let is_reached = Signal::derive(move || index <= step.get());
        view! {
            <span class="checkout-progress__part" class:checkout-progress__part--reached=is_reached></span>
        }
    };
    view! {
        <div class="checkout-progress" part="progress">
            <p class="checkout-progress__label">{label}</p>
            <div class="checkout-progress__bar" aria-hidden="true">
                {(1..=of).map(part).collect::<Vec<_>>()}
            </div>
        </div>
    }
}
