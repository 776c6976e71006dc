//! A button that copies a text, and says what became of it.

use std::time::Duration;

use leptos::{
    ev::{FocusEvent, MouseEvent},
    prelude::*,
    task::spawn_local,
};
use web_sys::HtmlInputElement;

use super::{Icon, Picture};
use crate::{
    context::words,
    hooks::{Copied, copy},
    state::{NodeRef, RwSignal, Signal},
    view::{View, handler, region, view},
};

/// How long a good answer stays.
const SHOWN_FOR: Duration = Duration::from_millis(2_500);

/// Copies `text` as it is, without a blank or a line break of its own.
///
/// Says "copied" once the browser has done it and, where it may look, has found the same text in
/// the clipboard. Where copying is not allowed, it offers the text selected instead.
#[component]
pub(crate) fn CopyButton(
    /// What a press copies, in words: "Copy address".
    #[prop(into)]
    label: Signal<String>,
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// Its `data-action`, by which tests find it.
    #[prop(optional)]
    action: &'static str,
) -> View {
    let words = words();
    let outcome = RwSignal::new(None::<Copied>);
    let press = handler(move |_: MouseEvent| {
        let copying = copy(text.get_untracked());
        spawn_local(async move {
            // The button may be gone by now, and with it the signal.
            outcome.set(Some(copying.await));
            set_timeout(
                move || {
                    outcome.update(|outcome| {
                        if *outcome == Some(Copied::Done) {
                            *outcome = None;
                        }
                    });
                },
                SHOWN_FOR,
            );
        });
    });
    let said = Signal::derive(move || {
        let sentence = match outcome.get()? {
            Copied::Done => words.common.copied(),
            Copied::Changed => words.common.copy_changed(),
            Copied::Refused => words.common.copy_failed(),
        };
        Some(sentence.to_owned())
    });
    let is_done = Signal::derive(move || outcome.get() == Some(Copied::Done));
    let icon = region(move || {
        let picture = if is_done.get() {
            Picture::Check
        } else {
            Picture::Copy
        };
        view! { <Icon picture /> }
    });
    let by_hand = region(move || match outcome.get() {
        Some(Copied::Changed | Copied::Refused) => view! { <ByHand label text /> },
        Some(Copied::Done) | None => View::empty(),
    });
    view! {
        <div class="checkout-copy" class:checkout-copy--done=is_done>
            <button
                type="button"
                class="checkout-button checkout-button--secondary checkout-copy__button"
                part="button button-copy"
                data-action=(!action.is_empty()).then_some(action)
                on:click=press
            >
                {icon}
                <span>{label}</span>
            </button>
            <p class="checkout-copy__said" aria-live="polite">
                {said}
            </p>
            {by_hand}
        </div>
    }
}

/// The text in a box of its own, selected, for the keyboard or a long press.
#[component]
fn ByHand(label: Signal<String>, text: Signal<String>) -> View {
    let input = NodeRef::<HtmlInputElement>::default();
    let select = move || {
        if let Some(input) = input.get() {
            input.select();
        }
    };
    request_animation_frame(select);
    let select = handler(move |_: FocusEvent| select());
    view! {
        <input
            class="checkout-copy__text"
            type="text"
            readonly
            aria-label=label
            prop:value=text
            on:focus=select
            node_ref=input
        />
    }
}
