//! What can be done with an order, and who does it.

use serde::{Deserialize, Serialize};

use super::{checkout::FormField, fields};
use crate::{money::Amount, names::names, time::Timestamp};

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

/// Body of `authorise_transfer` and `authorise_refund` from a browser: what the payer's own wallet
/// signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The signing request that it answers.
    pub signing_request: String,
    /// The signature of its typed data: 65 bytes in hex.
    pub signature: String,
}

/// Body of `authorise_transfer` from the partner's backend, after it has debited the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthoriseTransfer {
    /// What the payer was debited: the order's amount, to the digit.
    pub crypto_amount: Amount,
    /// The partner's own reference of the debit, for its books.
    pub reference: String,
}

/// Body of `report_not_received`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportNotReceived {
    /// What the payer says about it, for the partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Body of `provide_information`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProvideInformation {
    /// The answers to the action's `fields`.
    #[serde(default, with = "fields")]
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = std::collections::BTreeMap<String, String>)
    )]
    pub fields: Vec<(String, String)>,
}

/// The answers never print.
impl std::fmt::Debug for ProvideInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvideInformation").finish_non_exhaustive()
    }
}

/// Body of an action that takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoFields {}
