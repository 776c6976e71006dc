//! Quotes (contract 2).

use offramp_domain::{money::Amount, quote::QuoteKind, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{OFF_RAMP, said};
use crate::{
    provider::{ProviderQuote, QuoteAsk},
    providers::{exchange::Query, failure::Failure, figure::Figure},
};

/// The body of `POST /quotes`. Always the crypto amount: which of the two an off-ramp may name is
/// contradictory (2.2). Without `country` and `rail`, which override what the currency says (U17).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct QuoteRequest {
    token_symbol: &'static str,
    transaction_type: &'static str,
    blockchain_symbol: &'static str,
    fiat_currency: &'static str,
    crypto_amount: Figure,
    #[serde(skip_serializing_if = "Option::is_none")]
    premium_spread: Option<Figure>,
}

impl QuoteRequest {
    pub(in super::super) fn new(ask: &QuoteAsk, spread: Amount) -> Self {
        Self {
            token_symbol: ask.token.symbol(),
            transaction_type: OFF_RAMP,
            blockchain_symbol: ask.network.id(),
            fiat_currency: ask.currency.code(),
            crypto_amount: Figure(ask.crypto_amount),
            premium_spread: (!spread.is_zero()).then_some(Figure(spread)),
        }
    }
}

/// The query of `GET /quotes`: the same terms.
pub(in super::super) fn quote_query(ask: &QuoteAsk, spread: Amount) -> Query {
    let mut query = vec![
        ("tokenSymbol", ask.token.symbol().to_owned()),
        ("transactionType", OFF_RAMP.to_owned()),
        ("blockchainSymbol", ask.network.id().to_owned()),
        ("fiatCurrency", ask.currency.code().to_owned()),
        ("cryptoAmount", ask.crypto_amount.to_string()),
    ];
    if !spread.is_zero() {
        query.push(("premiumSpread", spread.to_string()));
    }
    query
}

/// What both answer; only a locked quote has an id and an end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Quote {
    #[serde(rename = "quoteId")]
    id: Option<String>,
    expires_at: Option<String>,
    transaction_type: Option<String>,
    token_symbol: String,
    blockchain_symbol: String,
    fiat_currency: String,
    crypto_amount: Figure,
    fiat_amount: Figure,
    rate: Figure,
    premium_spread: Option<Figure>,
}

impl Quote {
    /// The price, if it is one of what was asked for.
    pub(in super::super) fn price(
        self,
        ask: &QuoteAsk,
        kind: QuoteKind,
        spread: Amount,
        provider_now: Option<Timestamp>,
    ) -> Result<ProviderQuote, Failure> {
        self.must_answer(ask)?;
        let (reference, expires_at) = match kind {
            QuoteKind::Indicative => (None, None),
            QuoteKind::Firm | QuoteKind::Tolerance => {
                let id = said(self.id).ok_or(Failure::Misfit("a locked quote without an id"))?;
                let end = self.expires_at.and_then(|text| text.parse().ok());
                (
                    Some(id),
                    Some(end.ok_or(Failure::Misfit("a locked quote without an end"))?),
                )
            }
        };
        Ok(ProviderQuote {
            reference,
            kind,
            crypto_amount: self.crypto_amount.0,
            fiat_amount: self.fiat_amount.0,
            rate: self.rate.0,
            spread: self.premium_spread.map_or(spread, |Figure(spread)| spread),
            fees: Vec::new(),
            expires_at,
            provider_now,
        })
    }

    fn must_answer(&self, ask: &QuoteAsk) -> Result<(), Failure> {
        let misfit = if self.token_symbol != ask.token.symbol() {
            "a price of another token"
        } else if self.blockchain_symbol != ask.network.id() {
            "a price on another network"
        } else if self.fiat_currency != ask.currency.code() {
            "a price in another currency"
        } else if self.crypto_amount.0 != ask.crypto_amount {
            "a price of another amount"
        } else if self
            .transaction_type
            .as_deref()
            .is_some_and(|kind| kind != OFF_RAMP)
        {
            "a price of something other than an off-ramp"
        } else if self.fiat_amount.0.is_zero() || self.rate.0.is_zero() {
            "a price of nothing"
        } else {
            return Ok(());
        };
        Err(Failure::Misfit(misfit))
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
            user: ProviderUserId("u-1".to_owned()),
            account: None,
            kind: QuoteKind::Firm,
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Mx,
            currency: Currency::Mxn,
            crypto_amount: "100.50".parse().unwrap(),
        }
    }

    fn answered() -> Value {
        json!({
            "quoteId": "q-1", "expiresAt": "2026-05-01T12:00:10.000Z",
            "transactionType": "OFF_RAMP", "tokenSymbol": "USDC", "blockchainSymbol": "POL",
            "fiatCurrency": "MXN", "cryptoAmount": "100.5", "fiatAmount": "1827.5",
            "rate": "18.184665", "flow": "REGULAR",
        })
    }

    fn price(kind: QuoteKind, answered: &Value) -> Result<ProviderQuote, String> {
        let spread = "0.005".parse().unwrap();
        serde_json::from_str::<Quote>(&answered.to_string())
            .map_err(|error| error.to_string())?
            .price(&ask(), kind, spread, None)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn amounts_are_asked_for_as_numbers_with_their_digits() {
        let request = QuoteRequest::new(&ask(), "0.005".parse().unwrap());
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"tokenSymbol":"USDC","transactionType":"OFF_RAMP","blockchainSymbol":"POL","fiatCurrency":"MXN","cryptoAmount":100.50,"premiumSpread":0.005}"#
        );
    }

    #[test]
    fn no_spread_is_not_mentioned() {
        let json = serde_json::to_value(QuoteRequest::new(&ask(), Amount::ZERO)).unwrap();
        assert_eq!(json.get("premiumSpread"), None);
        assert_eq!(quote_query(&ask(), Amount::ZERO).len(), 5);
        assert_eq!(quote_query(&ask(), "0.01".parse().unwrap()).len(), 6);
    }

    #[test]
    fn a_locked_price_has_an_id_and_an_end() {
        let quote = price(QuoteKind::Firm, &answered()).unwrap();
        assert_eq!(quote.reference.as_deref(), Some("q-1"));
        assert_eq!(quote.expires_at, "2026-05-01T12:00:10Z".parse().ok());
        assert_eq!(quote.spread, "0.005".parse().unwrap());
        for (key, problem) in [("quoteId", "an id"), ("expiresAt", "an end")] {
            let mut answered = answered();
            answered[key] = Value::Null;
            assert_eq!(
                price(QuoteKind::Firm, &answered),
                Err(format!(
                    "an answer that does not fit: a locked quote without {problem}"
                ))
            );
            let indicative = price(QuoteKind::Indicative, &answered).unwrap();
            assert_eq!((indicative.reference, indicative.expires_at), (None, None));
        }
    }

    #[test]
    fn a_price_of_something_else_is_refused() {
        for (key, value, problem) in [
            ("tokenSymbol", "USDT", "a price of another token"),
            ("blockchainSymbol", "ETH", "a price on another network"),
            ("fiatCurrency", "DOP", "a price in another currency"),
            ("cryptoAmount", "100.51", "a price of another amount"),
            (
                "transactionType",
                "ON_RAMP",
                "a price of something other than an off-ramp",
            ),
            ("fiatAmount", "0.00", "a price of nothing"),
            ("rate", "0", "a price of nothing"),
        ] {
            let mut answered = answered();
            answered[key] = value.into();
            assert_eq!(
                price(QuoteKind::Firm, &answered),
                Err(format!("an answer that does not fit: {problem}"))
            );
        }
    }
}
