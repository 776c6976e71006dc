//! How the crypto leaves the payer.

use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Token},
    names::names,
    network::Network,
    time::Timestamp,
};

/// How the crypto leaves the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deposit {
    /// The payer sends it to an address.
    TransferToAddress(TransferToAddress),
    /// The payer's own wallet signs it away; the typed data comes from `signing_requests`.
    SignTypedData(Authorisation),
    /// The partner authorises it from a wallet of theirs.
    Authorise(Authorisation),
}

/// An address to send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferToAddress {
    /// On which network.
    pub network: Network,
    /// Which token.
    pub token: Token,
    /// Contract or mint of the token, where it is configured.
    pub token_contract: Option<String>,
    /// Where to.
    pub address: String,
    /// How much, to the digit.
    pub amount: Amount,
    /// The text of a QR code that wallets understand.
    pub payment_uri: Option<String>,
    /// What the payer does once it is sent.
    pub after_sending: AfterSending,
    /// Whether it may still be sent.
    pub offer: Offer,
    /// Until when.
    pub offer_until: Option<Timestamp>,
}

/// A transfer that takes a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authorisation {
    /// On which network.
    pub network: Network,
    /// Which token.
    pub token: Token,
    /// How much, to the digit.
    pub amount: Amount,
    /// Whose wallet pays, where known.
    pub signer: Option<String>,
    /// Whether it may still be signed.
    pub offer: Offer,
    /// Until when.
    pub offer_until: Option<Timestamp>,
}

/// What the payer does once the crypto is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AfterSending {
    /// Says so, with the hash if they have it.
    ReportSent,
    /// Nothing.
    Wait,
}

names! { AfterSending::as_str {
    ReportSent => "report_sent",
    Wait => "wait",
} }

/// Whether a deposit is still wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It is.
    Live,
    /// It is not: the address is readable, and nothing should be sent now.
    Over,
}

names! { Offer::as_str {
    Live => "live",
    Over => "over",
} }
