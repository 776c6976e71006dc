//! What webhooks say: one envelope for every event (12.1).

use serde_json::{Map, Value, json};

use super::assumptions::TEST_EVENT;
use super::books::User;
use super::knobs::{Knobs, UserMember};
use super::order::Order;
use super::{new_id, stamp};
use crate::clock::Moment;
use crate::figure::Shown;

/// A webhook, written but not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// The order that it is about; none if it is about something else.
    pub(super) order_id: Option<String>,
    pub(super) event: &'static str,
    pub(super) event_id: String,
    pub(super) created_at: String,
    pub(super) data: Value,
}

impl Letter {
    fn new(event: &'static str, order_id: Option<&str>, data: Value, now: Moment) -> Self {
        Self {
            order_id: order_id.map(str::to_owned),
            event,
            event_id: format!("evt_{}", new_id()),
            created_at: stamp(now),
            data,
        }
    }

    pub(super) fn about_status(order: &Order, knobs: &Knobs, now: Moment) -> Option<Self> {
        let data = order_data(order, knobs)?;
        let event = "order.status.changed";
        Some(Self::new(event, Some(&order.id), data.into(), now))
    }

    pub(super) fn about_refund(order: &Order, knobs: &Knobs, now: Moment) -> Option<Self> {
        let mut data = order_data(order, knobs)?;
        data.insert(
            "action_required".to_owned(),
            json!({
                "type": "authorize_refund",
                "message": "Sign to get the crypto back",
                "endpoint": order.endpoint("authorize-refund"),
            }),
        );
        let event = "order.refund.required";
        let letter = Self::new(event, Some(&order.id), data.into(), now);
        Some(Self {
            event_id: format!("evt_refund_required_{}", order.id),
            ..letter
        })
    }

    /// What a webhook says about a verification, if it says anything.
    pub(super) fn about_verification(user: &User, now: Moment) -> Option<Self> {
        let status = user.verification.status.in_webhooks()?;
        let mut data = json!({ "user_uuid": user.uuid, "kyc_status": status });
        if let (Some(reason), Some(members)) =
            (user.verification.rejection_reason(), data.as_object_mut())
        {
            members.insert("rejection_reasons".to_owned(), json!([reason]));
        }
        Some(Self::new("user.kyc.updated", None, data, now))
    }

    pub(super) fn about_wallet(user: &User, now: Moment) -> Self {
        let address = user.wallet.map(|address| address.to_checksum(None));
        let data = json!({ "user_uuid": user.uuid, "address": address });
        Self::new("wallet.linked", None, data, now)
    }

    pub(super) fn test(now: Moment) -> Self {
        Self::new(TEST_EVENT, None, json!({}), now)
    }

    /// The same once more, as if it had happened twice.
    pub(super) fn retold(&self) -> Self {
        Self {
            event_id: format!("evt_{}", new_id()),
            ..self.clone()
        }
    }

    /// The bytes that are signed and sent.
    pub(super) fn body(&self) -> String {
        json!({
            "event_id": self.event_id,
            "event_type": self.event,
            "created_at": self.created_at,
            "data": self.data,
        })
        .to_string()
    }
}

/// Amounts are in their shortest form here.
fn order_data(order: &Order, knobs: &Knobs) -> Option<Map<String, Value>> {
    let price = &order.price;
    let user = match knobs.user_member {
        UserMember::UserId => "user_id",
        UserMember::UserUuid => "user_uuid",
    };
    let data = json!({
        "order_id": order.id,
        "status": order.status,
        user: order.user,
        "crypto_amount": price.crypto_amount.normalize().to_string(),
        "crypto_currency": order.token.code(),
        "partner_fee": price.partner_fee.normalize().to_string(),
        "partner_fee_pct": Shown::Number(price.partner_pct),
        "fiat_amount": price.fiat_amount.normalize().to_string(),
        "fiat_currency": order.currency,
        "provider": "p2p",
        "payment_details_id": order.account_id.to_string(),
    });
    match data {
        Value::Object(members) => Some(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}
