//! A text field: label, hint, the box, and what is wrong with the answer.

use leptos::{
    ev::{Event, FocusEvent},
    prelude::*,
};
use web_sys::HtmlInputElement;

use super::{flag, unique_id};
use crate::{
    state::{Callback, NodeRef, RwSignal, Signal},
    view::{Children, View, handler, view},
};

/// Which keys a phone shows, and how the browser treats the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keyboard {
    /// Letters.
    #[default]
    Text,
    /// Digits and a decimal mark.
    Decimal,
    /// Digits.
    Numeric,
    /// Letters and digits that are no words: never corrected, capitals first.
    Code,
    /// The same, where capitals and small letters differ.
    Hash,
}

impl Keyboard {
    fn input_mode(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Hash => "text",
            Self::Decimal => "decimal",
            Self::Numeric => "numeric",
        }
    }

    fn capitals(self) -> Option<&'static str> {
        match self {
            Self::Code => Some("characters"),
            Self::Hash => Some("none"),
            Self::Text | Self::Decimal | Self::Numeric => None,
        }
    }

    /// `false` where a browser's spelling help would only be in the way.
    fn spelling(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Decimal | Self::Numeric | Self::Code | Self::Hash => Some("false"),
        }
    }
}

/// How large the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldSize {
    /// As the text around it.
    #[default]
    Normal,
    /// As the figure that a screen is about.
    Large,
}

impl FieldSize {
    fn class(self) -> &'static str {
        match self {
            Self::Normal => "checkout-field",
            Self::Large => "checkout-field checkout-field--large",
        }
    }
}

/// A text field with a visible label. What is wrong is read out when it appears, not on each key.
#[component]
pub(crate) fn TextField(
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// The `name` of the input.
    #[prop(into)]
    name: String,
    /// What is typed, to the letter.
    value: RwSignal<String>,
    /// What stands there while the payer is elsewhere, if that is not what was typed.
    #[prop(optional)]
    at_rest: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// What helps to answer.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// Which keys a phone shows.
    #[prop(optional)]
    keyboard: Keyboard,
    /// How large the answer is written.
    #[prop(optional)]
    size: FieldSize,
    /// The `autocomplete` of the input: what the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The `enterkeyhint` of the input.
    #[prop(default = "next")]
    enter: &'static str,
    /// Whether the answer is fixed.
    #[prop(optional, into)]
    read_only: Signal<bool>,
    /// Called after each change by the payer.
    #[prop(optional, into)]
    on_edit: Option<Callback<()>>,
    /// Called when the payer leaves the field.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// The input itself, for the focus.
    #[prop(optional)]
    node_ref: NodeRef<HtmlInputElement>,
    /// What stands behind the answer, within the box: a unit, or a choice of them.
    #[prop(optional)]
    children: Option<Children>,
) -> View {
    let id = unique_id("field");
    let hint_id = [&id, "-hint"].concat();
    let problem_id = [&id, "-problem"].concat();
    let described_by = {
        let (hint_id, problem_id) = (hint_id.clone(), problem_id.clone());
        Signal::derive(
            move || match (hint.with(Option::is_some), problem.with(Option::is_some)) {
                (true, true) => Some([&hint_id, " ", &problem_id].concat()),
                (true, false) => Some(hint_id.clone()),
                (false, true) => Some(problem_id.clone()),
                (false, false) => None,
            },
        )
    };
    let is_invalid = Signal::derive(move || problem.with(Option::is_some));
    let is_entered = RwSignal::new(false);
    let shown = Signal::derive(move || match at_rest {
        Some(text) if !is_entered.get() => text.get(),
        Some(_) | None => value.get(),
    });
    let take_up = handler(move |event: FocusEvent| {
        is_entered.set(true);
        let input: HtmlInputElement = event_target(&event);
        let is_selected = input.selection_start().ok() != input.selection_end().ok();
        if at_rest.is_some() && is_selected {
            // The Tab key has selected all of it, and would have lost it to another text.
            input.set_value(&value.get_untracked());
            input.select();
        }
    });
    let edit = handler(move |event: Event| {
        is_entered.set(true);
        value.set(event_target_value(&event));
        if let Some(on_edit) = on_edit {
            on_edit.run(());
        }
    });
    let leave = handler(move |_: FocusEvent| {
        is_entered.set(false);
        if let Some(on_leave) = on_leave {
            // A control that is taken away loses the focus too, when nobody listens any more.
            on_leave.run(());
        }
    });
    view! {
        <div class=size.class() class:checkout-field--invalid=is_invalid part="field">
            <label class="checkout-field__label" for=id.clone()>
                {label}
            </label>
            <p class="checkout-field__hint" id=hint_id>
                {hint}
            </p>
            <div class="checkout-field__box">
                <input
                    class="checkout-field__input"
                    part="input"
                    type="text"
                    id=id
                    name=name
                    inputmode=keyboard.input_mode()
                    autocapitalize=keyboard.capitals()
                    spellcheck=keyboard.spelling()
                    autocomplete=autocomplete
                    enterkeyhint=enter
                    aria-invalid=flag(is_invalid)
                    aria-describedby=described_by
                    readonly=read_only
                    prop:value=shown
                    on:focus=take_up
                    on:input=edit
                    on:blur=leave
                    node_ref=node_ref
                />
                {children.map(|children| children())}
            </div>
            <div class="checkout-field__problem" id=problem_id aria-live="polite">
                {problem}
            </div>
        </div>
    }
}
