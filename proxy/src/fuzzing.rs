//! The parsers that face the outside, each by a plain function: for the fuzz targets and for the
//! tests that repeat them. Not in a build without the feature `fuzzing`.

use axum::http::HeaderMap;
use offramp_domain::time::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    error::ApiError,
    routes::{
        extract::{self, IdempotencyKey, JsonBody},
        orders,
    },
};

pub use crate::providers::fuzzing::*;

/// A JSON body of the neutral API.
///
/// # Errors
/// When it is not of the documented form.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    JsonBody::read(bytes).map(|body| body.value)
}

/// The token of `Authorization`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    extract::bearer(headers)
}

/// Whether there is an `Idempotency-Key` that is taken.
pub fn has_idempotency_key(headers: &HeaderMap) -> bool {
    IdempotencyKey::read(headers).is_ok()
}

/// The seconds that `Prefer` asks for, as far as they are granted.
pub fn wait_secs(headers: &HeaderMap) -> Option<u64> {
    orders::wait_secs(headers)
}

/// Whether `If-None-Match` names an entity tag.
pub fn knows(headers: &HeaderMap, etag: &str) -> bool {
    orders::knows(headers, etag)
}

/// The place in a list that a cursor names.
///
/// # Errors
/// When it is not one of ours.
pub fn cursor(text: &str) -> Result<(Timestamp, String), ApiError> {
    orders::read_cursor(text)
}
