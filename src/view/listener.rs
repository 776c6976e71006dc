//! Something that listens for events.

use std::borrow::Cow;

use js_sys::Function;
use leptos::prelude::Owner;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, EventTarget};

use crate::state::{Handle, StoredValue};

/// Something that listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    target: EventTarget,
    event: Cow<'static, str>,
    run: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Does it at each event.
    pub(crate) fn new(
        target: &EventTarget,
        event: Cow<'static, str>,
        mut run: Box<dyn Handle<Event>>,
    ) -> Self {
        let run: Box<dyn FnMut(Event)> = Box::new(move |event| run.handle(event));
        let listener = Self {
            target: target.clone(),
            event,
            run: Closure::wrap(run),
        };
        // Cannot fail: the closure is a function.
        let _ = target.add_event_listener_with_callback(&listener.event, listener.function());
        listener
    }

    fn function(&self) -> &Function {
        let run: &JsValue = self.run.as_ref();
        run.unchecked_ref()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let target = &self.target;
        // Cannot fail either.
        let _ = target.remove_event_listener_with_callback(&self.event, self.function());
    }
}

/// Does it at each event, as the owner of this moment and for as long as it lives.
pub(crate) fn listen(
    target: &EventTarget,
    event: Cow<'static, str>,
    mut run: Box<dyn Handle<Event>>,
) {
    let owner = Owner::current().unwrap_or_default();
    let run = Box::new(move |event| owner.with(|| run.handle(event)));
    StoredValue::new(Listener::new(target, event, run));
}
