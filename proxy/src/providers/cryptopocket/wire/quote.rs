//! Quotes (contract 6, A-3): a price that binds nobody.

use offramp_domain::{money::Amount, quote::QuoteKind, time::Timestamp};
use serde::Deserialize;

use super::super::assumptions;
use crate::{
    provider::{ProviderQuote, QuoteAsk, Refusal},
    providers::{
        exchange::Query,
        failure::Failure,
        figure::{Figure, effective_rate},
    },
};

/// What a price is asked for with.
pub(in super::super) fn quote_query(ask: &QuoteAsk) -> Result<Query, Failure> {
    let untraded = || Failure::Refused(Refusal::AssetUnavailable);
    let symbol = assumptions::symbol(ask.token).ok_or_else(untraded)?;
    let chain = assumptions::chain(ask.network).ok_or_else(untraded)?;
    Ok(vec![
        ("amount", ask.crypto_amount.normalized().to_string()),
        ("symbol", symbol.to_owned()),
        ("chain", chain.to_owned()),
        ("fiat_symbol", ask.currency.code().to_owned()),
    ])
}

/// A price. What repeats the question may be missing.
#[derive(Deserialize)]
pub(in super::super) struct Quote {
    amount: Option<Figure>,
    symbol: Option<String>,
    chain: Option<String>,
    fiat_symbol: Option<String>,
    fiat_amount: Figure,
    price: Option<Figure>,
}

impl Quote {
    /// The price of what was asked for, if that is what it is of.
    pub(in super::super) fn price(
        self,
        ask: &QuoteAsk,
        provider_now: Option<Timestamp>,
    ) -> Result<ProviderQuote, Failure> {
        if !self.is_of(ask) {
            return Err(Failure::Misfit("the price of something else"));
        }
        let Figure(fiat_amount) = self.fiat_amount;
        let rate = match self.price {
            Some(Figure(price)) => Some(price),
            None => effective_rate(fiat_amount, ask.crypto_amount),
        };
        let rate = rate.filter(|rate| !rate.is_zero() && !fiat_amount.is_zero());
        Ok(ProviderQuote {
            reference: None,
            kind: QuoteKind::Indicative,
            crypto_amount: ask.crypto_amount,
            fiat_amount,
            rate: rate.ok_or(Failure::Misfit("a price of nothing"))?,
            spread: Amount::ZERO,
            fees: Vec::new(),
            expires_at: None,
            provider_now,
        })
    }

    fn is_of(&self, ask: &QuoteAsk) -> bool {
        let is = |said: &Option<String>, asked: &str| {
            said.as_deref()
                .is_none_or(|said| said.eq_ignore_ascii_case(asked))
        };
        self.amount
            .is_none_or(|Figure(amount)| amount == ask.crypto_amount)
            && is(
                &self.symbol,
                assumptions::symbol(ask.token).unwrap_or_default(),
            )
            && is(
                &self.chain,
                assumptions::chain(ask.network).unwrap_or_default(),
            )
            && is(&self.fiat_symbol, ask.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        bank::CountryCode,
        money::{Currency, Token},
        network::Network,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::ProviderUserId;

    fn ask() -> QuoteAsk {
        QuoteAsk {
            user: ProviderUserId("106".to_owned()),
            account: None,
            kind: QuoteKind::Firm,
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Sepa,
            currency: Currency::Eur,
            crypto_amount: "100.00".parse().unwrap(),
        }
    }

    fn answer() -> Value {
        json!({
            "amount": 100, "symbol": "USDC", "chain": "polygon",
            "fiat_symbol": "EUR", "fiat_amount": "91.40", "price": "0.914",
        })
    }

    fn price(answer: &Value) -> Result<ProviderQuote, Failure> {
        let quote: Quote = serde_json::from_value(answer.clone()).unwrap();
        quote.price(&ask(), None)
    }

    #[test]
    fn a_price_is_asked_for_in_their_words() {
        let query = quote_query(&ask()).unwrap();
        let said: Vec<_> = query.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(said, ["100", "USDC", "polygon", "EUR"]);
        let elsewhere = QuoteAsk {
            network: Network::Base,
            ..ask()
        };
        assert!(matches!(
            quote_query(&elsewhere),
            Err(Failure::Refused(Refusal::AssetUnavailable))
        ));
    }

    #[test]
    fn a_price_binds_nobody() {
        let price = price(&answer()).unwrap();
        assert_eq!(
            (price.kind, price.reference, price.expires_at),
            (QuoteKind::Indicative, None, None)
        );
        assert_eq!(price.fiat_amount.to_string(), "91.40");
        assert_eq!(price.rate.to_string(), "0.914");
    }

    #[test]
    fn the_price_of_something_else_is_none() {
        for (key, value) in [
            ("amount", json!(99)),
            ("symbol", json!("USDT")),
            ("chain", json!("bsc")),
            ("fiat_symbol", json!("COP")),
            ("price", json!("0")),
            ("fiat_amount", json!("0.00")),
        ] {
            let mut other = answer();
            other[key] = value;
            assert!(price(&other).is_err(), "{key}");
        }
    }

    #[test]
    fn without_a_price_for_one_it_is_divided() {
        let price = price(&json!({ "fiat_amount": 91.4, "price": null })).unwrap();
        assert_eq!(price.rate.to_string(), "0.914");
    }

    /// Whoever is told the rate reads it as an amount, and so does who looks it up again.
    #[test]
    fn a_rate_without_end_has_no_more_digits_than_are_read() {
        let ask = QuoteAsk {
            crypto_amount: "30".parse().unwrap(),
            ..ask()
        };
        let quote: Quote = serde_json::from_value(json!({ "fiat_amount": "27.41" })).unwrap();
        let rate = quote.price(&ask, None).ok().unwrap().rate;
        assert_eq!(rate.to_string(), "0.913666666666");
        assert_eq!(rate.to_string().parse(), Ok(rate));
    }
}
