//! An element, once it is made.

use std::{fmt, marker::PhantomData};

use wasm_bindgen::JsCast;
use web_sys::Element;

use super::StoredValue;

/// The element of a control, once it is made.
pub(crate) struct NodeRef<E> {
    element: StoredValue<Option<Element>>,
    kind: PhantomData<fn() -> E>,
}

impl<E: JsCast> NodeRef<E> {
    /// Keeps the element. `view!` calls this, where the type of the element is not known.
    pub(crate) fn set(self, element: Element) {
        self.element.set_value(Some(element));
    }

    /// The element, if it is made, unless its owner is gone.
    pub(crate) fn get(self) -> Option<E> {
        let element = self.element.try_get_value().flatten()?;
        Some(element.unchecked_into())
    }
}

impl<E> Default for NodeRef<E> {
    fn default() -> Self {
        Self {
            element: StoredValue::default(),
            kind: PhantomData,
        }
    }
}

impl<E> Clone for NodeRef<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for NodeRef<E> {}

impl<E> fmt::Debug for NodeRef<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeRef")
    }
}
