//! `/users/{user_uuid}/kyc-submissions`, `/kyc/…` and `/verification-status` (section 5).

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, User};
use super::refusal::{Refusal, Shape};
use super::verification::{KycStatus, Method};
use super::{Unigox, new_id, read};
use crate::clock::Moment;

const ID_TYPES: [&str; 7] = [
    "NIN",
    "NIN_SLIP",
    "BVN",
    "NATIONAL_ID",
    "VOTER_ID",
    "TAX_ID",
    "KENYA_KRA_PIN",
];

const DOCUMENTS: [&str; 14] = [
    "passport",
    "national_id",
    "driver_license",
    "voter_id",
    "resident_card",
    "id_card",
    "ghana_card",
    "ghana_ssnit_card",
    "kenya_alien_card",
    "green_book",
    "tax_id",
    "colombia_ppt",
    "identity",
    "selfie",
];

const SOURCES_OF_FUNDS: [&str; 10] = [
    "salary",
    "business_income",
    "savings",
    "investment",
    "gift",
    "family_support",
    "loan",
    "sale_of_property",
    "inheritance",
    "other",
];

/// `POST /users/{user_uuid}/kyc-submissions`.
pub(super) async fn submit(
    State(unigox): State<Unigox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.submit_kyc(&id, &body, now));
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `POST /users/{user_uuid}/kyc/documents`, as JSON.
pub(super) async fn documents(
    State(unigox): State<Unigox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.take_documents(&id, &body, now));
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `POST /users/{user_uuid}/kyc/verify`.
pub(super) async fn verify(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, now| books.start_kyc(&id, now));
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `PATCH /users/{user_uuid}/kyc`.
pub(super) async fn patch(
    State(unigox): State<Unigox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.patch_kyc(&id, &body, now));
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `GET /users/{user_uuid}/verification-status`.
pub(super) async fn status(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        let user = books.user(&id).ok_or(Refusal::UserNotFound)?;
        Ok(json!({
            "status": user.verification.status.as_str(),
            "verification_url": user.verification_url(),
            "verification_seconds_left": null,
            "provider_messages": user.verification.rejection_reason().map(|reason| [reason]),
        }))
    });
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct Submission {
    method: Method,
    #[serde(default)]
    data: SubmittedData,
}

#[derive(Debug, Default, Deserialize)]
struct SubmittedData {
    #[serde(default)]
    pii: BTreeMap<String, String>,
    provider: Option<String>,
    token: Option<String>,
    inquiry_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DocumentsBody {
    upload_method: String,
    document_type: Option<String>,
    url: Option<String>,
    documents: Option<Vec<Document>>,
}

#[derive(Debug, Deserialize)]
struct Document {
    document_type: String,
    url: String,
}

impl Books {
    fn submit_kyc(&mut self, id: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let Submission { method, data } = read(body)?;
        let knobs = self.knobs.clone();
        let user = self.user_mut(id).ok_or(Refusal::UserNotFound)?;
        match method {
            Method::DirectData => {
                let required = ["first_name", "last_name", "country_code"];
                if !required.iter().all(|key| data.pii.contains_key(*key)) {
                    return Err(Refusal::key("no_valid_kyc_fields"));
                }
            }
            Method::ExternalToken => match data.provider.as_deref() {
                Some("sumsub") if data.token.is_some() => {}
                Some("persona") if data.inquiry_id.is_some() => {}
                Some(_) | None => return Err(Refusal::key("invalid_field_value")),
            },
            Method::Handoff => {}
        }
        for (key, value) in &data.pii {
            check_fact(key, value, &ID_TYPES, now)?;
        }
        let verification = &mut user.verification;
        verification.method = Some(method);
        verification.facts.extend(data.pii);
        match (method, verification.status) {
            (_, KycStatus::Verified) => {}
            (Method::ExternalToken, _) => verification.start(&knobs, now),
            (Method::DirectData | Method::Handoff, _) => {
                verification.set(KycStatus::PendingDocuments, now);
            }
        }
        Ok(json!({
            "kyc_status": user.verification.status.in_tables(),
            "message": "KYC submission received",
            "verification_url": user.verification_url(),
        }))
    }

    fn take_documents(&mut self, id: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let body: DocumentsBody = read(body)?;
        let knobs = self.knobs.clone();
        let user = self.user_mut(id).ok_or(Refusal::UserNotFound)?;
        let single = match (body.document_type, body.url) {
            (Some(document_type), Some(url)) => Some(Document { document_type, url }),
            (None, _) | (_, None) => None,
        };
        let is_single = single.is_some();
        let documents = body.documents.unwrap_or_default();
        let documents: Vec<Document> = single.into_iter().chain(documents).collect();
        let fits = |document: &Document| {
            is_document(&document.document_type) && document.url.starts_with("https://")
        };
        let is_right_number = (1..=10).contains(&documents.len());
        if body.upload_method != "url_link" || !is_right_number || !documents.iter().all(fits) {
            return Err(Refusal::key("invalid_field_value"));
        }
        let uploaded: Vec<Value> = documents
            .iter()
            .map(|document| {
                json!({
                    "document_type": document.document_type,
                    "document_id": new_id(),
                    "file_name": document.url.rsplit('/').next(),
                    "status": "uploaded",
                })
            })
            .collect();
        let verification = &mut user.verification;
        let kinds = documents.into_iter().map(|document| document.document_type);
        verification.documents.extend(kinds);
        if verification.missing().is_empty() && verification.status == KycStatus::PendingDocuments {
            verification.start(&knobs, now);
        }
        match uploaded.first() {
            Some(only) if is_single => Ok(json!({
                "document_id": only["document_id"],
                "document_type": only["document_type"],
                "file_name": only["file_name"],
                "message": "document accepted",
            })),
            Some(_) | None => Ok(json!({ "uploaded": uploaded, "message": "documents accepted" })),
        }
    }

    fn start_kyc(&mut self, id: &str, now: Moment) -> Result<Value, Refusal> {
        let knobs = self.knobs.clone();
        let verification = &mut self.user_mut(id).ok_or(Refusal::UserNotFound)?.verification;
        match verification.method {
            Some(Method::DirectData) => {}
            Some(Method::ExternalToken | Method::Handoff) | None => {
                return Err(Refusal::invalid("KYC was not submitted as direct_data"));
            }
        }
        let missing = verification.missing();
        if !missing.is_empty() {
            let message = "documents are missing";
            return Ok(json!({ "ready": false, "missing": missing, "message": message }));
        }
        if verification.status == KycStatus::PendingDocuments {
            verification.start(&knobs, now);
        }
        let status = verification.status.as_str();
        Ok(json!({ "ready": true, "status": status, "message": "verification is running" }))
    }

    fn patch_kyc(&mut self, id: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        const KNOWN: [&str; 12] = [
            "address",
            "city",
            "postal_code",
            "dob",
            "phone_number",
            "middle_name",
            "id_number",
            "id_type",
            "gender",
            "nationality",
            "id_issue_country",
            "source_of_funds",
        ];
        const PATCHED_ID_TYPES: [&str; 4] = [
            "NATIONAL_ID",
            "DRIVER_LICENSE",
            "PASSPORT",
            "RESIDENCE_PERMIT",
        ];
        let facts: BTreeMap<String, String> = read(body)?;
        let user = self.user_mut(id).ok_or(Refusal::UserNotFound)?;
        let is_meant = |(key, value): &(String, String)| {
            KNOWN.contains(&key.as_str()) && !value.trim().is_empty()
        };
        let facts: BTreeMap<String, String> = facts.into_iter().filter(is_meant).collect();
        if facts.is_empty() {
            return Err(Refusal::key("no_valid_kyc_fields"));
        }
        for (key, value) in &facts {
            check_fact(key, value, &PATCHED_ID_TYPES, now)?;
        }
        let updated: Vec<String> = facts.keys().cloned().collect();
        user.verification.facts.extend(facts);
        user.verification.updated_at = now;
        self.address_given(id, now);
        Ok(json!({ "updated_fields": updated, "message": "KYC data updated" }))
    }
}

impl User {
    fn verification_url(&self) -> Option<String> {
        match (self.verification.method, self.verification.status) {
            (
                Some(Method::Handoff),
                KycStatus::NotInitiated | KycStatus::PendingDocuments | KycStatus::InProgress,
            ) => Some(format!("https://verify.unigox.example/{}", self.uuid)),
            (
                Some(Method::Handoff),
                KycStatus::UnderReview
                | KycStatus::Verified
                | KycStatus::VerificationRejected
                | KycStatus::Failed,
            )
            | (Some(Method::DirectData | Method::ExternalToken) | None, _) => None,
        }
    }
}

fn is_document(kind: &str) -> bool {
    let bare = kind
        .strip_suffix("_front")
        .or_else(|| {
            kind.strip_suffix("_back")
                .filter(|bare| *bare != "passport")
        })
        .unwrap_or(kind);
    DOCUMENTS.contains(&bare)
}

/// Refuses a fact by the key of its kind.
fn check_fact(key: &str, value: &str, id_types: &[&str], now: Moment) -> Result<(), Refusal> {
    let is_country = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    match key {
        "dob" => check_birth(value, now),
        "id_type" if !id_types.contains(&value) => {
            Err(Refusal::key("invalid_identity_number_type"))
        }
        "gender" if !["M", "F", "MALE", "FEMALE"].contains(&value) => {
            Err(Refusal::key("invalid_gender"))
        }
        "country_code" | "nationality" | "id_issue_country" if !is_country => {
            Err(Refusal::key("invalid_country_code"))
        }
        "source_of_funds" if !SOURCES_OF_FUNDS.contains(&value) => {
            Err(Refusal::key("invalid_source_of_funds"))
        }
        "phone_number" if !value.starts_with('+') => Err(Refusal::key("invalid_field_value")),
        _ => Ok(()),
    }
}

/// A date of the past, eighteen years ago or more. Leap days count as the first of March.
fn check_birth(date: &str, now: Moment) -> Result<(), Refusal> {
    let invalid = || Refusal::key("invalid_date_of_birth");
    let born = humantime::parse_rfc3339(&format!("{date}T00:00:00Z")).map_err(|_| invalid())?;
    if born >= now.to_system_time() {
        return Err(invalid());
    }
    let today = now.to_string();
    let (year, day) = today.split_once('-').ok_or_else(invalid)?;
    let year: u32 = year.parse().map_err(|_| invalid())?;
    let latest = format!("{:04}-{}", year.saturating_sub(18), &day[..5]);
    if date <= latest.as_str() {
        Ok(())
    } else {
        Err(Refusal::key("underage_not_allowed"))
    }
}
