//! A payer's wallet, which signs by itself and not by the proxy's code.

use alloy_primitives::{
    Address, B256, Bytes, Signature, U256, aliases::U48, eip191_hash_message, hex,
};
use alloy_sol_types::{Eip712Domain, SolStruct as _, sol};
use anyhow::{Result, bail};
use k256::ecdsa::SigningKey;
use serde_json::Value;

sol! {
    struct ForwardRequest {
        address from;
        address to;
        uint256 value;
        uint256 gas;
        uint256 nonce;
        uint48 deadline;
        bytes data;
    }

    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }
}

/// A wallet in a browser.
#[derive(Debug)]
pub(crate) struct Wallet(SigningKey);

impl Wallet {
    pub(crate) fn new(key: &str) -> Result<Self> {
        let key = hex::decode(key)?;
        Ok(Self(SigningKey::from_slice(&key)?))
    }

    pub(crate) fn address(&self) -> String {
        Address::from_public_key(self.0.verifying_key()).to_checksum(None)
    }

    /// `personal_sign`
    pub(crate) fn sign_message(&self, message: &str) -> Result<String> {
        self.sign(eip191_hash_message(message))
    }

    /// `eth_signTypedData_v4`, for the two kinds there are.
    pub(crate) fn sign_typed(&self, typed: &Value) -> Result<String> {
        let domain = &typed["domain"];
        let name = |key: &str| domain[key].as_str().map(|text| text.to_owned().into());
        let domain = Eip712Domain {
            name: name("name"),
            version: name("version"),
            chain_id: domain["chainId"].as_u64().map(U256::from),
            verifying_contract: Some(text(domain, "verifyingContract").parse()?),
            salt: None,
        };
        let message = &typed["message"];
        let number = |key: &str| text(message, key).parse::<U256>().unwrap_or(U256::MAX);
        let data = text(message, "data").parse::<Bytes>()?;
        let digest = match typed["primaryType"].as_str() {
            Some("ForwardRequest") => ForwardRequest {
                from: text(message, "from").parse()?,
                to: text(message, "to").parse()?,
                value: number("value"),
                gas: number("gas"),
                nonce: number("nonce"),
                deadline: number("deadline").saturating_to::<U48>(),
                data,
            }
            .eip712_signing_hash(&domain),
            Some("SafeTx") => SafeTx {
                to: text(message, "to").parse()?,
                value: number("value"),
                data,
                operation: number("operation").saturating_to(),
                safeTxGas: number("safeTxGas"),
                baseGas: number("baseGas"),
                gasPrice: number("gasPrice"),
                gasToken: text(message, "gasToken").parse()?,
                refundReceiver: text(message, "refundReceiver").parse()?,
                nonce: number("nonce"),
            }
            .eip712_signing_hash(&domain),
            other => bail!("cannot sign {other:?}"),
        };
        self.sign(digest)
    }

    fn sign(&self, digest: B256) -> Result<String> {
        let signature = Signature::from(self.0.sign_prehash_recoverable(digest.as_slice())?);
        Ok(hex::encode_prefixed(signature.as_bytes()))
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
