//! A receipt, made on the payer's own device.

use leptos::prelude::*;
use offramp_domain::{api::Order, money::Amount};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::facts::facts;
use crate::{
    api::quoted,
    context::context,
    format::rfc3339,
    i18n::{Locale, fill},
    state::Signal,
    ui::{Button, ButtonKind},
    view::{View, view},
};

/// Three ways to keep it: as a file to read, on paper, and as a file for programs.
#[component]
pub(super) fn Receipt(order: Signal<Order>) -> View {
    let locale = context().locale;
    let words = &locale.words.status.receipt;
    let keep = move |extension: &str, content: fn(&Locale, &Order) -> String| {
        order.with_untracked(|order| {
            let name = fill(words.file(), &[("id", &order.id)]);
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
            label=words.download()
            kind=ButtonKind::Secondary
            action="download-receipt"
            on_press=move |()| keep(".txt", text)
        />
        <Button
            label=words.print()
            kind=ButtonKind::Secondary
            action="print-receipt"
            on_press=print
        />
        <Button
            label=words.data()
            kind=ButtonKind::Quiet
            action="download-data"
            on_press=move |()| keep(".json", json)
        />
    }
}

/// One fact per line.
fn text(locale: &Locale, order: &Order) -> String {
    let words = &locale.words.status;
    let mut text = String::from(words.receipt.title());
    let mut line = |name: &str, value: &str| {
        for part in ["\n", name, ": ", value] {
            text.push_str(part);
        }
    };
    line(words.rows.order(), &order.id);
    for fact in facts(locale, order) {
        line(fact.name, &fact.value);
    }
    if let Some(hash) = &order.tx_hash {
        line(words.rows.hash(), hash);
    }
    text.push('\n');
    text
}

/// The order as the proxy tells it, as far as it is about what was sold and paid. What would let
/// somebody else look at it, or send to its address, stays out.
fn json(_: &Locale, order: &Order) -> String {
    let Order {
        crypto,
        fiat,
        destination,
        ..
    } = order;
    let mut json = Json(String::new());
    json.put("{\"id\":", Some(&order.id));
    json.put(",\"state\":", Some(order.state.as_str()));
    json.put(",\"created_at\":", Some(&rfc3339(order.created_at)));
    json.put(",\"updated_at\":", Some(&rfc3339(order.updated_at)));
    json.put(",\"tx_hash\":", order.tx_hash.as_deref());
    json.amount(",\"rate\":", order.rate);
    json.put(",\"crypto\":{\"token\":", Some(crypto.token.symbol()));
    json.put(",\"network\":", Some(crypto.network.id()));
    json.amount(",\"amount\":", Some(crypto.amount));
    json.put("},\"fiat\":{\"currency\":", Some(fiat.currency.code()));
    json.put(",\"guarantee\":", Some(fiat.guarantee.as_str()));
    json.amount(",\"amount\":", fiat.amount);
    json.put(
        "},\"destination\":{\"country\":",
        Some(destination.country.as_str()),
    );
    json.put(",\"bank_name\":", destination.bank_name.as_deref());
    json.put(",\"masked\":", Some(&destination.masked));
    let mut before = "},\"fees\":[{\"kind\":";
    for fee in &order.fees {
        json.put(before, Some(fee.kind.as_str()));
        json.put(",\"currency\":", Some(&fee.currency));
        json.amount(",\"amount\":", Some(fee.amount));
        before = "},{\"kind\":";
    }
    json.0
        .push_str(if order.fees.is_empty() { "}}" } else { "}]}" });
    json.0
}

/// JSON while it is written.
struct Json(String);

impl Json {
    /// A text, behind what stands before it.
    fn put(&mut self, before: &str, text: Option<&str>) {
        self.0.push_str(before);
        self.0.push_str(&text.map_or("null".to_owned(), quoted));
    }

    fn amount(&mut self, before: &str, amount: Option<Amount>) {
        self.put(before, amount.map(|amount| amount.to_string()).as_deref());
    }
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
