//! What the host page may set, parsed once. A value that cannot be read is ignored, with a warning
//! in the console that names it.

use js_sys::{Function, Object, Reflect};
use offramp_domain::{
    bank::CountryCode,
    money::{Amount, Token},
    network::Network,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::i18n::{ForeignWords, Locale, Tag};

/// The options of one element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    /// Where the proxy answers, without a slash at the end.
    pub(crate) proxy: String,
    /// Asks the page for a session's token; returns a promise of it.
    pub(crate) session: Option<Function>,
    /// Fetches the module that asks wallets; returns a promise of it.
    pub(crate) wallet: Option<Function>,
    /// The payer's language.
    pub(crate) locale: Locale,
    /// What the first screen starts with, unless the session says otherwise.
    pub(crate) prefill: Prefill,
    /// The order to open instead of the first screen.
    pub(crate) opened: Option<OpenedOrder>,
    /// Custom properties: `--offramp-color-primary` and its value.
    pub(crate) appearance: Vec<(String, String)>,
}

/// What the first screen starts with, unless the session says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefill {
    pub(crate) country: Option<CountryCode>,
    pub(crate) token: Option<Token>,
    pub(crate) network: Option<Network>,
    pub(crate) amount: Option<Amount>,
}

/// An order that the page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenedOrder {
    /// Its id.
    pub(crate) id: String,
    /// Permission to read it without a session.
    pub(crate) resume: Option<String>,
}

impl Config {
    /// Reads what the loader hands over.
    pub(crate) fn parse(options: &JsValue) -> Result<Self, ForeignWords> {
        let text = |name: &str| string(options, name).filter(|text| !text.is_empty());
        let opened = text("order").map(|id| OpenedOrder {
            id,
            resume: text("resume"),
        });
        let prefill = Prefill {
            country: read(options, "country", |text| {
                CountryCode::parse(&text.to_ascii_uppercase())
            }),
            token: read(options, "token", token),
            network: read(options, "network", |text| {
                Network::parse(&text.to_ascii_uppercase())
            }),
            amount: read(options, "amount", |text| text.parse().ok()),
        };
        Ok(Self {
            proxy: text("proxy")
                .unwrap_or_default()
                .trim_end_matches('/')
                .to_owned(),
            session: property(options, "session").dyn_into().ok(),
            wallet: property(options, "wallet").dyn_into().ok(),
            locale: locale(options)?,
            prefill,
            opened,
            appearance: appearance(options),
        })
    }
}

/// `USDC`, also when the page wrote `usdc`.
fn token(text: &str) -> Option<Token> {
    Token::ALL
        .into_iter()
        .find(|token| token.symbol().eq_ignore_ascii_case(text))
}

/// The loader has chosen a language that is spoken here, and fetched its words.
fn locale(options: &JsValue) -> Result<Locale, ForeignWords> {
    let tag = read(options, "locale", Tag::parse).unwrap_or(Tag::SPANISH);
    Locale::new(tag, || string(options, "words").unwrap_or_default())
}

/// `appearance.variables`, where each name is written `colorPrimary` or `color-primary`.
fn appearance(options: &JsValue) -> Vec<(String, String)> {
    let variables = property(&property(options, "appearance"), "variables");
    let Some(variables) = variables.dyn_ref::<Object>() else {
        return Vec::new();
    };
    let read = |entry: JsValue| {
        let entry = entry.unchecked_into::<js_sys::Array>();
        Some((
            custom_property(&entry.get(0).as_string()?),
            entry.get(1).as_string()?,
        ))
    };
    Object::entries(variables).iter().filter_map(read).collect()
}

/// `--offramp-color-primary` for `colorPrimary` or `color-primary`.
fn custom_property(name: &str) -> String {
    let mut property = "--offramp-".to_owned();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            property.push('-');
        }
        property.push(letter.to_ascii_lowercase());
    }
    property
}

/// Reads one option, and says so when it cannot be read.
fn read<T>(options: &JsValue, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = string(options, name)?;
    let value = parse(trimmed(&text));
    if value.is_none() {
        ignore(name, &text);
    }
    value
}

#[inline(never)]
fn trimmed(text: &str) -> &str {
    text.trim()
}

#[inline(never)]
fn ignore(name: &str, text: &str) {
    let warning = ["offramp-checkout: ", name, " is ignored: ", text].concat();
    web_sys::console::warn_1(&warning.into());
}

#[inline(never)]
fn string(options: &JsValue, name: &str) -> Option<String> {
    property(options, name).as_string()
}

/// `undefined` where there is none, or where there is nothing to look into.
#[inline(never)]
fn property(options: &JsValue, name: &str) -> JsValue {
    Reflect::get(options, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_one_custom_property_however_it_is_written() {
        assert_eq!(
            custom_property("colorOnPrimary"),
            "--offramp-color-on-primary"
        );
        assert_eq!(
            custom_property("color-on-primary"),
            "--offramp-color-on-primary"
        );
    }

    #[test]
    fn a_token_is_known_in_any_capitals() {
        assert_eq!(token("usdc"), Some(Token::Usdc));
        assert_eq!(token("usdc.E"), Some(Token::UsdcE));
        assert_eq!(token("dogecoin"), None);
    }
}
