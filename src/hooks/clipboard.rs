//! Copying, and looking whether the copy is what it should be.

use js_sys::{Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{PermissionState, PermissionStatus};

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copied {
    /// It is in the clipboard, as far as one may look.
    Done,
    /// Something else is in the clipboard: another program may swap addresses.
    Changed,
    /// The browser did not allow it.
    Refused,
}

/// Puts `text` into the clipboard. Call it in the handler of a click: browsers ask for that.
///
/// Where this page may read the clipboard without asking, what is in it is read back.
pub(crate) fn copy(text: String) -> impl Future<Output = Copied> {
    let writing = write(&text);
    async move {
        let Some(writing) = writing else {
            return Copied::Refused;
        };
        if JsFuture::from(writing).await.is_err() {
            return Copied::Refused;
        }
        match read_back().await {
            Some(found) if found != text => Copied::Changed,
            Some(_) | None => Copied::Done,
        }
    }
}

/// Nothing where the page has no clipboard: over plain HTTP, for example.
fn write(text: &str) -> Option<Promise> {
    let navigator = window().navigator();
    let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
    clipboard
        .is_object()
        .then(|| navigator.clipboard().write_text(text))
}

/// Nothing where reading would make the browser ask the payer for permission.
async fn read_back() -> Option<String> {
    let navigator = window().navigator();
    let query = Object::new();
    let name = JsValue::from_str("clipboard-read");
    Reflect::set(&query, &JsValue::from_str("name"), &name).ok()?;
    let asked = navigator.permissions().ok()?.query(&query).ok()?;
    let status = JsFuture::from(asked)
        .await
        .ok()?
        .dyn_into::<PermissionStatus>()
        .ok()?;
    if status.state() != PermissionState::Granted {
        return None;
    }
    JsFuture::from(navigator.clipboard().read_text())
        .await
        .ok()?
        .as_string()
}
