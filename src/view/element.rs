//! An element under construction.

use std::marker::PhantomData;

use leptos::{ev::EventDescriptor, prelude::document};
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::Event;

use super::{
    IntoView,
    attribute::{Attribute, Property, write},
    child::append,
    listener::listen,
};
use crate::state::{Handle, NodeRef, Signal, follow};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element under construction. `view!` writes the calls.
pub(crate) struct Element(pub(super) web_sys::Element);

/// What happens at an event: one type for all handlers of it.
pub(crate) struct Handler<E> {
    run: Box<dyn Handle<Event>>,
    event: PhantomData<E>,
}

/// What happens at an event.
pub(crate) fn handler<E: JsCast>(mut handle: impl FnMut(E) + 'static) -> Handler<E> {
    Handler {
        run: Box::new(move |event: Event| handle(event.unchecked_into())),
        event: PhantomData,
    }
}

impl Element {
    /// An element with its fixed attributes: its name, then the name and the value of each, a line
    /// break between all of them.
    pub(crate) fn html(start: &'static str) -> Self {
        open(start, None)
    }

    /// The same in a picture.
    pub(crate) fn svg(start: &'static str) -> Self {
        open(start, Some(SVG))
    }

    /// An attribute that is not fixed.
    pub(crate) fn attribute(self, name: &'static str, value: impl Attribute) -> Self {
        value.put(&self.0, name);
        self
    }

    /// A property of a control.
    pub(crate) fn property(self, name: &'static str, value: impl Property) -> Self {
        value.put(&self.0, name);
        self
    }

    /// A class that comes and goes.
    pub(crate) fn class(self, name: &'static str, is_on: Signal<bool>) -> Self {
        let classes = self.0.class_list();
        follow(Box::new(move || {
            // Cannot fail: the names are our own.
            let _ = classes.toggle_with_force(name, is_on.get());
        }));
        self
    }

    /// What happens at an event, until the owner is gone.
    pub(crate) fn on<D: EventDescriptor>(self, event: &D, handler: Handler<D::EventType>) -> Self {
        listen(&self.0, event.name(), handler.run);
        self
    }

    /// Somewhere to keep the element.
    pub(crate) fn node_ref<E: JsCast>(self, node_ref: NodeRef<E>) -> Self {
        node_ref.set(self.0.clone());
        self
    }

    /// What stands inside, behind what stands there already.
    pub(crate) fn child(self, child: impl IntoView) -> Self {
        append(&self.0, &child.into_view());
        self
    }
}

fn open(start: &'static str, namespace: Option<&str>) -> Element {
    let mut parts = start.split('\n');
    let name = parts.next().unwrap_or_default();
    let document = document();
    let made = match namespace {
        None => document.create_element(name),
        Some(_) => document.create_element_ns(namespace, name),
    };
    // The names are our own, and of HTML.
    let element = made.unwrap_throw();
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        write(&element, name, value);
    }
    Element(element)
}
