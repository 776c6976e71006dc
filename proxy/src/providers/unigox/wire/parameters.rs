//! What is handed out to be signed (contract 10.1 and 10.5).

use serde::Deserialize;
use serde_json::Value;

use super::figure::{Count, Text};

/// What `transfer-authorization-parameters` answers.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct TransferParameters {
    pub(in super::super) order_id: String,
    pub(in super::super) chain_id: Text,
    pub(in super::super) token_address: String,
    pub(in super::super) forwarder_address: String,
    pub(in super::super) recipient_address: String,
    pub(in super::super) sender_address: String,
    pub(in super::super) amount_atomic: Text,
    pub(in super::super) amount_human: Option<Text>,
    pub(in super::super) crypto_currency: String,
    pub(in super::super) crypto_decimals: Count,
    pub(in super::super) recommended_gas_limit: Option<Text>,
    pub(in super::super) recommended_ttl_seconds: Option<Text>,
    pub(in super::super) transfer_data: String,
    pub(in super::super) forwarder_nonce: Text,
}

/// What `refund-authorization-parameters` answers.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct RefundParameters {
    pub(in super::super) order_id: String,
    pub(in super::super) escrow_address: String,
    pub(in super::super) signer_address: String,
    pub(in super::super) recipient_address: String,
    pub(in super::super) amount_human: Option<Text>,
    pub(in super::super) crypto_currency: String,
    pub(in super::super) crypto_decimals: Count,
    pub(in super::super) direction: String,
    pub(in super::super) safe_params: SafeParams,
    pub(in super::super) domain: Domain,
    /// The published example shows two of ten members.
    #[serde(default)]
    pub(in super::super) types: Value,
}

/// A Safe's transaction.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct SafeParams {
    pub(in super::super) to: String,
    pub(in super::super) value: Text,
    pub(in super::super) data: String,
    pub(in super::super) operation: Text,
    pub(in super::super) safe_tx_gas: Text,
    pub(in super::super) base_gas: Text,
    pub(in super::super) gas_price: Text,
    pub(in super::super) gas_token: String,
    pub(in super::super) refund_receiver: String,
    pub(in super::super) nonce: Text,
}

/// Whose signature it is. Anything more would be another domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in super::super) struct Domain {
    pub(in super::super) chain_id: Text,
    pub(in super::super) verifying_contract: String,
}
