//! A press that is asked about once more.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::{HtmlButtonElement, HtmlHeadingElement};

use super::{Button, ButtonKind, unique_id};
use crate::{
    state::{Callback, NodeRef, RwSignal, Signal},
    view::{View, region, view},
};

/// What is asked before something is done, and how it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The button that asks, how much it weighs, and its `data-action`.
    pub(crate) open: (&'static str, ButtonKind, &'static str),
    /// What is asked.
    pub(crate) title: &'static str,
    /// What has to be known before an answer.
    pub(crate) lines: Vec<String>,
    /// What must not be overlooked.
    pub(crate) warning: Option<String>,
    /// The button that does it.
    pub(crate) yes: (&'static str, ButtonKind, &'static str),
    /// The button that does not.
    pub(crate) no: (&'static str, &'static str),
}

/// More to be filled in before the answer.
pub(crate) type Extra = Rc<dyn Fn() -> View>;

/// A button, and the question behind it. Of several that share `asked` one is asked at a time.
#[component]
pub(crate) fn Ask(
    /// What is asked.
    question: Question,
    /// The `data-action` of the button that was pressed, or nothing.
    asked: RwSignal<String>,
    /// Whether the answer is being worked on.
    #[prop(into)]
    busy: Signal<bool>,
    /// Called when it is to be done.
    #[prop(into)]
    on_yes: Callback<()>,
    /// More to be filled in.
    #[prop(optional_no_strip)]
    extra: Option<Extra>,
) -> View {
    let (label, kind, name) = question.open;
    let button = NodeRef::<HtmlButtonElement>::default();
    let keep = Callback::new(move |()| {
        asked.set(String::new());
        // The button is back after the next rendering.
        request_animation_frame(move || {
            if let Some(button) = button.get() {
                // A button that cannot be focused stays as it is.
                let _ = button.focus();
            }
        });
    });
    region(move || {
        let is_asked = asked.with(|asked| (!asked.is_empty()).then(|| asked == name));
        match is_asked {
            None => view! {
                <Button
                    label
                    kind
                    action=name
                    on_press=move |()| asked.set(name.to_owned())
                    node_ref=button
                />
            },
            Some(true) => {
                let extra = extra.as_ref().map(|extra| extra());
                view! { <Asked question=question.clone() busy on_yes on_no=keep extra /> }
            }
            Some(false) => View::empty(),
        }
    })
}

#[component]
fn Asked(
    question: Question,
    busy: Signal<bool>,
    on_yes: Callback<()>,
    on_no: Callback<()>,
    extra: Option<View>,
) -> View {
    let title_id = unique_id("ask");
    let title = NodeRef::<HtmlHeadingElement>::default();
    request_animation_frame(move || {
        if let Some(title) = title.get() {
            // A heading that cannot be focused stays as it is.
            let _ = title.focus();
        }
    });
    let (yes, yes_kind, yes_name) = question.yes;
    let (no, no_name) = question.no;
    let lines = question
        .lines
        .into_iter()
        .map(|line| view! { <p>{line}</p> });
    let warning = question.warning.map(|warning| {
        view! {
            <p>
                <strong>{warning}</strong>
            </p>
        }
    });
    view! {
        <div class="checkout-ask" role="group" aria-labelledby=title_id.clone()>
            <h3 class="checkout-step__subtitle" id=title_id tabindex="-1" node_ref=title>
                {question.title}
            </h3>
            {lines.collect::<Vec<_>>()}
            {warning}
            {extra}
            <div class="checkout-step__actions">
                <Button label=yes kind=yes_kind busy action=yes_name on_press=on_yes />
                <Button label=no kind=ButtonKind::Secondary action=no_name on_press=on_no />
            </div>
        </div>
    }
}
