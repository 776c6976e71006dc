//! `GET /kyc/details`: how far a user's verification has come.
//!
//! The answer is full of things that a proxy must never pass on; they are here so that a test can
//! look for them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, User, Verification};
use super::refusal::Refusal;
use super::{Capa, check_id, wire};

/// `GET /kyc/details`, with an envelope of its own.
pub(super) async fn details(
    State(capa): State<Capa>,
    query: Result<Query<KycQuery>, QueryRejection>,
) -> Response {
    let answer = |books: &mut Books, _| {
        let Query(KycQuery { user_id }) = query.map_err(|_| Refusal::InvalidInput)?;
        check_id(&user_id)?;
        let user = books.user(&user_id).ok_or(Refusal::UserNotFound)?;
        describe(user)
    };
    match capa.with_books(answer) {
        Ok(data) => super::json(StatusCode::OK, &wire::StatusEnvelope { status: "ok", data }),
        Err(refusal) => capa.refuse(&refusal),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KycQuery {
    user_id: String,
}

/// A user without a verification has no details (assumption U16).
fn describe(user: &User) -> Result<Value, Refusal> {
    let result = match user.verification {
        Verification::NotStarted => return Err(Refusal::UserNotFound),
        Verification::InProgress => "IN_PROGRESS",
        Verification::Verified => "VERIFIED",
        Verification::Rejected => "REJECTED",
        Verification::ReviewNeeded => "REVIEW_NEEDED",
    };
    Ok(json!({
        "aipriseSummary": { "verificationResult": result },
        "clientReferenceId": user.id,
        "clientReferenceData": { "email": user.email },
        "verificationSessionId": format!("session-of-{}", user.id),
        "idInfo": {
            "firstName": user.first_name,
            "lastName": user.last_name,
            "idNumber": "PLANTED-DOCUMENT-NUMBER",
        },
        "media": { "selfie": "https://media.capa.example/PLANTED-SELFIE.jpg" },
        "amlInfo": {},
        "faceLivenessInfo": {},
        "faceMatchInfo": {},
        "fraudInsights": {},
    }))
}
