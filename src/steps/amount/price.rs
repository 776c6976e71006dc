//! The indicative price beside the two amounts.

use leptos::task::spawn_local;
use offramp_domain::{
    api::{Quote, QuoteRequest},
    money::Amount,
    quote::QuoteKind,
};

use super::sale::Sale;
use crate::{
    api::{Api, ApiError},
    context::context,
    hooks::sleep,
    state::{RwSignal, Signal, StoredValue, effect},
    wizard::{Anchor, Ask},
};

/// How long the payer has to pause before a price is asked for.
const PAUSE_MS: u32 = 400;

/// What is known about the price.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Price {
    /// Nothing was asked.
    None,
    /// It is on its way.
    Calculating,
    /// This is it.
    Known(Quote),
    /// There is none, for this reason.
    Refused(ApiError),
}

/// The price of what is typed, following it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndicativePrice {
    api: Api,
    pub(super) price: RwSignal<Price>,
    /// The last price that was heard, also while the next one is on its way.
    last: RwSignal<Option<Quote>>,
    asked: StoredValue<Option<Ask>>,
    /// Tells an answer from one to an earlier question.
    number: StoredValue<u32>,
}

impl IndicativePrice {
    /// Follows the sale: a change is priced once the payer pauses.
    pub(super) fn of(sale: Signal<Sale>) -> Self {
        let price = Self {
            api: context().api,
            price: RwSignal::new(Price::None),
            last: RwSignal::new(None),
            asked: StoredValue::new(None),
            number: StoredValue::new(0),
        };
        // What stands there from the beginning is not being typed.
        let mut pause_ms = 0;
        effect(move || {
            let ask = sale.with(Sale::ask);
            if price.asked.get_value() != ask {
                price.ask(ask, pause_ms);
            }
            pause_ms = PAUSE_MS;
        });
        price
    }

    /// Asks for the same price once more.
    pub(super) fn ask_again(self) {
        self.ask(self.asked.get_value(), 0);
    }

    /// What one token is worth, as far as it was heard for what is chosen now.
    pub(super) fn rate(self, sale: &Sale) -> Option<Amount> {
        let (asset, country) = (sale.asset?, sale.country?);
        self.last.with(|last| {
            let last = last.as_ref()?;
            let is_of_this = last.token == asset.token
                && last.network == asset.network
                && last.currency == country.currency;
            is_of_this.then_some(last.rate)
        })
    }

    fn ask(self, ask: Option<Ask>, pause_ms: u32) {
        self.asked.set_value(ask);
        let number = self.number.get_value() + 1;
        self.number.set_value(number);
        let Some(ask) = ask else {
            self.price.set(Price::None);
            return;
        };
        self.price.set(Price::Calculating);
        let is_wanted = move || self.number.try_get_value() == Some(number);
        spawn_local(async move {
            sleep(pause_ms).await;
            if !is_wanted() {
                return;
            }
            let answer = self.api.quote(indicative(ask)).await;
            if !is_wanted() {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.last.set(Some(answer.quote.clone()));
                    self.price.set(Price::Known(answer.quote));
                }
                Err(error) => self.price.set(Price::Refused(error)),
            }
        });
    }
}

fn indicative(ask: Ask) -> QuoteRequest {
    let (crypto_amount, fiat_amount) = match ask.anchor {
        Anchor::Crypto(amount) => (Some(amount), None),
        Anchor::Fiat(amount) => (None, Some(amount)),
    };
    QuoteRequest {
        kind: QuoteKind::Indicative,
        token: ask.token,
        network: ask.network,
        country: ask.country,
        crypto_amount,
        fiat_amount,
        destination: None,
    }
}
