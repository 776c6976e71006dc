//! Capa's answers, read as the client reads them, without a connection.

use http::StatusCode;
use offramp_domain::{api::VerificationStatus, time::Timestamp};

use super::{
    client::Operation,
    listing::{Progress, Reading},
    refusal, wire,
};
use crate::{
    provider::{
        Listing, ProviderError, ProviderQuote, ProviderUserId, QuoteAsk, Refusal, Snapshot,
    },
    providers::{exchange::Answer, failure::Failure},
};

/// The answer to a quote.
///
/// # Errors
/// When it cannot be read, or is not what was asked for.
pub fn quote(body: &[u8], ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
    let quote: wire::Quote = wire::data(&Answer::with_body(body))?;
    Ok(quote.price(ask, ask.kind, offramp_domain::money::Amount::ZERO, None)?)
}

/// The answer to a create, and whether it is an order of this payer.
///
/// # Errors
/// When it cannot be read.
pub fn created(body: &[u8], user: &ProviderUserId) -> Result<(Snapshot, bool), ProviderError> {
    let transaction: wire::Transaction = wire::data(&Answer::with_body(body))?;
    let is_theirs = transaction.is_of(user);
    Ok((transaction.snapshot(None), is_theirs))
}

/// A list of one page and no other.
///
/// # Errors
/// When it cannot be read.
pub fn list(
    body: &[u8],
    user: &ProviderUserId,
    since: Timestamp,
) -> Result<Option<Listing>, ProviderError> {
    let page: wire::Page = wire::data(&Answer::with_body(body))?;
    let page = page.listed(user, None)?;
    Ok(match Reading::since(since).take(page) {
        Progress::More => None,
        Progress::Over(listing) => Some(listing),
    })
}

/// The answer to an execute or a cancel: which order, and its status.
///
/// # Errors
/// When it cannot be read.
pub fn acted(body: &[u8]) -> Result<(String, String), ProviderError> {
    let acted: wire::Acted = wire::data(&Answer::with_body(body))?;
    Ok((acted.id, acted.status))
}

/// The answer to a registration.
///
/// # Errors
/// When it cannot be read.
pub fn registered(body: &[u8]) -> Result<ProviderUserId, ProviderError> {
    Ok(wire::new_user(&Answer::with_body(body))?)
}

/// The answer about a verification.
///
/// # Errors
/// When it cannot be read.
pub fn verification(body: &[u8]) -> Result<VerificationStatus, ProviderError> {
    Ok(wire::data::<wire::Kyc>(&Answer::with_body(body))?.status())
}

/// What an answer to a create means that is no success: certain if it is a refusal.
pub fn refused(status: StatusCode, body: &[u8]) -> (ProviderError, Option<Refusal>) {
    let failure = refusal::read(Operation::Create, status, body);
    let certain = if let Failure::Refused(refusal) = &failure {
        Some(refusal.clone())
    } else {
        None
    };
    (failure.into(), certain)
}
