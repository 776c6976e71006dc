//! The desk of the post: who is subscribed to what, what was written, and what is sent when.
//!
//! What fails is repeated as assumption A-10 says, on the simulator's clock.

use std::collections::{BTreeMap, VecDeque};

use super::assumptions::WEBHOOK_RETRIES;
use super::knobs::{Knobs, SignatureText};
use super::letters::{EventType, Letter};
use super::views::WebhookView;
use crate::clock::Moment;
use crate::providers::common::{DeliveryOutcome, ReleaseOrder, WebhookDelivery};

/// How many webhooks are remembered.
const HISTORY: usize = 1_000;

/// What was written and what is to be sent.
#[derive(Debug, Default)]
pub(super) struct Desk {
    subscriptions: BTreeMap<EventType, String>,
    /// The latest webhooks, oldest first. `forgotten` older ones are gone.
    history: VecDeque<Webhook>,
    forgotten: usize,
    queue: VecDeque<Errand>,
    /// What is held back, by number.
    held: Vec<usize>,
}

#[derive(Debug)]
struct Webhook {
    letter: Letter,
    text: SignatureText,
    attempts: u32,
    outcome: DeliveryOutcome,
}

/// Something to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    at: Moment,
    /// The number of the webhook.
    number: usize,
    turn: Turn,
}

/// Why it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// By the schedule, after so many retries.
    Scheduled(usize),
    /// Once more, because a test wants it so.
    Extra,
}

/// What is sent, and where.
pub(super) struct Parcel {
    pub(super) errand: Errand,
    pub(super) url: String,
    pub(super) body: String,
    pub(super) text: SignatureText,
}

impl Desk {
    pub(super) fn subscribe(&mut self, event: EventType, url: String) -> Option<String> {
        self.subscriptions.insert(event, url)
    }

    pub(super) fn subscription(&self, event: EventType) -> Option<&String> {
        self.subscriptions.get(&event)
    }

    pub(super) fn set_target(&mut self, url: Option<&str>) {
        self.subscriptions = url.map_or_else(BTreeMap::new, |url| {
            EventType::ALL.map(|event| (event, url.to_owned())).into()
        });
    }

    pub(super) fn accept(&mut self, letter: Letter, knobs: &Knobs, now: Moment) {
        let number = self.forgotten + self.history.len();
        let (outcome, attempts) = match (self.subscription(letter.event), knobs.webhooks) {
            (None, _) => (DeliveryOutcome::NotSent, 0),
            (Some(_), WebhookDelivery::Lost) => (DeliveryOutcome::Lost, 1),
            (Some(_), WebhookDelivery::Once | WebhookDelivery::Twice | WebhookDelivery::Held) => {
                (DeliveryOutcome::Waiting, 0)
            }
        };
        self.history.push_back(Webhook {
            letter,
            text: knobs.signature,
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
        match knobs.webhooks {
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

    /// Sends once more what was written about an order, and says how much that is.
    pub(super) fn replay(&mut self, order_id: &str, now: Moment) -> usize {
        let numbers: Vec<usize> = (self.forgotten..)
            .zip(&self.history)
            .filter(|(_, one)| one.letter.order_id == order_id)
            .map(|(number, _)| number)
            .collect();
        for number in &numbers {
            self.send(*number, Turn::Extra, now);
        }
        numbers.len()
    }

    /// What is to be sent by now, if anything is.
    pub(super) fn take(&mut self, now: Moment) -> Option<Parcel> {
        loop {
            let next = self.queue.iter().position(|errand| errand.at <= now)?;
            let errand = self.queue.remove(next)?;
            let webhook = errand.number.checked_sub(self.forgotten);
            let webhook = webhook.and_then(|place| self.history.get(place));
            let Some(webhook) = webhook else { continue };
            if let Some(url) = self.subscriptions.get(&webhook.letter.event) {
                return Some(Parcel {
                    errand,
                    url: url.clone(),
                    body: webhook.letter.body.clone(),
                    text: webhook.text,
                });
            }
        }
    }

    /// Writes down how it went, and when it is tried again.
    pub(super) fn note(&mut self, errand: Errand, outcome: DeliveryOutcome, now: Moment) {
        let place = errand.number.checked_sub(self.forgotten);
        let Some(webhook) = place.and_then(|place| self.history.get_mut(place)) else {
            return;
        };
        webhook.attempts += 1;
        webhook.outcome = outcome;
        match errand.turn {
            Turn::Scheduled(retries) if !outcome.is_success() => {
                if let Some(pause) = WEBHOOK_RETRIES.get(retries) {
                    let at = now.plus(*pause);
                    self.send(errand.number, Turn::Scheduled(retries + 1), at);
                }
            }
            Turn::Scheduled(_) | Turn::Extra => {}
        }
    }

    pub(super) fn history(&self) -> Vec<WebhookView> {
        let view = |webhook: &Webhook| WebhookView {
            order_id: webhook.letter.order_id.clone(),
            event: webhook.letter.event.as_str().to_owned(),
            body: webhook.letter.body.clone(),
            attempts: webhook.attempts,
            outcome: webhook.outcome,
        };
        self.history.iter().map(view).collect()
    }

    fn send(&mut self, number: usize, turn: Turn, at: Moment) {
        self.queue.push_back(Errand { at, number, turn });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

    fn letter(event: EventType) -> Letter {
        Letter {
            order_id: "o".to_owned(),
            event,
            body: event.as_str().to_owned(),
        }
    }

    /// Lets every attempt fail for two hours and says in which minute it was made.
    fn fail(desk: &mut Desk) -> Vec<u64> {
        let mut made = Vec::new();
        for minute in 0..=120 {
            let now = NOON.plus(Duration::from_mins(minute));
            while let Some(parcel) = desk.take(now) {
                made.push(minute);
                desk.note(parcel.errand, DeliveryOutcome::Answered(500), now);
            }
        }
        made
    }

    #[test]
    fn what_fails_is_retried_four_times_and_then_given_up() {
        let mut desk = Desk::default();
        desk.set_target(Some("http://a"));
        desk.accept(letter(EventType::CryptoReceived), &Knobs::default(), NOON);
        assert_eq!(fail(&mut desk), [0, 1, 6, 21, 81]);
        assert_eq!(desk.history()[0].attempts, 5);
    }

    #[test]
    fn only_what_is_subscribed_to_is_sent() {
        let mut desk = Desk::default();
        desk.subscribe(EventType::RampoffFinished, "http://a".to_owned());
        desk.accept(letter(EventType::CryptoReceived), &Knobs::default(), NOON);
        desk.accept(letter(EventType::RampoffFinished), &Knobs::default(), NOON);
        assert_eq!(desk.take(NOON).unwrap().body, "RAMPOFF_FINISHED");
        assert!(desk.take(NOON).is_none());
        assert_eq!(desk.history()[0].outcome, DeliveryOutcome::NotSent);
    }

    #[test]
    fn old_webhooks_are_forgotten() {
        let mut desk = Desk::default();
        desk.set_target(Some("http://a"));
        for _ in 0..=HISTORY {
            desk.accept(letter(EventType::CryptoReceived), &Knobs::default(), NOON);
        }
        assert_eq!(desk.history().len(), HISTORY);
        assert_eq!(std::iter::from_fn(|| desk.take(NOON)).count(), HISTORY);
    }
}
