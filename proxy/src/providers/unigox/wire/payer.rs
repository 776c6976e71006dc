//! Users, their verification, and their wallets (contract 4, 5 and 13.2).

use offramp_domain::api::{PayerRef, VerificationStatus as Status, WalletChallenge};
use serde::{Deserialize, Serialize};

use super::said;

/// The body of `POST /users`.
#[derive(Serialize)]
pub(in super::super) struct UserRequest<'a> {
    user_ref: &'a str,
    email: &'a str,
    wallet_type: &'static str,
}

impl<'a> UserRequest<'a> {
    /// Nothing without an address to write to.
    pub(in super::super) fn new(payer: &'a PayerRef, wallet_type: &'static str) -> Option<Self> {
        Some(Self {
            user_ref: &payer.id,
            email: payer.email.as_deref()?,
            wallet_type,
        })
    }
}

/// A user: `id` is always the same as `user_uuid`.
#[derive(Deserialize)]
pub(in super::super) struct User {
    user_uuid: Option<String>,
    id: Option<String>,
}

impl User {
    pub(in super::super) fn uuid(self) -> Option<String> {
        said(self.user_uuid).or(said(self.id))
    }
}

/// What `verification-status` answers.
#[derive(Deserialize)]
pub(in super::super) struct VerificationStatus {
    status: String,
    verification_url: Option<String>,
}

impl VerificationStatus {
    /// Whether nothing was handed in, and nobody said where to.
    pub(in super::super) fn has_not_begun(&self) -> bool {
        self.status == "NOT_INITIATED" && self.verification_url.is_none()
    }

    pub(in super::super) fn read(self) -> (Status, Option<String>) {
        let status = match self.status.as_str() {
            "VERIFIED" => Status::Verified,
            "NOT_INITIATED" | "PENDING_DOCUMENTS" => Status::Required,
            "VERIFICATION_REJECTED" | "REJECTED" | "FAILED" => Status::Rejected,
            // Under way, under review, or a word that nobody knows: not cleared, and not refused.
            _ => Status::Pending,
        };
        (status, said(self.verification_url))
    }
}

/// The answer to a verification that is handed to UNIGOX' own pages.
#[derive(Deserialize)]
pub(in super::super) struct Handoff {
    pub(in super::super) verification_url: Option<String>,
}

/// The answer to facts about a user, which are taken together or not at all.
#[derive(Deserialize)]
pub(in super::super) struct Updated {
    #[expect(dead_code, reason = "an answer without it is none")]
    updated_fields: Vec<String>,
}

/// What a wallet has to sign.
#[derive(Deserialize)]
pub(in super::super) struct Challenge {
    message: String,
    expires_at: Option<String>,
}

impl From<Challenge> for WalletChallenge {
    fn from(challenge: Challenge) -> Self {
        Self {
            message: challenge.message,
            expires_at: challenge.expires_at.and_then(|text| text.parse().ok()),
        }
    }
}

/// A wallet, linked or not.
#[derive(Deserialize)]
pub(in super::super) struct Linked {
    wallet: Option<Wallet>,
}

#[derive(Deserialize)]
struct Wallet {
    address: Option<String>,
    status: Option<String>,
}

impl Linked {
    /// Its address, once it is linked.
    pub(in super::super) fn address(self) -> Option<String> {
        let wallet = self.wallet?;
        let is_linked = wallet
            .status
            .as_deref()
            .is_none_or(|status| status == "linked");
        said(wallet.address).filter(|_| is_linked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_verification_is_read() {
        for (word, expected) in [
            ("NOT_INITIATED", Status::Required),
            ("PENDING_DOCUMENTS", Status::Required),
            ("IN_PROGRESS", Status::Pending),
            ("UNDER_REVIEW", Status::Pending),
            ("VERIFIED", Status::Verified),
            ("VERIFICATION_REJECTED", Status::Rejected),
            ("FAILED", Status::Rejected),
            ("SOMETHING_NEW", Status::Pending),
        ] {
            let json = format!(r#"{{"status":"{word}","verification_url":null}}"#);
            let status: VerificationStatus = serde_json::from_str(&json).unwrap();
            assert_eq!(status.read(), (expected, None), "{word}");
        }
    }

    #[test]
    fn a_wallet_that_is_not_linked_is_none() {
        let address = |json: &str| serde_json::from_str::<Linked>(json).unwrap().address();
        let linked = r#"{"wallet":{"address":"0x1","status":"linked"}}"#;
        assert_eq!(address(linked).as_deref(), Some("0x1"));
        for json in [
            r#"{"wallet":null}"#,
            r#"{"wallet":{"address":null,"status":"unlinked"}}"#,
            r#"{"wallet":{"address":"0x1","status":"pending"}}"#,
        ] {
            assert_eq!(address(json), None, "{json}");
        }
    }
}
