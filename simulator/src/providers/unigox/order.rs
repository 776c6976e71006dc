//! An order, and what may or must be done about it (section 9).

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, keccak256};
use serde::Serialize;
use serde_json::{Value, json};

use super::books::{Notified, Quote};
use super::chain::Token;
use super::knobs::{Knobs, PendingActions, Presence};
use super::plan::Turn;
use super::price::{Price, Tolerance};
use super::profile::Profile;
use super::stamp;
use super::status::Status;
use super::verification::ADDRESS;
use crate::clock::Moment;
use crate::figure::with_places;

/// An off-ramp.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) origin: Origin,
    pub(super) user: String,
    pub(super) account_id: u64,
    pub(super) quote_id: String,
    pub(super) reference_id: Option<String>,
    pub(super) token: Token,
    pub(super) currency: &'static str,
    pub(super) price: Price,
    /// What was quoted, and how far it may move.
    pub(super) quoted: Price,
    pub(super) tolerance: Tolerance,
    pub(super) notification: Notified,
    pub(super) profile: Profile,
    pub(super) status: Status,
    pub(super) timeline: Vec<(Status, Moment)>,
    /// What happens by itself.
    pub(super) next: Option<(Moment, Turn)>,
    pub(super) signer: Address,
    pub(super) escrow: Address,
    pub(super) custody: Custody,
    pub(super) signing_until: Option<Moment>,
    pub(super) rejections: u32,
    pub(super) refund_told: Told,
    pub(super) refund_hash: Option<B256>,
    pub(super) authorise_calls: u64,
    /// The nonces of the transfers that were handed in, and of the one that was taken.
    pub(super) nonces: BTreeSet<u64>,
    pub(super) nonce: Option<u64>,
    pub(super) transfers: u64,
    pub(super) confirm_calls: u64,
    pub(super) cancel_calls: u64,
    pub(super) refund_calls: u64,
    pub(super) created_at: Moment,
    pub(super) updated_at: Moment,
    pub(super) completed_at: Option<Moment>,
}

/// Who made an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Api,
    /// UNIGOX' own widget: readable, and nothing else.
    Widget,
}

/// Where the crypto of an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// With its owner, who has signed nothing.
    Owner,
    /// On its way into the escrow.
    InFlight,
    /// In the escrow.
    Escrow,
    /// With the buyer.
    Released,
    /// On its way back.
    Returning,
    /// With its owner again.
    Returned,
}

/// Whether something was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    No,
    Yes,
}

/// What an order owes its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refund {
    /// Nothing.
    None,
    /// The crypto, for a signature.
    Owed,
    /// The crypto, and only staff can settle it.
    Held,
}

/// What `GET /orders/{order_id}` answers.
#[derive(Debug, Serialize)]
pub(super) struct OrderShown<'a> {
    order_id: &'a str,
    status: &'a Status,
    next_action: Option<&'static str>,
    action_required: Option<Value>,
    allowed_actions: Vec<&'static str>,
    crypto_transfer_authorization_seconds_left: Option<i64>,
    amounts: Value,
    fee_breakdown: Value,
    timeline: Vec<Value>,
    has_fiat_settlement_notification: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_id: Option<&'a str>,
    created_at: String,
    updated_at: String,
}

impl Order {
    /// An order for a quote. It has not begun.
    pub(super) fn new(
        id: String,
        quote: &Quote,
        price: Price,
        reference_id: Option<String>,
        signer: Address,
        now: Moment,
    ) -> Self {
        let escrow = Address::from_word(keccak256(id.as_bytes()));
        Self {
            id,
            origin: Origin::Api,
            user: quote.user.clone(),
            account_id: quote.account_id,
            quote_id: quote.id.clone(),
            reference_id,
            token: quote.token,
            currency: quote.currency,
            price,
            quoted: quote.price.clone(),
            tolerance: quote.tolerance,
            notification: quote.notification,
            profile: Profile::Usual,
            status: Status::Created,
            timeline: Vec::new(),
            next: None,
            signer,
            escrow,
            custody: Custody::Owner,
            signing_until: None,
            rejections: 0,
            refund_told: Told::No,
            refund_hash: None,
            authorise_calls: 0,
            nonces: BTreeSet::new(),
            nonce: None,
            transfers: 0,
            confirm_calls: 0,
            cancel_calls: 0,
            refund_calls: 0,
            created_at: now,
            updated_at: now,
            completed_at: None,
        }
    }

    /// Whether the provider is not done with it.
    pub(super) fn is_open(&self) -> bool {
        ![
            Status::Completed,
            Status::Cancelled,
            Status::Failed,
            Status::PriceChangedRequoteNeeded,
            Status::Refunded,
        ]
        .contains(&self.status)
    }

    pub(super) fn refund(&self) -> Refund {
        match (&self.status, self.custody, self.profile) {
            (Status::Failed, Custody::Escrow, Profile::FailedReturned) => Refund::None,
            (Status::Cancelled | Status::Failed, Custody::Escrow, Profile::RefundHeld) => {
                Refund::Held
            }
            (Status::Cancelled | Status::Failed, Custody::Escrow, _) => Refund::Owed,
            (_, _, _) => Refund::None,
        }
    }

    /// What has to be done, in words with underscores.
    pub(super) fn next_action(&self) -> Option<&'static str> {
        if self.origin == Origin::Widget {
            return None;
        }
        match (&self.status, self.refund()) {
            (Status::PendingAddress, _) => Some("update_kyc_address"),
            (Status::AwaitingCryptoTransferAuthorization, _) => Some("authorize_crypto_transfer"),
            (Status::AwaitingFiatReceivedConfirmation, _) => Some("confirm_fiat_received"),
            (Status::PriceChangedRequoteNeeded, _) => Some("request_new_quote"),
            (_, Refund::Owed) => Some("authorize_refund"),
            (_, Refund::None | Refund::Held) => None,
        }
    }

    /// What may be done, in words with hyphens.
    pub(super) fn allowed_actions(&self, knobs: &Knobs) -> Vec<&'static str> {
        if self.origin == Origin::Widget {
            return vec![];
        }
        match (&self.status, self.refund()) {
            (Status::Created | Status::PendingAddress | Status::AwaitingLiquidityProvider, _) => {
                vec!["cancel"]
            }
            (Status::AwaitingCryptoTransferAuthorization, _) => {
                vec!["authorize-crypto-transfer", "cancel"]
            }
            (Status::CryptoTransferAuthorizationPending, _) => match knobs.pending_actions {
                PendingActions::None => vec![],
                PendingActions::Cancel => vec!["cancel"],
            },
            (
                Status::CryptoReceived
                | Status::FiatPaymentStarted
                | Status::FiatPaymentReviewStarted
                | Status::AwaitingFiatReceivedConfirmation,
                _,
            ) => vec!["confirm-fiat-received"],
            (_, Refund::Owed) => vec!["authorize-refund"],
            (_, Refund::None | Refund::Held) => vec![],
        }
    }

    pub(super) fn endpoint(&self, action: &str) -> String {
        format!("/api/v1/partner/orders/{}/{action}", self.id)
    }

    pub(super) fn action_required(&self) -> Option<Value> {
        let action = self.next_action()?;
        let (message, endpoint) = match action {
            "authorize_crypto_transfer" => (
                "Sign the transfer to fund the escrow",
                Some("authorize-crypto-transfer"),
            ),
            "confirm_fiat_received" => (
                "Confirm that the money has arrived",
                Some("confirm-fiat-received"),
            ),
            "authorize_refund" => ("Sign to get the crypto back", Some("authorize-refund")),
            "update_kyc_address" => ("The payout needs an address", None),
            _ => ("Ask for a new quote", None),
        };
        let mut required = json!({ "type": action, "message": message });
        if let Some(members) = required.as_object_mut() {
            if let Some(endpoint) = endpoint {
                members.insert("endpoint".to_owned(), self.endpoint(endpoint).into());
            }
            if action == "update_kyc_address" {
                members.insert("fields".to_owned(), address_fields());
            }
        }
        Some(required)
    }

    pub(super) fn amounts(&self) -> Value {
        json!({
            "crypto_amount": with_places(self.price.crypto_amount, 6),
            "fiat_amount": with_places(self.price.fiat_amount, 2),
            "crypto_currency": self.token.code(),
            "fiat_currency": self.currency,
            "rate": with_places(self.price.rate, 2),
        })
    }

    pub(super) fn timeline_shown(&self) -> Vec<Value> {
        let entry = |(status, at): &(Status, Moment)| {
            let description = status.as_str().replace('_', " ");
            json!({ "status": status, "timestamp": stamp(*at), "description": description })
        };
        self.timeline.iter().map(entry).collect()
    }

    pub(super) fn shown(&self, knobs: &Knobs, now: Moment) -> OrderShown<'_> {
        let references = knobs.references == Presence::Present;
        OrderShown {
            order_id: &self.id,
            status: &self.status,
            next_action: self.next_action(),
            action_required: self.action_required(),
            allowed_actions: self.allowed_actions(knobs),
            crypto_transfer_authorization_seconds_left: self.seconds_left(now),
            amounts: self.amounts(),
            fee_breakdown: self.price.fees(),
            timeline: self.timeline_shown(),
            has_fiat_settlement_notification: self.notification.is_yes(),
            reference_id: self.reference_id.as_deref().filter(|_| references),
            quote_id: Some(self.quote_id.as_str()).filter(|_| references),
            created_at: stamp(self.created_at),
            updated_at: stamp(self.updated_at),
        }
    }

    fn seconds_left(&self, now: Moment) -> Option<i64> {
        let until = self.signing_until?;
        let waits = self.status == Status::AwaitingCryptoTransferAuthorization;
        waits.then(|| (until.unix_millis() - now.unix_millis()).max(0) / 1_000)
    }
}

/// The members of an address that is asked for.
pub(super) fn address_fields() -> Value {
    let field = |(field, label): &(&str, &str)| json!({ "field": field, "label": label });
    ADDRESS.iter().map(field).collect()
}
