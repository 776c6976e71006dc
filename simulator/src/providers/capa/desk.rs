//! The desk of the post: what was written, what became of it, and what is sent when.
//!
//! Every notification is repeated as section 7.2 of the contract says, on the simulator's clock.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::letters::Letter;
use super::new_id;
use super::refusal::Refusal;
use super::webhooks::WebhookView;
use crate::clock::Moment;
use crate::config::WebhookTarget;
use crate::providers::common::{DeliveryOutcome, ReleaseOrder, WebhookDelivery};

/// How many notifications are remembered.
pub(super) const HISTORY: usize = 1_000;

/// How long after a failure each automatic retry is made.
const RETRIES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(10),
    Duration::from_mins(15),
];

/// How often a partner may ask for one notification again.
const MANUAL_RETRIES: u32 = 3;

/// How often a partner may ask for any in a minute.
const MANUAL_RETRIES_A_MINUTE: usize = 10;

/// What signs webhooks until somebody names a secret: there is one for each environment (U10).
const DEFAULT_SECRET: &str = "whsec_simulator";

/// Where a notification stands, in Capa's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotificationStatus {
    /// Queued, or being retried.
    Pending,
    /// Delivered.
    Sent,
    /// Every automatic attempt was used up.
    Failed,
    /// There was nowhere to send it when the event happened.
    NotSent,
}

/// A webhook, and everything that the history says about it.
#[derive(Clone, Debug)]
pub(super) struct Notification {
    pub(super) id: String,
    pub(super) status: NotificationStatus,
    pub(super) letter: Letter,
    /// How often it was sent, for whatever reason.
    pub(super) attempts: u32,
    pub(super) outcome: DeliveryOutcome,
    pub(super) retry_attempts: u32,
    pub(super) manual_retries: u32,
    pub(super) latest_error: Option<Value>,
    pub(super) last_manual_retry_at: Option<Moment>,
    pub(super) version: u32,
    pub(super) created_at: Moment,
    pub(super) updated_at: Moment,
}

/// Something to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    at: Moment,
    /// The number of the notification.
    number: usize,
    turn: Turn,
}

/// Why it is sent.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// By the schedule, after so many automatic retries.
    Scheduled(usize),
    /// Once more, because a test wants it so.
    Extra,
}

/// How a receiver took a webhook.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) outcome: DeliveryOutcome,
    /// What it answered, where that was no success.
    pub(super) error: Option<Value>,
}

/// What is sent, and where.
pub(super) struct Parcel {
    pub(super) errand: Errand,
    pub(super) target: WebhookTarget,
    pub(super) body: String,
}

/// What was written and what is to be sent.
#[derive(Debug)]
pub(super) struct Desk {
    target: Option<WebhookTarget>,
    secret: String,
    /// The latest notifications, oldest first. `forgotten` older ones are gone.
    history: VecDeque<Notification>,
    forgotten: usize,
    queue: VecDeque<Errand>,
    /// What is held back, by number.
    held: Vec<usize>,
    /// When manual retries were asked for in the last minute.
    asked: VecDeque<Moment>,
}

impl Desk {
    pub(super) fn new(target: Option<WebhookTarget>) -> Self {
        let mut desk = Self {
            target: None,
            secret: DEFAULT_SECRET.to_owned(),
            history: VecDeque::new(),
            forgotten: 0,
            queue: VecDeque::new(),
            held: Vec::new(),
            asked: VecDeque::new(),
        };
        desk.aim(target);
        desk
    }

    pub(super) fn aim(&mut self, target: Option<WebhookTarget>) {
        if let Some(target) = &target {
            self.secret.clone_from(&target.secret);
        }
        self.target = target;
    }

    /// Sends to another address with the same secret, or to none.
    pub(super) fn redirect(&mut self, url: Option<String>) {
        let secret = self.secret.clone();
        self.target = url.map(|url| WebhookTarget { url, secret });
    }

    pub(super) fn accept(&mut self, letter: Letter, delivery: WebhookDelivery, now: Moment) {
        let number = self.forgotten + self.history.len();
        let (status, outcome, attempts) = match (&self.target, delivery) {
            (None, _) => (NotificationStatus::NotSent, DeliveryOutcome::NotSent, 0),
            (Some(_), WebhookDelivery::Lost) => {
                (NotificationStatus::Sent, DeliveryOutcome::Lost, 1)
            }
            (Some(_), WebhookDelivery::Once | WebhookDelivery::Twice | WebhookDelivery::Held) => {
                (NotificationStatus::Pending, DeliveryOutcome::Waiting, 0)
            }
        };
        self.history.push_back(Notification {
            id: new_id(),
            status,
            letter,
            attempts,
            outcome,
            retry_attempts: 0,
            manual_retries: 0,
            latest_error: None,
            last_manual_retry_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        });
        if self.history.len() > HISTORY {
            self.history.pop_front();
            self.forgotten += 1;
        }
        if status != NotificationStatus::Pending {
            return;
        }
        match delivery {
            WebhookDelivery::Once => self.send(number, Turn::Scheduled(0), now),
            WebhookDelivery::Twice => {
                self.send(number, Turn::Scheduled(0), now);
                self.send(number, Turn::Extra, now);
            }
            WebhookDelivery::Held => self.held.push(number),
            WebhookDelivery::Lost => {}
        }
    }

    /// Lets go of what is held.
    pub(super) fn release(&mut self, order: ReleaseOrder, now: Moment) {
        let mut held = std::mem::take(&mut self.held);
        match order {
            ReleaseOrder::AsHappened => {}
            ReleaseOrder::Reversed => held.reverse(),
        }
        for number in held {
            self.send(number, Turn::Scheduled(0), now);
        }
    }

    /// Sends once more what was written about a transaction, and says how much that is.
    pub(super) fn replay(&mut self, transaction_id: &str, now: Moment) -> usize {
        let numbers: Vec<usize> = (self.forgotten..)
            .zip(&self.history)
            .filter(|(_, one)| one.letter.transaction_id.as_deref() == Some(transaction_id))
            .map(|(number, _)| number)
            .collect();
        for number in &numbers {
            self.send(*number, Turn::Extra, now);
        }
        numbers.len()
    }

    /// What is to be sent by now, if anything is.
    pub(super) fn take(&mut self, now: Moment) -> Option<Parcel> {
        let target = self.target.clone()?;
        loop {
            let next = self.queue.iter().position(|errand| errand.at <= now)?;
            let errand = self.queue.remove(next)?;
            if let Some(notification) = self.notification(errand.number) {
                let body = notification.letter.body.clone();
                return Some(Parcel {
                    errand,
                    target,
                    body,
                });
            }
        }
    }

    /// Writes down how it went, and when it is tried again.
    pub(super) fn note(&mut self, errand: Errand, delivery: Delivery, now: Moment) {
        let Some(notification) = self.notification(errand.number) else {
            return;
        };
        let arrived = delivery.outcome.is_success();
        notification.attempts += 1;
        notification.outcome = delivery.outcome;
        notification.updated_at = now;
        if let Turn::Scheduled(retries) = errand.turn {
            notification.retry_attempts = u32::try_from(retries).unwrap_or(u32::MAX);
        }
        if arrived {
            notification.status = NotificationStatus::Sent;
            self.queue.retain(|other| !other.repeats(errand.number));
            return;
        }
        notification.latest_error = delivery.error;
        match (errand.turn, notification.status) {
            (Turn::Scheduled(retries), NotificationStatus::Pending) => match RETRIES.get(retries) {
                Some(pause) => {
                    self.send(
                        errand.number,
                        Turn::Scheduled(retries + 1),
                        now.plus(*pause),
                    );
                }
                None => notification.status = NotificationStatus::Failed,
            },
            (
                Turn::Scheduled(_),
                NotificationStatus::Sent | NotificationStatus::Failed | NotificationStatus::NotSent,
            )
            | (Turn::Extra, _) => {}
        }
    }

    /// Sends a failed notification anew, with every automatic retry.
    pub(super) fn retry(&mut self, id: &str, now: Moment) -> Result<Notification, Refusal> {
        let minute_ago = |asked: &Moment| asked.plus(Duration::from_mins(1)) <= now;
        while self.asked.front().is_some_and(minute_ago) {
            self.asked.pop_front();
        }
        if self.asked.len() == MANUAL_RETRIES_A_MINUTE {
            return Err(Refusal::TooManyRequests);
        }
        self.asked.push_back(now);
        let place = self.history.iter().position(|one| one.id == id);
        let place = place.ok_or(Refusal::NotificationNotFound)?;
        let notification = &mut self.history[place];
        if notification.status != NotificationStatus::Failed {
            return Err(Refusal::NotificationNotFailed);
        }
        if notification.manual_retries == MANUAL_RETRIES {
            return Err(Refusal::ManualRetriesUsedUp);
        }
        notification.status = NotificationStatus::Pending;
        notification.retry_attempts = 0;
        notification.latest_error = None;
        notification.manual_retries += 1;
        notification.version += 1;
        notification.last_manual_retry_at = Some(now);
        notification.updated_at = now;
        let answer = notification.clone();
        self.send(self.forgotten + place, Turn::Scheduled(0), now);
        Ok(answer)
    }

    /// Every notification, oldest first.
    pub(super) fn notifications(&self) -> impl DoubleEndedIterator<Item = &Notification> {
        self.history.iter()
    }

    fn send(&mut self, number: usize, turn: Turn, at: Moment) {
        self.queue.push_back(Errand { at, number, turn });
    }

    fn notification(&mut self, number: usize) -> Option<&mut Notification> {
        self.history.get_mut(number.checked_sub(self.forgotten)?)
    }
}

impl Errand {
    /// Whether it is a planned repetition of this notification.
    fn repeats(&self, number: usize) -> bool {
        self.number == number && matches!(self.turn, Turn::Scheduled(_))
    }
}

impl Notification {
    pub(super) fn view(&self) -> WebhookView {
        WebhookView {
            id: self.id.clone(),
            status: self.status,
            transaction_id: self.letter.transaction_id.clone(),
            event: self.letter.event.to_owned(),
            body: self.letter.body.clone(),
            attempts: self.attempts,
            outcome: self.outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

    fn letter(event: &'static str) -> Letter {
        Letter {
            transaction_id: Some("t".to_owned()),
            event,
            body: event.to_owned(),
        }
    }

    fn desk() -> Desk {
        Desk::new(Some(WebhookTarget {
            url: "http://a".to_owned(),
            secret: "s".to_owned(),
        }))
    }

    fn refused() -> Delivery {
        Delivery {
            outcome: DeliveryOutcome::Answered(500),
            error: Some(Value::from("away")),
        }
    }

    fn taken() -> Delivery {
        Delivery {
            outcome: DeliveryOutcome::Answered(204),
            error: None,
        }
    }

    fn bodies(desk: &mut Desk, now: Moment) -> Vec<String> {
        std::iter::from_fn(|| desk.take(now))
            .map(|parcel| parcel.body)
            .collect()
    }

    /// Lets every attempt fail until `until`, second by second, and says in which it was made.
    fn fail_until(desk: &mut Desk, until: u64) -> Vec<u64> {
        let mut made = Vec::new();
        for second in 0..=until {
            let now = NOON.plus(Duration::from_secs(second));
            while let Some(parcel) = desk.take(now) {
                made.push(second);
                desk.note(parcel.errand, refused(), now);
            }
        }
        made
    }

    fn only(desk: &Desk) -> &Notification {
        desk.notifications().next().unwrap()
    }

    #[test]
    fn what_fails_is_retried_five_times_and_then_given_up() {
        let mut desk = desk();
        desk.accept(letter("a"), WebhookDelivery::Once, NOON);
        let minutes = |minutes: u64| minutes * 60;
        let expected = [0, 0, minutes(1), minutes(6), minutes(16), minutes(31)];
        assert_eq!(fail_until(&mut desk, minutes(30)), expected[..5]);
        assert_eq!(only(&desk).status, NotificationStatus::Pending);
        assert_eq!(only(&desk).retry_attempts, 4);
        assert_eq!(fail_until(&mut desk, minutes(60)), expected[5..]);
        assert_eq!(only(&desk).status, NotificationStatus::Failed);
        assert_eq!(only(&desk).retry_attempts, 5);
        assert_eq!(only(&desk).latest_error, Some(Value::from("away")));
    }

    #[test]
    fn what_arrives_is_not_repeated() {
        let mut desk = desk();
        desk.accept(letter("a"), WebhookDelivery::Once, NOON);
        let first = desk.take(NOON).unwrap();
        desk.note(first.errand, refused(), NOON);
        let again = desk.take(NOON).unwrap();
        desk.note(again.errand, taken(), NOON);
        assert_eq!(fail_until(&mut desk, 3_600), [0; 0]);
        assert_eq!(only(&desk).status, NotificationStatus::Sent);
        assert_eq!((only(&desk).attempts, only(&desk).retry_attempts), (2, 1));
    }

    #[test]
    fn duplicates_are_sent_on_request_and_never_retried() {
        let mut desk = desk();
        desk.accept(letter("a"), WebhookDelivery::Twice, NOON);
        let first = desk.take(NOON).unwrap();
        desk.note(first.errand, taken(), NOON);
        assert_eq!(fail_until(&mut desk, 3_600), [0]);
        assert_eq!(only(&desk).status, NotificationStatus::Sent);
    }

    #[test]
    fn what_gets_lost_on_the_way_counts_as_delivered() {
        let mut desk = desk();
        desk.accept(letter("a"), WebhookDelivery::Lost, NOON);
        assert_eq!(bodies(&mut desk, NOON), [""; 0]);
        assert_eq!(only(&desk).status, NotificationStatus::Sent);
    }

    #[test]
    fn held_webhooks_can_be_released_out_of_order() {
        let mut desk = desk();
        for event in ["a", "b"] {
            desk.accept(letter(event), WebhookDelivery::Held, NOON);
        }
        assert_eq!(bodies(&mut desk, NOON), [""; 0]);
        desk.release(ReleaseOrder::Reversed, NOON);
        assert_eq!(bodies(&mut desk, NOON), ["b", "a"]);
    }

    #[test]
    fn a_replay_sends_everything_about_one_transaction() {
        let mut desk = desk();
        let other = Letter {
            transaction_id: Some("u".to_owned()),
            ..letter("c")
        };
        for letter in [letter("a"), other, letter("b")] {
            desk.accept(letter, WebhookDelivery::Once, NOON);
        }
        assert_eq!(bodies(&mut desk, NOON), ["a", "c", "b"]);
        assert_eq!(desk.replay("t", NOON), 2);
        assert_eq!(bodies(&mut desk, NOON), ["a", "b"]);
    }

    #[test]
    fn without_a_target_webhooks_are_only_remembered() {
        let mut desk = Desk::new(None);
        desk.accept(letter("a"), WebhookDelivery::Once, NOON);
        desk.redirect(Some("http://a".to_owned()));
        assert_eq!(bodies(&mut desk, NOON), [""; 0]);
        assert_eq!(only(&desk).status, NotificationStatus::NotSent);
        let id = only(&desk).id.clone();
        let refused = desk.retry(&id, NOON).unwrap_err();
        assert_eq!(refused, Refusal::NotificationNotFailed);
    }

    #[test]
    fn old_webhooks_are_forgotten() {
        let mut desk = desk();
        for _ in 0..=HISTORY {
            desk.accept(letter("a"), WebhookDelivery::Once, NOON);
        }
        assert_eq!(desk.notifications().count(), HISTORY);
        assert_eq!(bodies(&mut desk, NOON).len(), HISTORY);
    }
}
