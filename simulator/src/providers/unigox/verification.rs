//! How far the verification of a user has come, and how it goes on by itself (section 5).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::knobs::{Knobs, VerificationOutcome};
use crate::clock::Moment;

/// Where a verification stands, in UNIGOX' words (5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KycStatus {
    /// Not begun.
    NotInitiated,
    /// Begun, and documents are missing.
    PendingDocuments,
    /// A machine looks.
    InProgress,
    /// A person looks.
    UnderReview,
    /// Passed.
    Verified,
    /// Not passed.
    VerificationRejected,
    /// Broken off.
    Failed,
}

/// How a verification was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    DirectData,
    ExternalToken,
    Handoff,
}

/// Everything about the verification of one user.
#[derive(Clone, Debug)]
pub(super) struct Verification {
    pub(super) status: KycStatus,
    pub(super) method: Option<Method>,
    /// What is known about the person, by the names of the API.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) documents: BTreeSet<String>,
    pub(super) updated_at: Moment,
    /// What happens by itself.
    pub(super) due: Option<(Moment, KycStatus)>,
}

impl KycStatus {
    /// The word of `verification-status`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NotInitiated => "NOT_INITIATED",
            Self::PendingDocuments => "PENDING_DOCUMENTS",
            Self::InProgress => "IN_PROGRESS",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Verified => "VERIFIED",
            Self::VerificationRejected => "VERIFICATION_REJECTED",
            Self::Failed => "FAILED",
        }
    }

    /// The word of `kyc_status`, which has fewer.
    pub(super) const fn in_tables(self) -> &'static str {
        match self {
            Self::PendingDocuments => Self::NotInitiated.as_str(),
            Self::Failed => Self::VerificationRejected.as_str(),
            Self::NotInitiated
            | Self::InProgress
            | Self::UnderReview
            | Self::Verified
            | Self::VerificationRejected => self.as_str(),
        }
    }

    /// The word of webhooks, for what they tell.
    pub(super) const fn in_webhooks(self) -> Option<&'static str> {
        match self {
            Self::UnderReview => Some("UNDER_REVIEW"),
            Self::Verified => Some("VERIFIED"),
            Self::VerificationRejected => Some("REJECTED"),
            Self::NotInitiated | Self::PendingDocuments | Self::InProgress | Self::Failed => None,
        }
    }
}

impl Method {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::DirectData => "direct_data",
            Self::ExternalToken => "external_token",
            Self::Handoff => "handoff",
        }
    }
}

impl Verification {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            status: KycStatus::NotInitiated,
            method: None,
            facts: BTreeMap::new(),
            documents: BTreeSet::new(),
            updated_at: now,
            due: None,
        }
    }

    pub(super) fn set(&mut self, status: KycStatus, now: Moment) {
        self.status = status;
        self.updated_at = now;
        self.due = None;
    }

    /// What is still needed before a machine can look.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let has_number = self.facts.contains_key("id_number") && self.facts.contains_key("id_type");
        let has_identity = has_number
            || self
                .documents
                .iter()
                .any(|kind| kind != "selfie" && !kind.ends_with("_back"));
        let has_data = self.facts.contains_key("first_name");
        [
            ("identity_document", has_identity),
            ("selfie", self.documents.contains("selfie")),
            ("kyc_data", has_data),
        ]
        .into_iter()
        .filter_map(|(name, is_there)| (!is_there).then_some(name))
        .collect()
    }

    /// A machine looks, once everything is there.
    pub(super) fn start(&mut self, knobs: &Knobs, now: Moment) {
        self.set(KycStatus::InProgress, now);
        self.due = Some((now.plus(pause(knobs)), first_result(knobs.verification)));
    }

    /// What is due happens, and what follows is planned.
    pub(super) fn take(&mut self, to: KycStatus, knobs: &Knobs, at: Moment) {
        self.set(to, at);
        let follows = match to {
            KycStatus::UnderReview => after_review(knobs.verification),
            KycStatus::NotInitiated
            | KycStatus::PendingDocuments
            | KycStatus::InProgress
            | KycStatus::Verified
            | KycStatus::VerificationRejected
            | KycStatus::Failed => None,
        };
        self.due = follows.map(|status| (at.plus(pause(knobs)), status));
    }

    pub(super) fn rejection_reason(&self) -> Option<&'static str> {
        (self.status == KycStatus::VerificationRejected).then_some("document could not be verified")
    }

    /// Whether the address is known that some currencies ask for (5.3).
    pub(super) fn has_address(&self) -> bool {
        ADDRESS.iter().all(|(key, _)| self.facts.contains_key(*key))
    }
}

/// The members of an address, and what they are called.
pub(super) const ADDRESS: [(&str, &str); 3] = [
    ("address", "Address"),
    ("city", "City"),
    ("postal_code", "Postal code"),
];

fn pause(knobs: &Knobs) -> Duration {
    Duration::from_millis(knobs.verification_ms)
}

const fn first_result(outcome: VerificationOutcome) -> KycStatus {
    match outcome {
        VerificationOutcome::Verified => KycStatus::Verified,
        VerificationOutcome::ReviewedThenVerified
        | VerificationOutcome::ReviewedThenRejected
        | VerificationOutcome::UnderReview => KycStatus::UnderReview,
        VerificationOutcome::Rejected => KycStatus::VerificationRejected,
    }
}

const fn after_review(outcome: VerificationOutcome) -> Option<KycStatus> {
    match outcome {
        VerificationOutcome::ReviewedThenVerified => Some(KycStatus::Verified),
        VerificationOutcome::ReviewedThenRejected => Some(KycStatus::VerificationRejected),
        VerificationOutcome::Verified
        | VerificationOutcome::UnderReview
        | VerificationOutcome::Rejected => None,
    }
}
