//! Payers and their verification (contract 5.1 and 5.4).

use offramp_domain::api::{PayerKind, PayerRef, VerificationStatus};
use serde::{Deserialize, Serialize};

use super::{data, said};
use crate::{
    provider::{ProviderUserId, Refusal},
    providers::{exchange::Answer, failure::Failure},
};

/// What a payer is who has not begun a verification, or of whom nothing certain is said.
pub(in super::super) const NOT_BEGUN: VerificationStatus = VerificationStatus::Required;

/// The body of `POST /users`. Always with `externalUserId`: webhooks know payers by nothing else.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct UserRequest<'a> {
    #[serde(rename = "type")]
    kind: Kind,
    email: &'a str,
    external_user_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Individual,
    Business,
}

impl<'a> UserRequest<'a> {
    /// Without an email Capa would refuse; that does not need a call.
    pub(in super::super) fn new(payer: &'a PayerRef) -> Result<Self, Failure> {
        let email = payer.email.as_deref().ok_or_else(|| {
            Failure::Refused(Refusal::Other {
                code: "INVALID_USER_INPUT_ERROR".to_owned(),
            })
        })?;
        let kind = match payer.kind {
            Some(PayerKind::Individual) | None => Kind::Individual,
            Some(PayerKind::Business) => Kind::Business,
        };
        Ok(Self {
            kind,
            email,
            external_user_id: &payer.id,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewUser {
    user_id: String,
}

/// The new payer's id, in an envelope or, as an older example has it, bare.
pub(in super::super) fn new_user(answer: &Answer) -> Result<ProviderUserId, Failure> {
    let user = data(answer)
        .or_else(|failure| serde_json::from_slice::<NewUser>(&answer.body).map_err(|_| failure))?;
    let id = said(Some(user.user_id)).ok_or(Failure::Misfit("a user without an id"))?;
    Ok(ProviderUserId(id))
}

/// A verification. The answer is full of identity data; nothing but the result is even read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Kyc {
    aiprise_summary: Option<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    verification_result: Option<String>,
}

impl Kyc {
    /// The words are assumed to be those of a business verification (U16). An unknown one is not
    /// taken for a verification.
    pub(in super::super) fn status(&self) -> VerificationStatus {
        let summary = self.aiprise_summary.as_ref();
        match summary.and_then(|summary| summary.verification_result.as_deref()) {
            Some("VERIFIED") => VerificationStatus::Verified,
            Some("IN_PROGRESS" | "REVIEW_NEEDED") => VerificationStatus::Pending,
            Some("REJECTED") => VerificationStatus::Rejected,
            Some(_) | None => NOT_BEGUN,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payer() -> PayerRef {
        serde_json::from_value(json!({ "id": "cust-1", "email": "ana@example.com" })).unwrap()
    }

    #[test]
    fn a_payer_is_a_person_unless_said_otherwise() {
        let mut payer = payer();
        let sent = |payer: &PayerRef| serde_json::to_value(UserRequest::new(payer).unwrap());
        assert_eq!(
            sent(&payer).unwrap(),
            json!({
                "type": "INDIVIDUAL", "email": "ana@example.com", "externalUserId": "cust-1",
            })
        );
        payer.kind = Some(PayerKind::Business);
        assert_eq!(sent(&payer).unwrap()["type"], "BUSINESS");
    }

    #[test]
    fn a_payer_without_an_email_is_refused_without_a_call() {
        let nameless = PayerRef {
            email: None,
            ..payer()
        };
        let failure = UserRequest::new(&nameless)
            .err()
            .map(|failure| format!("{failure:?}"));
        let code = "Refused(Other { code: \"INVALID_USER_INPUT_ERROR\" })";
        assert_eq!(failure.as_deref(), Some(code));
    }

    #[test]
    fn a_new_payer_has_an_id() {
        let id = |body| {
            new_user(&Answer::with_body(body))
                .map(|ProviderUserId(id)| id)
                .ok()
        };
        assert_eq!(
            id(r#"{"success":true,"data":{"userId":"u-1"}}"#).as_deref(),
            Some("u-1")
        );
        assert_eq!(id(r#"{"userId":"u-1"}"#).as_deref(), Some("u-1"));
        assert_eq!(id(r#"{"userId":" "}"#), None);
        assert_eq!(id(r#"{"success":false,"data":{"userId":"u-1"}}"#), None);
    }

    #[test]
    fn only_the_word_verified_is_a_verification() {
        let status = |kyc: serde_json::Value| serde_json::from_value::<Kyc>(kyc).unwrap().status();
        let result =
            |word: &str| status(json!({ "aipriseSummary": { "verificationResult": word } }));
        assert_eq!(result("VERIFIED"), VerificationStatus::Verified);
        assert_eq!(result("IN_PROGRESS"), VerificationStatus::Pending);
        assert_eq!(result("REVIEW_NEEDED"), VerificationStatus::Pending);
        assert_eq!(result("REJECTED"), VerificationStatus::Rejected);
        for other in ["NOT_STARTED", "verified", "APPROVED", ""] {
            assert_eq!(result(other), VerificationStatus::Required, "{other}");
        }
        assert_eq!(status(json!({})), VerificationStatus::Required);
        assert_eq!(
            status(json!({ "aipriseSummary": null })),
            VerificationStatus::Required
        );
    }
}
