//! What webhooks say: events and their payloads.

use serde::Serialize;

use super::books::{Transaction, User, Verification};
use super::knobs::{EventNames, Knobs};
use crate::figure::with_places;

/// What happened to a transaction, as far as webhooks tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Created,
    CryptoReceived,
    Completed,
    Cancelled,
}

/// A webhook, written but not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// The transaction that it is about; none if it is about a person.
    pub(super) transaction_id: Option<String>,
    pub(super) event: &'static str,
    /// Compact JSON: the bytes that are signed and sent.
    pub(super) body: String,
}

impl Letter {
    /// What a webhook says about a transaction. None only if it could not be written.
    pub(super) fn about(
        transaction: &Transaction,
        event: Event,
        user: Option<&User>,
        knobs: &Knobs,
    ) -> Option<Self> {
        let name = event.name(knobs.event_names);
        let payload = Payload {
            kind: "TRANSACTION",
            event: name,
            external_user_id: user.and_then(|user| user.external_id.as_deref()),
            transaction_id: Some(&transaction.id),
            amounts: event.amounts(transaction),
            first_name: user.map(|user| &*user.first_name),
            last_name: user.map(|user| &*user.last_name),
            figures: event.figures(transaction, knobs.event_names),
            cancellation_reason: match event {
                Event::Cancelled => transaction.cancellation_reason,
                Event::Created | Event::CryptoReceived | Event::Completed => None,
            },
        };
        let body = serde_json::to_string(&payload).ok()?;
        Some(Self {
            transaction_id: Some(transaction.id.clone()),
            event: name,
            body,
        })
    }

    /// What a webhook says about a user's verification, if it says anything.
    pub(super) fn about_verification(user: &User) -> Option<Self> {
        let event = match user.verification {
            Verification::NotStarted => return None,
            Verification::InProgress => "CREATED_KYC",
            Verification::Verified => "VERIFIED_USER",
            Verification::Rejected => "REJECTED_KYC",
            Verification::ReviewNeeded => "REVIEW_NEEDED_KYC",
        };
        let payload = Payload {
            kind: "KYC",
            event,
            external_user_id: user.external_id.as_deref(),
            transaction_id: None,
            amounts: None,
            first_name: None,
            last_name: None,
            figures: None,
            cancellation_reason: None,
        };
        let body = serde_json::to_string(&payload).ok()?;
        Some(Self {
            transaction_id: None,
            event,
            body,
        })
    }
}

impl Event {
    const fn name(self, names: EventNames) -> &'static str {
        match (self, names) {
            (Self::Created, _) => "CREATED_OFF_RAMP",
            (Self::CryptoReceived, EventNames::New) => "CRYPTO_RECEIVED_OFF_RAMP",
            (Self::CryptoReceived, EventNames::Old) => "RECEIVED_USER_CRYPTO",
            (Self::Completed, _) => "COMPLETED_OFF_RAMP",
            (Self::Cancelled, _) => "CANCELLED_OFF_RAMP",
        }
    }

    /// The short form of a payload has none of it.
    fn amounts(self, transaction: &Transaction) -> Option<Amounts<'_>> {
        match self {
            Self::Created | Self::Cancelled => None,
            Self::CryptoReceived | Self::Completed => Some(Amounts {
                blockchain: transaction.deal.asset.chain.name,
                crypto_currency: transaction.deal.asset.token,
                fiat_currency: transaction.deal.fiat.code(),
            }),
        }
    }

    fn figures(self, transaction: &Transaction, names: EventNames) -> Option<Figures> {
        let deal = &transaction.deal;
        let crypto_amount = with_places(deal.crypto_amount, 6);
        match (self, names) {
            (Self::Created | Self::Cancelled, _) => None,
            (Self::CryptoReceived | Self::Completed, EventNames::Old) => Some(Figures {
                fiat_amount: None,
                crypto_amount,
                exchange_rate: None,
            }),
            (Self::CryptoReceived | Self::Completed, EventNames::New) => Some(Figures {
                fiat_amount: Some(with_places(deal.fiat_amount, 2)),
                crypto_amount,
                exchange_rate: Some(with_places(deal.rate, 6)),
            }),
        }
    }
}

/// The members in the order of the documents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(flatten)]
    amounts: Option<Amounts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(flatten)]
    figures: Option<Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Amounts<'a> {
    blockchain: &'a str,
    crypto_currency: &'a str,
    fiat_currency: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    #[serde(skip_serializing_if = "Option::is_none")]
    fiat_amount: Option<String>,
    crypto_amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange_rate: Option<String>,
}
