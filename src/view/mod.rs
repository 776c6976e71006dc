//! What is on the screen, made of DOM nodes at once.
//!
//! `view!` reads as Leptos' own and its signals, owners, contexts and components are Leptos'; only
//! the elements are made here, by a few functions that know no types. That is what keeps the
//! program small; see `docs/decisions/0008`.

mod attribute;
mod child;
mod element;
mod listener;
mod mount;
mod region;

pub(crate) use attribute::Attribute;
pub(crate) use child::{Fragment, IntoView};
pub(crate) use element::{Element, handler};
pub(crate) use listener::{Listener, listen};
pub(crate) use mount::Mounted;
pub(crate) use offramp_view_macro::view;
pub(crate) use region::region;

/// Nodes that are ready to stand in a document: an element, a text, or a fragment of several.
#[derive(Debug)]
pub(crate) struct View(web_sys::Node);

/// What a component shows inside itself.
pub(crate) type Children = Box<dyn FnOnce() -> View>;

impl View {
    /// Nothing.
    pub(crate) fn empty() -> Self {
        Fragment::new().into_view()
    }

    /// The same, with an attribute more on its element.
    pub(crate) fn attribute(self, name: &'static str, value: impl Attribute) -> Self {
        if let Some(element) = wasm_bindgen::JsCast::dyn_ref::<web_sys::Element>(&self.0) {
            value.put(element, name);
        }
        self
    }
}
