//! All that the first screen needs.

use serde::{Deserialize, Serialize};

use super::{
    destination::SavedDestination,
    order::Order,
    session::{LockKey, Prefill, Receiver},
};
use crate::{
    bank::CountryCode,
    money::{Amount, Currency, Token},
    names::names,
    network::Network,
    time::Timestamp,
};

/// `GET /v1/checkout`: all that the first screen needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkout {
    /// What can be sold.
    pub assets: Vec<Asset>,
    /// Where money can go.
    pub countries: Vec<CountryOffer>,
    /// Accounts saved earlier, masked.
    #[serde(default)]
    pub destinations: Vec<SavedDestination>,
    /// Somebody else whose account is paid.
    #[serde(default)]
    pub receiver: Option<Receiver>,
    /// Whether the payer may sell.
    pub verification: Verification,
    /// What the first screen starts with.
    #[serde(default)]
    pub prefill: Prefill,
    /// Which of these are fixed.
    #[serde(default)]
    pub lock: Vec<LockKey>,
    /// Where a payer who left for a verification comes back to.
    #[serde(default)]
    pub return_url: Option<String>,
    /// The payer's order that holds no crypto yet.
    pub order: Option<Order>,
    /// The payer's other orders that are not closed.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Whether a price needs the bank account first.
    #[serde(default)]
    pub quote_needs_destination: bool,
    /// Whether a wallet has to be linked before the first order.
    #[serde(default)]
    pub wallet: Option<WalletLink>,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// A token on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asset {
    /// Which token.
    pub token: Token,
    /// Which network.
    pub network: Network,
    /// The token's name in full.
    pub name: String,
    /// The network's name in full.
    pub network_name: String,
    /// Digits after the point that an amount may have.
    pub decimals: u32,
    /// EIP-155 chain id, where there is one.
    pub chain_id: Option<u64>,
    /// Contract or mint of the token, where it is configured.
    pub token_contract: Option<String>,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
}

/// A country whose bank accounts can be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountryOffer {
    /// Which country.
    pub country: CountryCode,
    /// Currency of its accounts.
    pub currency: Currency,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
    /// How the bank account is asked for.
    pub form: Form,
}

/// How a bank account is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Form {
    /// By the rules of [`crate::bank`].
    BuiltIn,
    /// By fields that the provider lists.
    Fields {
        /// The fields, in order.
        fields: Vec<FormField>,
    },
    /// Not at all: it was given when the payer was registered.
    Registered {
        /// What is asked for beside it, in order.
        fields: Vec<FormField>,
    },
}

/// One question that the provider lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormField {
    /// Its key in `fields`.
    pub key: String,
    /// What the screen calls it.
    pub label: String,
    /// `text`, `number`, `select`, …; an unknown one is asked for as text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be answered.
    pub required: bool,
    /// A regular expression that the answer matches.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The choices, where there are any.
    #[serde(default)]
    pub options: Vec<String>,
}

/// Whether the payer may sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    /// How far it is.
    pub status: VerificationStatus,
    /// Where the payer goes on with it.
    #[serde(default)]
    pub verification_url: Option<String>,
}

/// How far the payer's verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerificationStatus {
    /// Done.
    Verified,
    /// Not begun.
    Required,
    /// Under way.
    Pending,
    /// Refused.
    Rejected,
}

names! { VerificationStatus::as_str {
    Verified => "verified",
    Required => "required",
    Pending => "pending",
    Rejected => "rejected",
} }

/// Whether a wallet has to be linked before the first order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WalletLink {
    /// It has to be.
    Required,
    /// It is.
    Linked,
}

names! { WalletLink::as_str {
    Required => "required",
    Linked => "linked",
} }
