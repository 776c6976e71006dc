//! Everything about Capa that its documents leave open, as switches.
//!
//! The defaults are the assumptions of the contract; each other position is something a client has
//! to survive. Durations are simulated time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::providers::common::WebhookDelivery;

/// The switches of Capa's stand-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// How amounts and rates are written.
    pub decimals: Decimals,
    /// What a new transaction is called.
    pub created_as: CreatedAs,
    /// The shape of an error's body.
    pub errors: ErrorShape,
    /// How webhooks name their events.
    pub event_names: EventNames,
    /// What a successful execute answers.
    pub execute_answer: ExecuteAnswer,
    /// Whether every status is one of the documented ones.
    pub statuses: Statuses,
    /// Whether answers hold members that no document names.
    pub extra_fields: ExtraFields,
    /// Whether a payout waits for execute.
    pub execution: Execution,
    /// Which amounts play a story by themselves.
    pub mock_amounts: MockAmounts,
    /// When such a story begins.
    pub mock_start: MockStart,
    /// What the first transfer to a Mexican account finds out.
    pub penny_test: PennyTest,
    /// How a payout ends.
    pub payout: Payout,
    /// How many statuses a payout passes through.
    pub path: Path,
    /// Which tokens and blockchains are traded.
    pub assets: AssetList,
    /// How strictly bank details are checked.
    pub bank_checks: BankChecks,
    /// Whether the partner may use the API at all.
    pub partner_flow: PartnerFlow,
    /// What happens to crypto that arrives after the end of its transaction.
    pub late_deposits: LateDeposits,
    /// How webhooks are delivered.
    pub webhooks: WebhookDelivery,
    /// How long a locked quote lasts.
    pub quote_life_ms: u64,
    /// How long a transaction waits for its deposit before it expires.
    pub deposit_limit_ms: u64,
    /// How long an execute looks for a deposit before it says that there is none.
    pub search_ms: u64,
    /// How long each step of a payout takes.
    pub step_ms: u64,
}

/// How amounts and rates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimals {
    /// JSON numbers, as the current reference says.
    #[default]
    Numbers,
    /// JSON strings, as webhooks do.
    Strings,
    /// `fiatAmount` a number and the rest strings, as a recorded answer shows.
    Mixed,
}

/// What a new transaction is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedAs {
    /// `PENDING`.
    #[default]
    Pending,
    /// `PENDING_PAYMENT`.
    PendingPayment,
}

/// The shape of an error's body, which no document shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `code` and `message`.
    #[default]
    Flat,
    /// `errorCode` and `error`.
    Renamed,
    /// `error: { code, message }`.
    Nested,
}

/// How webhooks name their events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventNames {
    /// `CRYPTO_RECEIVED_OFF_RAMP`, and payloads with every amount.
    #[default]
    New,
    /// `RECEIVED_USER_CRYPTO`, and payloads without `fiatAmount` and `exchangeRate`.
    Old,
}

/// What a successful execute answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteAnswer {
    /// 201, like the other POSTs.
    #[default]
    Created,
    /// 200.
    Ok,
}

/// Whether every status is one of the documented ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statuses {
    /// Every one.
    #[default]
    Documented,
    /// `READY_BANK_TRANSFER` has a name that nobody has heard of.
    OneUnknown,
}

/// Whether answers hold members that no document names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraFields {
    /// They do not.
    #[default]
    Absent,
    /// They do.
    Present,
}

/// Whether a payout waits for execute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Execution {
    /// It waits.
    #[default]
    OnRequest,
    /// It begins as soon as the deposit is there.
    Automatic,
}

/// Which amounts play a story by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MockAmounts {
    /// 10.01, 10.02 and 10.03.
    #[default]
    Current,
    /// 1.01, 1.02 and 1.03, with limits low enough for them.
    Older,
    /// None.
    Off,
}

/// When the story of a mock amount begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MockStart {
    /// When execute is called.
    #[default]
    OnExecute,
    /// When the transaction is created.
    OnCreation,
}

/// What the first transfer to a Mexican account finds out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PennyTest {
    /// The account is the user's.
    #[default]
    Passes,
    /// It is somebody else's.
    Fails,
}

/// How a payout ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payout {
    /// The money arrives.
    #[default]
    Completes,
    /// The bank refuses it.
    Fails,
}

/// How many statuses a payout passes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// The usual ones.
    #[default]
    Usual,
    /// `IN_PROGRESS` and `AWAITING_MANUAL_FIAT_TRANSFER` too.
    EveryStatus,
}

/// Which tokens and blockchains are traded. The documents know two lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetList {
    /// The newer, short one.
    #[default]
    Narrow,
    /// The older, long one.
    Wide,
}

/// How strictly bank details are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankChecks {
    /// Required fields and lengths, as documented.
    #[default]
    Documented,
    /// Control digits too, and the currency has to be the country's.
    Strict,
}

/// Whether the partner may use the API at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerFlow {
    /// It may.
    #[default]
    Valid,
    /// Everything but execute answers 403.
    Invalid,
}

/// What happens to crypto that arrives after the end of its transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateDeposits {
    /// The transaction becomes `IN_PROGRESS`: a case for support.
    #[default]
    Shown,
    /// Nothing that the API shows.
    Ignored,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            decimals: Decimals::default(),
            created_as: CreatedAs::default(),
            errors: ErrorShape::default(),
            event_names: EventNames::default(),
            execute_answer: ExecuteAnswer::default(),
            statuses: Statuses::default(),
            extra_fields: ExtraFields::default(),
            execution: Execution::default(),
            mock_amounts: MockAmounts::default(),
            mock_start: MockStart::default(),
            penny_test: PennyTest::default(),
            payout: Payout::default(),
            path: Path::default(),
            assets: AssetList::default(),
            bank_checks: BankChecks::default(),
            partner_flow: PartnerFlow::default(),
            late_deposits: LateDeposits::default(),
            webhooks: WebhookDelivery::default(),
            quote_life_ms: 10_000,
            deposit_limit_ms: 24 * 60 * 60 * 1_000,
            search_ms: 10_000,
            step_ms: 3_000,
        }
    }
}

impl Knobs {
    pub(super) fn quote_life(&self) -> Duration {
        Duration::from_millis(self.quote_life_ms)
    }

    pub(super) fn deposit_limit(&self) -> Duration {
        Duration::from_millis(self.deposit_limit_ms)
    }

    pub(super) fn search(&self) -> Duration {
        Duration::from_millis(self.search_ms)
    }

    pub(super) fn step(&self) -> Duration {
        Duration::from_millis(self.step_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_that_are_not_named_keep_their_default() {
        let knobs: Knobs = serde_json::from_str(r#"{"decimals":"strings","step_ms":1}"#).unwrap();
        let expected = Knobs {
            decimals: Decimals::Strings,
            step_ms: 1,
            ..Knobs::default()
        };
        assert_eq!(knobs, expected);
    }

    #[test]
    fn a_knob_that_does_not_exist_is_refused() {
        let error = serde_json::from_str::<Knobs>(r#"{"decimal":"strings"}"#).unwrap_err();
        assert!(
            error.to_string().contains("unknown field `decimal`"),
            "{error}"
        );
    }
}
