//! Everything about CryptoPocket that its documents contradict or leave open, as switches.
//!
//! The defaults are those of `assumptions`; each other position is something a client has to
//! survive. Durations are simulated time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assumptions;
use crate::providers::common::WebhookDelivery;

/// The switches of CryptoPocket's stand-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// What an envelope calls a success.
    pub success: SuccessWord,
    /// How the ids of users are written.
    pub user_ids: UserIds,
    /// Where the code of a business error is.
    pub errors: ErrorShape,
    /// Where the token is in the answer of `authenticate`.
    pub token_answer: TokenAnswer,
    /// Where `kyc/check` says how far a verification has come.
    pub kyc_answer: KycAnswer,
    /// Whether there is a quote at all.
    pub quotes: Quotes,
    /// How off-ramps are listed.
    pub list: List,
    /// Whether every status is one of the assumed ones.
    pub statuses: Statuses,
    /// How webhooks name the end of an off-ramp.
    pub event_names: EventNames,
    /// Where a webhook names its off-ramp.
    pub webhook_id: WebhookId,
    /// How webhooks are delivered.
    pub webhooks: WebhookDelivery,
    /// How a signature is written.
    pub signature: SignatureText,
    /// Which chains are traded.
    pub assets: AssetList,
    /// Whose a wallet is.
    pub wallets: Wallets,
    /// How a payout ends.
    pub payout: Payout,
    /// How long a token is good.
    pub token_life_ms: u64,
    /// How long an off-ramp waits for its tokens before it expires.
    pub deposit_limit_ms: u64,
    /// How long a payout takes.
    pub step_ms: u64,
    /// How long what is read stays behind what happened, and behind its webhook.
    pub read_lag_ms: u64,
}

/// What an envelope calls a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuccessWord {
    /// `ok`, as off-ramps, users and webhooks do.
    #[default]
    Ok,
    /// `success`, as on-ramps do.
    Success,
    /// `sucess`, as one example has it.
    Sucess,
}

/// How the ids of users are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserIds {
    /// JSON numbers.
    #[default]
    Numbers,
    /// JSON strings, as one page shows.
    Strings,
}

/// Where the code of a business error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// In `error`.
    #[default]
    InError,
    /// In `message`, as the heads of the error tables hint at.
    InMessage,
}

/// Where the token is in the answer of `authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAnswer {
    /// `data.token`.
    InData,
    /// `token`, beside the status.
    Token,
    /// `access_token`, beside the status.
    AccessToken,
    /// The whole of `data`.
    Bare,
}

/// Where `kyc/check` says how far a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycAnswer {
    /// `data.kyc_status`.
    InData,
    /// `kyc_status`, beside the status.
    Beside,
}

/// Whether there is a quote at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quotes {
    /// There is.
    #[default]
    Offered,
    /// There is no such route.
    Absent,
}

/// How off-ramps are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// In pages.
    #[default]
    Pages,
    /// As one array in `data`.
    Array,
    /// There is no such route.
    Absent,
}

/// Whether every status is one of the assumed ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statuses {
    /// Every one.
    #[default]
    Assumed,
    /// `crypto_received` has a name that nobody has heard of.
    OneUnknown,
}

/// How webhooks name the end of an off-ramp. Only the live name can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventNames {
    /// `TRANSFER_RAMPOFF_FINISHED`.
    New,
    /// `RAMPOFF_FINISHED`.
    Old,
}

/// Where a webhook names its off-ramp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookId {
    /// `data.id`.
    #[default]
    InData,
    /// `id`.
    Id,
    /// `rampoff_id`.
    RampoffId,
    /// `payment_id`.
    PaymentId,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureText {
    /// Hex in lower case.
    LowerHex,
    /// Hex in upper case.
    UpperHex,
    /// Base64.
    Base64,
}

/// Which chains are traded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetList {
    /// `polygon` and `bsc`.
    #[default]
    Narrow,
    /// `ethereum` too.
    Wide,
}

/// Whose a wallet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wallets {
    /// Each off-ramp has its own.
    PerOrder,
    /// All off-ramps of a user have the same.
    PerUser,
}

/// How a payout ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payout {
    /// The money arrives.
    #[default]
    Completes,
    /// It fails.
    Fails,
    /// The tokens go back.
    Refunds,
    /// It does not, until somebody says how.
    Waits,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            success: SuccessWord::default(),
            user_ids: UserIds::default(),
            errors: ErrorShape::default(),
            token_answer: assumptions::TOKEN_ANSWER,
            kyc_answer: assumptions::KYC_ANSWER,
            quotes: Quotes::default(),
            list: List::default(),
            statuses: Statuses::default(),
            event_names: assumptions::EVENT_NAMES,
            webhook_id: WebhookId::default(),
            webhooks: WebhookDelivery::default(),
            signature: assumptions::SIGNATURE_TEXT,
            assets: AssetList::default(),
            wallets: assumptions::WALLETS,
            payout: Payout::default(),
            token_life_ms: millis(assumptions::TOKEN_LIFE),
            deposit_limit_ms: millis(assumptions::DEPOSIT_LIMIT),
            step_ms: 3_000,
            read_lag_ms: 0,
        }
    }
}

impl Knobs {
    pub(super) fn token_life(&self) -> Duration {
        Duration::from_millis(self.token_life_ms)
    }

    pub(super) fn deposit_limit(&self) -> Duration {
        Duration::from_millis(self.deposit_limit_ms)
    }

    pub(super) fn step(&self) -> Duration {
        Duration::from_millis(self.step_ms)
    }

    pub(super) fn read_lag(&self) -> Duration {
        Duration::from_millis(self.read_lag_ms)
    }
}

impl SuccessWord {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Success => "success",
            Self::Sucess => "sucess",
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_that_are_not_named_keep_the_assumptions() {
        let knobs: Knobs = serde_json::from_str(r#"{"event_names":"old"}"#).unwrap();
        let expected = Knobs {
            event_names: EventNames::Old,
            ..Knobs::default()
        };
        assert_eq!(knobs, expected);
        assert_eq!(
            (knobs.token_life_ms, knobs.deposit_limit_ms),
            (3_600_000, 86_400_000)
        );
    }

    #[test]
    fn a_knob_that_does_not_exist_is_refused() {
        let error = serde_json::from_str::<Knobs>(r#"{"event_name":"old"}"#).unwrap_err();
        let expected = "unknown field `event_name`";
        assert!(error.to_string().contains(expected), "{error}");
    }
}
