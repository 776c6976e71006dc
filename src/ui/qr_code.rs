//! A QR code, drawn here: nothing of it leaves the page.

use std::fmt::Write as _;

use leptos::{ev::MouseEvent, prelude::*};
use qrcodegen::{QrCode as Code, QrCodeEcc};
use web_sys::HtmlDialogElement;

use crate::{
    context::words,
    state::{NodeRef, Signal},
    view::{View, handler, region, view},
};

/// Modules left white on each side, as the standard asks.
const QUIET_ZONE: i32 = 4;

/// A QR code of `text`, dark on white in every theme. A press on it shows it as large as the screen
/// allows, in a dialog of the browser's own: that one closes on Escape, keeps the focus inside and
/// gives it back, in a shadow root too.
#[component]
pub(crate) fn QrCode(
    /// What it says to whoever scans it.
    #[prop(into)]
    text: Signal<String>,
    /// What it says to whoever cannot see it.
    #[prop(into)]
    label: Signal<String>,
) -> View {
    let words = &words().common;
    region(move || {
        let Some(drawing) = text.with(|text| draw(text)) else {
            return View::empty();
        };
        let dialog = NodeRef::<HtmlDialogElement>::default();
        let enlarge = handler(move |_: MouseEvent| {
            if let Some(dialog) = dialog.get() {
                // Fails for nothing that is on the page and closed.
                let _ = dialog.show_modal();
            }
        });
        // Wherever it is pressed, its backdrop included.
        let close = handler(move |_: MouseEvent| {
            if let Some(dialog) = dialog.get() {
                dialog.close();
            }
        });
        view! {
            <button type="button" class="checkout-qr" data-action="enlarge-qr" on:click=enlarge>
                {picture(&drawing, label)}
                <span class="checkout-qr__say">{words.enlarge()}</span>
            </button>
            <dialog class="checkout-qr__large" aria-label=label on:click=close node_ref=dialog>
                {picture(&drawing, label)}
                <button
                    type="button"
                    class="checkout-button checkout-button--secondary"
                    part="button button-secondary"
                    data-action="close-qr"
                >
                    {words.close()}
                </button>
            </dialog>
        }
    })
}

fn picture(drawing: &Drawing, label: Signal<String>) -> View {
    view! {
        <svg
            class="checkout-qr__code"
            part="qr"
            role="img"
            aria-label=label
            viewBox=drawing.view_box.as_str()
            shape-rendering="crispEdges"
        >
            <rect class="checkout-qr__paper" width="100%" height="100%" />
            <path class="checkout-qr__ink" d=drawing.path.as_str() />
        </svg>
    }
}

struct Drawing {
    view_box: String,
    path: String,
}

/// Nothing for a text that is too long for any QR code.
fn draw(text: &str) -> Option<Drawing> {
    // Only bytes: the other modes would be a few modules smaller and a few kilobytes larger.
    let code = Code::encode_binary(text.as_bytes(), QrCodeEcc::Medium).ok()?;
    let side = (code.size() + 2 * QUIET_ZONE).to_string();
    Some(Drawing {
        view_box: ["0 0 ", &side, " ", &side].concat(),
        path: path(&code),
    })
}

/// One flat rectangle for each run of dark modules in a row.
fn path(code: &Code) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let mut run = 0;
            // Nothing beyond the edge is dark.
            while code.get_module(x + run, y) {
                run += 1;
            }
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{run}v1h-{run}z",
                    x + QUIET_ZONE,
                    y + QUIET_ZONE
                );
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_is_the_edge_of_the_finder_behind_the_quiet_zone() {
        let drawing = draw("0x7796d4f304bd84171ee6730ad0f69c07a47e786d").unwrap();
        assert!(drawing.path.starts_with("M4 4h7v1h-7z"), "{}", drawing.path);
        assert_eq!(drawing.view_box, "0 0 37 37");
    }

    #[test]
    fn every_text_has_its_own_drawing() {
        let path = |text| draw(text).map(|drawing| drawing.path);
        assert_ne!(path("a"), path("b"));
    }

    #[test]
    fn a_text_that_fits_no_code_has_none() {
        assert!(draw(&"a".repeat(5_000)).is_none());
    }
}
