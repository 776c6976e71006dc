//! A choice out of a list, by the browser's own control.

use leptos::{ev::Event, prelude::*};

use super::{flag, unique_id};
use crate::{
    state::{Callback, RwSignal, Signal},
    view::{IntoView, View, handler, region, view},
};

/// A native `<select>` with a label.
#[component]
pub(crate) fn Select(
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// The `name` of the control.
    #[prop(into)]
    name: String,
    /// The choices: value and text.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value chosen.
    value: RwSignal<String>,
    /// What stands there before a choice; without it the first option is as good as any.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// Whether the choice is fixed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called after each change by the payer.
    #[prop(optional, into)]
    on_edit: Option<Callback<()>>,
) -> View {
    let id = unique_id("select");
    let problem_id = [&id, "-problem"].concat();
    let is_invalid = Signal::derive(move || problem.with(Option::is_some));
    let described_by = {
        let problem_id = problem_id.clone();
        Signal::derive(move || is_invalid.get().then(|| problem_id.clone()))
    };
    let edit = handler(move |event: Event| {
        value.set(event_target_value(&event));
        if let Some(on_edit) = on_edit {
            on_edit.run(());
        }
    });
    let option = move |(option, text): (String, String)| {
        let chosen = {
            let option = option.clone();
            Signal::derive(move || value.with(|value| *value == option))
        };
        view! {
            <option value=option prop:selected=chosen>
                {text}
            </option>
        }
    };
    view! {
        <div class="checkout-select" class:checkout-field--invalid=is_invalid part="field">
            <label class="checkout-field__label" for=id.clone()>
                {label}
            </label>
            <select
                class="checkout-select__control"
                part="select"
                id=id
                name=name
                disabled=disabled
                aria-invalid=flag(is_invalid)
                aria-describedby=described_by
                on:change=edit
            >
                {region(move || {
                    let first = placeholder.clone().map(|text| (String::new(), text));
                    first.into_iter().chain(options.get()).map(option).collect::<Vec<_>>().into_view()
                })}
            </select>
            <div class="checkout-field__problem" id=problem_id aria-live="polite">
                {problem}
            </div>
        </div>
    }
}
