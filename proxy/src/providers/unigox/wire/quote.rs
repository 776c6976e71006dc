//! Prices (contract 7).

use offramp_domain::{
    api::Fee,
    money::{Amount, Token},
    quote::{FeeKind, QuoteKind},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    figure::{Figure, Text},
    said,
};
use crate::{
    provider::{ProviderQuote, QuoteAsk, Refusal},
    providers::{
        failure::Failure,
        figure::{effective_rate, readable},
    },
};

/// The body of `POST /offramp/estimate`.
#[derive(Serialize)]
pub(in super::super) struct EstimateRequest {
    crypto_currency: &'static str,
    fiat_currency: &'static str,
    crypto_amount: String,
}

impl EstimateRequest {
    pub(in super::super) fn new(ask: &QuoteAsk) -> Self {
        Self {
            crypto_currency: ask.token.symbol(),
            fiat_currency: ask.currency.code(),
            crypto_amount: ask.crypto_amount.normalized().to_string(),
        }
    }
}

/// The body of `POST /offramp/quote`. Anchored to the crypto, and no movement is tolerated: the payer
/// was named a figure.
#[derive(Serialize)]
pub(in super::super) struct QuoteRequest<'a> {
    user_uuid: &'a str,
    payment_details_id: u64,
    #[serde(flatten)]
    terms: EstimateRequest,
    slippage_tolerance: Tolerance,
}

#[derive(Serialize)]
struct Tolerance {
    #[serde(rename = "type")]
    kind: &'static str,
    value: u8,
}

impl<'a> QuoteRequest<'a> {
    pub(in super::super) fn new(ask: &'a QuoteAsk) -> Result<Self, Failure> {
        let account = ask.account.as_ref();
        let id = account.and_then(|account| account.0.parse().ok());
        Ok(Self {
            user_uuid: &ask.user.0,
            payment_details_id: id.ok_or(Failure::Refused(Refusal::NotFound))?,
            terms: EstimateRequest::new(ask),
            slippage_tolerance: Tolerance {
                kind: "percent",
                value: 0,
            },
        })
    }
}

/// What a price costs.
#[derive(Clone, Default, Deserialize)]
pub(in super::super) struct Breakdown {
    platform_fee: Option<Figure>,
    partner_fee: Option<Figure>,
}

impl Breakdown {
    /// What has to be funded: the amount that is named leaves the partner's fee out (7.4).
    pub(in super::super) fn funding(&self, crypto_amount: Amount) -> Option<Amount> {
        let partner_fee = self.partner_fee.map_or(Amount::ZERO, |Figure(fee)| fee);
        crypto_amount.checked_add(partner_fee).and_then(readable)
    }

    fn fees(&self, token: Token) -> Vec<Fee> {
        let line = |kind, fee: Option<Figure>| {
            let amount = fee?.0.normalized();
            (!amount.is_zero()).then(|| Fee {
                kind,
                amount,
                currency: token.symbol().to_owned(),
            })
        };
        let fees = [
            line(FeeKind::Provider, self.platform_fee),
            line(FeeKind::Spread, self.partner_fee),
        ];
        fees.into_iter().flatten().collect()
    }
}

/// What both answer.
#[derive(Deserialize)]
pub(in super::super) struct Estimate {
    crypto_amount: Figure,
    fiat_amount: Figure,
    #[serde(default)]
    fee_breakdown: Breakdown,
}

/// A locked price.
#[derive(Deserialize)]
pub(in super::super) struct Quote {
    #[serde(rename = "quote_id")]
    id: Option<String>,
    anchor_type: Option<String>,
    payment_details_id: Option<Text>,
    expires_at: Option<String>,
    delayed_settlement: Option<bool>,
    #[serde(flatten)]
    price: Estimate,
}

impl Estimate {
    /// The price, if it is one of what was asked for.
    pub(in super::super) fn price(
        &self,
        ask: &QuoteAsk,
        provider_now: Option<Timestamp>,
    ) -> Result<ProviderQuote, Failure> {
        let funding = self.fee_breakdown.funding(self.crypto_amount.0);
        let fiat_amount = self.fiat_amount.0;
        if funding != Some(ask.crypto_amount) {
            return Err(Failure::Misfit("a price of another amount"));
        }
        let rate = effective_rate(fiat_amount, ask.crypto_amount)
            .filter(|rate| !rate.is_zero())
            .ok_or(Failure::Misfit("a price of nothing"))?;
        Ok(ProviderQuote {
            reference: None,
            kind: QuoteKind::Indicative,
            crypto_amount: ask.crypto_amount,
            fiat_amount,
            rate,
            spread: Amount::ZERO,
            fees: self.fee_breakdown.fees(ask.token),
            expires_at: None,
            provider_now,
        })
    }
}

impl Quote {
    /// The price, if it is one of what was asked for, and paid while the crypto is in the escrow.
    pub(in super::super) fn price(
        self,
        ask: &QuoteAsk,
        provider_now: Option<Timestamp>,
    ) -> Result<ProviderQuote, Failure> {
        if self.delayed_settlement == Some(true) {
            // No order was refused: there is no offer of the kind that is taken, for the time being.
            return Err(Failure::Refused(Refusal::AssetUnavailable));
        }
        let is_asked = |text: &Option<Text>| {
            let asked = ask.account.as_ref().map(|account| account.0.as_str());
            text.as_ref()
                .is_none_or(|Text(said)| Some(said.as_str()) == asked)
        };
        if !is_asked(&self.payment_details_id) {
            return Err(Failure::Misfit("a price to another account"));
        }
        if self
            .anchor_type
            .as_deref()
            .is_some_and(|anchor| anchor != "crypto")
        {
            return Err(Failure::Misfit("a price with another anchor"));
        }
        let id = said(self.id).ok_or(Failure::Misfit("a locked quote without an id"))?;
        let end = self.expires_at.and_then(|text| text.parse().ok());
        let end = end.ok_or(Failure::Misfit("a locked quote without an end"))?;
        Ok(ProviderQuote {
            reference: Some(id),
            kind: QuoteKind::Tolerance,
            expires_at: Some(end),
            ..self.price.price(ask, provider_now)?
        })
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::{bank::CountryCode, money::Currency, network::Network};
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::{AccountRef, ProviderUserId};

    fn ask() -> QuoteAsk {
        QuoteAsk {
            user: ProviderUserId("u-1".to_owned()),
            account: Some(AccountRef("987".to_owned())),
            kind: QuoteKind::Firm,
            token: Token::Usdt,
            network: Network::Xai,
            country: CountryCode::Ng,
            currency: Currency::Ngn,
            crypto_amount: "100".parse().unwrap(),
        }
    }

    /// The example of section 7.2.
    fn answered() -> Value {
        json!({
            "quote_id": "q-1", "anchor_type": "crypto", "rate": "1530.12",
            "crypto_amount": "99.024390", "fiat_amount": "149280.00",
            "fee_breakdown": {
                "platform_fee": "1.463415", "platform_fee_pct": 1.5,
                "partner_fee": "0.975610", "partner_fee_pct": 1, "total_fee": "2.439025",
            },
            "payment_details_id": 987, "payment_method_id": 5, "payment_network_id": 12,
            "expires_at": "2026-09-20T09:01:00Z", "has_fiat_settlement_notification": false,
        })
    }

    fn price(answered: Value) -> Result<ProviderQuote, String> {
        let quote: Quote = serde_json::from_value(answered).map_err(|error| error.to_string())?;
        quote
            .price(&ask(), None)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_published_example_costs_what_it_says() {
        let quote = price(answered()).unwrap();
        assert_eq!(quote.kind, QuoteKind::Tolerance);
        assert_eq!(quote.crypto_amount, "100".parse().unwrap());
        assert_eq!(quote.fiat_amount.to_string(), "149280.00");
        assert_eq!(quote.rate, "1492.8".parse().unwrap());
        let fees: Vec<_> = quote
            .fees
            .iter()
            .map(|fee| (fee.kind, fee.amount.to_string(), fee.currency.as_str()))
            .collect();
        assert_eq!(
            fees,
            [
                (FeeKind::Provider, "1.463415".to_owned(), "USDT"),
                (FeeKind::Spread, "0.97561".to_owned(), "USDT"),
            ]
        );
    }

    #[test]
    fn a_rate_has_as_many_digits_as_are_kept() {
        let rate = effective_rate("604524.25".parse().unwrap(), "401".parse().unwrap()).unwrap();
        assert_eq!(rate.to_string(), "1507.541770573566");
    }

    #[test]
    fn a_price_of_something_else_is_refused() {
        for (key, value, problem) in [
            (
                "crypto_amount",
                json!("99.024391"),
                "a price of another amount",
            ),
            (
                "crypto_amount",
                json!("99.024389"),
                "a price of another amount",
            ),
            ("fee_breakdown", json!({}), "a price of another amount"),
            (
                "payment_details_id",
                json!(988),
                "a price to another account",
            ),
            ("anchor_type", json!("fiat"), "a price with another anchor"),
            ("fiat_amount", json!("0"), "a price of nothing"),
            ("quote_id", json!(" "), "a locked quote without an id"),
            ("expires_at", json!(null), "a locked quote without an end"),
        ] {
            let mut answered = answered();
            answered[key] = value;
            let misfit = format!("an answer that does not fit: {problem}");
            assert_eq!(price(answered), Err(misfit), "{key}");
        }
    }

    #[test]
    fn a_price_that_settles_a_day_later_is_refused() {
        let mut answered = answered();
        answered["delayed_settlement"] = json!(true);
        answered["settlement_hours"] = json!(24);
        assert_eq!(price(answered), Err("refused".to_owned()));
    }

    #[test]
    fn no_movement_is_tolerated() {
        let ask = ask();
        let body = serde_json::to_value(QuoteRequest::new(&ask).unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "user_uuid": "u-1", "payment_details_id": 987, "crypto_currency": "USDT",
                "fiat_currency": "NGN", "crypto_amount": "100",
                "slippage_tolerance": { "type": "percent", "value": 0 },
            })
        );
    }
}
