//! How webhooks are signed, delivered, and sent again on the simulator's clock (12.2).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use tokio::sync::Notify;

use super::assumptions::RETRIES;
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

#[derive(Debug)]
struct Desk {
    url: Option<String>,
    secret: String,
    /// Newest last. `forgotten` older ones are gone.
    history: VecDeque<Sent>,
    forgotten: usize,
    queue: VecDeque<Errand>,
    held: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Sent {
    letter: Letter,
    signing: Signing,
    attempts: u32,
    outcome: DeliveryOutcome,
}

/// With which secret a webhook is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signing {
    Right,
    Wrong,
}

/// Something to be sent: a webhook, and which of its retries follows a failure.
#[derive(Clone, Copy, Debug)]
struct Errand {
    at: Moment,
    number: usize,
    retry: Option<usize>,
}

struct Parcel {
    errand: Errand,
    url: String,
    secret: String,
    body: String,
}

/// How long a receiver may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// How often the clock is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

/// How many webhooks are remembered.
const HISTORY: usize = 1_000;

impl Post {
    pub(super) fn new(url: Option<String>, secret: String, clock: Clock) -> Self {
        let desk = Desk {
            url,
            secret,
            history: VecDeque::new(),
            forgotten: 0,
            queue: VecDeque::new(),
            held: Vec::new(),
        };
        Self {
            desk: Mutex::new(desk),
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
        self.act(|desk, _| desk.history.iter().map(Sent::view).collect())
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

impl Desk {
    fn aim(&mut self, target: Option<WebhookTarget>) {
        if let Some(target) = &target {
            self.secret.clone_from(&target.secret);
        }
        self.url = target.map(|target| target.url);
    }

    fn accept(&mut self, letter: Letter, delivery: WebhookDelivery, now: Moment) {
        let again = match delivery {
            WebhookDelivery::ToldTwice => Some(letter.retold()),
            WebhookDelivery::Once
            | WebhookDelivery::Twice
            | WebhookDelivery::Held
            | WebhookDelivery::Lost
            | WebhookDelivery::BadlySigned => None,
        };
        self.enter(letter, delivery, now);
        if let Some(letter) = again {
            self.enter(letter, delivery, now);
        }
    }

    fn enter(&mut self, letter: Letter, delivery: WebhookDelivery, now: Moment) {
        let number = self.forgotten + self.history.len();
        let (outcome, attempts) = match (&self.url, delivery) {
            (None, _) => (DeliveryOutcome::NotSent, 0),
            (Some(_), WebhookDelivery::Lost) => (DeliveryOutcome::Lost, 1),
            (Some(_), _) => (DeliveryOutcome::Waiting, 0),
        };
        let signing = match delivery {
            WebhookDelivery::BadlySigned => Signing::Wrong,
            WebhookDelivery::Once
            | WebhookDelivery::Twice
            | WebhookDelivery::ToldTwice
            | WebhookDelivery::Held
            | WebhookDelivery::Lost => Signing::Right,
        };
        self.history.push_back(Sent {
            letter,
            signing,
            attempts,
            outcome,
        });
        if self.history.len() > HISTORY {
            self.history.pop_front();
            self.forgotten += 1;
        }
        if outcome != DeliveryOutcome::Waiting {
            return;
        }
        match delivery {
            WebhookDelivery::Once | WebhookDelivery::ToldTwice | WebhookDelivery::BadlySigned => {
                self.send(number, Some(0), now);
            }
            WebhookDelivery::Twice => {
                self.send(number, Some(0), now);
                self.send(number, None, now);
            }
            WebhookDelivery::Held => self.held.push(number),
            WebhookDelivery::Lost => {}
        }
    }

    fn release(&mut self, order: ReleaseOrder, now: Moment) {
        let mut held = std::mem::take(&mut self.held);
        match order {
            ReleaseOrder::AsHappened => {}
            ReleaseOrder::Reversed => held.reverse(),
        }
        for number in held {
            self.send(number, Some(0), now);
        }
    }

    fn replay(&mut self, order_id: &str, now: Moment) -> usize {
        let numbered = (self.forgotten..).zip(&self.history);
        let about = numbered.filter(|(_, sent)| sent.letter.order_id.as_deref() == Some(order_id));
        let numbers: Vec<usize> = about.map(|(number, _)| number).collect();
        for number in &numbers {
            self.send(*number, None, now);
        }
        numbers.len()
    }

    fn send(&mut self, number: usize, retry: Option<usize>, at: Moment) {
        self.queue.push_back(Errand { at, number, retry });
    }

    /// What is to be sent by now, if anything is.
    fn take(&mut self, now: Moment) -> Option<Parcel> {
        let url = self.url.clone()?;
        loop {
            let next = self.queue.iter().position(|errand| errand.at <= now)?;
            let errand = self.queue.remove(next)?;
            let place = errand.number.checked_sub(self.forgotten);
            if let Some(sent) = place.and_then(|place| self.history.get(place)) {
                let secret = match sent.signing {
                    Signing::Right => self.secret.clone(),
                    Signing::Wrong => format!("{}_of_somebody_else", self.secret),
                };
                let body = sent.letter.body();
                return Some(Parcel {
                    errand,
                    url,
                    secret,
                    body,
                });
            }
        }
    }

    /// Writes down how it went, and when it is tried again.
    fn note(&mut self, errand: Errand, outcome: DeliveryOutcome, now: Moment) {
        let place = errand.number.checked_sub(self.forgotten);
        let Some(sent) = place.and_then(|place| self.history.get_mut(place)) else {
            return;
        };
        sent.attempts += 1;
        sent.outcome = outcome;
        if outcome.is_success() {
            let number = errand.number;
            let keeps = |other: &Errand| other.number != number || other.retry.is_none();
            self.queue.retain(keeps);
            return;
        }
        let retry = errand
            .retry
            .and_then(|retry| Some((retry, RETRIES.get(retry)?)));
        if let Some((retry, pause)) = retry {
            self.send(errand.number, Some(retry + 1), now.plus(*pause));
        }
    }
}

impl Sent {
    fn view(&self) -> WebhookView {
        WebhookView {
            id: self.letter.event_id.clone(),
            order_id: self.letter.order_id.clone(),
            event: self.letter.event.to_owned(),
            body: self.letter.body(),
            attempts: self.attempts,
            outcome: self.outcome,
        }
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

    const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

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

    #[test]
    fn ten_attempts_are_made_and_no_more() {
        let post = Post::new(None, String::new(), Clock::held_at(NOON));
        let mut desk = post.desk();
        desk.url = Some("https://example.com".to_owned());
        desk.accept(Letter::test(NOON), WebhookDelivery::Once, NOON);
        let mut now = NOON;
        let mut pauses = Vec::new();
        while let Some(errand) = desk.queue.front().copied() {
            pauses.push((errand.at.unix_millis() - now.unix_millis()) / 60_000);
            now = errand.at;
            let parcel = desk.take(now).unwrap();
            desk.note(parcel.errand, DeliveryOutcome::Failed, now);
        }
        assert_eq!(pauses, [0, 1, 5, 15, 60, 360, 720, 1_440, 1_440, 1_440]);
    }

    #[test]
    fn a_success_ends_the_retries() {
        let post = Post::new(None, String::new(), Clock::held_at(NOON));
        let mut desk = post.desk();
        desk.url = Some("https://example.com".to_owned());
        desk.accept(Letter::test(NOON), WebhookDelivery::Once, NOON);
        let parcel = desk.take(NOON).unwrap();
        desk.note(parcel.errand, DeliveryOutcome::Answered(204), NOON);
        assert!(desk.queue.is_empty());
    }
}
