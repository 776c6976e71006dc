//! How a language writes figures, times and countries: by the browser's `Intl`, and exactly.
//!
//! Amounts never become floating point numbers: `Intl.NumberFormat` reads decimal strings.

use std::cmp::Ordering;

use js_sys::{
    Array, Date, Function, Intl, Object, Reflect,
    wasm_bindgen::{JsValue, prelude::wasm_bindgen},
};
use offramp_domain::{
    api::MaskedDestination,
    bank::CountryCode,
    money::{Amount, Currency, Round, Token},
    time::Timestamp,
};

use crate::i18n::Locale;

/// A space that does not break, so that an amount and its unit stay together.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// Most digits after the point of a rate on the screen.
const RATE_DECIMALS: u32 = 6;

/// `Intl` takes no more.
const MAX_DECIMALS: u32 = 20;

impl Locale {
    /// Money on a bank account: `1,818.46 MXN`, rounded down to the currency's cents.
    pub(crate) fn money(&self, amount: Amount, currency: Currency) -> String {
        let decimals = currency.decimals();
        let figure = self.number(&amount.to_fixed(decimals, Round::Down), decimals, decimals);
        with_unit(figure, currency.code())
    }

    /// An amount of a token to its last digit: `100 USDC`.
    pub(crate) fn crypto(&self, amount: Amount, token: Token) -> String {
        self.of_unit(amount, token.symbol())
    }

    /// An amount of a currency or token that is known by its code.
    pub(crate) fn of_unit(&self, amount: Amount, unit: &str) -> String {
        if let Some(currency) = Currency::ALL.into_iter().find(|known| known.code() == unit) {
            return self.money(amount, currency);
        }
        with_unit(
            self.number(&amount.normalized().to_string(), 0, MAX_DECIMALS),
            unit,
        )
    }

    /// The bank and the end of the account's number, or that it is the one of the registration.
    pub(crate) fn account(&self, account: &MaskedDestination) -> String {
        let bank = account.bank_name.as_deref().unwrap_or_default();
        // The dots and the digits stay on one line.
        let masked = account.masked.replace(' ', NO_BREAK_SPACE);
        match (bank, masked.as_str()) {
            ("", "") => self.words.common.registered().to_owned(),
            ("", masked) => masked.to_owned(),
            (bank, "") => [bank, ", ", self.words.common.registered()].concat(),
            (bank, masked) => [bank, " ", masked].concat(),
        }
    }

    /// What one token is worth: `1 USDC = 18.184665 MXN`.
    pub(crate) fn rate(&self, rate: Amount, token: Token, currency: Currency) -> String {
        let rate = rate
            .rounded(RATE_DECIMALS, Round::Down)
            .normalized()
            .to_string();
        let figure = self.number(&rate, currency.decimals(), RATE_DECIMALS);
        let one = with_unit("1".to_owned(), token.symbol());
        [
            one.as_str(),
            " = ",
            with_unit(figure, currency.code()).as_str(),
        ]
        .concat()
    }

    /// A time of day with its zone: `12:30 GMT-6`.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let parts = [
            ("hour", "numeric"),
            ("minute", "2-digit"),
            ("timeZoneName", "short"),
        ];
        self.moment(at, &parts)
    }

    /// A day and a time of day: `1 de mayo, 12:30`.
    pub(crate) fn date_time(&self, at: Timestamp) -> String {
        let parts = [
            ("day", "numeric"),
            ("month", "long"),
            ("hour", "numeric"),
            ("minute", "2-digit"),
        ];
        self.moment(at, &parts)
    }

    /// A country's name: `México`. The code itself where the browser knows no name.
    pub(crate) fn country(&self, code: CountryCode) -> String {
        match code {
            CountryCode::Sepa => self.words.common.sepa().to_owned(),
            CountryCode::Mx
            | CountryCode::Do
            | CountryCode::Us
            | CountryCode::Ar
            | CountryCode::Cl
            | CountryCode::Co
            | CountryCode::Pe
            | CountryCode::Gb
            | CountryCode::Gh
            | CountryCode::In
            | CountryCode::Ng => CountryNames::new(self).name(code.as_str()),
        }
    }

    /// Countries by their ISO 3166-1 codes, each with its name, in the order of this language.
    pub(crate) fn countries(&self, codes: &[&str]) -> Vec<(String, String)> {
        let names = CountryNames::new(self);
        let compare = Intl::Collator::new(&self.tags(), &Object::new()).compare();
        let mut countries: Vec<_> = codes
            .iter()
            .map(|code| ((*code).to_owned(), names.name(code)))
            .collect();
        countries.sort_unstable_by(|(_, left), (_, right)| {
            let order = compare.call2(&JsValue::UNDEFINED, &left.into(), &right.into());
            let order = order.ok().and_then(|order| order.as_f64());
            order.map_or(Ordering::Equal, |order| order.total_cmp(&0.0))
        });
        countries
    }

    /// An amount as it is typed: `1234.50`, with this language's decimal mark and nothing else, so
    /// that [`Amount::parse_typed`] reads it back to the digit.
    pub(crate) fn typed(&self, amount: &str) -> String {
        match self.decimal_mark() {
            ',' => amount.replace('.', ","),
            _ => amount.to_owned(),
        }
    }

    /// What was typed as figures are written elsewhere: `1,234.50`. What [`Locale::typed`] would not
    /// have written stays as it is.
    pub(crate) fn grouped(&self, typed: &str) -> String {
        let mark = self.decimal_mark();
        let plain = typed.replace(mark, ".");
        if plain.parse::<Amount>().is_err() || self.typed(&plain) != typed {
            return typed.to_owned();
        }
        let behind = plain.split_once('.').map_or("", |(_, behind)| behind);
        let decimals = u32::try_from(behind.len()).unwrap_or(MAX_DECIMALS);
        self.number(&plain, decimals, decimals)
    }

    /// What stands between a whole number and its fraction.
    pub(crate) fn decimal_mark(&self) -> char {
        if self.number("1.5", 1, 1).contains(',') {
            ','
        } else {
            '.'
        }
    }

    fn number(&self, decimal: &str, least_decimals: u32, most_decimals: u32) -> String {
        let options = Object::new();
        set(&options, "minimumFractionDigits", &least_decimals.into());
        set(&options, "maximumFractionDigits", &most_decimals.into());
        let format = Intl::NumberFormat::new(&self.tags(), &options).format();
        formatted(&format, &decimal.into()).unwrap_or_else(|| decimal.to_owned())
    }

    fn moment(&self, at: Timestamp, parts: &[(&str, &str)]) -> String {
        let options = Object::new();
        for (name, value) in parts {
            set(&options, name, &(*value).into());
        }
        let format = Intl::DateTimeFormat::new(&self.tags(), &options).format();
        formatted(&format, &date(at)).unwrap_or_else(|| rfc3339(at))
    }

    fn tags(&self) -> Array {
        Array::of1(&self.tag().into())
    }
}

/// The names of countries in one language.
pub(crate) struct CountryNames(DisplayNames);

impl CountryNames {
    pub(crate) fn new(locale: &Locale) -> Self {
        let options = Object::new();
        set(&options, "type", &"region".into());
        Self(DisplayNames::new(&locale.tags(), &options))
    }

    /// The name of a country by its ISO 3166-1 code, or the code.
    pub(crate) fn name(&self, code: &str) -> String {
        self.0.of(code).unwrap_or_else(|| code.to_owned())
    }
}

#[wasm_bindgen]
extern "C" {
    /// `js_sys` does not have it yet.
    #[wasm_bindgen(js_namespace = Intl)]
    type DisplayNames;

    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(locales: &Array, options: &Object) -> DisplayNames;

    #[wasm_bindgen(method)]
    fn of(this: &DisplayNames, code: &str) -> Option<String>;
}

/// A moment for programs: `2026-05-01T12:00:10.000Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    date(at).to_iso_string().into()
}

fn date(at: Timestamp) -> Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds up to the year 9999 are exact"
    )]
    let millis = at.as_millis() as f64;
    Date::new(&millis.into())
}

fn with_unit(figure: String, unit: &str) -> String {
    figure + NO_BREAK_SPACE + unit
}

fn formatted(format: &Function, value: &JsValue) -> Option<String> {
    format.call1(&JsValue::UNDEFINED, value).ok()?.as_string()
}

/// Cannot fail: the object is a plain one of our own.
fn set(options: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(options, &name.into(), value);
}
