//! What CryptoPocket refuses, and how it says so: mostly with HTTP 200.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::assumptions;
use super::knobs::ErrorShape;

/// A refusal (section 3.3, and 5.6 for documents).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The token is missing, wrong or expired, or the keys are wrong.
    AuthorizationIncorrect,
    /// A mandatory field is absent.
    FailMandatoryField,
    /// There is no such user.
    UserNotFound,
    /// The user is blocked.
    UserBanned,
    /// The user is not verified; `url` is where that is done.
    RequireKyc {
        /// The verification's address.
        url: String,
    },
    /// The user has to complete the enhanced form first.
    KycReinforcedRequired,
    /// The token is not bought on this chain, or not for this currency.
    CoinNotSupported,
    /// The amount is below the minimum.
    MinAmount,
    /// The amount is above the maximum.
    MaxAmount,
    /// The account is no IBAN.
    InvalidIban,
    /// There is no such off-ramp.
    RampoffNotFound,
    /// The address is registered already.
    UserAlreadyExists,
    /// The address is a disposable one.
    EmailNotAllowed,
    /// Something broke inside.
    UnexpectedError,
    /// There is no subscription of this type to update.
    SubscriptionNotFound,
    /// The user whose document it is belongs to another integration.
    UserNotInIntegration,
    /// The user whose document it is does not exist.
    DocumentUserNotFound,
    /// The document cannot be read.
    InvalidFile,
    /// The request's form is wrong in one field.
    Invalid {
        /// Which one.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// Any other code, or the text of an exception.
    Other(String),
}

impl Refusal {
    pub(super) fn invalid(field: &str, problem: &str) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            problem: problem.to_owned(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::AuthorizationIncorrect
            | Self::FailMandatoryField
            | Self::UserNotFound
            | Self::UserBanned
            | Self::RequireKyc { .. }
            | Self::KycReinforcedRequired
            | Self::CoinNotSupported
            | Self::MinAmount
            | Self::MaxAmount
            | Self::InvalidIban
            | Self::RampoffNotFound
            | Self::UserAlreadyExists
            | Self::EmailNotAllowed
            | Self::UnexpectedError
            | Self::SubscriptionNotFound
            | Self::Other(_) => StatusCode::OK,
            Self::UserNotInIntegration => StatusCode::FORBIDDEN,
            Self::DocumentUserNotFound => StatusCode::NOT_FOUND,
            Self::InvalidFile | Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    pub(super) fn body(&self, shape: ErrorShape) -> Value {
        if let Self::Invalid { field, problem } = self {
            return json!({ "message": problem, "errors": { field: [problem] } });
        }
        let mut body = match shape {
            ErrorShape::InError => json!({ "status": "error", "error": self.code() }),
            ErrorShape::InMessage => json!({ "status": "error", "message": self.code() }),
        };
        match (self, shape) {
            (Self::RequireKyc { url }, _) => body["data"] = json!(url),
            // As `min_purchase` does on on-ramps.
            (Self::MinAmount, ErrorShape::InError) => {
                body["message"] = json!(assumptions::LEAST_TOKENS.to_string());
            }
            (
                Self::AuthorizationIncorrect
                | Self::FailMandatoryField
                | Self::UserNotFound
                | Self::UserBanned
                | Self::KycReinforcedRequired
                | Self::CoinNotSupported
                | Self::MinAmount
                | Self::MaxAmount
                | Self::InvalidIban
                | Self::RampoffNotFound
                | Self::UserAlreadyExists
                | Self::EmailNotAllowed
                | Self::UnexpectedError
                | Self::SubscriptionNotFound
                | Self::UserNotInIntegration
                | Self::DocumentUserNotFound
                | Self::InvalidFile
                | Self::Invalid { .. }
                | Self::Other(_),
                _,
            ) => {}
        }
        body
    }

    fn code(&self) -> &str {
        match self {
            Self::AuthorizationIncorrect => "authorization_incorrect",
            Self::FailMandatoryField => "fail_mandatory_field",
            Self::UserNotFound | Self::DocumentUserNotFound => "user_not_found",
            Self::UserBanned => "user_banned",
            Self::RequireKyc { .. } => "require_kyc",
            Self::KycReinforcedRequired => "kyc_reinforced_required",
            Self::CoinNotSupported => "coin_not_supported",
            Self::MinAmount => assumptions::MIN_AMOUNT,
            Self::MaxAmount => assumptions::MAX_AMOUNT,
            Self::InvalidIban => assumptions::INVALID_IBAN,
            Self::RampoffNotFound => assumptions::RAMPOFF_NOT_FOUND,
            Self::UserAlreadyExists => "user_already_exists",
            Self::EmailNotAllowed => "email_not_allowed",
            Self::UnexpectedError => "unexpected_error",
            Self::SubscriptionNotFound => "subscription_not_found",
            Self::UserNotInIntegration => "user_not_in_integration",
            Self::InvalidFile => "invalid_file",
            Self::Invalid { problem, .. } => problem,
            Self::Other(code) => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_in_error_or_in_message() {
        let body = Refusal::UserBanned.body(ErrorShape::InError);
        assert_eq!(body, json!({ "status": "error", "error": "user_banned" }));
        let body = Refusal::UserBanned.body(ErrorShape::InMessage);
        assert_eq!(body, json!({ "status": "error", "message": "user_banned" }));
    }

    #[test]
    fn a_wrong_form_names_its_field() {
        let refusal = Refusal::invalid("email", "The email field is required.");
        let problem = "The email field is required.";
        let expected = json!({ "message": problem, "errors": { "email": [problem] } });
        assert_eq!(refusal.body(ErrorShape::InError), expected);
        assert_eq!(refusal.status(), 422);
    }
}
