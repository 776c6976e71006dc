//! The payer's own wallet: linked once, and asked to sign.

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::time::Timestamp;

/// `POST /v1/wallets/challenge`: which wallet is to be linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WalletChallengeRequest {
    /// Its address.
    pub address: String,
}

/// The answer: what the wallet signs (EIP-4361, by `personal_sign`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletChallenge {
    /// The message, to the letter.
    pub message: String,
    /// Until when it may be signed.
    pub expires_at: Option<Timestamp>,
}

/// `POST /v1/wallets`: the wallet, and its signature of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WalletLinkRequest {
    /// Its address.
    pub address: String,
    /// The message that was signed.
    pub message: String,
    /// The signature: 65 bytes in hex.
    pub signature: String,
}

/// The answer: the wallet that signs for this payer from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletLinked {
    /// Its address.
    pub address: String,
}

/// `POST /v1/orders/{id}/signing_requests`: which action the wallet is to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SigningRequestRequest {
    /// `authorise_transfer` or `authorise_refund`.
    pub action: Action,
}

/// The answer: what the wallet signs by `eth_signTypedData_v4`. Nonces and deadlines go stale, so
/// it is asked for when the payer signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SigningRequest {
    /// Its id, for the action.
    pub id: String,
    /// Whose wallet has to sign.
    pub signer: String,
    /// The typed data of EIP-712: domain, types, primary type and message.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub typed_data: serde_json::Value,
    /// Until when it may be signed.
    pub expires_at: Timestamp,
}
