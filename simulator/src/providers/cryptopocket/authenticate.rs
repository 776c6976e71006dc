//! `POST /authenticate`: keys for a token (section 2, assumption A-1).

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::fields::Fields;
use super::knobs::TokenAnswer;
use super::refusal::Refusal;
use super::{CryptoPocket, ids, wire};

/// `POST /authenticate`. A new token ends no other.
pub(super) async fn authenticate(State(pocket): State<CryptoPocket>, body: Bytes) -> Response {
    let answer = pocket.with_books(|books, now| {
        let fields = Fields::read(&body)?;
        let keys = (fields.required("api_key")?, fields.required("api_secret")?);
        let right = &pocket.inner.keys;
        if keys != (right.key.as_str(), right.secret.as_str()) {
            return Err(Refusal::AuthorizationIncorrect);
        }
        let token = ids::new_token();
        let end = now.plus(books.knobs.token_life());
        books.tokens.retain(|_, end| now < *end);
        books.tokens.insert(token.clone(), end);
        Ok((token, books.knobs.token_answer))
    });
    match answer {
        Ok((token, TokenAnswer::InData)) => pocket.reply(Ok(wire::Token { token })),
        Ok((token, TokenAnswer::Bare)) => pocket.reply(Ok(token)),
        Ok((token, TokenAnswer::Token)) => pocket.beside("token", &token),
        Ok((token, TokenAnswer::AccessToken)) => pocket.beside("access_token", &token),
        Err(refusal) => pocket.refuse(&refusal),
    }
}
