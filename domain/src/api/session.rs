//! Sessions: who pays, and what is fixed for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    bank::CountryCode,
    money::{Amount, Token},
    names::names,
    network::Network,
    time::Timestamp,
};

/// `POST /v1/sessions`, from the partner's backend: who pays, and what is fixed for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// Who sells crypto.
    pub payer: PayerRef,
    /// Which provider; the configured default when absent.
    #[serde(default)]
    pub provider: Option<String>,
    /// Somebody else whose account is paid.
    #[serde(default)]
    pub receiver: Option<Receiver>,
    /// The page that will use the session, as the browser writes it in `Origin`.
    pub origin: String,
    /// What the first screen starts with.
    #[serde(default)]
    pub prefill: Prefill,
    /// Which of these the payer may not change.
    #[serde(default)]
    pub lock: Vec<LockKey>,
    /// Where a payer who left for a verification comes back to.
    #[serde(default)]
    pub return_url: Option<String>,
}

/// A payer, as the partner knows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayerRef {
    /// The partner's own id of them.
    pub id: String,
    /// The provider's id of them; without it they are created on first use.
    #[serde(default)]
    pub provider_user_id: Option<String>,
    /// A person or a business, where the provider asks.
    #[serde(default, rename = "type")]
    pub kind: Option<PayerKind>,
    /// Where the provider asks.
    #[serde(default)]
    pub email: Option<String>,
    /// Where the provider asks.
    #[serde(default)]
    pub name: Option<String>,
    /// ISO 3166-1 alpha-2, where the provider asks.
    #[serde(default)]
    pub country: Option<String>,
    /// An identity document, where the provider asks.
    #[serde(default)]
    pub document: Option<PayerDocument>,
    /// A bank account given at registration, where the provider asks.
    #[serde(default)]
    pub account: Option<BTreeMap<String, String>>,
}

impl std::fmt::Debug for PayerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayerRef")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A person or a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayerKind {
    /// A person.
    Individual,
    /// A business.
    Business,
}

/// An identity document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayerDocument {
    /// Which document.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
}

impl std::fmt::Debug for PayerDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayerDocument").finish_non_exhaustive()
    }
}

/// Somebody else whose bank account is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// The provider's id of them.
    pub id: String,
    /// How the screen names them.
    pub name: String,
}

/// What the first screen starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Prefill {
    /// Country of the bank account.
    pub country: Option<CountryCode>,
    /// Token sold.
    pub token: Option<Token>,
    /// Network it travels on.
    pub network: Option<Network>,
    /// How much of it.
    pub crypto_amount: Option<Amount>,
}

/// Something that a session can fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LockKey {
    /// Country of the bank account.
    Country,
    /// Token sold.
    Token,
    /// Network it travels on.
    Network,
    /// How much of it.
    CryptoAmount,
}

names! { LockKey::as_str {
    Country => "country",
    Token => "token",
    Network => "network",
    CryptoAmount => "crypto_amount",
} }

/// The answer to [`SessionRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// The session.
    pub session: Session,
}

/// Permission for one browser to act for one payer for a while.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its id, for the partner's log.
    pub id: String,
    /// What the browser sends as `Authorization: Bearer`.
    pub client_token: String,
    /// Until when it may quote and create.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
