//! What can stand in an element, and how several things stand side by side.

use leptos::prelude::document;
use web_sys::{DocumentFragment, Node, Text};

use super::{Element, View};
use crate::state::{Signal, follow};

/// Something that can stand in an element.
pub(crate) trait IntoView {
    /// Its nodes.
    fn into_view(self) -> View;
}

/// Several views side by side.
pub(crate) struct Fragment(DocumentFragment);

impl Fragment {
    pub(crate) fn new() -> Self {
        Self(document().create_document_fragment())
    }

    /// One more, behind the others.
    pub(crate) fn child(self, child: impl IntoView) -> Self {
        append(&self.0, &child.into_view());
        self
    }
}

/// Cannot fail: what is appended is new, and no parent of anything.
pub(super) fn append(parent: &Node, child: &View) {
    let _ = parent.append_child(&child.0);
}

fn text(text: &str) -> Text {
    document().create_text_node(text)
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }
}

impl IntoView for Element {
    fn into_view(self) -> View {
        View(self.0.into())
    }
}

impl IntoView for Fragment {
    fn into_view(self) -> View {
        View(self.0.into())
    }
}

impl IntoView for () {
    fn into_view(self) -> View {
        View::empty()
    }
}

impl IntoView for &str {
    fn into_view(self) -> View {
        View(text(self).into())
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        self.as_str().into_view()
    }
}

impl IntoView for Signal<String> {
    fn into_view(self) -> View {
        let node = text("");
        let shown = node.clone();
        follow(Box::new(move || self.with(|text| shown.set_data(text))));
        View(node.into())
    }
}

impl IntoView for Signal<Option<String>> {
    fn into_view(self) -> View {
        let node = text("");
        let shown = node.clone();
        follow(Box::new(move || {
            self.with(|text| shown.set_data(text.as_deref().unwrap_or_default()));
        }));
        View(node.into())
    }
}

impl<V: IntoView> IntoView for Option<V> {
    fn into_view(self) -> View {
        self.map_or_else(View::empty, V::into_view)
    }
}

impl<V: IntoView> IntoView for Vec<V> {
    fn into_view(self) -> View {
        let all = Fragment::new();
        self.into_iter().fold(all, Fragment::child).into_view()
    }
}
