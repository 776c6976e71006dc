//! Ids, tokens and wallets.

use alloy_primitives::Address;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An id of an off-ramp: 25 letters and digits.
pub(super) fn new_order_id() -> String {
    const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let bytes = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
    let digest: [u8; 32] = Sha256::digest(bytes.concat()).into();
    let sign = |byte: u8| SIGNS.get(usize::from(byte) % SIGNS.len());
    let signs = digest.into_iter().filter_map(sign);
    signs.map(|sign| char::from(*sign)).take(25).collect()
}

/// A token, opaque.
pub(super) fn new_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// The wallet of an owner, with the checksum of EIP-55.
pub(super) fn wallet(owner: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("wallet|{owner}")).into();
    Address::from_slice(&digest[..20]).to_checksum(None)
}

/// Where a person completes something: a page of CryptoPocket's that no document describes.
pub(super) fn page(kind: &str, user_id: u64) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("{kind}|{user_id}")).into();
    let secret = data_encoding::HEXLOWER.encode(&digest[..16]);
    format!("https://b2b.cryptopocket.example/{kind}/{secret}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_25_letters_and_digits() {
        let (first, second) = (new_order_id(), new_order_id());
        assert_eq!(first.len(), 25);
        assert!(first.bytes().all(|sign| sign.is_ascii_alphanumeric()));
        assert_ne!(first, second);
    }

    #[test]
    fn a_wallet_belongs_to_its_owner_and_has_its_checksum() {
        let address = wallet("a");
        assert_eq!(address, wallet("a"));
        assert_ne!(address, wallet("b"));
        assert!(Address::parse_checksummed(&address, None).is_ok());
    }
}
