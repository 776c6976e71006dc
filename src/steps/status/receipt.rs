//! A receipt, made on the payer's own device.

use leptos::prelude::*;
use offramp_domain::{
    api::{Fee, Order, TimelineEntry},
    money::Amount,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::facts::facts;
use crate::{
    api::JsonObject,
    i18n::{Locale, fill},
    state::Signal,
    ui::{Button, ButtonKind},
    view::{View, view},
};

/// Three ways to keep it: as a file to read, on paper, and as a file for programs.
#[component]
pub(super) fn Receipt(order: Signal<Order>) -> View {
    let locale = expect_context::<Locale>();
    let words = &locale.words.status.receipt;
    let keep = move |extension: &str, content: fn(&Locale, &Order) -> String| {
        order.with_untracked(|order| {
            let name = fill(words.file, &[("id", &order.id)]);
            // A browser that keeps no files has the receipt on the screen.
            let _ = save(&[&name, extension].concat(), &content(&locale, order));
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
            on_press=move |()| keep(".txt", text)
        />
        <Button
            label=words.print
            kind=ButtonKind::Secondary
            action="print-receipt"
            on_press=print
        />
        <Button
            label=words.data
            kind=ButtonKind::Quiet
            action="download-data"
            on_press=move |()| keep(".json", json)
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

/// The order as the proxy tells it, as far as it is about what was sold and paid. What would let
/// somebody else look at it, or send to its address, stays out.
fn json(_: &Locale, order: &Order) -> String {
    let text = |amount: Amount| amount.to_string();
    let fee = |fee: &Fee| {
        record(&[
            ("kind", Some(fee.kind.as_str())),
            ("amount", Some(&text(fee.amount))),
            ("currency", Some(&fee.currency)),
        ])
    };
    let entry = |entry: &TimelineEntry| {
        record(&[
            ("state", Some(entry.state.as_str())),
            ("at", Some(&entry.at.to_string())),
        ])
    };
    let crypto = record(&[
        ("token", Some(order.crypto.token.symbol())),
        ("network", Some(order.crypto.network.id())),
        ("amount", Some(&text(order.crypto.amount))),
    ]);
    let fiat = record(&[
        ("currency", Some(order.fiat.currency.code())),
        ("amount", order.fiat.amount.map(text).as_deref()),
        ("guarantee", Some(order.fiat.guarantee.as_str())),
    ]);
    let destination = record(&[
        ("country", Some(order.destination.country.as_str())),
        ("bank_name", order.destination.bank_name.as_deref()),
        ("masked", Some(&order.destination.masked)),
    ]);
    let fees: Vec<_> = order.fees.iter().map(fee).collect();
    let timeline: Vec<_> = order.timeline.iter().map(entry).collect();
    let mut receipt = JsonObject::new();
    receipt.text("id", &order.id);
    receipt.text("state", order.state.as_str());
    receipt.json("crypto", &crypto);
    receipt.json("fiat", &fiat);
    receipt.json("fees", &["[", &fees.join(","), "]"].concat());
    receipt.json("destination", &destination);
    receipt.json("timeline", &["[", &timeline.join(","), "]"].concat());
    for (key, text) in [
        ("rate", order.rate.map(text)),
        ("tx_hash", order.tx_hash.clone()),
        ("created_at", Some(order.created_at.to_string())),
    ] {
        if let Some(text) = text {
            receipt.text(key, &text);
        }
    }
    receipt.end()
}

fn record(texts: &[(&str, Option<&str>)]) -> String {
    let mut object = JsonObject::new();
    for (key, text) in texts {
        if let Some(text) = text {
            object.text(key, text);
        }
    }
    object.end()
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
