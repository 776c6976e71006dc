//! What is signed: EIP-712 over a forwarded transfer and over a Safe's refund (contract 10.2, 10.5).
//!
//! Typed data is only ever what this file writes: what reads otherwise is not signed and not handed
//! in.

use alloy_primitives::{Address, B256, Bytes, Signature, U256, aliases::U48, hex};
use alloy_sol_types::{Eip712Domain, SolCall as _, SolStruct as _, sol};
use serde_json::{Value, json};

use crate::provider::Purpose;

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

    function transfer(address recipient, uint256 amount) external returns (bool);
}

/// The name of the relay's domain, and its version.
const RELAY: (&str, &str) = ("SyntheticAssetForwarder", "1");

/// The members of a forwarded transfer.
const FORWARD_REQUEST: [(&str, &str); 7] = [
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("gas", "uint256"),
    ("nonce", "uint256"),
    ("deadline", "uint48"),
    ("data", "bytes"),
];

/// The members of a Safe's transaction, all ten (U-9).
pub(super) const SAFE_TX: [(&str, &str); 10] = [
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
];

/// Something to be signed.
pub(super) enum Typed {
    /// A transfer that the relay forwards.
    Transfer {
        request: ForwardRequest,
        chain_id: u64,
        forwarder: Address,
    },
    /// A transfer out of the escrow.
    Refund {
        tx: SafeTx,
        chain_id: u64,
        escrow: Address,
    },
}

/// A transfer of an amount of `token` to somebody, as its owner has it forwarded.
pub(super) struct Forward {
    pub(super) chain_id: u64,
    pub(super) forwarder: Address,
    pub(super) from: Address,
    pub(super) token: Address,
    pub(super) to: Address,
    pub(super) amount: U256,
    pub(super) gas: U256,
    pub(super) nonce: U256,
    pub(super) deadline_secs: u64,
}

/// A transfer of an amount of `token` out of an escrow.
pub(super) struct Refund {
    pub(super) chain_id: u64,
    pub(super) escrow: Address,
    pub(super) token: Address,
    pub(super) to: Address,
    pub(super) amount: U256,
    pub(super) nonce: U256,
}

/// The call that moves an amount of a token.
pub(super) fn transfer_call(recipient: Address, amount: U256) -> Bytes {
    transferCall { recipient, amount }.abi_encode().into()
}

impl From<Forward> for Typed {
    fn from(forward: Forward) -> Self {
        Self::Transfer {
            request: ForwardRequest {
                from: forward.from,
                to: forward.token,
                value: U256::ZERO,
                gas: forward.gas,
                nonce: forward.nonce,
                deadline: U48::saturating_from(forward.deadline_secs),
                data: transfer_call(forward.to, forward.amount),
            },
            chain_id: forward.chain_id,
            forwarder: forward.forwarder,
        }
    }
}

impl From<Refund> for Typed {
    fn from(refund: Refund) -> Self {
        Self::Refund {
            tx: SafeTx {
                to: refund.token,
                value: U256::ZERO,
                data: transfer_call(refund.to, refund.amount),
                operation: 0,
                safeTxGas: U256::ZERO,
                baseGas: U256::ZERO,
                gasPrice: U256::ZERO,
                gasToken: Address::ZERO,
                refundReceiver: Address::ZERO,
                nonce: refund.nonce,
            },
            chain_id: refund.chain_id,
            escrow: refund.escrow,
        }
    }
}

impl Typed {
    /// What is signed.
    pub(super) fn digest(&self) -> B256 {
        match self {
            Self::Transfer { request, .. } => request.eip712_signing_hash(&self.domain()),
            Self::Refund { tx, .. } => tx.eip712_signing_hash(&self.domain()),
        }
    }

    fn domain(&self) -> Eip712Domain {
        match self {
            Self::Transfer {
                chain_id,
                forwarder,
                ..
            } => {
                let (name, version) = RELAY;
                Eip712Domain {
                    name: Some(name.into()),
                    version: Some(version.into()),
                    chain_id: Some(U256::from(*chain_id)),
                    verifying_contract: Some(*forwarder),
                    salt: None,
                }
            }
            Self::Refund {
                chain_id, escrow, ..
            } => Eip712Domain {
                chain_id: Some(U256::from(*chain_id)),
                verifying_contract: Some(*escrow),
                ..Eip712Domain::default()
            },
        }
    }

    /// Its nonce, with whose count that is: the relay counts for each signer, a Safe for itself.
    pub(super) fn nonce(&self) -> String {
        let (chain_id, contract, account, nonce) = match self {
            Self::Transfer {
                request,
                chain_id,
                forwarder,
            } => (chain_id, forwarder, &request.from, request.nonce),
            Self::Refund {
                tx,
                chain_id,
                escrow,
            } => (chain_id, escrow, escrow, tx.nonce),
        };
        format!("{chain_id}:{contract}:{account}:{nonce}")
    }

    /// As a wallet takes it with `eth_signTypedData_v4`.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Transfer {
                chain_id,
                forwarder,
                ..
            } => {
                let (name, version) = RELAY;
                json!({
                    "types": {
                        "EIP712Domain": members(&[
                            ("name", "string"),
                            ("version", "string"),
                            ("chainId", "uint256"),
                            ("verifyingContract", "address"),
                        ]),
                        "ForwardRequest": members(&FORWARD_REQUEST),
                    },
                    "primaryType": "ForwardRequest",
                    "domain": {
                        "name": name,
                        "version": version,
                        "chainId": chain_id,
                        "verifyingContract": text(*forwarder),
                    },
                    "message": self.message(),
                })
            }
            Self::Refund {
                chain_id, escrow, ..
            } => json!({
                "types": {
                    "EIP712Domain": members(&[
                        ("chainId", "uint256"),
                        ("verifyingContract", "address"),
                    ]),
                    "SafeTx": members(&SAFE_TX),
                },
                "primaryType": "SafeTx",
                "domain": { "chainId": chain_id, "verifyingContract": text(*escrow) },
                "message": self.message(),
            }),
        }
    }

    /// Its members. All numbers are decimal strings.
    pub(super) fn message(&self) -> Value {
        match self {
            Self::Transfer { request, .. } => json!({
                "from": text(request.from),
                "to": text(request.to),
                "value": request.value.to_string(),
                "gas": request.gas.to_string(),
                "nonce": request.nonce.to_string(),
                "deadline": request.deadline.to_string(),
                "data": hex::encode_prefixed(&request.data),
            }),
            Self::Refund { tx, .. } => json!({
                "to": text(tx.to),
                "value": tx.value.to_string(),
                "data": hex::encode_prefixed(&tx.data),
                "operation": tx.operation.to_string(),
                "safeTxGas": tx.safeTxGas.to_string(),
                "baseGas": tx.baseGas.to_string(),
                "gasPrice": tx.gasPrice.to_string(),
                "gasToken": text(tx.gasToken),
                "refundReceiver": text(tx.refundReceiver),
                "nonce": tx.nonce.to_string(),
            }),
        }
    }

    /// Reads what [`Typed::json`] wrote, and nothing else: one byte more or less is refused.
    pub(super) fn read(purpose: Purpose, json: &Value) -> Option<Self> {
        let message = json.get("message")?;
        let domain = json.get("domain")?;
        let member = |key: &str| message.get(key).and_then(Value::as_str);
        let number = |key: &str| member(key)?.parse::<U256>().ok();
        let address = |key: &str| member(key)?.parse::<Address>().ok();
        let data = || member("data")?.parse::<Bytes>().ok();
        let chain_id = domain.get("chainId")?.as_u64()?;
        let contract = domain.get("verifyingContract")?.as_str()?.parse().ok()?;
        let typed = match purpose {
            Purpose::Transfer => Self::Transfer {
                request: ForwardRequest {
                    from: address("from")?,
                    to: address("to")?,
                    value: number("value")?,
                    gas: number("gas")?,
                    nonce: number("nonce")?,
                    deadline: member("deadline")?.parse().ok()?,
                    data: data()?,
                },
                chain_id,
                forwarder: contract,
            },
            Purpose::Refund => Self::Refund {
                tx: SafeTx {
                    to: address("to")?,
                    value: number("value")?,
                    data: data()?,
                    operation: member("operation")?.parse().ok()?,
                    safeTxGas: number("safeTxGas")?,
                    baseGas: number("baseGas")?,
                    gasPrice: number("gasPrice")?,
                    gasToken: address("gasToken")?,
                    refundReceiver: address("refundReceiver")?,
                    nonce: number("nonce")?,
                },
                chain_id,
                escrow: contract,
            },
        };
        (typed.json() == *json).then_some(typed)
    }
}

/// An address with its checksum.
fn text(address: Address) -> String {
    address.to_checksum(None)
}

fn members(members: &[(&str, &str)]) -> Vec<Value> {
    let member = |(name, kind): &(&str, &str)| json!({ "name": name, "type": kind });
    members.iter().map(member).collect()
}

/// A signature of 65 bytes, with `0x` or without. One whose other half would do as well is refused:
/// contracts refuse it too.
pub(super) fn signature(text: &str) -> Option<Signature> {
    let bytes = hex::decode(text).ok()?;
    let signature = Signature::from_raw(&bytes).ok()?;
    signature.normalize_s().is_none().then_some(signature)
}

/// Who signed it.
pub(super) fn signer(typed: &Typed, signature: &Signature) -> Option<Address> {
    signature.recover_address_from_prehash(&typed.digest()).ok()
}

#[cfg(test)]
mod tests;
