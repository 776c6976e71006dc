//! A receipt, made on the payer's own device.

use leptos::prelude::*;
use offramp_domain::api::Order;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::facts::facts;
use crate::{
    i18n::{Locale, fill},
    state::Signal,
    ui::{Button, ButtonKind},
    view::{View, view},
};

/// Two ways to keep it: as a file, and on paper.
#[component]
pub(super) fn Receipt(order: Signal<Order>) -> View {
    let locale = expect_context::<Locale>();
    let words = &locale.words.status.receipt;
    let download = move |()| {
        order.with_untracked(|order| {
            let name = fill(words.file, &[("id", &order.id)]);
            // A browser that keeps no files has the receipt on the screen.
            let _ = save(&name, &text(&locale, order));
        });
    };
    let print = move |()| {
        // A browser that cannot print says so itself.
        let _ = window().print();
    };
    view! {
        <Button
            label=words.download
            kind=ButtonKind::Secondary
            action="download-receipt"
            on_press=download
        />
        <Button
            label=words.print
            kind=ButtonKind::Secondary
            action="print-receipt"
            on_press=print
        />
    }
}

/// One fact per line.
fn text(locale: &Locale, order: &Order) -> String {
    let words = &locale.words.status;
    let mut text = String::from(words.receipt.title);
    let mut line = |name: &str, value: &str| {
        for part in ["\n", name, ": ", value] {
            text.push_str(part);
        }
    };
    line(words.rows.order, &order.id);
    for fact in facts(locale, order) {
        line(fact.name, &fact.value);
    }
    if let Some(hash) = &order.tx_hash {
        line(words.rows.hash, hash);
    }
    text.push('\n');
    text
}

fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&text.into());
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence(&parts)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
