//! What webhooks say: events and their bodies (assumption A-10).

use serde::Serialize;
use serde_json::json;

use super::books::Order;
use super::knobs::{EventNames, Knobs, WebhookId};
use super::wire::{UserId, status_word};

/// What happened to an off-ramp, as far as webhooks tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    CryptoReceived,
    Finished,
}

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EventType {
    CryptoReceived,
    TransferRampoffFinished,
    RampoffFinished,
    /// Of on-ramps only.
    PayIn,
    /// Of on-ramps only.
    CoinsSent,
}

/// A webhook, written but not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) order_id: String,
    pub(super) event: EventType,
    /// Compact JSON: the bytes that are signed and sent.
    pub(super) body: String,
}

#[derive(Debug, Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    id: &'a str,
    status: &'a str,
    user_id: UserId,
}

impl Letter {
    /// What a webhook says about an off-ramp. None only if it could not be written.
    pub(super) fn about(order: &Order, event: Event, knobs: &Knobs) -> Option<Self> {
        let event = event.kind(knobs.event_names);
        let data = Data {
            id: &order.id,
            status: status_word(&order.status, knobs.statuses),
            user_id: UserId::new(order.user_id, knobs.user_ids),
        };
        let elsewhere = |name: &str| {
            serde_json::to_string(&json!({
                "type": event.as_str(), name: data.id, "status": data.status,
            }))
        };
        let body = match knobs.webhook_id {
            WebhookId::InData => serde_json::to_string(&Payload {
                kind: event.as_str(),
                data,
            }),
            WebhookId::Id => elsewhere("id"),
            WebhookId::RampoffId => elsewhere("rampoff_id"),
            WebhookId::PaymentId => elsewhere("payment_id"),
        };
        Some(Self {
            order_id: order.id.clone(),
            event,
            body: body.ok()?,
        })
    }
}

impl Event {
    const fn kind(self, names: EventNames) -> EventType {
        match (self, names) {
            (Self::CryptoReceived, _) => EventType::CryptoReceived,
            (Self::Finished, EventNames::New) => EventType::TransferRampoffFinished,
            (Self::Finished, EventNames::Old) => EventType::RampoffFinished,
        }
    }
}

impl EventType {
    /// Every type, whatever the names.
    pub(super) const ALL: [Self; 5] = [
        Self::CryptoReceived,
        Self::TransferRampoffFinished,
        Self::RampoffFinished,
        Self::PayIn,
        Self::CoinsSent,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::CryptoReceived => "CRYPTO_RECEIVED",
            Self::TransferRampoffFinished => "TRANSFER_RAMPOFF_FINISHED",
            Self::RampoffFinished => "RAMPOFF_FINISHED",
            Self::PayIn => "PAY_IN",
            Self::CoinsSent => "COINS_SENT",
        }
    }

    /// The type with this name, if it is live (assumption A-8).
    pub(super) fn live(name: &str, names: EventNames) -> Option<Self> {
        Self::ALL
            .into_iter()
            .filter(|kind| match (kind, names) {
                (Self::TransferRampoffFinished, EventNames::Old)
                | (Self::RampoffFinished, EventNames::New) => false,
                (
                    Self::CryptoReceived
                    | Self::TransferRampoffFinished
                    | Self::RampoffFinished
                    | Self::PayIn
                    | Self::CoinsSent,
                    EventNames::New | EventNames::Old,
                ) => true,
            })
            .find(|kind| kind.as_str() == name)
    }
}
