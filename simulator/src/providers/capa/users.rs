//! `POST /users`: the partner makes a customer known.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::books::{Books, User, Verification};
use super::refusal::Refusal;
use super::{Capa, new_id, read, wire};

/// `POST /users`.
pub(super) async fn create(State(capa): State<Capa>, body: Bytes) -> Response {
    let answer = |books: &mut Books, _| {
        let request: UserBody = read(&body)?;
        let user_id = books.create_user(request)?;
        Ok(wire::CreatedUser { user_id })
    };
    capa.reply(StatusCode::CREATED, capa.with_books(answer))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserBody {
    #[serde(rename = "type")]
    kind: Kind,
    email: String,
    external_user_id: Option<String>,
    alias: Option<String>,
}

/// Where the difference matters, a business is verified by other endpoints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Individual,
    Business,
}

impl Books {
    fn create_user(&mut self, request: UserBody) -> Result<String, Refusal> {
        if !is_email(&request.email) {
            return Err(Refusal::EmailInvalid);
        }
        let is_taken = |user: &User| {
            user.email == request.email
                || user.external_id.is_some() && user.external_id == request.external_user_id
        };
        if self.users.iter().any(is_taken) {
            return Err(Refusal::UserExists);
        }
        let id = new_id();
        self.users.push(User {
            id: id.clone(),
            external_id: request.external_user_id,
            email: request.email,
            first_name: request.alias.unwrap_or_else(|| match request.kind {
                Kind::Individual => "NEW".to_owned(),
                Kind::Business => "NEW BUSINESS".to_owned(),
            }),
            last_name: "USER".to_owned(),
            verification: Verification::NotStarted,
        });
        Ok(id)
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !text.contains(char::is_whitespace)
            && host.split('.').count() > 1
            && host.split('.').all(|label| !label.is_empty())
            && !host.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_a_name_and_a_host() {
        assert!(is_email("ana@cobalto.example"));
        for text in [
            "",
            "ana",
            "ana@",
            "@cobalto.example",
            "ana@cobalto",
            "a b@c.d",
            "a@b@c.d",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
