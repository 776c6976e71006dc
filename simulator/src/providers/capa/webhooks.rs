//! How webhooks are signed and delivered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;
use tokio::sync::Notify;

use super::desk::{Delivery, Desk, Notification, NotificationStatus};
use super::letters::Letter;
use crate::clock::{Clock, Moment};
use crate::config::WebhookTarget;
use crate::providers::common::{DeliveryOutcome, ReleaseOrder, WebhookDelivery};

/// A webhook and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookView {
    /// Its id in the notification history.
    pub id: String,
    /// Where it stands in the notification history.
    pub status: NotificationStatus,
    /// The transaction that it is about; none if it is about a person.
    pub transaction_id: Option<String>,
    /// The name of the event.
    pub event: String,
    /// The bytes that were signed and sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// How it went the last time.
    pub outcome: DeliveryOutcome,
}

/// Where letters become deliveries.
#[derive(Debug)]
pub(super) struct Post {
    desk: Mutex<Desk>,
    clock: Clock,
    work: Notify,
}

/// How long a receiver may take (assumption U11).
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How often the clock is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

/// How much of a receiver's error is kept, in bytes.
const LONGEST_ERROR: usize = 4_096;

impl Post {
    pub(super) fn new(target: Option<WebhookTarget>, clock: Clock) -> Self {
        Self {
            desk: Mutex::new(Desk::new(target)),
            clock,
            work: Notify::new(),
        }
    }

    pub(super) fn set_target(&self, target: Option<WebhookTarget>) {
        self.act(|desk, _| desk.aim(target));
    }

    pub(super) fn hand_in(&self, letters: Vec<Letter>, delivery: WebhookDelivery) {
        if letters.is_empty() {
            return;
        }
        self.act(|desk, now| {
            for letter in letters {
                desk.accept(letter, delivery, now);
            }
        });
    }

    /// Sends the held webhooks.
    pub(super) fn release(&self, order: ReleaseOrder) {
        self.act(|desk, now| desk.release(order, now));
    }

    /// Sends again what was written about a transaction, and says how many webhooks that were.
    pub(super) fn replay(&self, transaction_id: &str) -> usize {
        self.act(|desk, now| desk.replay(transaction_id, now))
    }

    pub(super) fn history(&self) -> Vec<WebhookView> {
        self.act(|desk, _| desk.notifications().map(Notification::view).collect())
    }

    /// Does something at the desk, and looks for work afterwards.
    pub(super) fn act<T>(&self, act: impl FnOnce(&mut Desk, Moment) -> T) -> T {
        let now = self.clock.now();
        let done = act(&mut self.desk(), now);
        self.work.notify_one();
        done
    }

    /// Delivers, one after the other, for as long as it is polled.
    pub(super) async fn deliver(&self) {
        let client = reqwest::Client::builder()
            .timeout(TIME_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(error = %error, "webhooks cannot be sent");
                return;
            }
        };
        let mut changes = self.clock.changes();
        loop {
            while let Some(parcel) = {
                let now = self.clock.now();
                self.desk().take(now)
            } {
                let delivery = send(&client, &parcel.target, parcel.body).await;
                let now = self.clock.now();
                self.desk().note(parcel.errand, delivery, now);
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = changes.changed() => {}
            }
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn send(client: &reqwest::Client, target: &WebhookTarget, body: String) -> Delivery {
    let request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .header("capa-signature", signature(&target.secret, &body))
        .body(body);
    match request.send().await {
        Ok(response) => {
            let outcome = DeliveryOutcome::Answered(response.status().as_u16());
            let error = if outcome.is_success() {
                None
            } else {
                error_of(response).await
            };
            Delivery { outcome, error }
        }
        Err(error) => {
            tracing::warn!(error = %error, "a webhook was not delivered");
            Delivery {
                outcome: DeliveryOutcome::Failed,
                error: None,
            }
        }
    }
}

/// What the receiver answered, as JSON if it is that.
async fn error_of(response: reqwest::Response) -> Option<Value> {
    let body = response.bytes().await.ok()?;
    let body = &body[..body.len().min(LONGEST_ERROR)];
    if body.is_empty() {
        return None;
    }
    let read = serde_json::from_slice(body);
    Some(read.unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body))))
}

/// Lowercase hex of HMAC-SHA256 over the bytes that are sent, keyed by the secret.
fn signature(secret: &str, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(body.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_contract() {
        let body = concat!(
            r#"{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","externalUserId":"cust-1","#,
            r#""transactionId":"00000000-0000-4000-8000-000000000001","#,
            r#""firstName":"ANA","lastName":"LOPEZ"}"#,
        );
        assert_eq!(
            signature("whsec_test", body),
            "0010a4023c3fa9ca4c3accdc15d0306eb02693443252b35e0f625ec79269298d"
        );
    }
}
