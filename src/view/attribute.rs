//! Values that an attribute or a property may have.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::state::{RwSignal, Signal, follow};

/// A value of an attribute.
pub(crate) trait Attribute {
    /// Writes it, now and whenever it changes.
    fn put(self, element: &Element, name: &'static str);
}

/// A value of a property of a control, which the payer changes too.
pub(crate) trait Property {
    /// Writes it, now and whenever it changes.
    fn put(self, element: &Element, name: &'static str);
}

/// Cannot fail: the names are our own.
pub(super) fn write(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

fn write_or_remove(element: &Element, name: &str, value: Option<&str>) {
    // Cannot fail: the names are our own.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

impl Attribute for &str {
    fn put(self, element: &Element, name: &'static str) {
        write(element, name, self);
    }
}

impl Attribute for String {
    fn put(self, element: &Element, name: &'static str) {
        write(element, name, &self);
    }
}

impl Attribute for Option<&str> {
    fn put(self, element: &Element, name: &'static str) {
        write_or_remove(element, name, self);
    }
}

impl Attribute for Option<String> {
    fn put(self, element: &Element, name: &'static str) {
        write_or_remove(element, name, self.as_deref());
    }
}

/// There, or not there.
impl Attribute for bool {
    fn put(self, element: &Element, name: &'static str) {
        write_or_remove(element, name, self.then_some(""));
    }
}

impl Attribute for Signal<bool> {
    fn put(self, element: &Element, name: &'static str) {
        let element = element.clone();
        follow(Box::new(move || self.get().put(&element, name)));
    }
}

impl Attribute for Signal<String> {
    fn put(self, element: &Element, name: &'static str) {
        let element = element.clone();
        follow(Box::new(move || {
            self.with(|value| write(&element, name, value));
        }));
    }
}

impl Attribute for Signal<Option<String>> {
    fn put(self, element: &Element, name: &'static str) {
        let element = element.clone();
        follow(Box::new(move || {
            self.with(|value| write_or_remove(&element, name, value.as_deref()));
        }));
    }
}

impl Property for Signal<String> {
    fn put(self, element: &Element, name: &'static str) {
        let element = element.clone();
        follow(Box::new(move || {
            self.with(|value| set(&element, name, &value.into()));
        }));
    }
}

impl Property for Signal<bool> {
    fn put(self, element: &Element, name: &'static str) {
        let element = element.clone();
        follow(Box::new(move || set(&element, name, &self.get().into())));
    }
}

impl Property for RwSignal<String> {
    fn put(self, element: &Element, name: &'static str) {
        Property::put(Signal::<String>::from(self), element, name);
    }
}

impl Property for RwSignal<bool> {
    fn put(self, element: &Element, name: &'static str) {
        Property::put(Signal::<bool>::from(self), element, name);
    }
}

/// Cannot fail: the properties are the browser's own.
fn set(element: &Element, name: &str, value: &JsValue) {
    let _ = Reflect::set(element, &name.into(), value);
}
