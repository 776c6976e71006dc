//! Errors as the API tells them: the only place where a status code is chosen.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use offramp_domain::{
    api::{ErrorCode, FieldProblem, Problem, Quote},
    bank::{self, FieldError},
    money::Amount,
};
use tracing::error;

use crate::{
    provider::{ProviderError, Refusal, SigningError},
    store::StoreError,
};

/// What names each kind of problem. The names are stable; nothing is served under them.
const PAGES: &str = "https://offramp-checkout.example/problems/";

/// An error on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: ErrorCode,
    /// Where the code alone would not tell the status.
    status: Option<StatusCode>,
    detail: Option<String>,
    extra: Box<Extra>,
}

/// What some codes carry besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Extra {
    range: Option<Range>,
    fields: Vec<FieldProblem>,
    quote: Option<Quote>,
    order_id: Option<String>,
    verification_url: Option<String>,
    retry_after_secs: Option<u64>,
}

/// Limits that were broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Least, where known.
    pub min: Option<Amount>,
    /// Greatest, where known.
    pub max: Option<Amount>,
    /// Currency or token of the two.
    pub currency: String,
}

impl ApiError {
    /// An error that its code says in full.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            status: None,
            detail: None,
            extra: Box::default(),
        }
    }

    /// A request that cannot be read, and what was found in it.
    pub fn invalid_request(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest).detail(detail)
    }

    /// Every refused answer.
    pub fn invalid_fields(fields: Vec<FieldProblem>) -> Self {
        let mut error = Self::new(ErrorCode::InvalidFields);
        error.extra.fields = fields;
        error
    }

    /// What the partner has to say about the payer.
    pub fn payer_incomplete(fields: Vec<FieldProblem>) -> Self {
        let mut error = Self::new(ErrorCode::PayerIncomplete);
        error.extra.fields = fields;
        error
    }

    /// Too little or too much.
    pub fn out_of_range(range: Range) -> Self {
        let mut error = Self::new(ErrorCode::AmountOutOfRange);
        error.extra.range = Some(range);
        error
    }

    /// The price is worse than the one confirmed.
    pub fn quote_changed(quote: Quote) -> Self {
        let mut error = Self::new(ErrorCode::QuoteChanged);
        error.extra.quote = Some(quote);
        error
    }

    /// The payer has an order that holds no crypto yet.
    pub fn order_open(order_id: String) -> Self {
        let mut error = Self::new(ErrorCode::OrderOpen);
        error.extra.order_id = Some(order_id);
        error
    }

    /// The payer has to verify who they are.
    pub fn verification_required(verification_url: Option<String>) -> Self {
        let mut error = Self::new(ErrorCode::VerificationRequired);
        error.extra.verification_url = verification_url;
        error
    }

    /// Too many requests, until so much time has passed.
    pub fn rate_limited(wait: Duration) -> Self {
        let mut error = Self::new(ErrorCode::RateLimited);
        let whole_secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        error.extra.retry_after_secs = Some(whole_secs.max(1));
        error
    }

    /// Adds what was found, in English for developers. Never anything personal.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A status that the code alone does not tell.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| status(self.code))
    }

    /// The body, for the request with this id.
    pub fn into_problem_response(self, request_id: &str) -> Response {
        let status = self.status();
        let (slug, title) = words(self.code);
        let Extra {
            range,
            fields,
            quote,
            order_id,
            verification_url,
            retry_after_secs,
        } = *self.extra;
        let (min, max, currency) = range.map_or((None, None, None), |range| {
            (range.min, range.max, Some(range.currency))
        });
        let problem = Problem {
            kind: format!("{PAGES}{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
            retryable: is_retryable(self.code),
            request_id: request_id.to_owned(),
            min,
            max,
            currency,
            fields,
            quote,
            order_id,
            verification_url,
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(secs) = retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

/// The body is written by the request-id layer, which alone knows the id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized | ErrorCode::SessionExpired => StatusCode::UNAUTHORIZED,
        ErrorCode::OriginNotAllowed
        | ErrorCode::VerificationRequired
        | ErrorCode::ReceiverNotVerified
        | ErrorCode::LimitReached => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::QuoteNotFound => StatusCode::NOT_FOUND,
        ErrorCode::ActionNotAllowed
        | ErrorCode::WalletNotLinked
        | ErrorCode::InProgress
        | ErrorCode::NeedsOperator
        | ErrorCode::PayerUnlinked
        | ErrorCode::QuoteChanged
        | ErrorCode::OrderOpen => StatusCode::CONFLICT,
        ErrorCode::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::IdempotencyConflict
        | ErrorCode::PayerMismatch
        | ErrorCode::PayerIncomplete
        | ErrorCode::InvalidFields
        | ErrorCode::AmountOutOfRange
        | ErrorCode::AssetUnavailable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::ProviderRejected => StatusCode::BAD_GATEWAY,
        ErrorCode::ProviderUnavailable | ErrorCode::FundsUnavailable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn is_retryable(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InProgress
            | ErrorCode::RateLimited
            | ErrorCode::ProviderUnavailable
            | ErrorCode::FundsUnavailable
            | ErrorCode::Internal
    )
}

/// The last part of the `type` URL, and the title.
fn words(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::InvalidRequest => ("invalid-request", "Invalid request"),
        ErrorCode::Unauthorized => ("unauthorized", "Unauthorized"),
        ErrorCode::SessionExpired => ("session-expired", "Session expired"),
        ErrorCode::OriginNotAllowed => ("origin-not-allowed", "Origin not allowed"),
        ErrorCode::VerificationRequired => ("verification-required", "Verification required"),
        ErrorCode::ReceiverNotVerified => ("receiver-not-verified", "Receiver not verified"),
        ErrorCode::LimitReached => ("limit-reached", "Limit reached"),
        ErrorCode::NotFound => ("not-found", "Not found"),
        ErrorCode::QuoteNotFound => ("quote-not-found", "Quote not found"),
        ErrorCode::ActionNotAllowed => ("action-not-allowed", "Action not allowed"),
        ErrorCode::WalletNotLinked => ("wallet-not-linked", "Wallet not linked"),
        ErrorCode::InProgress => ("in-progress", "In progress"),
        ErrorCode::NeedsOperator => ("needs-operator", "Needs an operator"),
        ErrorCode::PayerUnlinked => ("payer-unlinked", "Payer unlinked"),
        ErrorCode::QuoteChanged => ("quote-changed", "Quote changed"),
        ErrorCode::OrderOpen => ("order-open", "An order is open"),
        ErrorCode::PayloadTooLarge => ("payload-too-large", "Payload too large"),
        ErrorCode::IdempotencyConflict => ("idempotency-conflict", "Idempotency conflict"),
        ErrorCode::PayerMismatch => ("payer-mismatch", "Payer mismatch"),
        ErrorCode::PayerIncomplete => ("payer-incomplete", "Payer incomplete"),
        ErrorCode::InvalidFields => ("invalid-fields", "Invalid fields"),
        ErrorCode::AmountOutOfRange => ("amount-out-of-range", "Amount out of range"),
        ErrorCode::AssetUnavailable => ("asset-unavailable", "Asset unavailable"),
        ErrorCode::RateLimited => ("rate-limited", "Rate limited"),
        ErrorCode::ProviderRejected => ("provider-rejected", "Provider rejected"),
        ErrorCode::ProviderUnavailable => ("provider-unavailable", "Provider unavailable"),
        ErrorCode::FundsUnavailable => ("funds-unavailable", "Funds unavailable"),
        ErrorCode::Internal => ("internal", "Internal error"),
    }
}

impl From<StoreError> for ApiError {
    fn from(source: StoreError) -> Self {
        if matches!(source, StoreError::KeyUsed) {
            return Self::new(ErrorCode::InProgress);
        }
        if matches!(source, StoreError::NonceHeld) {
            return Self::new(ErrorCode::ActionNotAllowed).detail(
                "another order's signature is over the same nonce: ask anew for what is to be signed",
            );
        }
        error!(
            error = &source as &dyn std::error::Error,
            "the store failed"
        );
        Self::new(ErrorCode::Internal)
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(refused: Vec<FieldError>) -> Self {
        Self::invalid_fields(refused.into_iter().map(field_problem).collect())
    }
}

/// One refused answer, as JSON names it.
pub fn field_problem(refused: FieldError) -> FieldProblem {
    let key = serde_json::to_value(refused.key)
        .ok()
        .and_then(|key| key.as_str().map(str::to_owned))
        .unwrap_or_default();
    FieldProblem {
        key,
        problem: refused.problem,
    }
}

/// For calls where a refusal needs no more words than its own. The range's currency is unknown
/// here; callers that know it say so themselves.
impl From<ProviderError> for ApiError {
    fn from(source: ProviderError) -> Self {
        match source {
            ProviderError::Unavailable(_) | ProviderError::Key => {
                Self::new(ErrorCode::ProviderUnavailable)
            }
            ProviderError::NotSent {
                retry_after_secs, ..
            } => {
                let mut error = Self::new(ErrorCode::ProviderUnavailable);
                error.extra.retry_after_secs = Some(retry_after_secs);
                error
            }
            ProviderError::RateLimited { retry_after_secs } => {
                let mut error = Self::new(ErrorCode::ProviderUnavailable);
                error.extra.retry_after_secs = retry_after_secs.or(Some(1));
                error
            }
            ProviderError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<SigningError> for ApiError {
    fn from(error: SigningError) -> Self {
        match error {
            SigningError::Unexpected(what) => {
                error!(what, "nothing may be signed: it is not what was agreed");
                Self::new(ErrorCode::NeedsOperator)
            }
            SigningError::Provider(error) => error.into(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::QuoteExpired => Self::new(ErrorCode::QuoteNotFound),
            Refusal::NotVerified { url } | Refusal::FormMissing { url } => {
                Self::verification_required(url)
            }
            Refusal::WalletNotLinked => Self::new(ErrorCode::WalletNotLinked),
            Refusal::FundsUnavailable => Self::new(ErrorCode::FundsUnavailable),
            Refusal::Fields { keys } => Self::invalid_fields(
                keys.into_iter()
                    .map(|key| FieldProblem {
                        key,
                        problem: bank::Problem::WrongForm,
                    })
                    .collect(),
            ),
            Refusal::ReceiverNotVerified => Self::new(ErrorCode::ReceiverNotVerified),
            Refusal::PayerUnknown => Self::new(ErrorCode::PayerUnlinked),
            Refusal::NotFound => Self::new(ErrorCode::NotFound),
            Refusal::AmountOutOfRange { min, max, side: _ } => Self::out_of_range(Range {
                min,
                max,
                currency: String::new(),
            }),
            Refusal::AssetUnavailable => Self::new(ErrorCode::AssetUnavailable),
            Refusal::NotPossibleNow => Self::new(ErrorCode::ActionNotAllowed),
            Refusal::Other { code: _ } => Self::new(ErrorCode::ProviderRejected),
        }
    }
}
