//! Everything about UNIGOX that its documents leave open or contradict, as switches.
//!
//! The defaults are the assumptions of the contract; each other position is something a client has
//! to survive. Durations are simulated time.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::assumptions::{
    ACCEPTANCE_WINDOW, CONFIRMATION_WINDOW, DISPUTE_WINDOW, PAYMENT_WINDOW, SIGNING_WINDOW,
};
use super::profile::Profile;

/// The switches of UNIGOX' stand-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// What the next orders play.
    pub profile: Profile,
    /// Whether 401, 404 and 500 have a body.
    pub failure_bodies: FailureBodies,
    /// Whether customers may hold their own wallet.
    pub external_wallets: Feature,
    /// Whether rails have a field of a type that nobody knows.
    pub unknown_field_type: Presence,
    /// Whether the checker of payment details works. Without it everything is saved.
    pub account_checker: Feature,
    /// How a customer under review reads in the refusal of a quote (U-26).
    pub review_word: ReviewWord,
    /// What a verification that runs by itself comes to.
    pub verification: VerificationOutcome,
    /// Whether quotes are of the kind that settles a day later.
    pub delayed_settlement: Presence,
    /// Whether quotes and orders are paid in exactly what their printed parts add up to.
    pub funding: Funding,
    /// How a cancel or a confirmation at the wrong status is refused.
    pub status_refusal: StatusRefusal,
    /// What initiate answers.
    pub initiate_answer: InitiateAnswer,
    /// What actions are there while a signature is on its way to the chain.
    pub pending_actions: PendingActions,
    /// How an order reads whose crypto went back.
    pub refunds: Refunds,
    /// Whether the answer to a refund's signature names a transaction.
    pub refund_execution: RefundExecution,
    /// How many members of a `SafeTx` the refund's types name.
    pub safe_types: SafeTypes,
    /// From when on a transfer counts in what the relay says of its signer's nonce.
    pub nonces: Nonces,
    /// Whether the list holds an order of UNIGOX' own widget.
    pub widget_orders: Presence,
    /// Whether `reference_id` and `quote_id` come back on orders (U-4).
    pub references: Presence,
    /// How webhooks are delivered.
    pub webhooks: WebhookDelivery,
    /// What webhooks call the user.
    pub user_member: UserMember,
    /// Which addresses a webhook may be sent to.
    pub webhook_urls: WebhookUrls,
    /// What one token is worth, whatever the market says.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub pinned_rate: Option<Decimal>,
    /// How long a quote lasts: 60 s, or 30 s by another text (7.3).
    pub quote_life_ms: u64,
    /// How long until a provider accepts.
    pub accept_ms: u64,
    /// How long the chain takes.
    pub chain_ms: u64,
    /// How long until the buyer has paid.
    pub proof_ms: u64,
    /// How long the proof is looked at.
    pub review_ms: u64,
    /// How long after the proof a dispute or a return by the bank begins, in the profiles with one.
    pub trouble_ms: u64,
    /// How long a verification takes.
    pub verification_ms: u64,
    /// How long a provider is looked for (U-15).
    pub acceptance_window_ms: u64,
    /// How long a signature is waited for (U-15).
    pub signing_window_ms: u64,
    /// How long the buyer may take to pay (U-15).
    pub payment_window_ms: u64,
    /// How long until the buyer may claim what nobody confirmed (U-15).
    pub confirmation_window_ms: u64,
    /// How long a dispute takes (U-15).
    pub dispute_window_ms: u64,
}

/// Whether an answer with 401, 404 or 500 has a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureBodies {
    /// The body of the endpoint's shape.
    #[default]
    Documented,
    /// None.
    Empty,
    /// A page of HTML.
    NotJson,
}

/// Whether something works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// It does.
    #[default]
    On,
    /// It does not.
    Off,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is not.
    #[default]
    Absent,
    /// It is.
    Present,
}

/// How a customer under review reads in the refusal of a quote (U-26).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewWord {
    /// As in the tables.
    #[default]
    UnderReview,
    /// As in the text.
    InProgress,
}

/// What a verification that runs by itself comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationOutcome {
    /// Passed.
    #[default]
    Verified,
    /// A person looks, and passes it.
    ReviewedThenVerified,
    /// A person looks, and rejects it.
    ReviewedThenRejected,
    /// A person looks, and that takes for ever.
    UnderReview,
    /// Failed.
    Rejected,
}

/// What has to be funded, where rounding leaves a choice (7.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// Rounded once, from the unrounded sum.
    #[default]
    Unrounded,
    /// The sum of the printed parts, which may be one atomic unit more.
    PrintedParts,
}

/// How a cancel or a confirmation at the wrong status is refused (10.3, 10.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusRefusal {
    /// 400.
    #[default]
    BadRequest,
    /// 409 `INVALID_STATUS`.
    Conflict,
}

/// What initiate answers (section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitiateAnswer {
    /// 201.
    #[default]
    Created,
    /// 200.
    Ok,
}

/// What actions are there at `crypto_transfer_authorization_pending` (9.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingActions {
    /// None, as two texts say.
    #[default]
    None,
    /// `cancel`, as one text says. It is refused nevertheless.
    Cancel,
}

/// How an order reads whose crypto went back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// As before, without the action.
    #[default]
    KeepStatus,
    /// `refund_pending` and `refunded`, as in examples of refunds.
    OwnStatuses,
}

/// Whether the answer to a refund's signature names a transaction (10.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundExecution {
    /// It does, and the crypto is back.
    #[default]
    AtOnce,
    /// It does not: the chain takes its time.
    Later,
}

/// How many members of a `SafeTx` the refund's types name (10.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafeTypes {
    /// All ten (U-9).
    #[default]
    Full,
    /// Two, as in the published example. What is signed still has ten.
    Shortened,
}

/// From when on a transfer counts in what the relay says of its signer's nonce (10.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonces {
    /// From when the relay took it.
    #[default]
    WhenTaken,
    /// From when the chain has it. Of two over one nonce the chain refuses the second.
    WhenMined,
}

/// How webhooks are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookDelivery {
    /// Each once, at once.
    #[default]
    Once,
    /// Each twice, with one id.
    Twice,
    /// Each change is told twice, with two ids.
    ToldTwice,
    /// Not before they are released.
    Held,
    /// Never: something on the way answers 2xx, and nobody receives them.
    Lost,
    /// Signed with another secret.
    BadlySigned,
}

/// What webhooks call the user (12.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserMember {
    /// `user_id`.
    #[default]
    UserId,
    /// `user_uuid`.
    UserUuid,
}

/// Which addresses a webhook may be sent to (12.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookUrls {
    /// HTTPS, and anything on this machine.
    #[default]
    LoopbackToo,
    /// HTTPS, and nothing on this machine.
    HttpsOnly,
}

const fn millis(duration: Duration) -> u64 {
    duration.as_secs() * 1_000
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            failure_bodies: FailureBodies::default(),
            external_wallets: Feature::default(),
            unknown_field_type: Presence::default(),
            account_checker: Feature::default(),
            review_word: ReviewWord::default(),
            verification: VerificationOutcome::default(),
            delayed_settlement: Presence::default(),
            funding: Funding::default(),
            status_refusal: StatusRefusal::default(),
            initiate_answer: InitiateAnswer::default(),
            pending_actions: PendingActions::default(),
            refunds: Refunds::default(),
            refund_execution: RefundExecution::default(),
            safe_types: SafeTypes::default(),
            nonces: Nonces::default(),
            widget_orders: Presence::default(),
            references: Presence::Present,
            webhooks: WebhookDelivery::default(),
            user_member: UserMember::default(),
            webhook_urls: WebhookUrls::default(),
            pinned_rate: None,
            quote_life_ms: 60_000,
            accept_ms: 2_000,
            chain_ms: 3_000,
            proof_ms: 5_000,
            review_ms: 5_000,
            trouble_ms: 5_000,
            verification_ms: 5_000,
            acceptance_window_ms: millis(ACCEPTANCE_WINDOW),
            signing_window_ms: millis(SIGNING_WINDOW),
            payment_window_ms: millis(PAYMENT_WINDOW),
            confirmation_window_ms: millis(CONFIRMATION_WINDOW),
            dispute_window_ms: millis(DISPUTE_WINDOW),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_that_are_not_named_keep_their_default() {
        let text = r#"{"profile":"no_provider","pinned_rate":"1530.12"}"#;
        let knobs: Knobs = serde_json::from_str(text).unwrap();
        let expected = Knobs {
            profile: Profile::NoProvider,
            pinned_rate: Some(Decimal::new(153_012, 2)),
            ..Knobs::default()
        };
        assert_eq!(knobs, expected);
    }

    #[test]
    fn a_knob_that_does_not_exist_is_refused() {
        let error = serde_json::from_str::<Knobs>(r#"{"profil":"usual"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `profil`"));
    }
}
