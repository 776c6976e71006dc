//! Notifications as their history lists them (contract 7.5).

use serde::Deserialize;

use super::said;
use crate::{
    provider::{Hint, Notice},
    providers::{
        capa::{
            history::{Page, Told},
            webhook::Notification,
        },
        failure::Failure,
    },
};

/// The status of what was answered with a 2xx.
const SENT: &str = "SENT";

/// A page of the history. What `count` counts is not explained; `total` is all.
#[derive(Deserialize)]
pub(in super::super) struct Notifications {
    total: Option<usize>,
    data: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: Option<String>,
    status: Option<String>,
    created_at: Option<String>,
}

/// A notification by itself.
#[derive(Deserialize)]
pub(in super::super) struct OneNotification {
    id: String,
    payload: Notification,
}

impl From<Notifications> for Page {
    fn from(page: Notifications) -> Self {
        Self {
            told: page.data.into_iter().map(Listed::told).collect(),
            total: page.total,
        }
    }
}

impl Listed {
    fn told(self) -> Option<Told> {
        Some(Told {
            notice: Notice {
                id: said(self.id)?,
                arrived: self.status.as_deref() == Some(SENT),
            },
            created_at: self.created_at.and_then(|at| at.parse().ok()),
        })
    }
}

impl OneNotification {
    /// What it hints at, if it is the one that was asked for.
    pub(in super::super) fn hint(self, id: &str) -> Result<Hint, Failure> {
        if self.id == id {
            Ok(self.payload.into())
        } else {
            Err(Failure::Misfit(
                "another notification than the one asked for",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_page_is_read() {
        let page = r#"{ "count": 1, "total": 1, "data": [
            { "id": "n-1", "status": "FAILED", "eventType": "CREATED_OFF_RAMP",
              "retryAttempts": 5, "manualRetryCount": 1,
              "createdAt": "2026-05-01T10:30:00.000Z", "updatedAt": "2026-05-01T10:35:00.000Z" },
            { "id": "n-2", "status": "SENT", "createdAt": "yesterday" },
            { "status": "SENT" } ] }"#;
        let page: Page = serde_json::from_str::<Notifications>(page).unwrap().into();
        let [Some(failed), Some(sent), None] = &page.told[..] else {
            panic!("two of three can be read")
        };
        assert_eq!(
            (failed.notice.id.as_str(), failed.notice.arrived),
            ("n-1", false)
        );
        let at = failed.created_at.map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-05-01T10:30:00.000Z"));
        assert!(sent.notice.arrived && sent.created_at.is_none());
        assert_eq!(page.total, Some(1));
    }

    #[test]
    fn a_notification_hints_at_what_its_webhook_does() {
        let one = r#"{ "id": "n-1", "status": "FAILED", "version": 2, "latestErrorPayload": null,
            "payload": { "type": "TRANSACTION", "event": "CREATED_OFF_RAMP",
                         "externalUserId": "cust-1", "transactionId": "t-1" } }"#;
        let read = |id| {
            serde_json::from_str::<OneNotification>(one)
                .unwrap()
                .hint(id)
        };
        let hint = read("n-1").unwrap();
        assert_eq!(hint.event_key, "TRANSACTION/CREATED_OFF_RAMP/t-1");
        assert!(matches!(read("n-2"), Err(Failure::Misfit(_))));
    }
}
