//! Where the process dies.

use std::time::Duration;

/// A labelled point of an order's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Nothing is stored yet.
    BeforeIntent,
    /// The order is stored, the provider was not asked.
    IntentCommitted,
    /// The provider is asked, and nobody knows whether it acts.
    CallInFlight,
    /// The provider has answered, and the answer is not stored.
    AnswerRead,
    /// The answer is stored, and the payer has not heard.
    CommittedBeforeReply,
    /// A webhook is read, and not stored.
    WebhookBeforeInsert,
    /// A webhook is stored, and not acknowledged.
    WebhookAfterInsert,
    /// A webhook is acknowledged, and not handled.
    WebhookAcknowledged,
    /// A change of the order is written, and not committed.
    InsideApply,
    /// A change is committed, and nobody was woken.
    BeforeWake,
    /// A lost order was found again, and is not bound.
    InsideAdoption,
    /// Half of the schema is there.
    DuringMigration,
    /// The partner's authorisation is stored, and nothing was signed.
    AuthorisationCommitted,
    /// A signature was made, and is not stored.
    SignatureMade,
    /// A signature is stored, and was not handed in.
    SignatureStored,
    /// A signature is handed in, and nobody knows whether the provider acts.
    SignatureInFlight,
    /// The provider has answered to a signature, and the answer is not stored.
    SignatureAnswered,
    /// The payer's confirmation is stored, and the provider was not told.
    ConfirmationCommitted,
    /// The provider is told, and nobody knows whether it acts.
    ConfirmationInFlight,
    /// The provider has answered to a confirmation, and the answer is not stored.
    ConfirmationAnswered,
    /// The signature for a refund was made, and is not stored.
    RefundMade,
    /// It is stored, and was not handed in.
    RefundStored,
    /// It is handed in, and nobody knows whether the provider acts.
    RefundInFlight,
    /// The provider has answered to it, and the answer is not stored.
    RefundAnswered,
}

/// A death that is planned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) point: Point,
    /// The how-manieth time the point is passed.
    pub(crate) nth: u32,
    /// Whether the provider makes the order that it is asked for while the process dies.
    pub(crate) provider_acts: bool,
    /// How long nobody starts it again, in the provider's time.
    pub(crate) away: Duration,
}

impl Point {
    /// Its label in the program; none where it is killed from outside.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::BeforeIntent => Some("before_intent"),
            Self::IntentCommitted => Some("intent_committed"),
            Self::CallInFlight
            | Self::WebhookAcknowledged
            | Self::SignatureInFlight
            | Self::ConfirmationInFlight
            | Self::RefundInFlight => None,
            Self::AnswerRead => Some("answer_read"),
            Self::CommittedBeforeReply => Some("committed_before_reply"),
            Self::WebhookBeforeInsert => Some("webhook_before_insert"),
            Self::WebhookAfterInsert => Some("webhook_after_insert"),
            Self::InsideApply => Some("inside_apply"),
            Self::BeforeWake => Some("before_wake"),
            Self::InsideAdoption => Some("inside_adoption"),
            Self::DuringMigration => Some("during_migration"),
            Self::AuthorisationCommitted => Some("authorisation_committed"),
            Self::SignatureMade | Self::RefundMade => Some("signature_made"),
            Self::SignatureStored | Self::RefundStored => Some("signature_stored"),
            Self::SignatureAnswered | Self::RefundAnswered => Some("signature_answered"),
            Self::ConfirmationCommitted => Some("confirmation_committed"),
            Self::ConfirmationAnswered => Some("confirmation_answered"),
        }
    }

    /// How often an order's life surely passes it.
    pub(crate) fn most_often(self) -> u32 {
        match self {
            Self::InsideApply | Self::BeforeWake => 4,
            Self::BeforeIntent
            | Self::IntentCommitted
            | Self::CallInFlight
            | Self::AnswerRead
            | Self::CommittedBeforeReply
            | Self::WebhookBeforeInsert
            | Self::WebhookAfterInsert
            | Self::WebhookAcknowledged
            | Self::InsideAdoption
            | Self::DuringMigration
            | Self::AuthorisationCommitted
            | Self::SignatureMade
            | Self::SignatureStored
            | Self::SignatureInFlight
            | Self::SignatureAnswered
            | Self::ConfirmationCommitted
            | Self::ConfirmationInFlight
            | Self::ConfirmationAnswered
            | Self::RefundMade
            | Self::RefundStored
            | Self::RefundInFlight
            | Self::RefundAnswered => 1,
        }
    }

    /// How often its label was passed before: the first signature is that of the transfer.
    fn passed_before(self) -> u32 {
        match self {
            Self::RefundMade | Self::RefundStored | Self::RefundAnswered => 1,
            Self::BeforeIntent
            | Self::IntentCommitted
            | Self::CallInFlight
            | Self::AnswerRead
            | Self::CommittedBeforeReply
            | Self::WebhookBeforeInsert
            | Self::WebhookAfterInsert
            | Self::WebhookAcknowledged
            | Self::InsideApply
            | Self::BeforeWake
            | Self::InsideAdoption
            | Self::DuringMigration
            | Self::AuthorisationCommitted
            | Self::SignatureMade
            | Self::SignatureStored
            | Self::SignatureInFlight
            | Self::SignatureAnswered
            | Self::ConfirmationCommitted
            | Self::ConfirmationInFlight
            | Self::ConfirmationAnswered
            | Self::RefundInFlight => 0,
        }
    }
}

impl Choice {
    /// What the program is told.
    pub(crate) fn variable(self) -> Option<(&'static str, String)> {
        let label = self.point.label()?;
        let nth = self.point.passed_before() + self.nth;
        Some(("OFFRAMP_CRASH_AT", format!("{label}:{nth}")))
    }
}
