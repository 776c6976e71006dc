//! The refusals of Capa's tables: HTTP status, code and message.

use std::borrow::Cow;

use axum::http::StatusCode;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::knobs::ErrorShape;

/// Every refusal that Capa documents for the endpoints of a checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each message is in the table below")]
pub enum Refusal {
    KeyMissing,
    KeyFormat,
    KeyInvalid,
    InvalidPartnerFlow,
    PartnerRequired,
    UserNotOfPartner,
    UserIdRequired,
    UserNotVerified,
    InvalidInput,
    FiatDisabled,
    AssetDisabled,
    TermsMissing,
    QuoteExpired,
    QuoteNotForOffRamp,
    TokenNotForOtc,
    BankMissing,
    ReceiverNotVerified,
    FiatOutOfRange(Range),
    TokenOutOfRange(Range),
    ReceiverCannotInitiate,
    ReceiverUserMismatch,
    BankOfAnotherUser,
    BankOfAnotherPartner,
    ReceiverNotFound,
    BankNotFound,
    TransactionNotFound,
    TransactionAccessDenied,
    InvalidTransition,
    PartnerNotOwner,
    UserNotOwner,
    EmailInvalid,
    UserExists,
    UserNotFound,
    RouteNotFound,
    NotificationNotFound,
    NotificationNotFailed,
    ManualRetriesUsedUp,
    QuoteFailed,
    UserCreationFailed,
    Internal,
    TooManyRequests,
}

/// The limits that a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The least that is allowed.
    #[serde(with = "rust_decimal::serde::str")]
    pub min: Decimal,
    /// The most that is allowed.
    #[serde(with = "rust_decimal::serde::str")]
    pub max: Decimal,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.class().0
    }

    /// The code, which many different messages may share.
    pub fn code(&self) -> &'static str {
        self.class().1
    }

    fn class(&self) -> (StatusCode, &'static str) {
        let (status, code) = match self {
            Self::KeyMissing
            | Self::KeyFormat
            | Self::KeyInvalid
            | Self::PartnerRequired
            | Self::UserNotOfPartner => (401, "UNAUTHORIZED"),
            Self::FiatDisabled
            | Self::AssetDisabled
            | Self::TermsMissing
            | Self::QuoteNotForOffRamp
            | Self::BankMissing
            | Self::ReceiverNotVerified
            | Self::InvalidTransition
            | Self::EmailInvalid => (400, "BAD_REQUEST"),
            Self::InvalidPartnerFlow => (403, "INVALID_PARTNER_FLOW"),
            Self::UserIdRequired => (400, "REQUIRED_USER_ID_ERROR"),
            Self::UserNotVerified => (403, "USER_NOT_VERIFIED_ERROR"),
            Self::InvalidInput => (400, "INVALID_USER_INPUT_ERROR"),
            Self::QuoteExpired => (400, "QUOTE_EXPIRED"),
            Self::TokenNotForOtc => (400, "INVALID_TOKEN_OPERATION_ERROR"),
            Self::FiatOutOfRange(_) => (400, "INVALID_FIAT_AMOUNT_ERROR"),
            Self::TokenOutOfRange(_) => (400, "INVALID_TOKEN_AMOUNT_ERROR"),
            Self::ReceiverCannotInitiate => (403, "RECEIVER_CANNOT_INITIATE_TRANSACTION"),
            Self::ReceiverUserMismatch => (403, "RECEIVER_USER_MISMATCH"),
            Self::BankOfAnotherUser | Self::BankOfAnotherPartner => {
                (403, "USER_BANK_INFO_ACCESS_DENIED")
            }
            Self::ReceiverNotFound => (404, "RECEIVER_NOT_FOUND"),
            Self::BankNotFound => (404, "USER_BANK_INFO_NOT_FOUND"),
            Self::TransactionNotFound => (404, "TRANSACTION_NOT_FOUND"),
            Self::TransactionAccessDenied => (403, "TRANSACTION_ACCESS_DENIED"),
            Self::PartnerNotOwner => (403, "PARTNER_NOT_OWNER_OF_TRANSACTION_ERROR"),
            Self::UserNotOwner => (403, "USER_NOT_OWNER_OF_TRANSACTION_ERROR"),
            // Assumption U16: no document names the answer to a second use of one id or email.
            Self::UserExists | Self::NotificationNotFailed | Self::ManualRetriesUsedUp => {
                (409, "CONFLICT")
            }
            Self::NotificationNotFound => (404, "NOT_FOUND"),
            Self::UserNotFound | Self::RouteNotFound => (404, "NOT_FOUND_ERROR"),
            Self::QuoteFailed | Self::UserCreationFailed | Self::Internal => {
                (500, "INTERNAL_SERVER_ERROR")
            }
            Self::TooManyRequests => (429, "TOO_MANY_REQUESTS"),
        };
        (
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code,
        )
    }

    /// The message.
    pub fn message(&self) -> Cow<'static, str> {
        let message = match self {
            Self::KeyMissing => "API Key is missing",
            Self::KeyFormat => "Invalid API Key format",
            Self::KeyInvalid => "Invalid API Key",
            Self::InvalidPartnerFlow => "The partner has an invalid flow.",
            Self::PartnerRequired => "Partner information is required for this operation",
            Self::UserNotOfPartner => "User is not associated with the partner",
            Self::UserIdRequired => "This endpoint requires a user id to be provided",
            Self::UserNotVerified => {
                "User is not allowed to perform the operations because has not completed the KYC \
                 verification."
            }
            Self::InvalidInput => "Invalid User Input",
            Self::FiatDisabled => "Fiat currency is disabled or does not exist",
            Self::AssetDisabled => {
                "This blockchain and token combination is disabled or does not exist"
            }
            Self::TermsMissing => {
                "Either quoteId or fiatCurrency, blockchainSymbol, tokenSymbol, and at least one \
                 of fiatAmount or cryptoAmount must be provided"
            }
            Self::QuoteExpired => "Quote has expired",
            Self::QuoteNotForOffRamp => "Quote is not valid for OFF_RAMP",
            Self::TokenNotForOtc => {
                "Token cannot be operated as OTC, only stable coins are allowed"
            }
            Self::BankMissing => {
                "Either userBankInformationId or userBankInformation must be provided"
            }
            Self::ReceiverNotVerified => "The receiver user account is not verified",
            Self::FiatOutOfRange(range) => return Cow::Owned(range.message("Fiat")),
            Self::TokenOutOfRange(range) => return Cow::Owned(range.message("Token")),
            Self::ReceiverCannotInitiate => {
                "Receiver accounts cannot initiate transactions directly."
            }
            Self::ReceiverUserMismatch => "The receiver does not belong to the specified user.",
            Self::BankOfAnotherUser => {
                "The bank information does not belong to the specified user."
            }
            Self::BankOfAnotherPartner => "The bank information belongs to a different partner.",
            Self::ReceiverNotFound => "Receiver not found.",
            Self::BankNotFound => "User bank information not found.",
            Self::TransactionNotFound => "Transaction not found",
            Self::TransactionAccessDenied => "Transaction does not belong to this partner",
            Self::InvalidTransition => "Invalid transaction state transition",
            Self::PartnerNotOwner => "Partner is not the owner of the transaction.",
            Self::UserNotOwner => "User is not the owner of the transaction.",
            Self::EmailInvalid => "Provided email is not valid",
            Self::UserExists => "User already exists",
            Self::UserNotFound => "Requested User was not found",
            Self::RouteNotFound => "Route not found",
            Self::NotificationNotFound => "Webhook notification not found",
            Self::NotificationNotFailed => "Notification is not in FAILED status",
            Self::ManualRetriesUsedUp => {
                "Partner webhook notification has reached the maximum number of manual retries (3)"
            }
            Self::QuoteFailed => "Failed to create quote",
            Self::UserCreationFailed => "User creation failed",
            Self::Internal => "Internal server error",
            Self::TooManyRequests => "Rate limit exceeded. Try again in a few seconds.",
        };
        Cow::Borrowed(message)
    }

    /// The body in the shape that the knob asks for.
    pub(super) fn body(&self, shape: ErrorShape) -> serde_json::Value {
        let (code, message) = (self.code(), self.message());
        match shape {
            ErrorShape::Flat => {
                serde_json::json!({ "success": false, "code": code, "message": message })
            }
            ErrorShape::Renamed => {
                serde_json::json!({ "success": false, "errorCode": code, "error": message })
            }
            ErrorShape::Nested => serde_json::json!({
                "success": false,
                "error": { "code": code, "message": message },
            }),
        }
    }
}

impl Range {
    fn message(self, what: &str) -> String {
        let (min, max) = (self.min.normalize(), self.max.normalize());
        format!(
            "{what} amount is outside of the allowed range for OFF_RAMP. Should be between {min} \
             and {max}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_three_shapes() {
        let refusal = Refusal::QuoteExpired;
        assert_eq!(
            refusal.body(ErrorShape::Flat),
            serde_json::json!({
                "success": false, "code": "QUOTE_EXPIRED", "message": "Quote has expired",
            })
        );
        assert_eq!(
            refusal.body(ErrorShape::Renamed),
            serde_json::json!({
                "success": false, "errorCode": "QUOTE_EXPIRED", "error": "Quote has expired",
            })
        );
        assert_eq!(
            refusal.body(ErrorShape::Nested),
            serde_json::json!({
                "success": false,
                "error": { "code": "QUOTE_EXPIRED", "message": "Quote has expired" },
            })
        );
    }

    #[test]
    fn limits_are_named_in_plain_decimals() {
        let range = Range {
            min: Decimal::new(10_000, 2),
            max: Decimal::from(500_000),
        };
        assert_eq!(
            Refusal::FiatOutOfRange(range).message(),
            "Fiat amount is outside of the allowed range for OFF_RAMP. Should be between 100 and \
             500000"
        );
    }

    #[test]
    fn a_refusal_can_be_asked_for_by_name() {
        let refusal: Refusal = serde_json::from_str("\"quote_expired\"").unwrap();
        assert_eq!(refusal, Refusal::QuoteExpired);
        let json = r#"{"token_out_of_range":{"min":"5","max":"25000"}}"#;
        let refusal: Refusal = serde_json::from_str(json).unwrap();
        assert_eq!(refusal.code(), "INVALID_TOKEN_AMOUNT_ERROR");
    }
}
