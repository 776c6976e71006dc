//! A button that stays where it is while it works.

use leptos::{ev::MouseEvent, prelude::*};
use web_sys::HtmlButtonElement;

use super::flag;
use crate::{
    state::{Callback, NodeRef, Signal},
    view::{View, handler, view},
};

/// How much a button weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ButtonKind {
    /// The way forward; one per screen.
    #[default]
    Primary,
    /// Another way.
    Secondary,
    /// A text that can be pressed.
    Quiet,
    /// Something that cannot be undone.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "checkout-button checkout-button--primary",
            Self::Secondary => "checkout-button checkout-button--secondary",
            Self::Quiet => "checkout-button checkout-button--quiet",
            Self::Danger => "checkout-button checkout-button--danger",
        }
    }

    /// What a host page may restyle.
    fn part(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button button-secondary",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// What a press does to the form around the button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ButtonType {
    /// Nothing.
    #[default]
    Button,
    /// Sends it.
    Submit,
}

/// A button. While it is busy it keeps its place, its words and the focus, and ignores presses.
#[component]
pub(crate) fn Button(
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// How much it weighs.
    #[prop(optional)]
    kind: ButtonKind,
    /// What a press does to the form around it.
    #[prop(optional)]
    submit: ButtonType,
    /// Whether it is working on the last press.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Its `data-action`, by which tests find it.
    #[prop(optional)]
    action: &'static str,
    /// Called for every press that counts.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// The button itself, for the focus.
    #[prop(optional)]
    node_ref: NodeRef<HtmlButtonElement>,
) -> View {
    let press = handler(move |event: MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    });
    // A field that loses the focus says what is wrong with it, which would push the button away from
    // under the mouse before the mouse button is released: the press would be lost.
    let keep_focus = handler(|event: MouseEvent| event.prevent_default());
    let busy = flag(busy);
    let kind_of_press = match submit {
        ButtonType::Button => "button",
        ButtonType::Submit => "submit",
    };
    view! {
        <button
            type=kind_of_press
            class=kind.class()
            part=kind.part()
            data-action=(!action.is_empty()).then_some(action)
            aria-disabled=busy
            aria-busy=busy
            on:mousedown=keep_focus
            on:click=press
            node_ref=node_ref
        >
            {label}
        </button>
    }
}
