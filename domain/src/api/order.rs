//! Orders: made, read and listed.

use serde::{Deserialize, Serialize};

use super::{
    action::{Action, ActionOffer, Next},
    deposit::Deposit,
    destination::{Destination, MaskedDestination},
    quote::Fee,
};
use crate::{
    money::{Amount, Currency, Token},
    names::names,
    network::Network,
    order::{Custody, OrderState, Reason},
    quote::Guarantee,
    time::Timestamp,
};

/// `POST /v1/orders`, with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// The quote on the screen.
    pub quote_id: String,
    /// The least that the screen named; null for an estimate.
    pub min_fiat_amount: Option<Amount>,
    /// The bank account that is paid.
    pub destination: Destination,
}

/// An order, and the clock it is to be read by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderResponse {
    /// The order.
    pub order: Order,
    /// Where the payer goes on, after `complete_verification`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_url: Option<String>,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// `GET /v1/orders`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderList {
    /// This page's orders.
    pub orders: Vec<Order>,
    /// What to ask the next page with; null on the last.
    pub next_cursor: Option<String>,
}

/// One off-ramp, from confirm to money on the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// Whether it keeps its payer from another order: the provider does not hold crypto for it, and it
    /// has not ended. State and custody alone do not tell.
    #[serde(default)]
    pub unfunded: bool,
    /// Raised by every change that the payer can see.
    pub sequence: u64,
    /// What the payer sends.
    pub crypto: CryptoSide,
    /// What arrives.
    pub fiat: FiatSide,
    /// Fiat for one token; null until known.
    pub rate: Option<Amount>,
    /// What is kept on the way.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// The bank account, masked.
    pub destination: MaskedDestination,
    /// How to send; null when there is nothing to send now.
    pub deposit: Option<Deposit>,
    /// What can be done now.
    #[serde(default)]
    pub actions: Vec<ActionOffer>,
    /// Who acts next, and until when; null when nobody has to.
    pub next: Option<Next>,
    /// An action under way.
    #[serde(default)]
    pub pending_action: Option<Action>,
    /// What happened, oldest first.
    #[serde(default)]
    pub timeline: Vec<TimelineEntry>,
    /// Hash of the transfer, as reported or seen.
    #[serde(default)]
    pub tx_hash: Option<String>,
    /// Where it can be looked up.
    #[serde(default)]
    pub explorer_url: Option<String>,
    /// What went back.
    #[serde(default)]
    pub refund: Option<Refund>,
    /// Why the signature that was handed in last was refused, for certain; null once another one is.
    #[serde(default)]
    pub signature_problem: Option<SignatureProblem>,
    /// What the payer said of money that did not arrive.
    #[serde(default)]
    pub not_received: Option<NotReceived>,
    /// Why it is where it is.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Permission to read this order for whoever holds the link; null in a resumed view.
    #[serde(default)]
    pub resume_token: Option<String>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What the payer sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoSide {
    /// Which token.
    pub token: Token,
    /// On which network.
    pub network: Network,
    /// How much.
    pub amount: Amount,
}

/// What arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FiatSide {
    /// Which currency.
    pub currency: Currency,
    /// How much; null until known.
    pub amount: Option<Amount>,
    /// What that promises.
    pub guarantee: Guarantee,
}

/// A state that the order reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// Which.
    pub state: OrderState,
    /// When.
    pub at: Timestamp,
}

/// Why a signature moved nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignatureProblem {
    /// The wallet that signed does not hold enough.
    FundsUnavailable,
    /// The provider does not take it.
    SignatureRefused,
}

names! { SignatureProblem::as_str {
    FundsUnavailable => "funds_unavailable",
    SignatureRefused => "signature_refused",
} }

/// Money that did not arrive, as the payer told it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotReceived {
    /// When the payer said so last.
    pub at: Timestamp,
    /// What the payer said about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a payer writes is for the partner, not for a log.
impl std::fmt::Debug for NotReceived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NotReceived")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Crypto that went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refund {
    /// How much, where known.
    pub amount: Option<Amount>,
    /// Which token.
    pub token: Token,
    /// By which transfer, where known.
    pub tx_hash: Option<String>,
}
