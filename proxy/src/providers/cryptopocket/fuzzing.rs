//! CryptoPocket's answers, read as the client reads them, without a connection.

use http::StatusCode;
use offramp_domain::api::VerificationStatus;
use serde_json::value::RawValue;

use super::{refusal, wire};
use crate::{
    provider::{NewOrder, ProviderError, ProviderQuote, QuoteAsk, Refusal, Registered, Snapshot},
    providers::{exchange::Answer, failure::Failure},
};

/// An answer with HTTP 200, which may be an error all the same.
fn accepted(body: &[u8]) -> Result<Answer, Failure> {
    refusal::read(StatusCode::OK, body)?;
    Ok(Answer::with_body(body))
}

/// The answer to an exchange of keys for a token.
///
/// # Errors
/// When it cannot be read.
pub fn token(body: &[u8]) -> Result<String, ProviderError> {
    Ok(wire::token(&accepted(body)?)?)
}

/// The answer to a question for a price.
///
/// # Errors
/// When it cannot be read, or is not what was asked for.
pub fn quote(body: &[u8], ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
    let quote: wire::Quote = wire::data(&accepted(body)?)?;
    Ok(quote.price(ask, None)?)
}

/// The answer to a create, before the order was read.
///
/// # Errors
/// When it cannot be read.
pub fn created(body: &[u8], order: &NewOrder) -> Result<Snapshot, ProviderError> {
    let created: wire::Created = wire::data(&accepted(body)?)?;
    created.reference()?;
    Ok(created.unread(order, None))
}

/// An order.
///
/// # Errors
/// When it cannot be read.
pub fn order(body: &[u8]) -> Result<Snapshot, ProviderError> {
    let order: wire::Rampoff = wire::data(&accepted(body)?)?;
    Ok(order.snapshot(None)?)
}

/// How many orders a list has.
///
/// # Errors
/// When it cannot be read.
pub fn rows(body: &[u8]) -> Result<usize, ProviderError> {
    let list: Box<RawValue> = wire::data(&accepted(body)?)?;
    Ok(wire::rows(&list)?.len())
}

/// The answer to a registration.
///
/// # Errors
/// When it cannot be read.
pub fn registered(body: &[u8]) -> Result<Registered, ProviderError> {
    Ok(wire::new_user(&accepted(body)?)?)
}

/// The answer about a verification.
///
/// # Errors
/// When it cannot be read.
pub fn verification(body: &[u8]) -> Result<VerificationStatus, ProviderError> {
    Ok(wire::Kyc::read(&accepted(body)?)?.status())
}

/// What an answer means that may be no success: certain if it is a refusal.
pub fn refused(status: StatusCode, body: &[u8]) -> Option<(ProviderError, Option<Refusal>)> {
    let failure = refusal::read(status, body).err()?;
    let certain = if let Failure::Refused(refusal) = &failure {
        Some(refusal.clone())
    } else {
        None
    };
    Some((failure.into(), certain))
}
