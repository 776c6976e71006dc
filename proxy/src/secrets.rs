//! Everything that is done with a key of ours: hashes of tokens, fingerprints of accounts, resume
//! tokens, and the sealing of what is personal.

use std::fmt;

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead as _};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use thiserror::Error;

use crate::config::Config;

/// How a session's client token begins, so that one is recognised where it should not be.
const CLIENT_TOKEN: &str = "ofs_";

/// How a resume token begins.
const RESUME_TOKEN: &str = "ofr_";

/// The epoch of resume tokens, where nobody raised it.
const FIRST_EPOCH: u32 = 1;

/// The keys of this installation, and their predecessors. They cannot be printed.
///
/// Only the first of each is used for what is new; what was made with another stays valid. Every key
/// is looked at whichever fits, so that the time a comparison takes does not tell which one did.
#[derive(Clone)]
pub struct Secrets {
    partner_keys: Vec<[u8; 32]>,
    data: DataKeys,
    data_previous: Vec<DataKeys>,
    /// Raised to make every resume token handed out so far worthless.
    resume_epoch: u32,
}

/// What is derived from one data key.
#[derive(Clone)]
struct DataKeys {
    fingerprint: [u8; 32],
    resume: [u8; 32],
    sealing: XChaCha20Poly1305,
}

/// What was sealed cannot be opened: another key, or another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a sealed value cannot be opened with this key")]
pub struct Unsealable;

impl Secrets {
    /// Derives every key from the two that are configured.
    pub fn new(partner_key: &SecretString, data_key: &SecretString) -> Self {
        Self {
            partner_keys: vec![partner_hash(partner_key)],
            data: DataKeys::derive(data_key),
            data_previous: Vec::new(),
            resume_epoch: FIRST_EPOCH,
        }
    }

    /// Derives every key from the configured ones and their predecessors.
    pub fn of(config: &Config) -> Self {
        let mut secrets = Self::new(&config.secret_key, &config.data_key);
        secrets.resume_epoch = config.resume_epoch;
        let partner_key = config.secret_key_previous.iter();
        secrets.partner_keys.extend(partner_key.map(partner_hash));
        secrets.data_previous = config
            .data_keys_previous
            .iter()
            .map(DataKeys::derive)
            .collect();
        secrets
    }

    /// Whether this is the partner's key, in constant time.
    pub fn is_partner_key(&self, presented: &str) -> bool {
        let presented = sha256(presented.as_bytes());
        any(self.partner_keys.iter(), |key| presented.ct_eq(key))
    }

    /// What tells one account number from another, and tells nothing else.
    pub fn fingerprint(&self, account: &str) -> String {
        self.data.fingerprint_of(account)
    }

    /// Whether a fingerprint is this account's, whichever key it was made with, in constant time.
    pub fn is_fingerprint(&self, fingerprint: &str, account: &str) -> bool {
        any(self.data_keys(), |key| {
            let made = key.fingerprint_of(account);
            made.as_bytes().ct_eq(fingerprint.as_bytes())
        })
    }

    /// Permission to read one order.
    pub fn resume_token(&self, order_id: &str) -> String {
        format!(
            "{RESUME_TOKEN}{}",
            BASE64URL_NOPAD.encode(&self.data.resume_mac(order_id, self.resume_epoch))
        )
    }

    /// Whether this permits reading this order, in constant time.
    pub fn resumes(&self, presented: &str, order_id: &str) -> bool {
        presented
            .strip_prefix(RESUME_TOKEN)
            .and_then(|mac| BASE64URL_NOPAD.decode(mac.as_bytes()).ok())
            .is_some_and(|mac| {
                let epoch = self.resume_epoch;
                any(self.data_keys(), |key| {
                    mac.ct_eq(&key.resume_mac(order_id, epoch))
                })
            })
    }

    fn data_keys(&self) -> impl Iterator<Item = &DataKeys> {
        [&self.data].into_iter().chain(&self.data_previous)
    }

    /// Makes a text unreadable to whoever holds the database alone.
    ///
    /// # Errors
    /// Never in practice: only for a text of more than 256 GB.
    pub fn seal(&self, text: &str) -> Result<String, Unsealable> {
        let mut nonce = [0; 24];
        rand::fill(&mut nonce);
        let sealed = self
            .data
            .sealing
            .encrypt(&XNonce::from(nonce), text.as_bytes())
            .map_err(|_| Unsealable)?;
        Ok(BASE64URL_NOPAD.encode(&[&nonce[..], &sealed[..]].concat()))
    }

    /// Reads what [`Secrets::seal`] made.
    ///
    /// # Errors
    /// When it was made with a key that is not known any more, or altered.
    pub fn open(&self, sealed: &str) -> Result<String, Unsealable> {
        let bytes = BASE64URL_NOPAD
            .decode(sealed.as_bytes())
            .map_err(|_| Unsealable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or(Unsealable)?;
        let nonce = XNonce::from(*nonce);
        let text = self
            .data_keys()
            .find_map(|key| key.sealing.decrypt(&nonce, sealed).ok())
            .ok_or(Unsealable)?;
        String::from_utf8(text).map_err(|_| Unsealable)
    }
}

impl DataKeys {
    fn derive(data_key: &SecretString) -> Self {
        let derive = |purpose: &str| hmac(data_key.expose_secret().as_bytes(), purpose.as_bytes());
        Self {
            fingerprint: derive("offramp account fingerprint 1"),
            resume: derive("offramp resume token 1"),
            sealing: XChaCha20Poly1305::new(&derive("offramp sealed columns 1").into()),
        }
    }

    fn fingerprint_of(&self, account: &str) -> String {
        HEXLOWER.encode(&hmac(&self.fingerprint, account.as_bytes()))
    }

    fn resume_mac(&self, order_id: &str, epoch: u32) -> [u8; 32] {
        hmac(&self.resume, format!("{epoch}:{order_id}").as_bytes())
    }
}

fn partner_hash(key: &SecretString) -> [u8; 32] {
    sha256(key.expose_secret().as_bytes())
}

/// Whether any key fits. All of them are looked at.
fn any<T>(keys: impl Iterator<Item = T>, fits: impl Fn(T) -> Choice) -> bool {
    keys.fold(Choice::from(0), |found, key| found | fits(key))
        .into()
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
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
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

    /// Keys after a change from `old` to `new`, both of the partner's and of the data's.
    fn rotated(old: &str, new: &str) -> Secrets {
        let variables = |name: &str| match name {
            "OFFRAMP_ALLOWED_ORIGINS" => Some("https://shop.example".to_owned()),
            "OFFRAMP_SECRET_KEY" => Some(long(new)),
            "OFFRAMP_SECRET_KEY_PREVIOUS" => Some(long(old)),
            _ => None,
        };
        Secrets::of(&Config::from_env(&variables).unwrap())
    }

    fn long(key: &str) -> String {
        format!("{key} is a key of at least thirty-two characters")
    }

    #[test]
    fn what_was_made_with_the_previous_key_stays_valid() {
        let (old, now) = (rotated("a", "b"), rotated("b", "c"));
        assert!(now.is_partner_key(&long("c")) && now.is_partner_key(&long("b")));
        assert!(!now.is_partner_key(&long("a")));
        assert!(now.is_fingerprint(&old.fingerprint("1"), "1"));
        assert!(!now.is_fingerprint(&old.fingerprint("1"), "2"));
        assert!(now.resumes(&old.resume_token("ord_1"), "ord_1"));
        assert!(!now.resumes(&old.resume_token("ord_1"), "ord_2"));
        let sealed = old.seal("Ana López").unwrap();
        assert_eq!(now.open(&sealed).as_deref(), Ok("Ana López"));
    }

    #[test]
    fn what_is_new_is_made_with_the_new_key() {
        let (now, next) = (rotated("a", "b"), rotated("b", "c"));
        let last = rotated("c", "d");
        for later in [&now, &next] {
            assert!(later.is_fingerprint(&now.fingerprint("1"), "1"));
            assert!(later.resumes(&now.resume_token("ord_1"), "ord_1"));
            assert!(later.open(&now.seal("text").unwrap()).is_ok());
        }
        assert!(!last.is_fingerprint(&now.fingerprint("1"), "1"));
        assert!(!last.resumes(&now.resume_token("ord_1"), "ord_1"));
        assert_eq!(last.open(&now.seal("text").unwrap()), Err(Unsealable));
    }

    #[test]
    fn a_raised_epoch_ends_every_resume_token() {
        let mut raised = secrets("a");
        raised.resume_epoch += 1;
        assert!(!raised.resumes(&secrets("a").resume_token("ord_1"), "ord_1"));
        assert!(raised.resumes(&raised.resume_token("ord_1"), "ord_1"));
    }

    #[test]
    fn a_key_fits_among_others_however_often_it_is_there() {
        let fits = |keys: &[u8]| any(keys.iter(), |key| key.ct_eq(&7));
        assert!(fits(&[7]) && fits(&[7, 1]) && fits(&[1, 7]));
        assert!(fits(&[7, 7]));
        assert!(!fits(&[]) && !fits(&[1]) && !fits(&[1, 1]));
    }

    #[test]
    fn a_client_token_is_256_new_bits_behind_its_mark() {
        let token = client_token();
        let random = token.strip_prefix("ofs_").unwrap();
        assert_eq!(
            BASE64URL_NOPAD.decode(random.as_bytes()).unwrap().len(),
            256 / 8
        );
        assert_ne!(client_token(), token);
    }

    #[test]
    fn each_kind_of_token_is_told_by_its_mark() {
        let (client, resume) = (client_token(), secrets("a").resume_token("ord_1"));
        assert!(is_client_token(&client) && !is_resume_token(&client));
        assert!(is_resume_token(&resume) && !is_client_token(&resume));
        for neither in ["", "ofs", "ofr", " ofs_a", "OFS_a", "OFR_a", "sk_test_ofs_"] {
            assert!(!is_client_token(neither), "{neither}");
            assert!(!is_resume_token(neither), "{neither}");
        }
    }

    #[test]
    fn tokens_and_bodies_are_known_by_their_sha_256() {
        // "abc", FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(token_hash("abc"), abc);
        assert_eq!(body_hash(b"abc"), abc);
        assert_ne!(token_hash("abd"), abc);
        assert_ne!(body_hash(b"abc "), abc);
    }

    #[test]
    fn an_id_is_128_new_bits_behind_its_kind() {
        let id = new_id("ord");
        let random = id.strip_prefix("ord_").unwrap();
        assert_eq!(HEXLOWER.decode(random.as_bytes()).unwrap().len(), 128 / 8);
        assert_ne!(new_id("ord"), id);
    }

    #[test]
    fn keys_do_not_print() {
        assert_eq!(format!("{:?}", secrets("a")), "Secrets(…)");
    }
}
