//! `/api/v1/supported/…` and the rest of what anybody may read: tokens, chains, rails, ranges.
//!
//! The contract names these endpoints and shows no body but those of rails and institutions.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Unigox;
use super::assumptions::{CHAIN_ID, LARGEST_SALE, SMALLEST_SALE};
use super::chain::Token;
use super::knobs::{Knobs, Presence};
use super::rail_table::{INSTITUTIONS, RAILS, UNKNOWN};
use super::rails::{Field, Form, Institution, Need, Rail};
use super::refusal::{Refusal, Shape};
use crate::figure::with_places;

/// The chains that a wallet can be funded from (13.1): name, type, tokens.
pub(super) const FUNDING_CHAINS: [(&str, &str, &[&str]); 12] = [
    ("ethereum", "evm", &["USDC", "USDT"]),
    ("arbitrum", "evm", &["USDC", "USDT"]),
    ("bsc", "evm", &["USDC", "USDT"]),
    ("polygon", "evm", &["USDC", "USDT"]),
    ("optimism", "evm", &["USDC", "USDT"]),
    ("hyperevm", "evm", &["USDC", "USDT"]),
    ("unichain", "evm", &["USDC", "USDT"]),
    ("base", "evm", &["USDC"]),
    ("avalanche", "evm", &["USDC"]),
    ("solana", "svm", &["USDC"]),
    ("tron", "tvm", &["USDT"]),
    ("ton", "ton", &["USDT"]),
];

/// `GET /supported/crypto-currencies`.
pub(super) async fn crypto_currencies(State(unigox): State<Unigox>) -> Response {
    let listed = Token::ALL.map(
        |token| json!({ "code": token.code(), "name": token.name(), "decimals": Token::DECIMALS }),
    );
    let answer = json!({ "crypto_currencies": listed });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `GET /supported/blockchains`.
pub(super) async fn blockchains(State(unigox): State<Unigox>) -> Response {
    let token = |token: Token| {
        json!({
            "code": token.code(),
            "contract_address": token.address().to_checksum(None),
            "decimals": Token::DECIMALS,
        })
    };
    let xai = json!({
        "slug": "xai", "name": "XAI", "chain_id": CHAIN_ID.to_string(),
        "tokens": Token::ALL.map(token),
    });
    let answer = json!({ "blockchains": [xai] });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `GET /supported/fiat-currencies`.
pub(super) async fn fiat_currencies(State(unigox): State<Unigox>) -> Response {
    let listed: Vec<Value> = RAILS
        .iter()
        .map(|rail| json!({ "code": rail.currency, "countries": rail.countries }))
        .collect();
    let answer = json!({ "fiat_currencies": listed });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `GET /supported/corridors`.
pub(super) async fn corridors(State(unigox): State<Unigox>) -> Response {
    let of_rail = |rail: &'static Rail| {
        rail.countries.iter().map(|country| {
            json!({
                "country": country, "currency": rail.currency, "rail": rail.slug,
                "direction": "offramp", "is_indicative": true,
            })
        })
    };
    let corridors: Vec<Value> = RAILS.iter().flat_map(of_rail).collect();
    let answer = json!({ "corridors": corridors });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `GET /supported-exchange-pairs`.
pub(super) async fn pairs(State(unigox): State<Unigox>) -> Response {
    let pairs: Vec<Value> = trades()
        .map(|(token, rail)| {
            json!({
                "type": "SELL",
                "crypto_currency": token.code(),
                "fiat_currency": rail.currency,
            })
        })
        .collect();
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(json!({ "pairs": pairs })))
}

/// `GET /partner/liquidity`.
pub(super) async fn liquidity(State(unigox): State<Unigox>) -> Response {
    let knobs = unigox.knobs();
    let ranges: Vec<Value> = trades()
        .filter_map(|(token, rail)| {
            let rate = unigox.inner.rate(&knobs, token, rail.currency)?;
            let fiat = |crypto: Decimal| with_places((rate * crypto).round_dp(2), 2);
            Some(json!({
                "trade_type": "SELL",
                "crypto_currency": token.code(),
                "fiat_currency": rail.currency,
                "payment_method_slug": rail.slug,
                "min_crypto_amount": with_places(SMALLEST_SALE, 6),
                "max_crypto_amount": with_places(LARGEST_SALE, 6),
                "min_fiat_amount": fiat(SMALLEST_SALE),
                "max_fiat_amount": fiat(LARGEST_SALE),
            }))
        })
        .collect();
    let answer = json!({ "liquidity": ranges });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

fn trades() -> impl Iterator<Item = (Token, &'static Rail)> {
    let of_token = |token| RAILS.iter().map(move |rail| (token, rail));
    Token::ALL.into_iter().flat_map(of_token)
}

/// Which rails are asked for.
#[derive(Debug, Deserialize)]
pub(super) struct RailQuery {
    direction: Option<String>,
    country: Option<String>,
    currency: Option<String>,
}

/// `GET /supported/payment-rails`.
pub(super) async fn payment_rails(
    State(unigox): State<Unigox>,
    Query(query): Query<RailQuery>,
) -> Response {
    let result = unigox.rails(&query);
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// Which institutions are asked for.
#[derive(Debug, Deserialize)]
pub(super) struct InstitutionQuery {
    rail: Option<String>,
    country: Option<String>,
    currency: Option<String>,
    search: Option<String>,
    code: Option<String>,
    institution_id: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

/// `GET /supported/institutions`.
pub(super) async fn institutions(
    State(unigox): State<Unigox>,
    Query(query): Query<InstitutionQuery>,
) -> Response {
    let result = query.page();
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

impl Unigox {
    fn rails(&self, query: &RailQuery) -> Result<Value, Refusal> {
        match query.direction.as_deref() {
            Some("offramp" | "onramp") => {}
            Some(_) | None => return Err(Refusal::invalid("direction is required")),
        }
        if query.country.is_none() && query.currency.is_none() {
            return Err(Refusal::invalid("country or currency is required"));
        }
        let is_meant = |rail: &&Rail| {
            let country = query.country.as_deref();
            let currency = query.currency.as_deref();
            country.is_none_or(|country| rail.countries.contains(&country))
                && currency.is_none_or(|currency| rail.currency == currency)
        };
        let knobs = self.knobs();
        let rails = RAILS.iter().filter(is_meant);
        let rails: Vec<Value> = rails.map(|rail| rail.shown(&knobs)).collect();
        Ok(json!({
            "country": query.country,
            "currency": query.currency,
            "direction": query.direction,
            "rails": rails,
        }))
    }
}

impl InstitutionQuery {
    fn page(&self) -> Result<Value, Refusal> {
        let rail = self.rail.as_deref();
        let rail = rail.ok_or_else(|| Refusal::invalid("rail is required"))?;
        let number = |text: &Option<String>, otherwise: usize| {
            text.as_deref().map_or(Ok(otherwise), |text| {
                text.parse()
                    .map_err(|_| Refusal::invalid("limit or offset is no number"))
            })
        };
        let limit = number(&self.limit, 20)?;
        let offset = number(&self.offset, 0)?;
        if !(1..=100).contains(&limit) {
            return Err(Refusal::invalid("limit must be between 1 and 100"));
        }
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        let search = self.search.as_deref().unwrap_or_default().to_lowercase();
        let is_meant = |institution: &&Institution| {
            institution.rail == rail
                && is(&self.country, institution.country)
                && is(&self.currency, institution.currency)
                && is(&self.code, institution.code)
                && is(&self.institution_id, institution.id)
                && institution.name.to_lowercase().contains(&search)
        };
        let found: Vec<&Institution> = INSTITUTIONS.iter().filter(is_meant).collect();
        let page = found.iter().skip(offset).take(limit);
        let page: Vec<Value> = page.map(|institution| institution.shown()).collect();
        Ok(json!({
            "institutions": page,
            "pagination": { "total": found.len(), "limit": limit, "offset": offset },
        }))
    }
}

impl Institution {
    fn shown(&self) -> Value {
        json!({
            "institution_id": self.id,
            "name": self.name,
            "institution_type": self.kind,
            "country": self.country,
            "currency": self.currency,
            "code": self.code,
        })
    }
}

impl Rail {
    fn shown(&self, knobs: &Knobs) -> Value {
        let list = |fields: &[Field]| {
            let mut shown: Vec<Value> = fields.iter().map(Field::shown).collect();
            match knobs.unknown_field_type {
                Presence::Absent => {}
                Presence::Present => shown.push(UNKNOWN.shown()),
            }
            shown
        };
        let (fields, formats) = match &self.shape {
            Form::Fields(fields) | Form::OneOf(fields) => (list(fields), None),
            Form::ByInstitution(formats) => {
                let formats = formats.iter().map(|format| {
                    json!({
                        "id": format.id,
                        "name": format.name,
                        "institution_types": format.institution_types,
                        "has_liquidity": true,
                        "fields": list(format.fields),
                    })
                });
                (Vec::new(), Some(formats.collect::<Vec<Value>>()))
            }
        };
        let mut shown = json!({
            "slug": self.slug,
            "name": self.name,
            "institution_required": self.institution == Need::Required,
            "institution_lookup_key": self.lookup,
            "currencies": [self.currency],
            "settlement": { "speed": self.speed, "typical_minutes": self.minutes, "note": null },
            "limits": null,
            "fields": fields,
        });
        if let (Some(formats), Some(members)) = (formats, shown.as_object_mut()) {
            members.insert("formats".to_owned(), formats.into());
        }
        shown
    }
}

impl Field {
    fn shown(&self) -> Value {
        let mut shown = json!({
            "key": self.key,
            "label": self.label,
            "type": self.kind,
            "required": self.need == Need::Required,
        });
        if let Some(members) = shown.as_object_mut() {
            if let Some(pattern) = self.check.pattern() {
                members.insert("pattern".to_owned(), pattern.into());
            }
            if let Some(placeholder) = self.placeholder {
                members.insert("placeholder".to_owned(), placeholder.into());
            }
        }
        shown
    }
}
