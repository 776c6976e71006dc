//! The desk of the post: what was written, what became of it, and what is sent when.
//!
//! Everything is repeated as section 12.2 of the contract says, on the simulator's clock.

use std::collections::VecDeque;

use super::assumptions::RETRIES;
use super::knobs::WebhookDelivery;
use super::letters::Letter;
use super::post::WebhookView;
use crate::clock::Moment;
use crate::config::WebhookTarget;
use crate::providers::capa::{DeliveryOutcome, ReleaseOrder};

/// What was written and what is to be sent.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) url: Option<String>,
    pub(super) secret: String,
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
pub(super) struct Errand {
    at: Moment,
    number: usize,
    retry: Option<usize>,
}

/// What is sent, and where.
pub(super) struct Parcel {
    pub(super) errand: Errand,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) body: String,
}

/// How many webhooks are remembered.
const HISTORY: usize = 1_000;

impl Desk {
    pub(super) fn new(url: Option<String>, secret: String) -> Self {
        Self {
            url,
            secret,
            history: VecDeque::new(),
            forgotten: 0,
            queue: VecDeque::new(),
            held: Vec::new(),
        }
    }

    pub(super) fn views(&self) -> Vec<WebhookView> {
        self.history.iter().map(Sent::view).collect()
    }

    pub(super) fn aim(&mut self, target: Option<WebhookTarget>) {
        if let Some(target) = &target {
            self.secret.clone_from(&target.secret);
        }
        self.url = target.map(|target| target.url);
    }

    pub(super) fn accept(&mut self, letter: Letter, delivery: WebhookDelivery, now: Moment) {
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

    pub(super) fn release(&mut self, order: ReleaseOrder, now: Moment) {
        let mut held = std::mem::take(&mut self.held);
        match order {
            ReleaseOrder::AsHappened => {}
            ReleaseOrder::Reversed => held.reverse(),
        }
        for number in held {
            self.send(number, Some(0), now);
        }
    }

    pub(super) fn replay(&mut self, order_id: &str, now: Moment) -> usize {
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
    pub(super) fn take(&mut self, now: Moment) -> Option<Parcel> {
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
    pub(super) fn note(&mut self, errand: Errand, outcome: DeliveryOutcome, now: Moment) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

    #[test]
    fn ten_attempts_are_made_and_no_more() {
        let mut desk = Desk::new(Some("https://example.com".to_owned()), String::new());
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
        let mut desk = Desk::new(Some("https://example.com".to_owned()), String::new());
        desk.accept(Letter::test(NOON), WebhookDelivery::Once, NOON);
        let parcel = desk.take(NOON).unwrap();
        desk.note(parcel.errand, DeliveryOutcome::Answered(204), NOON);
        assert!(desk.queue.is_empty());
    }
}
