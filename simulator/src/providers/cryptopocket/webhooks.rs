//! How webhooks are signed, delivered and repeated (section 11.2, assumption A-10).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::Notify;

use super::assumptions::WEBHOOK_TIME_LIMIT;
use super::desk::{Desk, Parcel};
use super::knobs::{Knobs, SignatureText};
use super::letters::{EventType, Letter};
use super::views::WebhookView;
use crate::clock::{Clock, Moment};
use crate::config::CryptoPocketKeys;
use crate::providers::common::{DeliveryOutcome, ReleaseOrder};

/// Where letters become deliveries.
#[derive(Debug)]
pub(super) struct Post {
    keys: CryptoPocketKeys,
    desk: Mutex<Desk>,
    clock: Clock,
    work: Notify,
}

/// How often the clock is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

impl Post {
    pub(super) fn new(keys: CryptoPocketKeys, clock: Clock) -> Self {
        Self {
            keys,
            desk: Mutex::default(),
            clock,
            work: Notify::new(),
        }
    }

    /// Sends events of a type to an address from now on, and says whether another was known.
    pub(super) fn subscribe(&self, event: EventType, url: String) -> Option<String> {
        self.act(|desk, _| desk.subscribe(event, url))
    }

    /// Where events of a type go.
    pub(super) fn subscription(&self, event: EventType) -> Option<String> {
        self.act(|desk, _| desk.subscription(event).cloned())
    }

    /// Sends every event to one address from now on, or none to any.
    pub(super) fn set_target(&self, url: Option<&str>) {
        self.act(|desk, _| desk.set_target(url));
    }

    pub(super) fn hand_in(&self, letters: Vec<Letter>, knobs: &Knobs) {
        if letters.is_empty() {
            return;
        }
        self.act(|desk, now| {
            for letter in letters {
                desk.accept(letter, knobs, now);
            }
        });
    }

    /// Sends the held webhooks.
    pub(super) fn release(&self, order: ReleaseOrder) {
        self.act(|desk, now| desk.release(order, now));
    }

    /// Sends again what was written about an order, and says how many webhooks that were.
    pub(super) fn replay(&self, order_id: &str) -> usize {
        self.act(|desk, now| desk.replay(order_id, now))
    }

    pub(super) fn history(&self) -> Vec<WebhookView> {
        self.act(|desk, _| desk.history())
    }

    /// Does something at the desk, and looks for work afterwards.
    fn act<T>(&self, act: impl FnOnce(&mut Desk, Moment) -> T) -> T {
        let now = self.clock.now();
        let done = act(&mut self.desk(), now);
        self.work.notify_one();
        done
    }

    /// Delivers, one after the other, for as long as it is polled.
    pub(super) async fn deliver(&self) {
        let client = reqwest::Client::builder()
            .timeout(WEBHOOK_TIME_LIMIT)
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
                let errand = parcel.errand;
                let outcome = self.send(&client, parcel).await;
                let now = self.clock.now();
                self.desk().note(errand, outcome, now);
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Each attempt is signed at its own time.
    async fn send(&self, client: &reqwest::Client, parcel: Parcel) -> DeliveryOutcome {
        let timestamp = self.clock.now().unix_millis().div_euclid(1_000).to_string();
        let signature = sign(&self.keys.secret, &parcel.body, &timestamp, parcel.text);
        let request = client
            .post(&parcel.url)
            .header("content-type", "application/json")
            .header("X-API-Key", &self.keys.key)
            .header("X-Signature", signature)
            .header("X-Timestamp", timestamp)
            .body(parcel.body);
        match request.send().await {
            Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
            Err(error) => {
                tracing::warn!(error = %error, "a webhook was not delivered");
                DeliveryOutcome::Failed
            }
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// HMAC-SHA256 over the bytes that are sent and the timestamp after them, keyed by the secret.
fn sign(secret: &str, body: &str, timestamp: &str, text: SignatureText) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(body.as_bytes());
    mac.update(timestamp.as_bytes());
    let digest = mac.finalize().into_bytes();
    match text {
        SignatureText::LowerHex => HEXLOWER.encode(&digest),
        SignatureText::UpperHex => HEXUPPER.encode(&digest),
        SignatureText::Base64 => BASE64.encode(&digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_contract() {
        let body = r#"{"type":"CRYPTO_RECEIVED","data":{"id":"ExM63FJ9ZsAZF2VfTfU4rn7Sq"}}"#;
        let sign = |text| sign("cp_test_secret", body, "1769947205", text);
        let hex = "6d82a97b31dfeba70dac2da85039cab844dae535336d2663ba818be068f91989";
        assert_eq!(sign(SignatureText::LowerHex), hex);
        assert_eq!(sign(SignatureText::UpperHex), hex.to_uppercase());
        let base64 = "bYKpezHf66cNrC2oUDnKuETa5TUzbSZjuoGL4Gj5GYk=";
        assert_eq!(sign(SignatureText::Base64), base64);
    }
}
