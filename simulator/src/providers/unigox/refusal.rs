//! Refusals, in the three shapes that errors come in (section 2).

use axum::http::StatusCode;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::assumptions::{RAIL_ROUTE_MISMATCH, UNUSABLE_SIGNATURE};
use super::knobs::FailureBodies;
use crate::figure::Shown;

/// Which shape an endpoint's errors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// E1: `error: { code, message, details? }`.
    Coded,
    /// E2: `data: { error_key, message }`.
    Keyed,
}

/// Why UNIGOX refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the contract's tables 2.1 and 2.2 say what each means"
)]
pub enum Refusal {
    InvalidRequest {
        message: String,
    },
    Unauthorized,
    FeatureNotEnabled,
    QuoteNotFound,
    OrderNotFound,
    UserNotFound,
    InvalidPaymentDetails,
    NoOffersAvailable,
    QuoteExpired,
    QuoteAlreadyUsed,
    PriceChangedRequote {
        quoted_rate: Decimal,
        current_rate: Decimal,
        fiat_difference: Decimal,
    },
    InvalidStatus,
    OperationNotAllowed,
    WalletNotLinked,
    WalletAlreadyLinked,
    WalletTypeMismatch,
    ChallengeExpired,
    InvalidSignature,
    KycNotCleared {
        kyc_status: String,
    },
    InsufficientBalance,
    RailRouteMismatch,
    TransactorError,
    BalanceUnavailable,
    Internal,
    TooManyRequests,
    /// A key of E2, with 400.
    Key {
        key: String,
    },
    /// Payment details that a corridor cannot take: E3 with 422.
    Details {
        text: String,
    },
    PaymentDetailsInUse,
    WebhookUrlNotSet,
    WebhookDeliveryFailed,
}

impl Refusal {
    pub(super) fn invalid(message: &str) -> Self {
        Self::InvalidRequest {
            message: message.to_owned(),
        }
    }

    pub(super) fn key(key: &str) -> Self {
        Self::Key {
            key: key.to_owned(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::InvalidRequest { .. }
            | Self::InvalidSignature
            | Self::Key { .. }
            | Self::WebhookUrlNotSet => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::FeatureNotEnabled => StatusCode::FORBIDDEN,
            Self::QuoteNotFound
            | Self::OrderNotFound
            | Self::UserNotFound
            | Self::InvalidPaymentDetails => StatusCode::NOT_FOUND,
            Self::NoOffersAvailable
            | Self::QuoteExpired
            | Self::QuoteAlreadyUsed
            | Self::PriceChangedRequote { .. }
            | Self::InvalidStatus
            | Self::OperationNotAllowed
            | Self::WalletNotLinked
            | Self::WalletAlreadyLinked
            | Self::PaymentDetailsInUse => StatusCode::CONFLICT,
            Self::RailRouteMismatch => RAIL_ROUTE_MISMATCH,
            Self::ChallengeExpired => StatusCode::GONE,
            Self::WalletTypeMismatch
            | Self::KycNotCleared { .. }
            | Self::InsufficientBalance
            | Self::Details { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::TransactorError => UNUSABLE_SIGNATURE,
            Self::BalanceUnavailable | Self::WebhookDeliveryFailed => StatusCode::BAD_GATEWAY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &str {
        match self {
            Self::InvalidRequest { .. } | Self::UserNotFound => "INVALID_REQUEST",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::FeatureNotEnabled => "FEATURE_NOT_ENABLED",
            Self::QuoteNotFound => "QUOTE_NOT_FOUND",
            Self::OrderNotFound => "ORDER_NOT_FOUND",
            Self::InvalidPaymentDetails | Self::Details { .. } => "INVALID_PAYMENT_DETAILS",
            Self::NoOffersAvailable => "NO_OFFERS_AVAILABLE",
            Self::QuoteExpired => "QUOTE_EXPIRED",
            Self::QuoteAlreadyUsed => "QUOTE_ALREADY_USED",
            Self::PriceChangedRequote { .. } => "PRICE_CHANGED_REQUOTE",
            Self::InvalidStatus => "INVALID_STATUS",
            Self::OperationNotAllowed => "OPERATION_NOT_ALLOWED",
            Self::WalletNotLinked => "WALLET_NOT_LINKED",
            Self::WalletAlreadyLinked => "WALLET_ALREADY_LINKED",
            Self::WalletTypeMismatch => "WALLET_TYPE_MISMATCH",
            Self::ChallengeExpired => "CHALLENGE_EXPIRED",
            Self::InvalidSignature => "INVALID_SIGNATURE",
            Self::KycNotCleared { .. } => "KYC_NOT_CLEARED",
            Self::InsufficientBalance => "INSUFFICIENT_BALANCE",
            Self::RailRouteMismatch => "RAIL_ROUTE_MISMATCH",
            Self::TransactorError => "TRANSACTOR_ERROR",
            Self::BalanceUnavailable => "BALANCE_UNAVAILABLE",
            Self::Internal => "INTERNAL_ERROR",
            Self::TooManyRequests => "RATE_LIMITED",
            Self::PaymentDetailsInUse => "PAYMENT_DETAILS_IN_USE",
            Self::WebhookUrlNotSet => "webhook URL is not set",
            Self::WebhookDeliveryFailed => "webhook delivery failed",
            Self::Key { key } => key,
        }
    }

    fn message(&self) -> String {
        if let Self::InvalidRequest { message: text } | Self::Details { text } = self {
            text.clone()
        } else {
            self.code().to_lowercase().replace('_', " ")
        }
    }

    fn details(&self) -> Option<Value> {
        if let Self::PriceChangedRequote {
            quoted_rate,
            current_rate,
            fiat_difference,
        } = self
        {
            Some(json!({
                "quoted_rate": Shown::Number(*quoted_rate),
                "current_rate": Shown::Number(*current_rate),
                "fiat_difference": Shown::Number(*fiat_difference),
            }))
        } else if let Self::KycNotCleared { kyc_status } = self {
            Some(json!({ "kyc_status": kyc_status }))
        } else {
            None
        }
    }

    /// The body in the shape of its endpoint; E3 is one refusal's own.
    pub(super) fn body(&self, shape: Shape) -> Value {
        if let Self::Details { text } = self {
            return json!({ "success": false, "error": text });
        }
        match (shape, self) {
            // U-28: the code is of the first shape wherever it is met.
            (Shape::Coded, _) | (Shape::Keyed, Self::FeatureNotEnabled) => {
                let mut error = json!({ "code": self.code(), "message": self.message() });
                if let (Some(details), Some(members)) = (self.details(), error.as_object_mut()) {
                    members.insert("details".to_owned(), details);
                }
                json!({ "success": false, "error": error })
            }
            (Shape::Keyed, _) => {
                // Some keys are short English phrases.
                let code = if *self == Self::UserNotFound {
                    "user_not_found"
                } else {
                    self.code()
                };
                let key = if code.contains(' ') {
                    code.to_owned()
                } else {
                    code.to_lowercase()
                };
                json!({ "success": false, "data": { "error_key": key, "message": self.message() } })
            }
        }
    }

    /// The text and its type as they are sent: 401, 404 and 500 may have no body at all.
    pub(super) fn written(&self, shape: Shape, bodies: FailureBodies) -> (&'static str, String) {
        let bare = [401, 404, 500].contains(&self.status().as_u16());
        match bodies {
            FailureBodies::Empty if bare => ("text/plain", String::new()),
            FailureBodies::NotJson if bare => {
                ("text/html", "<html><body>nginx</body></html>".to_owned())
            }
            FailureBodies::Documented | FailureBodies::Empty | FailureBodies::NotJson => {
                ("application/json", self.body(shape).to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_shapes() {
        let body = Refusal::Unauthorized.body(Shape::Coded);
        let error = json!({ "code": "UNAUTHORIZED", "message": "unauthorized" });
        assert_eq!(body, json!({ "success": false, "error": error }));
        let body = Refusal::Unauthorized.body(Shape::Keyed);
        let data = json!({ "error_key": "unauthorized", "message": "unauthorized" });
        assert_eq!(body, json!({ "success": false, "data": data }));
        let text = "iban is missing".to_owned();
        let body = Refusal::Details { text }.body(Shape::Keyed);
        assert_eq!(
            body,
            json!({ "success": false, "error": "iban is missing" })
        );
    }

    #[test]
    fn figures_in_details_are_numbers() {
        let refusal = Refusal::PriceChangedRequote {
            quoted_rate: Decimal::new(153_012, 2),
            current_rate: Decimal::new(151_000, 2),
            fiat_difference: Decimal::new(-19_630, 1),
        };
        let details = r#"{"current_rate":1510,"fiat_difference":-1963,"quoted_rate":1530.12}"#;
        assert!(refusal.body(Shape::Coded).to_string().contains(details));
    }

    #[test]
    fn only_three_statuses_may_lose_their_body() {
        let bodies = FailureBodies::Empty;
        assert_eq!(Refusal::OrderNotFound.written(Shape::Coded, bodies).1, "");
        assert_ne!(Refusal::QuoteExpired.written(Shape::Coded, bodies).1, "");
    }
}
