//! One out of a few, all of them in view.

use leptos::{ev::Event, prelude::*};

use super::unique_id;
use crate::{
    state::{Callback, RwSignal, Signal},
    view::{View, handler, view},
};

/// Native radio buttons in a fieldset.
#[component]
pub(crate) fn Choice(
    /// What is asked.
    #[prop(into)]
    legend: Signal<String>,
    /// The `name` of the radio buttons.
    #[prop(into)]
    name: String,
    /// The choices: value and text.
    options: Vec<(String, String)>,
    /// The value chosen.
    value: RwSignal<String>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// Called after each change by the payer.
    #[prop(optional, into)]
    on_edit: Option<Callback<()>>,
) -> View {
    let problem_id = unique_id("choice");
    let is_invalid = Signal::derive(move || problem.with(Option::is_some));
    let described_by = {
        let problem_id = problem_id.clone();
        Signal::derive(move || is_invalid.get().then(|| problem_id.clone()))
    };
    let option = move |(option, text): (String, String)| {
        let chosen = {
            let option = option.clone();
            Signal::derive(move || value.with(|value| *value == option))
        };
        let edit = {
            let option = option.clone();
            handler(move |_: Event| {
                value.set(option.clone());
                if let Some(on_edit) = on_edit {
                    on_edit.run(());
                }
            })
        };
        view! {
            <label class="checkout-choice__option">
                <input
                    class="checkout-choice__radio"
                    type="radio"
                    name=name.clone()
                    value=option
                    prop:checked=chosen
                    on:change=edit
                />
                <span class="checkout-choice__text">{text}</span>
            </label>
        }
    };
    view! {
        <fieldset
            class="checkout-choice"
            class:checkout-field--invalid=is_invalid
            aria-describedby=described_by
            part="choice"
        >
            <legend class="checkout-field__label">{legend}</legend>
            <div class="checkout-choice__options">
                {options.into_iter().map(option).collect::<Vec<_>>()}
            </div>
            <div class="checkout-field__problem" id=problem_id aria-live="polite">
                {problem}
            </div>
        </fieldset>
    }
}
