//! How webhooks are signed and delivered (12.2).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use tokio::sync::Notify;

use super::desk::Desk;
use super::knobs::WebhookDelivery;
use super::letters::Letter;
use crate::clock::{Clock, Moment};
use crate::config::WebhookTarget;
use crate::providers::capa::{DeliveryOutcome, ReleaseOrder};

/// A webhook and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookView {
    /// Its `event_id`.
    pub id: String,
    /// The order that it is about; none if it is about something else.
    pub order_id: Option<String>,
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

/// How long a receiver may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// How often the clock is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

impl Post {
    pub(super) fn new(url: Option<String>, secret: String, clock: Clock) -> Self {
        Self {
            desk: Mutex::new(Desk::new(url, secret)),
            clock,
            work: Notify::new(),
        }
    }

    /// Sends somewhere else, signed with another secret, or nowhere.
    pub(super) fn set_target(&self, target: Option<WebhookTarget>) {
        self.act(|desk, _| desk.aim(target));
    }

    /// Sends somewhere else with the same secret, or nowhere.
    pub(super) fn redirect(&self, url: Option<String>) {
        self.act(|desk, _| desk.url = url);
    }

    pub(super) fn url(&self) -> Option<String> {
        self.desk().url.clone()
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

    pub(super) fn release(&self, order: ReleaseOrder) {
        self.act(|desk, now| desk.release(order, now));
    }

    /// Sends again what was written about an order, and says how many webhooks that were.
    pub(super) fn replay(&self, order_id: &str) -> usize {
        self.act(|desk, now| desk.replay(order_id, now))
    }

    pub(super) fn history(&self) -> Vec<WebhookView> {
        self.act(|desk, _| desk.views())
    }

    /// Sends one letter at once and says what status it was answered with.
    pub(super) async fn send_now(&self, letter: &Letter) -> Option<u16> {
        let (url, secret) = {
            let desk = self.desk();
            (desk.url.clone()?, desk.secret.clone())
        };
        let client = client()?;
        let now = self.clock.now();
        match send(&client, &url, &secret, letter.body(), now).await {
            DeliveryOutcome::Answered(status) => Some(status),
            DeliveryOutcome::NotSent
            | DeliveryOutcome::Waiting
            | DeliveryOutcome::Failed
            | DeliveryOutcome::Lost => None,
        }
    }

    /// Delivers, one after the other, for as long as it is polled.
    pub(super) async fn deliver(&self) {
        let Some(client) = client() else {
            return;
        };
        let mut changes = self.clock.changes();
        loop {
            while let Some(parcel) = {
                let now = self.clock.now();
                self.desk().take(now)
            } {
                // U-12: the time is that of the attempt.
                let now = self.clock.now();
                let outcome = send(&client, &parcel.url, &parcel.secret, parcel.body, now).await;
                let now = self.clock.now();
                self.desk().note(parcel.errand, outcome, now);
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = changes.changed() => {}
            }
        }
    }

    fn act<T>(&self, act: impl FnOnce(&mut Desk, Moment) -> T) -> T {
        let now = self.clock.now();
        let done = act(&mut self.desk(), now);
        self.work.notify_one();
        done
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn client() -> Option<reqwest::Client> {
    let client = reqwest::Client::builder()
        .timeout(TIME_LIMIT)
        .connect_timeout(CONNECT_LIMIT)
        .user_agent("unigox-webhooks/1.0")
        .redirect(reqwest::redirect::Policy::none())
        .build();
    match client {
        Ok(client) => Some(client),
        Err(error) => {
            tracing::error!(error = %error, "webhooks cannot be sent");
            None
        }
    }
}

async fn send(
    client: &reqwest::Client,
    url: &str,
    secret: &str,
    body: String,
    now: Moment,
) -> DeliveryOutcome {
    let timestamp = now.unix_millis() / 1_000;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("x-unigox-timestamp", timestamp)
        .header("x-unigox-signature", signature(secret, timestamp, &body))
        .body(body);
    match request.send().await {
        Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
        Err(error) => {
            tracing::warn!(error = %error, "a webhook was not delivered");
            DeliveryOutcome::Failed
        }
    }
}

/// HMAC-SHA256 over the time and the bytes that are sent, in lowercase hex.
fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_contract() {
        let body = concat!(
            r#"{"event_id":"evt_a1b2c3d4-e5f6-7890-abcd-ef1234567890","#,
            r#""event_type":"order.status.changed","created_at":"2026-02-01T12:00:05Z","#,
            r#""data":{"order_id":"b2c3d4e5-f6a7-8901-bcde-f12345678901","#,
            r#""status":"crypto_received"}}"#,
        );
        assert_eq!(
            signature("whsec_test_unigox", 1_769_947_205, body),
            "sha256=c405c68165b5485dc3572aae0ad4361c6e3fe470a39fb09d5cdb5ccfb2f17486"
        );
    }
}
