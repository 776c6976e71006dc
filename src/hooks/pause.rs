//! Waiting.

use js_sys::{Function, Promise};
use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// Waits so many milliseconds.
pub(crate) async fn sleep(millis: u32) {
    let _ = pause(Some(millis)).0.await;
}

/// Something to wait for that ends after so many milliseconds, or when the function is called.
pub(crate) fn pause(millis: Option<u32>) -> (JsFuture, Option<Function>) {
    let mut wake = None;
    let ended = Promise::new(&mut |end, _| {
        if let Some(millis) = millis.and_then(|millis| i32::try_from(millis).ok()) {
            // A browser without timers is none.
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&end, millis);
        }
        wake = Some(end);
    });
    (JsFuture::from(ended), wake)
}
