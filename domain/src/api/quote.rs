//! Prices.

use serde::{Deserialize, Serialize};

use super::destination::Destination;
use crate::{
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    quote::{FeeKind, Guarantee, QuoteKind},
    time::Timestamp,
};

/// `POST /v1/quotes`: exactly one of the two amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// How binding it should be; the answer may be weaker.
    pub kind: QuoteKind,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Country of the bank account.
    pub country: CountryCode,
    /// Everything that leaves the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crypto_amount: Option<Amount>,
    /// What should arrive at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiat_amount: Option<Amount>,
    /// The bank account, where a price needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
}

/// The answer to [`QuoteRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteResponse {
    /// The price.
    pub quote: Quote,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Its id, for an order.
    pub id: String,
    /// How binding it is.
    pub kind: QuoteKind,
    /// What `fiat_amount` promises.
    pub guarantee: Guarantee,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Everything that leaves the payer, fees included.
    pub crypto_amount: Amount,
    /// Currency received.
    pub currency: Currency,
    /// What arrives.
    pub fiat_amount: Amount,
    /// What arrives at least; null for an estimate.
    pub fiat_minimum: Option<Amount>,
    /// Fiat for one token.
    pub rate: Amount,
    /// What is kept on the way.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Until when it holds; null where it never did.
    pub expires_at: Option<Timestamp>,
}

/// Something that is kept on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: Amount,
    /// Of which currency or token.
    pub currency: String,
}
