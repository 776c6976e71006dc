//! Notifications: what the partner's backend is told about its orders.

use serde::{Deserialize, Serialize};

use super::order::Order;
use crate::time::Timestamp;

/// What the proxy posts to the partner's backend, signed as Standard Webhooks prescribe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationBody {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: NotificationKind,
    /// When it happened.
    pub timestamp: Timestamp,
    /// To what.
    pub data: NotificationData,
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationData {
    /// The order as it was then, as the partner's backend reads it.
    pub order: Order,
}

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NotificationKind {
    /// It was stored.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// Something changed that its payer can see.
    #[serde(rename = "order.updated")]
    OrderUpdated,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::OrderCreated, Self::OrderUpdated];

    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderUpdated => "order.updated",
        }
    }
}

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationState {
    /// It waits to be sent, for the first time or once more.
    Pending,
    /// The partner's backend took it.
    Delivered,
    /// It is not sent any more, unless the partner asks for it.
    Dead,
}

impl NotificationState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// A notification and how its delivery goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Its id: the `webhook-id` that it is sent with, each time.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: NotificationKind,
    /// To which order.
    pub order_id: String,
    /// The order's `sequence` then.
    pub sequence: u64,
    /// Where it stands.
    pub state: NotificationState,
    /// How often it was sent in vain, since it last became pending.
    pub attempts: u32,
    /// What was wrong the last time.
    pub problem: Option<String>,
    /// When it is sent next, unless an older one of the same order is in its way.
    pub next_attempt_at: Option<Timestamp>,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was delivered, or given up.
    pub ended_at: Option<Timestamp>,
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationResponse {
    /// The notification.
    pub notification: Notification,
}

/// `GET /v1/notifications`: oldest first, as they should be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationList {
    /// This page's notifications.
    pub notifications: Vec<Notification>,
    /// What to ask the next page with; null on the last.
    pub next_cursor: Option<String>,
}
