//! Whether anybody can see the page.

use leptos::prelude::*;

use crate::{
    state::{RwSignal, Signal},
    view::listen,
};

/// Follows the page: `true` while its tab is in front.
pub(crate) fn use_visibility() -> Signal<bool> {
    let is_visible = RwSignal::new(is_page_visible());
    // The event bubbles from the document to the window.
    let look = move |_| is_visible.set(is_page_visible());
    listen(&window(), "visibilitychange".into(), Box::new(look));
    is_visible.into()
}

fn is_page_visible() -> bool {
    !document().hidden()
}
