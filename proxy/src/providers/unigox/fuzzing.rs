//! UNIGOX' answers, read as the client reads them, without a connection.

use http::StatusCode;
use offramp_domain::{
    api::{FormField, VerificationStatus},
    quote::QuoteKind,
    time::Timestamp,
};

use super::{
    check::{self, Agreed},
    client::Operation,
    listing::{Listed, Progress, Reading},
    rails::Questions,
    refusal, wire,
};
use crate::{
    provider::{
        Expected, Listing, ProviderError, ProviderQuote, ProviderUserId, Purpose, QuoteAsk,
        Refusal, SigningError, Snapshot, ToSign,
    },
    providers::{exchange::Answer, failure::Failure},
};

/// The answer to a question for a price, indicative or locked.
///
/// # Errors
/// When it cannot be read, or is not what was asked for.
pub fn quote(body: &[u8], ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
    let answer = Answer::with_body(body);
    Ok(match ask.kind {
        QuoteKind::Indicative => wire::data::<wire::Estimate>(&answer)?.price(ask, None)?,
        QuoteKind::Firm | QuoteKind::Tolerance => {
            wire::data::<wire::Quote>(&answer)?.price(ask, None)?
        }
    })
}

/// An order, as it is made or read.
///
/// # Errors
/// When it cannot be read.
pub fn order(body: &[u8], now: Timestamp) -> Result<Snapshot, ProviderError> {
    let order: wire::Order = wire::data(&Answer::with_body(body))?;
    Ok(order.snapshot(now, None)?)
}

/// A list of one page and no other.
///
/// # Errors
/// When it cannot be read.
pub fn list(
    body: &[u8],
    since: Timestamp,
    now: Timestamp,
) -> Result<Option<Listing>, ProviderError> {
    let page: wire::Page = wire::data(&Answer::with_body(body))?;
    let listed = Listed {
        pages: page.pagination.total_pages.0,
        items: page.items(now, None),
        provider_now: None,
    };
    Ok(match Reading::since(since).take(listed) {
        Progress::More => None,
        Progress::Over(listing) => Some(listing),
    })
}

/// The answer to an action: which order, and its status.
///
/// # Errors
/// When it cannot be read.
pub fn acted(body: &[u8]) -> Result<(String, String), ProviderError> {
    let acted: wire::Acted = wire::data(&Answer::with_body(body))?;
    Ok((acted.order_id, acted.status))
}

/// The answer to a registration.
///
/// # Errors
/// When it cannot be read.
pub fn registered(body: &[u8]) -> Result<ProviderUserId, ProviderError> {
    let user: wire::User = wire::data(&Answer::with_body(body))?;
    let uuid = user.uuid().ok_or(Failure::Misfit("a user without an id"))?;
    Ok(ProviderUserId(uuid))
}

/// The answer about a verification.
///
/// # Errors
/// When it cannot be read.
pub fn verification(body: &[u8]) -> Result<VerificationStatus, ProviderError> {
    let said: wire::VerificationStatus = wire::data(&Answer::with_body(body))?;
    Ok(said.read().0)
}

/// The address of a wallet, where one is linked.
///
/// # Errors
/// When it cannot be read.
pub fn wallet(body: &[u8]) -> Result<Option<String>, ProviderError> {
    Ok(wire::data::<wire::Linked>(&Answer::with_body(body))?.address())
}

/// The id of an account that was saved.
///
/// # Errors
/// When it cannot be read.
pub fn saved(body: &[u8]) -> Result<String, ProviderError> {
    let saved: wire::SavedDetails = wire::data(&Answer::with_body(body))?;
    Ok(saved.payment_details_id.0)
}

/// What each rail asks for.
///
/// # Errors
/// When it cannot be read.
pub fn forms(body: &[u8]) -> Result<Vec<Vec<FormField>>, ProviderError> {
    let rails: wire::Rails = wire::data(&Answer::with_body(body))?;
    let rails = rails.rails.into_iter();
    Ok(rails
        .map(|rail| Questions::new(rail, None).form())
        .collect())
}

/// What has to be signed by a wallet, on a chain.
///
/// # Errors
/// When it cannot be read, or is not what was agreed.
pub fn to_sign(
    body: &[u8],
    expected: &Expected,
    signer: &str,
    chain_id: u64,
    now: Timestamp,
) -> Result<ToSign, SigningError> {
    let signer = check::address(signer).ok_or(SigningError::Unexpected("the signer"))?;
    let agreed = Agreed {
        expected,
        signer,
        chain_ids: &[chain_id],
    };
    let answer = Answer::with_body(body);
    let checked = match expected.purpose {
        Purpose::Transfer => {
            let parameters = wire::data(&answer).map_err(ProviderError::from)?;
            agreed.transfer(&parameters, now)
        }
        Purpose::Refund => {
            let parameters = wire::data(&answer).map_err(ProviderError::from)?;
            agreed.refund(&parameters, now)
        }
    };
    checked.map_err(SigningError::Unexpected)
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
