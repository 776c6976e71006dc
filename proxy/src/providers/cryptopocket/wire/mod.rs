//! CryptoPocket's JSON, exactly as they spell it, and its translation into our words and back.
//!
//! Nothing here can be printed: most of it holds account numbers, names or ids of people.

mod order;
mod payer;
mod quote;
mod token;

use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::providers::{exchange::Answer, failure::Failure};

pub(super) use self::{
    order::{CreateRequest, Created, Rampoff, rows},
    payer::{FormRequest, Kyc, UserRequest, is_registered_in, misses, new_user},
    quote::{Quote, quote_query},
    token::{Credentials, token},
};

/// What almost every answer is wrapped in.
#[derive(Deserialize)]
struct Wrapped<T> {
    data: T,
}

/// What an answer holds.
pub(super) fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    serde_json::from_slice::<Wrapped<T>>(&answer.body)
        .map(|wrapped| wrapped.data)
        .map_err(|error| Failure::unreadable(&error))
}

/// What an answer holds, wrapped or not: where only a list of fields is published.
fn data_or_bare<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    data(answer).or_else(|failure| serde_json::from_slice::<T>(&answer.body).map_err(|_| failure))
}

/// A whole number, as a JSON number or in a string: the same field is written in both ways.
fn number_or_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let digits = raw.get().trim_matches('"');
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole {
        Ok(digits.to_owned())
    } else {
        Err(de::Error::custom("not a whole number"))
    }
}
