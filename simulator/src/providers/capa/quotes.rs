//! `GET /quotes`, an indication, and `POST /quotes`, a price that is locked for ten seconds.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::books::{Books, Quote, Spent};
use super::deal::{Deal, Direction};
use super::refusal::Refusal;
use super::terms::Terms;
use super::{Capa, new_id, read, wire};
use crate::clock::Moment;
use crate::figure::Figure;

/// `GET /quotes`: a rate, and nothing locked.
pub(super) async fn indicate(
    State(capa): State<Capa>,
    query: Result<Query<RateQuery>, QueryRejection>,
) -> Response {
    let answer = |books: &mut Books, _| {
        let Query(query) = query.map_err(|_| Refusal::InvalidInput)?;
        let deal = query.price(books)?;
        Ok(wire::Quote::indicative(&deal, &books.knobs))
    };
    capa.reply(StatusCode::OK, capa.with_books(answer))
}

/// `POST /quotes`: a rate that one transaction may use until it expires.
pub(super) async fn lock(State(capa): State<Capa>, body: Bytes) -> Response {
    let answer = |books: &mut Books, now: Moment| {
        let options: Options = read(&body)?;
        let terms: Terms = read(&body)?;
        options.check()?;
        let deal = terms
            .check()?
            .price(options.transaction_type, &books.world, &books.knobs)?;
        let expires_at = now.plus(books.knobs.quote_life());
        let quote = Quote {
            id: new_id(),
            deal,
            expires_at,
            spent: Spent::No,
        };
        let answer = wire::Quote::locked(&quote, &books.knobs);
        books.remember_quote(quote);
        Ok(answer)
    };
    capa.reply(StatusCode::CREATED, capa.with_books(answer))
}

/// The query as it was written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RateQuery {
    token_symbol: Option<String>,
    transaction_type: Option<String>,
    blockchain_symbol: Option<String>,
    fiat_currency: Option<String>,
    crypto_amount: Option<String>,
    fiat_amount: Option<String>,
    premium_spread: Option<String>,
}

/// What a locked quote is told besides its terms. Neither country nor rail changes a price
/// (assumption U17).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    transaction_type: Direction,
    country: Option<String>,
    rail: Option<Rail>,
    forwarding_days: Option<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Rail {
    Spei,
    Ach,
    Wire,
    Sepa,
    Lbtr,
}

impl RateQuery {
    fn price(self, books: &Books) -> Result<Deal, Refusal> {
        let direction = match self.transaction_type.as_deref() {
            Some("OFF_RAMP") => Direction::Off,
            Some("ON_RAMP") => Direction::On,
            Some(_) | None => return Err(Refusal::InvalidInput),
        };
        let terms = Terms {
            token_symbol: self.token_symbol,
            blockchain_symbol: self.blockchain_symbol,
            fiat_currency: self.fiat_currency,
            crypto_amount: figure(self.crypto_amount.as_deref())?,
            fiat_amount: figure(self.fiat_amount.as_deref())?,
            premium_spread: figure(self.premium_spread.as_deref())?,
        };
        terms.check()?.price(direction, &books.world, &books.knobs)
    }
}

impl Options {
    fn check(&self) -> Result<(), Refusal> {
        const MOST_FORWARDING_DAYS: u8 = 4;
        let is_alpha_2 = |country: &String| {
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())
        };
        let is_allowed = match &self.rail {
            Some(Rail::Spei | Rail::Ach | Rail::Wire | Rail::Sepa | Rail::Lbtr) | None => {
                self.country.as_ref().is_none_or(is_alpha_2)
                    && self
                        .forwarding_days
                        .is_none_or(|days| days <= MOST_FORWARDING_DAYS)
            }
        };
        if is_allowed {
            Ok(())
        } else {
            Err(Refusal::InvalidInput)
        }
    }
}

impl Books {
    /// Keeps the newest quotes; who forgets one that has expired forgets nothing.
    fn remember_quote(&mut self, quote: Quote) {
        const MOST: usize = 10_000;
        if self.quotes.len() >= MOST {
            let oldest = self.quotes.values().min_by_key(|quote| quote.expires_at);
            if let Some(id) = oldest.map(|quote| quote.id.clone()) {
                self.quotes.remove(&id);
            }
        }
        self.quotes.insert(quote.id.clone(), quote);
    }
}

fn figure(text: Option<&str>) -> Result<Option<Figure>, Refusal> {
    text.map(str::parse)
        .transpose()
        .map_err(|_| Refusal::InvalidInput)
}
