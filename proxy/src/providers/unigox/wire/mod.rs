//! UNIGOX' JSON, exactly as they spell it, and its translation into our words and back.
//!
//! Nothing here can be printed: most of it holds account numbers, names or ids of people.

mod account;
mod catalogue;
pub(super) mod figure;
mod order;
mod parameters;
mod payer;
mod quote;

use serde::{Deserialize, de::DeserializeOwned};

use crate::providers::{exchange::Answer, failure::Failure};

pub(super) use self::{
    account::{AccountRequest, SavedDetails},
    catalogue::{Field, Institutions, Rail, Rails},
    order::{Acted, InitiateRequest, Order, Page},
    parameters::{RefundParameters, TransferParameters},
    payer::{Challenge, Handoff, Linked, Updated, User, UserRequest, VerificationStatus},
    quote::{Estimate, EstimateRequest, Quote, QuoteRequest},
};

/// What every answer is wrapped in.
#[derive(Deserialize)]
struct Envelope<T> {
    success: Option<bool>,
    data: T,
}

/// What an answer holds.
pub(super) fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    let envelope: Envelope<T> =
        serde_json::from_slice(&answer.body).map_err(|error| Failure::unreadable(&error))?;
    match envelope.success {
        Some(true) | None => Ok(envelope.data),
        Some(false) => Err(Failure::Misfit("a success that says it is none")),
    }
}

/// A text, unless there is nothing in it.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
