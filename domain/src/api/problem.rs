//! What went wrong.

use serde::{Deserialize, Serialize};

use super::quote::Quote;
use crate::{bank::Problem as FieldProblemKind, money::Amount, names::names};

/// What went wrong, in a word that programs branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request cannot be read.
    InvalidRequest,
    /// No valid key or token.
    Unauthorized,
    /// The session is over.
    SessionExpired,
    /// The page may not use this session.
    OriginNotAllowed,
    /// The payer has to verify who they are.
    VerificationRequired,
    /// The receiver is not verified.
    ReceiverNotVerified,
    /// A limit of the payer's is reached.
    LimitReached,
    /// There is no such thing.
    NotFound,
    /// There is no such quote.
    QuoteNotFound,
    /// Not possible in this state, or not for this caller.
    ActionNotAllowed,
    /// A wallet has to be linked first.
    WalletNotLinked,
    /// The same key is being worked on.
    InProgress,
    /// A person has to look at it.
    NeedsOperator,
    /// The payer is not known to the provider any more.
    PayerUnlinked,
    /// The price is worse than the one confirmed.
    QuoteChanged,
    /// The payer has an order that holds no crypto yet.
    OrderOpen,
    /// The body is too large.
    PayloadTooLarge,
    /// The key was used for something else.
    IdempotencyConflict,
    /// The payer is known under another provider user.
    PayerMismatch,
    /// The partner has to say more about the payer.
    PayerIncomplete,
    /// Answers were refused.
    InvalidFields,
    /// Too little or too much.
    AmountOutOfRange,
    /// The token, network or country is not offered.
    AssetUnavailable,
    /// Too many requests.
    RateLimited,
    /// The provider refused.
    ProviderRejected,
    /// The provider cannot be reached.
    ProviderUnavailable,
    /// The partner's wallet cannot pay.
    FundsUnavailable,
    /// A mistake of ours.
    Internal,
}

names! { ErrorCode::as_str {
    InvalidRequest => "invalid_request",
    Unauthorized => "unauthorized",
    SessionExpired => "session_expired",
    OriginNotAllowed => "origin_not_allowed",
    VerificationRequired => "verification_required",
    ReceiverNotVerified => "receiver_not_verified",
    LimitReached => "limit_reached",
    NotFound => "not_found",
    QuoteNotFound => "quote_not_found",
    ActionNotAllowed => "action_not_allowed",
    WalletNotLinked => "wallet_not_linked",
    InProgress => "in_progress",
    NeedsOperator => "needs_operator",
    PayerUnlinked => "payer_unlinked",
    QuoteChanged => "quote_changed",
    OrderOpen => "order_open",
    PayloadTooLarge => "payload_too_large",
    IdempotencyConflict => "idempotency_conflict",
    PayerMismatch => "payer_mismatch",
    PayerIncomplete => "payer_incomplete",
    InvalidFields => "invalid_fields",
    AmountOutOfRange => "amount_out_of_range",
    AssetUnavailable => "asset_unavailable",
    RateLimited => "rate_limited",
    ProviderRejected => "provider_rejected",
    ProviderUnavailable => "provider_unavailable",
    FundsUnavailable => "funds_unavailable",
    Internal => "internal",
} }

/// An error: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A page about this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The problem in a few words of English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The problem in a word.
    pub code: ErrorCode,
    /// What was found, where that helps, in English for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What to quote when asking for help.
    pub request_id: String,
    /// Least amount allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Amount>,
    /// Greatest amount allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Amount>,
    /// Currency or token of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Every refused answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// The new price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The order that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Where the payer verifies who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_url: Option<String>,
}

/// One refused answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Which field.
    pub key: String,
    /// What is wrong with it.
    pub problem: FieldProblemKind,
}
