//! `/users`: the partner's customers (section 4).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::books::{Books, User, WalletType};
use super::knobs::Feature;
use super::refusal::{Refusal, Shape};
use super::verification::Verification;
use super::{Unigox, new_id, read, stamp};
use crate::clock::Moment;

/// `POST /users`.
pub(super) async fn create(State(unigox): State<Unigox>, body: Bytes) -> Response {
    let done = unigox.with_books(|books, now| books.register(&body, now));
    let (status, result) = match done {
        Ok((status, user)) => (status, Ok(user)),
        Err(refusal) => (StatusCode::CREATED, Err(refusal)),
    };
    unigox.reply(Shape::Keyed, status, result)
}

/// `GET /users/{user_uuid}`.
pub(super) async fn show(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        let user = books.user(&id).ok_or(Refusal::UserNotFound)?;
        let mut shown = user.shown();
        if let Some(members) = shown.as_object_mut() {
            members.insert("kyc".to_owned(), user.kyc_shown());
            let profiles = books.accounts_of(&user.uuid).map(|account| {
                json!({
                    "id": account.id.to_string(),
                    "rail": account.rail.slug,
                    "currency": account.rail.currency,
                    "institution_name": account.institution.map(|one| one.name),
                    "institution_id": account.institution.map(|one| one.id),
                    "details": account.details,
                })
            });
            let profiles: Vec<Value> = profiles.collect();
            members.insert("payment_profiles".to_owned(), profiles.into());
        }
        Ok(shown)
    });
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct UserBody {
    user_ref: String,
    email: String,
    wallet_type: Option<WalletType>,
}

#[derive(Debug, Serialize)]
struct KycShown<'a> {
    status: &'static str,
    kyc_method: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    country_code: Option<&'a str>,
    rejection_reason: Option<&'a str>,
    updated_at: String,
}

impl Books {
    fn register(&mut self, body: &[u8], now: Moment) -> Result<(StatusCode, Value), Refusal> {
        let UserBody {
            user_ref,
            email,
            wallet_type,
        } = read(body)?;
        if user_ref.trim().is_empty() || !email.contains('@') {
            return Err(Refusal::invalid("user_ref and email are required"));
        }
        if let Some(user) = self.users.iter().find(|user| user.reference == user_ref) {
            return Ok((StatusCode::OK, user.shown()));
        }
        let wallet_type = wallet_type.unwrap_or_default();
        match (wallet_type, self.knobs.external_wallets) {
            (WalletType::ExternalWallet, Feature::Off) => return Err(Refusal::FeatureNotEnabled),
            (WalletType::ExternalWallet, Feature::On) | (WalletType::PartnerWallet, _) => {}
        }
        let user = User::new(new_id(), user_ref, email, wallet_type, now);
        let shown = user.shown();
        self.users.push(user);
        Ok((StatusCode::CREATED, shown))
    }
}

impl User {
    pub(super) fn new(
        uuid: String,
        reference: String,
        email: String,
        wallet_type: WalletType,
        now: Moment,
    ) -> Self {
        Self {
            uuid,
            reference,
            email,
            wallet_type,
            created_at: now,
            verification: Verification::new(now),
            challenge: None,
            wallet: None,
        }
    }

    pub(super) fn shown(&self) -> Value {
        json!({
            "user_uuid": self.uuid,
            "id": self.uuid,
            "email": self.email,
            "wallet_type": self.wallet_type,
            "kyc_status": self.verification.status.in_tables(),
            "created_at": stamp(self.created_at),
        })
    }

    fn kyc_shown(&self) -> Value {
        let verification = &self.verification;
        let fact = |key: &str| verification.facts.get(key).map(String::as_str);
        json!(KycShown {
            status: verification.status.in_tables(),
            kyc_method: verification.method.map(super::verification::Method::as_str),
            first_name: fact("first_name"),
            last_name: fact("last_name"),
            country_code: fact("country_code"),
            rejection_reason: verification.rejection_reason(),
            updated_at: stamp(verification.updated_at),
        })
    }
}
