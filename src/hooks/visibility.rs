//! Whether anybody can see the page.

use leptos::prelude::*;

use crate::state::{RwSignal, Signal};

/// Follows the page: `true` while its tab is in front.
pub(crate) fn use_visibility() -> Signal<bool> {
    let is_visible = RwSignal::new(is_page_visible());
    // The event bubbles from the document to the window.
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        is_visible.set(is_page_visible());
    });
    on_cleanup(move || listener.remove());
    is_visible.into()
}

fn is_page_visible() -> bool {
    !document().hidden()
}
