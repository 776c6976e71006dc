//! `/users/{user_uuid}/payment-details`: the accounts that money is paid to (6.1).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::books::{Account, Books};
use super::knobs::Feature;
use super::order::Origin;
use super::rails::{Institution, Need, Rail};
use super::refusal::{Refusal, Shape};
use super::{Unigox, read};

/// `POST /users/{user_uuid}/payment-details`.
pub(super) async fn create(
    State(unigox): State<Unigox>,
    Path(user): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, _| books.save_account(&user, &body));
    unigox.reply(Shape::Keyed, StatusCode::CREATED, result)
}

/// `GET /users/{user_uuid}/payment-details`.
pub(super) async fn list(State(unigox): State<Unigox>, Path(user): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        books.user(&user).ok_or(Refusal::UserNotFound)?;
        let accounts: Vec<Value> = books.accounts_of(&user).map(Account::shown).collect();
        Ok(json!({ "payment_details": accounts }))
    });
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `GET /users/{user_uuid}/payment-details/{payment_details_id}`.
pub(super) async fn show(
    State(unigox): State<Unigox>,
    Path((user, id)): Path<(String, String)>,
) -> Response {
    let result = unigox.with_books(|books, _| books.own_account(&user, &id).map(Account::shown));
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `DELETE /users/{user_uuid}/payment-details/{payment_details_id}`.
pub(super) async fn delete(
    State(unigox): State<Unigox>,
    Path((user, id)): Path<(String, String)>,
) -> Response {
    let result = unigox.with_books(|books, _| {
        let number = books.own_account(&user, &id)?.id;
        if books.orders.iter().any(|order| {
            order.origin == Origin::Api && order.is_open() && order.account_id == number
        }) {
            return Err(Refusal::PaymentDetailsInUse);
        }
        books.accounts.retain(|account| account.id != number);
        Ok(json!({ "payment_details_id": id, "deleted": true }))
    });
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct AccountBody {
    currency: String,
    rail: String,
    details: Map<String, Value>,
    institution_id: Option<String>,
    country_code: Option<String>,
}

impl Books {
    fn save_account(&mut self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let invalid = || Refusal::key("invalid_payment_details");
        let body: AccountBody = read(body).map_err(|_| invalid())?;
        self.user(user).ok_or(Refusal::UserNotFound)?;
        let rail = Rail::with_slug(&body.rail).ok_or_else(invalid)?;
        let country = body.country_code.as_deref();
        if rail.currency != body.currency
            || country.is_some_and(|country| !rail.countries.contains(&country))
        {
            return Err(invalid());
        }
        let details = |text: String| Refusal::Details { text };
        let institution = match (body.institution_id.as_deref(), rail.institution) {
            (None, Need::Optional) => None,
            (None, Need::Required) => {
                return Err(details("institution_id is required".to_owned()));
            }
            (Some(id), _) => {
                let found = Institution::with_id(id).filter(|found| found.rail == rail.slug);
                let unknown = || details("institution_id is not of this rail".to_owned());
                Some(found.ok_or_else(unknown)?)
            }
        };
        match self.knobs.account_checker {
            Feature::On => rail.check(institution, &body.details).map_err(details)?,
            Feature::Off => {}
        }
        let id = self.next_account;
        self.next_account += 1;
        let account = Account {
            id,
            user: user.to_owned(),
            rail,
            institution,
            details: body.details,
        };
        let shown = account.shown();
        self.accounts.push(account);
        Ok(shown)
    }

    fn own_account(&self, user: &str, id: &str) -> Result<&Account, Refusal> {
        self.user(user).ok_or(Refusal::UserNotFound)?;
        let found = self
            .accounts_of(user)
            .find(|account| account.id.to_string() == id);
        found.ok_or(Refusal::InvalidPaymentDetails)
    }
}

impl Account {
    fn shown(&self) -> Value {
        json!({
            "payment_details_id": self.id.to_string(),
            "rail": self.rail.slug,
            "currency": self.rail.currency,
            "institution_name": self.institution.map(|institution| institution.name),
            "institution_id": self.institution.map(|institution| institution.id),
            "details": self.details,
        })
    }
}
