//! What is signed, where crypto moves by a signature.

use std::fmt::Debug;

use offramp_domain::{
    money::{Amount, Token},
    network::Network,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{ProviderError, ProviderRef};

/// What a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To move the crypto into the order.
    Transfer,
    /// To have it back.
    Refund,
}

/// What a signature is to do, in our own words: whatever the provider hands out is held against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The order.
    pub reference: ProviderRef,
    /// What for.
    pub purpose: Purpose,
    /// The token that moves.
    pub token: Token,
    /// The network it is on.
    pub network: Network,
    /// The token's contract there, as the catalogue has it.
    pub contract: Option<String>,
    /// The token's decimals.
    pub decimals: u32,
    /// How much of it, to the digit.
    pub crypto_amount: Amount,
    /// The payer's wallet that signs; none where the partner's own does.
    pub signer: Option<String>,
}

/// Something that has to be signed, after every byte was held against what is expected.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSign {
    /// The order.
    pub reference: String,
    /// What for.
    pub purpose: Purpose,
    /// Whose wallet has to sign.
    pub signer: String,
    /// The typed data of EIP-712.
    pub typed_data: serde_json::Value,
    /// The nonce in it, with whose count that is: of all signatures over one nonce at most one is ever
    /// carried out. None where nothing is counted.
    #[serde(default)]
    pub nonce: Option<String>,
    /// Until when it may be signed.
    pub expires_at: Timestamp,
}

/// What is signed does not print.
impl Debug for ToSign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToSign")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Why nothing is signed.
#[derive(Debug, Error)]
pub enum SigningError {
    /// What the provider handed out is not what is expected: nobody may sign it.
    #[error("what is to be signed is not what was agreed: {0}")]
    Unexpected(&'static str),
    /// The provider did not hand it out.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}
