//! A view on a page.

use any_spawner::Executor;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::{View, child::append, region::retire};

/// A view on a page. It is gone when this is dropped.
pub(crate) struct Mounted {
    root: HtmlElement,
    owner: Owner,
}

impl Mounted {
    /// Shows a view inside an element.
    pub(crate) fn new(root: HtmlElement, content: impl FnOnce() -> View) -> Self {
        // Fails when another checkout of this page has done it.
        let _ = Executor::init_wasm_bindgen();
        let owner = Owner::new();
        append(&root, &owner.with(content));
        Self { root, owner }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        retire(self.owner.clone());
        self.root.set_text_content(None);
    }
}
