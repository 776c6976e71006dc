//! Amounts that play a story by themselves, and the guide that lists them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Capa;
use super::knobs::MockAmounts;
use crate::figure::Shown;

/// How such a story ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Completed,
    NameVerificationFailed,
    CryptoNotReceived,
}

const OUTCOMES: [Outcome; 3] = [
    Outcome::Completed,
    Outcome::NameVerificationFailed,
    Outcome::CryptoNotReceived,
];

/// The story of an amount. It has to match exactly.
pub(super) fn outcome(amounts: MockAmounts, crypto_amount: Decimal) -> Option<Outcome> {
    OUTCOMES.into_iter().find(|outcome| {
        outcome
            .trigger(amounts)
            .is_some_and(|trigger| trigger == crypto_amount)
    })
}

/// `GET /transactions/mock-testing-guide`. The shape of a rule is not documented.
pub(super) async fn guide(State(capa): State<Capa>) -> Response {
    let amounts = capa.knobs().mock_amounts;
    let rule = |outcome: Outcome| {
        let trigger = Shown::Number(outcome.trigger(amounts)?);
        Some(Rule {
            crypto_amount: trigger,
            status: outcome.status(),
            reason: outcome.reason(),
        })
    };
    let guide = Guide {
        enabled: true,
        environment: "staging",
        on_ramp_rules: [],
        off_ramp_rules: OUTCOMES.into_iter().filter_map(rule).collect(),
    };
    capa.reply(StatusCode::OK, Ok(guide))
}

impl Outcome {
    fn trigger(self, amounts: MockAmounts) -> Option<Decimal> {
        let hundredths = match self {
            Self::Completed => 1,
            Self::NameVerificationFailed => 2,
            Self::CryptoNotReceived => 3,
        };
        match amounts {
            MockAmounts::Current => Some(Decimal::new(1_000 + hundredths, 2)),
            MockAmounts::Older => Some(Decimal::new(100 + hundredths, 2)),
            MockAmounts::Off => None,
        }
    }

    const fn status(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::NameVerificationFailed => "CANCELLED",
            Self::CryptoNotReceived => "CRYPTO_NOT_RECEIVED",
        }
    }

    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::NameVerificationFailed => Some("NAME_VERIFICATION_FAILED"),
            Self::Completed | Self::CryptoNotReceived => None,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Guide {
    enabled: bool,
    environment: &'static str,
    on_ramp_rules: [Rule; 0],
    off_ramp_rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    crypto_amount: Shown,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_to_match_exactly() {
        let current = |amount| outcome(MockAmounts::Current, amount);
        assert_eq!(current(Decimal::new(1_001, 2)), Some(Outcome::Completed));
        assert_eq!(
            current(Decimal::new(10_020, 3)),
            Some(Outcome::NameVerificationFailed)
        );
        assert_eq!(
            current(Decimal::new(1_003, 2)),
            Some(Outcome::CryptoNotReceived)
        );
        assert_eq!(current(Decimal::new(10_011, 3)), None);
        assert_eq!(current(Decimal::new(101, 2)), None);
    }

    #[test]
    fn the_older_amounts_are_another_set() {
        let older = |amount| outcome(MockAmounts::Older, amount);
        assert_eq!(older(Decimal::new(101, 2)), Some(Outcome::Completed));
        assert_eq!(older(Decimal::new(1_001, 2)), None);
        assert_eq!(outcome(MockAmounts::Off, Decimal::new(1_001, 2)), None);
    }
}
