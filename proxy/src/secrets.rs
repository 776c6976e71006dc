//! Everything that is done with a key of ours: hashes of tokens, fingerprints of accounts, resume
//! tokens, and the sealing of what is personal.

use std::fmt;

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead as _};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// How a session's client token begins, so that one is recognised where it should not be.
const CLIENT_TOKEN: &str = "ofs_";

/// How a resume token begins.
const RESUME_TOKEN: &str = "ofr_";

/// Raised to make every resume token handed out so far worthless.
const RESUME_EPOCH: u32 = 1;

/// The keys of this installation. They cannot be printed.
#[derive(Clone)]
pub struct Secrets {
    partner_key_hash: [u8; 32],
    fingerprint_key: [u8; 32],
    resume_key: [u8; 32],
    sealing: XChaCha20Poly1305,
}

/// What was sealed cannot be opened: another key, or another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a sealed value cannot be opened with this key")]
pub struct Unsealable;

impl Secrets {
    /// Derives every key from the two that are configured.
    pub fn new(partner_key: &SecretString, data_key: &SecretString) -> Self {
        let derive = |purpose: &str| hmac(data_key.expose_secret().as_bytes(), purpose.as_bytes());
        Self {
            partner_key_hash: sha256(partner_key.expose_secret().as_bytes()),
            fingerprint_key: derive("offramp account fingerprint 1"),
            resume_key: derive("offramp resume token 1"),
            sealing: XChaCha20Poly1305::new(&derive("offramp sealed columns 1").into()),
        }
    }

    /// Whether this is the partner's key, in constant time.
    pub fn is_partner_key(&self, presented: &str) -> bool {
        sha256(presented.as_bytes())
            .ct_eq(&self.partner_key_hash)
            .into()
    }

    /// What tells one account number from another, and tells nothing else.
    pub fn fingerprint(&self, account: &str) -> String {
        HEXLOWER.encode(&hmac(&self.fingerprint_key, account.as_bytes()))
    }

    /// Permission to read one order.
    pub fn resume_token(&self, order_id: &str) -> String {
        format!(
            "{RESUME_TOKEN}{}",
            BASE64URL_NOPAD.encode(&self.resume_mac(order_id))
        )
    }

    /// Whether this permits reading this order, in constant time.
    pub fn resumes(&self, presented: &str, order_id: &str) -> bool {
        presented
            .strip_prefix(RESUME_TOKEN)
            .and_then(|mac| BASE64URL_NOPAD.decode(mac.as_bytes()).ok())
            .is_some_and(|mac| mac.ct_eq(&self.resume_mac(order_id)).into())
    }

    fn resume_mac(&self, order_id: &str) -> [u8; 32] {
        hmac(
            &self.resume_key,
            format!("{RESUME_EPOCH}:{order_id}").as_bytes(),
        )
    }

    /// Makes a text unreadable to whoever holds the database alone.
    ///
    /// # Errors
    /// Never in practice: only for a text of more than 256 GB.
    pub fn seal(&self, text: &str) -> Result<String, Unsealable> {
        let mut nonce = [0; 24];
        rand::fill(&mut nonce);
        let sealed = self
            .sealing
            .encrypt(&XNonce::from(nonce), text.as_bytes())
            .map_err(|_| Unsealable)?;
        Ok(BASE64URL_NOPAD.encode(&[&nonce[..], &sealed[..]].concat()))
    }

    /// Reads what [`Secrets::seal`] made.
    ///
    /// # Errors
    /// When it was made with another key, or altered.
    pub fn open(&self, sealed: &str) -> Result<String, Unsealable> {
        let bytes = BASE64URL_NOPAD
            .decode(sealed.as_bytes())
            .map_err(|_| Unsealable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or(Unsealable)?;
        let text = self
            .sealing
            .decrypt(&XNonce::from(*nonce), sealed)
            .map_err(|_| Unsealable)?;
        String::from_utf8(text).map_err(|_| Unsealable)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// A new client token: 256 random bits.
pub fn client_token() -> String {
    format!("{CLIENT_TOKEN}{}", random_256())
}

/// Whether a bearer token looks like a session's.
pub fn is_client_token(presented: &str) -> bool {
    presented.starts_with(CLIENT_TOKEN)
}

/// Whether a bearer token looks like a resume token.
pub fn is_resume_token(presented: &str) -> bool {
    presented.starts_with(RESUME_TOKEN)
}

/// What is stored of a token. A random token of 256 bits needs no key and no salt.
pub fn token_hash(token: &str) -> String {
    HEXLOWER.encode(&sha256(token.as_bytes()))
}

/// The hash that binds an idempotency key to the request it came with.
pub fn body_hash(body: &[u8]) -> String {
    HEXLOWER.encode(&sha256(body))
}

/// A new id that nobody can guess: `ord_…`.
pub fn new_id(prefix: &str) -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes);
    format!("{prefix}_{}", HEXLOWER.encode(&bytes))
}

fn random_256() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(data_key: &str) -> Secrets {
        Secrets::new(&"partner key".into(), &data_key.into())
    }

    #[test]
    fn only_the_partners_key_is_the_partners_key() {
        assert!(secrets("a").is_partner_key("partner key"));
        assert!(!secrets("a").is_partner_key("partner keys"));
        assert!(!secrets("a").is_partner_key(""));
    }

    #[test]
    fn a_resume_token_opens_one_order_only() {
        let token = secrets("a").resume_token("ord_1");
        assert!(secrets("a").resumes(&token, "ord_1"));
        assert!(!secrets("a").resumes(&token, "ord_2"));
        assert!(!secrets("b").resumes(&token, "ord_1"));
        assert!(!secrets("a").resumes("ofr_", "ord_1"));
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let sealed = secrets("a").seal("Ana López").unwrap();
        assert!(!sealed.contains("Ana"));
        assert_eq!(secrets("a").open(&sealed).as_deref(), Ok("Ana López"));
        assert_eq!(secrets("b").open(&sealed), Err(Unsealable));
        assert_eq!(secrets("a").open("short"), Err(Unsealable));
        assert_ne!(sealed, secrets("a").seal("Ana López").unwrap());
    }

    #[test]
    fn a_fingerprint_depends_on_the_key() {
        assert_eq!(secrets("a").fingerprint("1"), secrets("a").fingerprint("1"));
        assert_ne!(secrets("a").fingerprint("1"), secrets("b").fingerprint("1"));
    }

    #[test]
    fn keys_do_not_print() {
        assert_eq!(format!("{:?}", secrets("a")), "Secrets(…)");
    }
}
