//! The quote (assumption A-3): a price that binds nobody and is held for no time.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::assets::{Asset, Chain, currency};
use super::assumptions::FIAT_PLACES;
use super::books::{Books, net};
use super::knobs::Quotes;
use super::refusal::Refusal;
use super::{CryptoPocket, gate, wire};
use crate::figure::{Figure, Shown, with_places};

#[derive(Debug, Deserialize)]
pub(super) struct QuoteQuery {
    amount: Option<String>,
    symbol: Option<String>,
    chain: Option<String>,
    fiat_symbol: Option<String>,
}

/// `GET /getRampoffQuote`. The limits are those of an order, not of a price.
pub(super) async fn quote(
    State(pocket): State<CryptoPocket>,
    query: Result<Query<QuoteQuery>, QueryRejection>,
) -> Response {
    match pocket.knobs().quotes {
        Quotes::Absent => return gate::no_such_route().await,
        Quotes::Offered => {}
    }
    let answer = pocket.with_books(|books, _| {
        let Query(query) = query.map_err(|_| Refusal::FailMandatoryField)?;
        books.price(&query)
    });
    pocket.reply(answer)
}

impl Books {
    fn price(&self, query: &QuoteQuery) -> Result<wire::Quote, Refusal> {
        let mandatory = |text: &Option<String>| {
            let text = text.clone().filter(|text| !text.is_empty());
            text.ok_or(Refusal::FailMandatoryField)
        };
        let amount = mandatory(&query.amount)?.parse();
        let amount = amount.ok().filter(|Figure(amount)| *amount > Decimal::ZERO);
        let wrong = || Refusal::invalid("amount", "The amount field must be a number.");
        let Figure(amount) = amount.ok_or_else(wrong)?;
        let chain = query.chain.as_deref().unwrap_or(Chain::DEFAULT);
        let asset = Asset::find(&mandatory(&query.symbol)?, chain, self.knobs.assets)?;
        let fiat = currency(&mandatory(&query.fiat_symbol)?)?;
        let rate = self.world.rate(asset.token, fiat);
        let rate = rate.ok_or(Refusal::CoinNotSupported)?;
        let places = usize::try_from(FIAT_PLACES).unwrap_or_default();
        Ok(wire::Quote {
            amount: Shown::Number(amount),
            symbol: asset.token,
            chain: asset.chain.name(),
            fiat_symbol: fiat,
            fiat_amount: with_places(net(amount, rate), places),
            price: rate.to_string(),
        })
    }
}
