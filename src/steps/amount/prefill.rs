//! What the first step starts with: what the session fixes, what the payer typed before a reload,
//! what the session or the page suggests, and where there is only one choice, that.

use leptos::prelude::*;
use offramp_domain::{
    api::{Checkout, LockKey},
    bank::CountryCode,
    money::Token,
    network::Network,
};
use web_sys::Storage;

use crate::{
    config::Prefill,
    i18n::Locale,
    state::RwSignal,
    steps::{AmountDraft, Asked, Side},
};

/// The key in `sessionStorage`. What is kept there is an amount and three choices, nothing about a
/// bank account.
const STORAGE_KEY: &str = "offramp-checkout:amount";

/// Countries that use the euro: whose language region suggests an account in SEPA.
const EURO_AREA: [&str; 20] = [
    "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PT", "SI", "SK",
];

/// What may be chosen, as far as the session leaves a choice.
pub(super) fn assets(checkout: &Checkout) -> Vec<(Token, Network)> {
    let fixed = |key| checkout.lock.contains(&key);
    let fits = |token: Token, network: Network| {
        (!fixed(LockKey::Token) || checkout.prefill.token.is_none_or(|only| only == token))
            && (!fixed(LockKey::Network)
                || checkout.prefill.network.is_none_or(|only| only == network))
    };
    let all = checkout
        .assets
        .iter()
        .map(|asset| (asset.token, asset.network));
    all.filter(|(token, network)| fits(*token, *network))
        .collect()
}

/// Where the money may go, as far as the session leaves a choice.
pub(super) fn countries(checkout: &Checkout) -> Vec<CountryCode> {
    let fixed = checkout.lock.contains(&LockKey::Country);
    let all = checkout.countries.iter().map(|offer| offer.country);
    let only = checkout.prefill.country.filter(|_| fixed);
    all.filter(|country| only.is_none_or(|only| only == *country))
        .collect()
}

/// The `value` of an asset in the list of them.
pub(super) fn asset_value((token, network): (Token, Network)) -> String {
    [token.symbol(), ":", network.id()].concat()
}

/// Fills in what the payer has not answered, now and whenever the page suggests something else. An
/// answer stays, unless it is not offered any more; the first time, what was typed before a reload
/// is one.
pub(super) fn fill_in(draft: AmountDraft, checkout: &Checkout, page: Prefill, locale: &Locale) {
    let suggested = Suggested::of(checkout, page);
    if draft.began.with_value(String::is_empty) {
        draft.began.set_value(suggested.text());
        load(draft);
    }
    let is_fixed =
        checkout.lock.contains(&LockKey::CryptoAmount) && checkout.prefill.crypto_amount.is_some();
    if !draft.is_answered(Asked::Asset) {
        draft.asset.set(suggested.asset);
    }
    if !draft.is_answered(Asked::Country) {
        draft.country.set(suggested.country);
    }
    if is_fixed || !draft.is_answered(Asked::Amount) {
        draft.side.set(Side::Crypto);
        draft.crypto.set(locale.typed(&suggested.amount));
    }
    let assets: Vec<_> = assets(checkout).into_iter().map(asset_value).collect();
    settle(draft.asset, &assets, "");
    let countries: Vec<_> = countries(checkout)
        .into_iter()
        .map(|country| country.as_str().to_owned())
        .collect();
    settle(draft.country, &countries, &guessed(locale));
}

/// Takes the only choice, or the `guess`; empties what cannot be chosen any more.
fn settle(value: RwSignal<String>, choices: &[String], guess: &str) {
    let chosen = value.get_untracked();
    if choices.contains(&chosen) {
        return;
    }
    let settled = match choices {
        [only] => only.clone(),
        _ => choices
            .iter()
            .find(|choice| *choice == guess)
            .cloned()
            .unwrap_or_default(),
    };
    value.set(settled);
}

/// The country of the payer's language, by its code here.
fn guessed(locale: &Locale) -> String {
    let region = locale.region().unwrap_or_default();
    if EURO_AREA.contains(&region.as_str()) {
        CountryCode::Sepa.as_str().to_owned()
    } else {
        region
    }
}

/// What session and page suggest; the session's word counts more.
struct Suggested {
    amount: String,
    asset: String,
    country: String,
}

impl Suggested {
    fn of(checkout: &Checkout, page: Prefill) -> Self {
        let session = &checkout.prefill;
        let token = session.token.or(page.token);
        let network = session.network.or(page.network);
        let amount = session.crypto_amount.or(page.amount);
        let mut fitting = assets(checkout)
            .into_iter()
            .filter(|(its_token, its_network)| {
                token.is_some_and(|token| token == *its_token)
                    && network.is_none_or(|network| network == *its_network)
            });
        // A token on several networks is no choice of a network.
        let asset = match (fitting.next(), fitting.next()) {
            (Some(only), None) => asset_value(only),
            (Some(_) | None, _) => String::new(),
        };
        Self {
            amount: amount
                .map(|amount| amount.normalized().to_string())
                .unwrap_or_default(),
            asset,
            country: session
                .country
                .or(page.country)
                .map_or("", CountryCode::as_str)
                .to_owned(),
        }
    }

    fn text(&self) -> String {
        [&self.amount, " ", &self.asset, " ", &self.country].concat()
    }
}

/// Takes up what the payer typed before a reload: lines of text, the first of which is what was
/// suggested then. A page that suggests something else at first means another sale.
fn load(draft: AmountDraft) -> Option<()> {
    let text = storage()?.get_item(STORAGE_KEY).ok()??;
    let mut lines = text.lines();
    if draft.began.with_value(|began| lines.next() != Some(began)) {
        return None;
    }
    let side = match lines.next()? {
        "crypto" => Side::Crypto,
        "fiat" => Side::Fiat,
        _ => return None,
    };
    let mut line = || lines.next().unwrap_or_default().to_owned();
    draft.side.set(side);
    draft.text(side).set(line());
    draft.asset.set(line());
    draft.country.set(line());
    draft.answered.set_value(line().parse().unwrap_or_default());
    Some(())
}

/// Keeps what the payer has typed and chosen over a reload of the page.
pub(super) fn keep(draft: AmountDraft) {
    let (side, amount) = match draft.side.get() {
        Side::Crypto => ("crypto", draft.crypto.get()),
        Side::Fiat => ("fiat", draft.fiat.get()),
    };
    let [began, side, amount, asset, country, answered] = [
        draft.began.get_value(),
        side.to_owned(),
        amount,
        draft.asset.get(),
        draft.country.get(),
        draft.answered.get_value().to_string(),
    ];
    if let Some(storage) = storage() {
        // Full, or not allowed: then a reload begins anew.
        let lines = [
            &began, "\n", &side, "\n", &amount, "\n", &asset, "\n", &country, "\n", &answered,
        ];
        let _ = storage.set_item(STORAGE_KEY, &lines.concat());
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
