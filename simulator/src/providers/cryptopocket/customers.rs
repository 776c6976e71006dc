//! `GET /customers/list` and `POST /customers/{user_id}/documents` (sections 5.6 and 10).

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use serde_json::json;

use super::books::{Books, Owner};
use super::fields::Fields;
use super::page::{PageQuery, Paging};
use super::refusal::Refusal;
use super::{CryptoPocket, wire};

/// `GET /customers/list`.
pub(super) async fn list(
    State(pocket): State<CryptoPocket>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Response {
    let answer = pocket.with_books(|books, _| {
        let paging = Paging::read(query)?;
        let row = |user| wire::Customer::new(user, books.knobs.user_ids);
        Ok(paging.cut(books.own_users().map(row).collect()))
    });
    pocket.reply(answer)
}

/// `POST /customers/{user_id}/documents`. The document itself is not kept.
pub(super) async fn upload(
    State(pocket): State<CryptoPocket>,
    Path(user_id): Path<String>,
    body: Bytes,
) -> Response {
    let answer = pocket.with_books(|books, _| {
        check_user(books, &user_id)?;
        check_document(&Fields::read(&body)?)?;
        Ok(books.knobs.success.as_str())
    });
    match answer {
        Ok(status) => Json(json!({ "status": status })).into_response(),
        Err(refusal) => pocket.refuse(&refusal),
    }
}

fn check_user(books: &Books, id: &str) -> Result<(), Refusal> {
    let id = id.parse().ok();
    let user = books.users.iter().find(|user| Some(user.id) == id);
    match user.ok_or(Refusal::DocumentUserNotFound)?.owner {
        Owner::Operator => Ok(()),
        Owner::AnotherIntegration => Err(Refusal::UserNotInIntegration),
    }
}

fn check_document(fields: &Fields) -> Result<(), Refusal> {
    if !TYPES.contains(&fields.required("type")?) {
        return Err(Refusal::invalid("type", "The selected type is invalid."));
    }
    let file = fields.required("file")?;
    let encoded = file
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    let is_readable = match encoded {
        Some((mime, encoded)) => {
            mime.contains('/') && !encoded.is_empty() && BASE64.decode(encoded.as_bytes()).is_ok()
        }
        None => ["http://", "https://"]
            .iter()
            .any(|scheme| file.starts_with(scheme)),
    };
    if is_readable {
        Ok(())
    } else {
        Err(Refusal::InvalidFile)
    }
}

/// What a document can be.
const TYPES: [&str; 23] = [
    "onboarding_form",
    "bank_statement",
    "payslip",
    "employment_contract",
    "tax_return",
    "tax_certificate",
    "company_accounts",
    "dividend_statement",
    "investment_statement",
    "crypto_wallet_statement",
    "sale_of_property",
    "sale_of_vehicle",
    "sale_of_company_shares",
    "inheritance_document",
    "gift_declaration",
    "loan_agreement",
    "savings_evidence",
    "invoice",
    "freelance_income_evidence",
    "pension_statement",
    "unemployment_benefit_statement",
    "source_of_funds_declaration",
    "other",
];
