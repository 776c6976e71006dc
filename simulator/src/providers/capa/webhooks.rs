//! How webhooks are signed and delivered.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::Notify;

use super::knobs::WebhookDelivery;
use super::letters::Letter;
use crate::config::WebhookTarget;

/// A webhook and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookView {
    /// The transaction that it is about; none if it is about a person.
    pub transaction_id: Option<String>,
    /// The name of the event.
    pub event: String,
    /// The bytes that were signed and sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// What became of it.
    pub outcome: DeliveryOutcome,
}

/// What became of a webhook.
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

/// Where letters become deliveries.
#[derive(Debug, Default)]
pub(super) struct Post {
    desk: Mutex<Desk>,
    work: Notify,
}

#[derive(Debug, Default)]
struct Desk {
    target: Option<WebhookTarget>,
    /// The latest webhooks, oldest first. `forgotten` older ones are gone.
    history: VecDeque<WebhookView>,
    forgotten: usize,
    /// What is to be sent next, and what is held, by the number of the webhook.
    queue: VecDeque<usize>,
    held: Vec<usize>,
}

/// How many webhooks are remembered.
const HISTORY: usize = 1_000;

/// How long a receiver may take (assumption U11).
const TIME_LIMIT: Duration = Duration::from_secs(10);

impl Post {
    pub(super) fn new(target: Option<WebhookTarget>) -> Self {
        let desk = Desk {
            target,
            ..Desk::default()
        };
        Self {
            desk: Mutex::new(desk),
            work: Notify::new(),
        }
    }

    pub(super) fn set_target(&self, target: Option<WebhookTarget>) {
        self.desk().target = target;
    }

    pub(super) fn hand_in(&self, letters: Vec<Letter>, delivery: WebhookDelivery) {
        if letters.is_empty() {
            return;
        }
        let mut desk = self.desk();
        for letter in letters {
            desk.accept(letter, delivery);
        }
        drop(desk);
        self.work.notify_one();
    }

    /// Sends the held webhooks.
    pub(super) fn release(&self, order: ReleaseOrder) {
        let mut desk = self.desk();
        let mut held = std::mem::take(&mut desk.held);
        match order {
            ReleaseOrder::AsHappened => {}
            ReleaseOrder::Reversed => held.reverse(),
        }
        desk.queue.extend(held);
        drop(desk);
        self.work.notify_one();
    }

    /// Sends again what was written about a transaction, and says how many webhooks that were.
    pub(super) fn replay(&self, transaction_id: &str) -> usize {
        let mut desk = self.desk();
        let about_it =
            |webhook: &WebhookView| webhook.transaction_id.as_deref() == Some(transaction_id);
        let numbers = (desk.forgotten..).zip(&desk.history);
        let again: Vec<usize> = numbers
            .filter(|(_, webhook)| about_it(webhook))
            .map(|(number, _)| number)
            .collect();
        let count = again.len();
        desk.queue.extend(again);
        drop(desk);
        self.work.notify_one();
        count
    }

    pub(super) fn history(&self) -> Vec<WebhookView> {
        self.desk().history.iter().cloned().collect()
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
        loop {
            while let Some((number, target, body)) = self.take() {
                let outcome = send(&client, &target, body).await;
                self.desk().note(number, outcome);
            }
            self.work.notified().await;
        }
    }

    fn take(&self) -> Option<(usize, WebhookTarget, String)> {
        let mut desk = self.desk();
        let target = desk.target.clone()?;
        loop {
            let number = desk.queue.pop_front()?;
            if let Some(webhook) = desk.webhook(number) {
                let body = webhook.body.clone();
                return Some((number, target, body));
            }
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn accept(&mut self, letter: Letter, delivery: WebhookDelivery) {
        let number = self.forgotten + self.history.len();
        let outcome = match self.target {
            Some(_) => DeliveryOutcome::Waiting,
            None => DeliveryOutcome::NotSent,
        };
        self.history.push_back(WebhookView {
            transaction_id: letter.transaction_id,
            event: letter.event.to_owned(),
            body: letter.body,
            attempts: 0,
            outcome,
        });
        if self.history.len() > HISTORY {
            self.history.pop_front();
            self.forgotten += 1;
        }
        match (outcome, delivery) {
            (DeliveryOutcome::Waiting, WebhookDelivery::Once) => self.queue.push_back(number),
            (DeliveryOutcome::Waiting, WebhookDelivery::Twice) => {
                self.queue.extend([number, number]);
            }
            (DeliveryOutcome::Waiting, WebhookDelivery::Held) => self.held.push(number),
            (
                DeliveryOutcome::NotSent | DeliveryOutcome::Answered(_) | DeliveryOutcome::Failed,
                _,
            ) => {}
        }
    }

    fn webhook(&mut self, number: usize) -> Option<&mut WebhookView> {
        self.history.get_mut(number.checked_sub(self.forgotten)?)
    }

    fn note(&mut self, number: usize, outcome: DeliveryOutcome) {
        if let Some(webhook) = self.webhook(number) {
            webhook.attempts += 1;
            webhook.outcome = outcome;
        }
    }
}

async fn send(client: &reqwest::Client, target: &WebhookTarget, body: String) -> DeliveryOutcome {
    let request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .header("capa-signature", signature(&target.secret, &body))
        .body(body);
    match request.send().await {
        Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
        Err(error) => {
            tracing::warn!(error = %error, "a webhook was not delivered");
            DeliveryOutcome::Failed
        }
    }
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

    fn letter(event: &'static str) -> Letter {
        Letter {
            transaction_id: Some("t".to_owned()),
            event,
            body: event.to_owned(),
        }
    }

    fn post() -> Post {
        let target = WebhookTarget {
            url: "http://a".to_owned(),
            secret: "s".to_owned(),
        };
        Post::new(Some(target))
    }

    fn queued(post: &Post) -> Vec<String> {
        std::iter::from_fn(|| post.take())
            .map(|(_, _, body)| body)
            .collect()
    }

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

    #[test]
    fn duplicates_are_sent_on_request() {
        let post = post();
        post.hand_in(vec![letter("a")], WebhookDelivery::Twice);
        assert_eq!(queued(&post), ["a", "a"]);
    }

    #[test]
    fn held_webhooks_can_be_released_out_of_order() {
        let post = post();
        post.hand_in(vec![letter("a"), letter("b")], WebhookDelivery::Held);
        assert_eq!(queued(&post), [""; 0]);
        post.release(ReleaseOrder::Reversed);
        assert_eq!(queued(&post), ["b", "a"]);
    }

    #[test]
    fn a_replay_sends_everything_about_one_transaction() {
        let post = post();
        let other = Letter {
            transaction_id: Some("u".to_owned()),
            ..letter("c")
        };
        post.hand_in(vec![letter("a"), other, letter("b")], WebhookDelivery::Once);
        assert_eq!(queued(&post), ["a", "c", "b"]);
        assert_eq!(post.replay("t"), 2);
        assert_eq!(queued(&post), ["a", "b"]);
    }

    #[test]
    fn without_a_target_webhooks_are_only_remembered() {
        let post = Post::new(None);
        post.hand_in(vec![letter("a")], WebhookDelivery::Once);
        assert_eq!(queued(&post), [""; 0]);
        assert_eq!(post.history()[0].outcome, DeliveryOutcome::NotSent);
    }

    #[test]
    fn old_webhooks_are_forgotten() {
        let post = post();
        let letters = (0..=HISTORY).map(|_| letter("a")).collect();
        post.hand_in(letters, WebhookDelivery::Once);
        assert_eq!(post.history().len(), HISTORY);
        assert_eq!(queued(&post).len(), HISTORY);
    }
}
