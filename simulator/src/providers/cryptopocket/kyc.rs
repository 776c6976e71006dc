//! `GET /kyc/check` and `POST /onboarding-form`: how far a verification has come, and more of it.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fields::Fields;
use super::knobs::KycAnswer;
use super::refusal::Refusal;
use super::{CryptoPocket, ids, wire};

/// `GET /kyc/check?user_id=`.
pub(super) async fn check(
    State(pocket): State<CryptoPocket>,
    query: Result<Query<UserQuery>, QueryRejection>,
) -> Response {
    let answer = pocket.with_books(|books, _| {
        let user = books.user(user_id(query)?).ok_or(Refusal::UserNotFound)?;
        Ok((user.kyc.clone(), books.knobs.kyc_answer))
    });
    match answer {
        Ok((kyc_status, KycAnswer::InData)) => pocket.reply(Ok(wire::KycState { kyc_status })),
        Ok((kyc_status, KycAnswer::Beside)) => pocket.beside("kyc_status", kyc_status.as_str()),
        Err(refusal) => pocket.refuse(&refusal),
    }
}

/// `POST /onboarding-form`. The shape of its answer is nobody's word.
pub(super) async fn onboarding_form(State(pocket): State<CryptoPocket>, body: Bytes) -> Response {
    let answer = pocket.with_books(|books, _| {
        let id = Fields::read(&body)?.id("user_id")?;
        let id = id.ok_or(Refusal::FailMandatoryField)?;
        let user = books.user(id).ok_or(Refusal::UserNotFound)?;
        Ok(wire::OnboardingForm {
            onboarding_link: ids::page("onboarding", user.id),
        })
    });
    pocket.reply(answer)
}

/// Whose verification is meant.
#[derive(Debug, Deserialize)]
pub(super) struct UserQuery {
    user_id: Option<String>,
}

fn user_id(query: Result<Query<UserQuery>, QueryRejection>) -> Result<u64, Refusal> {
    let wrong = || Refusal::invalid("user_id", "The user_id field must be an integer.");
    let Query(query) = query.map_err(|_| wrong())?;
    let id = query.user_id.filter(|id| !id.is_empty());
    id.ok_or(Refusal::FailMandatoryField)?
        .parse()
        .map_err(|_| wrong())
}

/// How far the verification of a user has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kyc {
    /// The link was not opened yet.
    Unused,
    /// Under way.
    Processing,
    /// Passed.
    Valid,
    /// Rejected.
    Fail,
    /// A word that no document has.
    Other(String),
}

impl Kyc {
    /// The word itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unused => "unused",
            Self::Processing => "processing",
            Self::Valid => "valid",
            Self::Fail => "fail",
            Self::Other(word) => word,
        }
    }

    pub(super) fn is_valid(&self) -> bool {
        match self {
            Self::Valid => true,
            Self::Unused | Self::Processing | Self::Fail | Self::Other(_) => false,
        }
    }
}

impl From<&str> for Kyc {
    fn from(word: &str) -> Self {
        let known = [Self::Unused, Self::Processing, Self::Valid, Self::Fail];
        let known = known.into_iter().find(|kyc| kyc.as_str() == word);
        known.unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl Serialize for Kyc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kyc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Self::from(word.as_str()))
    }
}
