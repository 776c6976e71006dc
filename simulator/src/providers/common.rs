//! What all providers have in common: how time passes, which order is meant, what arrives for it, and
//! how webhooks are delivered.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;

/// Which order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one that was created last.
    Latest,
    /// The one with this id.
    Id(String),
}

/// Crypto that arrives at a deposit address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deposit {
    /// The amount that was agreed.
    Exact,
    /// Some other amount of the right token.
    Amount(Decimal),
    /// The wrong token.
    WrongToken,
}

/// How webhooks are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookDelivery {
    /// Each once, at once.
    #[default]
    Once,
    /// Each twice.
    Twice,
    /// Not before they are released.
    Held,
    /// Never: something on the way answers 2xx, and nobody receives them.
    Lost,
}

/// How sending a webhook went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// There was nowhere to send it.
    NotSent,
    /// It waits to be sent or released.
    Waiting,
    /// It was answered with this status.
    Answered(u16),
    /// It was not answered.
    Failed,
    /// Something on the way took it with a 2xx, and nobody received it.
    Lost,
}

/// In which order held webhooks are released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseOrder {
    /// As it happened.
    #[default]
    AsHappened,
    /// The last first.
    Reversed,
}

impl DeliveryOutcome {
    /// Any 2xx is a success.
    pub(crate) fn is_success(self) -> bool {
        match self {
            Self::Answered(status) => (200..300).contains(&status),
            Self::Lost => true,
            Self::NotSent | Self::Waiting | Self::Failed => false,
        }
    }
}

/// Looks at what time has done, often, and at once when somebody has moved the clock.
pub(crate) async fn tick(clock: &Clock, look: impl Fn()) {
    const INTERVAL: Duration = Duration::from_millis(100);
    let mut changes = clock.changes();
    loop {
        look();
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            _ = changes.changed() => {}
        }
    }
}

/// An id, or the word `latest`.
impl From<&str> for Pick {
    fn from(text: &str) -> Self {
        if text == "latest" {
            Self::Latest
        } else {
            Self::Id(text.to_owned())
        }
    }
}

impl From<&String> for Pick {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Pick {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_2xx_is_a_success() {
        let taken = |status| DeliveryOutcome::Answered(status).is_success();
        let statuses = [200, 204, 299, 300, 307, 401, 500];
        let expected = [true, true, true, false, false, false, false];
        assert_eq!(statuses.map(taken), expected);
    }
}
