//! A wallet of the payer's own, for the demo and the journeys: it really signs, with a key that
//! everybody knows. The page announces it as EIP-6963 says, and asks the payer before it asks here.

use alloy_dyn_abi::TypedData;
use alloy_primitives::{Address, B256, eip191_hash_message, hex};
use k256::ecdsa::SigningKey;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::Simulator;

/// The second account of the public development mnemonic ("test" eleven times, then "junk").
const KEY: [u8; 32] = hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

/// What it holds at first.
const HOLDS: Decimal = Decimal::from_parts(5_000, 0, 0, false, 0);

/// A wallet with one account. Clones are the same wallet.
#[derive(Clone)]
pub(super) struct Wallet {
    key: Option<SigningKey>,
}

/// A request of EIP-1193.
#[derive(Deserialize)]
pub(super) struct Asked {
    method: String,
    #[serde(default)]
    params: Vec<Value>,
}

/// Why it does not answer.
#[derive(Debug, Error)]
pub(super) enum Declined {
    #[error("the wallet does not know `{0}`")]
    UnknownMethod(String),
    #[error("the wallet has no such account")]
    AnotherAccount,
    #[error("the wallet cannot read what it is to sign")]
    Unreadable,
    #[error("the wallet cannot sign")]
    NoKey,
}

impl Wallet {
    /// The demo's, with something to pay from.
    pub(super) fn demo(simulator: &Simulator) -> Self {
        let wallet = Self {
            key: SigningKey::from_slice(&KEY).ok(),
        };
        if let Ok(address) = wallet.address() {
            let address = address.to_checksum(None);
            let minted = simulator.unigox().mint(&address, "USDT", HOLDS);
            if let Err(error) = minted {
                tracing::error!(%error, "the demo's wallet holds nothing");
            }
        }
        wallet
    }

    /// What the wallet answers to the page.
    pub(super) fn answer(&self, asked: &Asked) -> Result<Value, Declined> {
        let params = asked.params.as_slice();
        match (asked.method.as_str(), params) {
            ("eth_requestAccounts" | "eth_accounts", _) => {
                Ok(json!([self.address()?.to_checksum(None)]))
            }
            ("eth_chainId", _) => Ok(json!("0xa1337")),
            ("personal_sign", [message, account, ..]) => {
                self.is_own(account)?;
                let message = message.as_str().ok_or(Declined::Unreadable)?;
                let bytes = match message.strip_prefix("0x") {
                    Some(_) => hex::decode(message).map_err(|_| Declined::Unreadable)?,
                    None => message.as_bytes().to_vec(),
                };
                self.sign(eip191_hash_message(bytes))
            }
            ("eth_signTypedData_v4", [account, typed, ..]) => {
                self.is_own(account)?;
                let typed: TypedData = match typed.as_str() {
                    Some(text) => serde_json::from_str(text),
                    None => serde_json::from_value(typed.clone()),
                }
                .map_err(|_| Declined::Unreadable)?;
                let hash = typed.eip712_signing_hash();
                self.sign(hash.map_err(|_| Declined::Unreadable)?)
            }
            (unknown, _) => Err(Declined::UnknownMethod(unknown.chars().take(40).collect())),
        }
    }

    fn address(&self) -> Result<Address, Declined> {
        let key = self.key.as_ref().ok_or(Declined::NoKey)?;
        Ok(Address::from_public_key(key.verifying_key()))
    }

    fn is_own(&self, account: &Value) -> Result<(), Declined> {
        let named: Option<Address> = account.as_str().and_then(|text| text.parse().ok());
        if named == Some(self.address()?) {
            Ok(())
        } else {
            Err(Declined::AnotherAccount)
        }
    }

    fn sign(&self, hash: B256) -> Result<Value, Declined> {
        let key = self.key.as_ref().ok_or(Declined::NoKey)?;
        let (signature, recovery) = key
            .sign_prehash_recoverable(hash.as_slice())
            .map_err(|_| Declined::NoKey)?;
        let mut bytes = signature.to_bytes().to_vec();
        bytes.push(27 + recovery.to_byte());
        Ok(json!(hex::encode_prefixed(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Signature;

    use super::*;

    fn wallet() -> Wallet {
        Wallet {
            key: SigningKey::from_slice(&KEY).ok(),
        }
    }

    fn ask(method: &str, params: Vec<Value>) -> Result<Value, Declined> {
        wallet().answer(&Asked {
            method: method.to_owned(),
            params,
        })
    }

    fn signature(answer: &Value) -> Signature {
        answer.as_str().unwrap().parse().unwrap()
    }

    const ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    #[test]
    fn its_account_is_the_well_known_one() {
        assert_eq!(
            ask("eth_requestAccounts", vec![]).unwrap(),
            json!([ADDRESS])
        );
    }

    #[test]
    fn a_message_is_signed_as_text_and_as_hex() {
        let expected = wallet().address().unwrap();
        for message in ["hello", "0x68656c6c6f"] {
            let answer = ask("personal_sign", vec![json!(message), json!(ADDRESS)]).unwrap();
            let signer = signature(&answer)
                .recover_address_from_msg("hello")
                .unwrap();
            assert_eq!(signer, expected);
        }
    }

    #[test]
    fn typed_data_is_signed_by_its_digest() {
        let typed = json!({
            "types": {
                "EIP712Domain": [{ "name": "name", "type": "string" }],
                "Mail": [{ "name": "contents", "type": "string" }],
            },
            "primaryType": "Mail",
            "domain": { "name": "Demo" },
            "message": { "contents": "hello" },
        });
        let parsed: TypedData = serde_json::from_value(typed.clone()).unwrap();
        let digest = parsed.eip712_signing_hash().unwrap();
        let as_text = json!(typed.to_string());
        for given in [typed, as_text] {
            let answer = ask("eth_signTypedData_v4", vec![json!(ADDRESS), given]).unwrap();
            let signer = signature(&answer).recover_address_from_prehash(&digest);
            assert_eq!(signer.unwrap(), wallet().address().unwrap());
        }
    }

    #[test]
    fn nothing_else_is_signed() {
        let stranger = json!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        assert!(ask("personal_sign", vec![json!("hi"), stranger.clone()]).is_err());
        assert!(ask("eth_signTypedData_v4", vec![stranger, json!({})]).is_err());
        assert!(ask("eth_signTypedData_v4", vec![json!(ADDRESS), json!("{")]).is_err());
        assert!(ask("eth_sendTransaction", vec![json!({})]).is_err());
        assert!(ask("personal_sign", vec![]).is_err());
    }
}
