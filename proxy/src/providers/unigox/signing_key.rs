//! The partner's own key, which moves the partner's own tokens.

use std::fmt;

use alloy_primitives::{Address, Signature, hex};
use k256::ecdsa;
use secrecy::{ExposeSecret as _, SecretString};

use super::typed_data::Typed;

/// A private key of a wallet on an EVM chain. It does not print, and is wiped when it goes.
#[derive(Clone)]
pub struct SigningKey {
    key: ecdsa::SigningKey,
    address: Address,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// Reads 32 bytes in hex, with `0x` or without. Nothing where they are no key.
    pub fn parse(text: &SecretString) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.expose_secret().trim(), &mut bytes).ok()?;
        let key = ecdsa::SigningKey::from_slice(&bytes).ok()?;
        Some(Self {
            address: Address::from_public_key(key.verifying_key()),
            key,
        })
    }

    /// Whose key it is.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Signs. Nothing where the arithmetic fails.
    pub(super) fn sign(&self, typed: &Typed) -> Option<String> {
        let digest = typed.digest();
        let (signature, recovery) = self.key.sign_prehash_recoverable(digest.as_slice()).ok()?;
        let signature = Signature::from((signature, recovery));
        Some(hex::encode_prefixed(signature.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::unigox::typed_data::{Forward, Refund};
    use alloy_primitives::{U256, address};

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn key(text: &str) -> Option<SigningKey> {
        SigningKey::parse(&text.into())
    }

    #[test]
    fn the_contracts_vectors_are_signed_to_the_byte() {
        let key = key(KEY).unwrap();
        let owner = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let token = address!("0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA");
        let escrow = address!("0x9f8eF448C2c0694383B848e32D4d2857eBAEdB94");
        assert_eq!(key.address(), owner);
        let transfer = Typed::from(Forward {
            chain_id: 660_279,
            forwarder: address!("0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC"),
            from: owner,
            token,
            to: escrow,
            amount: U256::from(100_000_000),
            gas: U256::from(500_000),
            nonce: U256::ZERO,
            deadline_secs: 1_760_000_000,
        });
        assert_eq!(
            key.sign(&transfer).unwrap(),
            "0x3c39f289c5b96a99273a05bc27e0ff56be014b186f7060487b9d50064eda5cc2\
             5ceba36d94411b30b84455b4834f60c64cf17ccdf800bf84d5e8e191f29cc0cc1c"
        );
        let refund = Typed::from(Refund {
            chain_id: 660_279,
            escrow,
            token,
            to: owner,
            amount: U256::from(100_000_000),
            nonce: U256::ZERO,
        });
        assert_eq!(
            key.sign(&refund).unwrap(),
            "0x3bb6f6dc9a396d1171ff642bbd399c4d22c867a2785a32985bc4655988fbab25\
             79153798720712350cde76c988d818fded5201c5b469b83ecbf1abe16ec430331c"
        );
    }

    #[test]
    fn what_is_no_key_is_none() {
        let zero = "0".repeat(64);
        let beyond = "f".repeat(64);
        for text in ["", "0x", "zz", &KEY[..64], &zero, &beyond] {
            assert!(key(text).is_none(), "{text}");
        }
        assert!(key(&KEY[2..]).is_some());
        assert!(key(&format!("{KEY}\n")).is_some());
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", key(KEY)), "Some(SigningKey(…))");
    }
}
