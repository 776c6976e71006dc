//! What can be done with an order, and who does it.

use serde::{Deserialize, Serialize};

use super::checkout::FormField;
use crate::{names::names, time::Timestamp};

/// Something that can be done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Say that the crypto was sent.
    ReportSent,
    /// Sign, or let the partner authorise, the transfer.
    AuthoriseTransfer,
    /// Say that the money arrived. Final.
    ConfirmReceived,
    /// Say that the money did not arrive.
    ReportNotReceived,
    /// Sign for crypto that is owed back.
    AuthoriseRefund,
    /// Give what is missing.
    ProvideInformation,
    /// Verify who one is.
    CompleteVerification,
    /// Name another bank account.
    ChangeDestination,
    /// Call it off.
    Cancel,
}

names! { Action::as_str {
    ReportSent => "report_sent",
    AuthoriseTransfer => "authorise_transfer",
    ConfirmReceived => "confirm_received",
    ReportNotReceived => "report_not_received",
    AuthoriseRefund => "authorise_refund",
    ProvideInformation => "provide_information",
    CompleteVerification => "complete_verification",
    ChangeDestination => "change_destination",
    Cancel => "cancel",
} }

/// Who has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The person who sells crypto.
    Payer,
    /// The business that embeds the widget.
    Partner,
    /// Whoever pays out.
    Provider,
}

names! { Party::as_str {
    Payer => "payer",
    Partner => "partner",
    Provider => "provider",
} }

/// Something that can be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionOffer {
    /// What.
    pub action: Action,
    /// Whether the order waits for it.
    pub required: bool,
    /// Whose it is.
    pub by: Party,
    /// What has to be given with it.
    #[serde(default)]
    pub fields: Vec<FormField>,
    /// Until when.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
}

/// Who acts next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Next {
    /// Whose turn it is.
    pub by: Party,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Body of `report_sent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportSent {
    /// Hash of the transfer, if the payer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_hash: Option<String>,
}

/// Body of an action that takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoFields {}
