//! What webhooks wake: each waits in the store until it could be handled, and none holds up another.
//!
//! A webhook proves nothing, so all that it does is to have its order read. One captured webhook can
//! be sent again and again, because nothing in it says when it was signed: the reads that it wakes
//! are counted.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use offramp_domain::time::Timestamp;
use tracing::error;

use super::{
    Engine,
    duties::{BATCH, limit},
};
use crate::store::{InboxEntry, StoreError};

/// The longest time until a webhook that could not be handled is tried again.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// How many reads of one order webhooks wake at once within [`WINDOW`]. An order has half a dozen
/// events in its life.
const AT_ONCE: u32 = 8;

/// How long wakings are counted.
const WINDOW: Duration = Duration::from_mins(1);

/// How far apart the reads of one order are after that.
const APART: Duration = Duration::from_secs(10);

/// How many orders are counted before those of the last window are forgotten.
const COUNTED: usize = 1_024;

/// What is known about the webhooks in the store, until this process ends.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    put_off: Mutex<HashMap<Key, PutOff>>,
    woken: Mutex<HashMap<String, Woken>>,
}

/// What tells a webhook from others: the provider and its key.
type Key = (String, String);

/// A webhook that could not be handled.
#[derive(Clone, Copy, Debug)]
struct PutOff {
    until: Timestamp,
    failures: u32,
}

/// How often an order was woken of late.
#[derive(Clone, Copy, Debug)]
struct Woken {
    since: Timestamp,
    times: u32,
    /// For when its read was asked last.
    last: Timestamp,
}

impl Engine {
    /// Handles webhooks that wait, oldest first. One that cannot be handled stays where it is and is
    /// tried again later, behind the others.
    ///
    /// # Errors
    /// When the database cannot say which ones wait.
    pub(super) async fn handle_webhooks(&self) -> Result<(), StoreError> {
        // What is put off waits too: it must not fill the list.
        let most = BATCH + self.inbox.put_off_count();
        let waiting = self.store.unhandled_webhooks(limit(most)).await?;
        if waiting.len() < most {
            self.inbox.forget_all_but(&waiting);
        }
        let now = self.now();
        let due = waiting.iter().filter(|entry| self.inbox.is_due(entry, now));
        for entry in due.take(BATCH) {
            match self.handle_webhook(entry).await {
                Ok(()) => self.inbox.handled(entry),
                Err(error) => {
                    error!(
                        webhook.id = entry.id,
                        error = &error as &dyn std::error::Error,
                        "a webhook could not be handled yet"
                    );
                    self.inbox.put_off(entry, now);
                }
            }
        }
        Ok(())
    }

    /// A webhook only wakes a read.
    async fn handle_webhook(&self, entry: &InboxEntry) -> Result<(), StoreError> {
        let known = match &entry.reference {
            Some(reference) => {
                self.store
                    .order_by_reference(&entry.provider, reference)
                    .await?
            }
            None => None,
        };
        let about = match (known, &entry.payer_id) {
            (Some(order), _) => vec![order.id],
            // An order that nobody knows may be one whose create got no answer.
            (None, Some(partner_payer_id)) => {
                let payer = self
                    .store
                    .payer_of_partner(&entry.provider, partner_payer_id)
                    .await?;
                match payer {
                    Some(payer) => self.store.sought_orders(&payer.id).await?,
                    None => Vec::new(),
                }
            }
            (None, None) => Vec::new(),
        };
        let now = self.now();
        for order_id in about {
            let at = self.inbox.wake(&order_id, now);
            self.change(&order_id, |order, _| order.check_by(at))
                .await?;
        }
        self.store.webhook_handled(&entry.id, now).await
    }
}

impl Inbox {
    fn put_off_count(&self) -> usize {
        self.put_offs().len()
    }

    /// Whether a webhook is to be tried now. What was put off by a clock that has been put back
    /// since is.
    fn is_due(&self, entry: &InboxEntry, now: Timestamp) -> bool {
        self.put_offs()
            .get(&key(entry))
            .is_none_or(|put_off| put_off.until <= now || put_off.until.since(now) > LONGEST_PAUSE)
    }

    /// Tries a webhook again a second later, then less and less often.
    fn put_off(&self, entry: &InboxEntry, now: Timestamp) {
        let mut put_offs = self.put_offs();
        let failures = put_offs
            .get(&key(entry))
            .map_or(0, |before| before.failures);
        let pause = Duration::from_secs(1 << failures.min(10)).min(LONGEST_PAUSE);
        let put_off = PutOff {
            until: now.plus(pause),
            failures: failures + 1,
        };
        put_offs.insert(key(entry), put_off);
    }

    fn handled(&self, entry: &InboxEntry) {
        self.put_offs().remove(&key(entry));
    }

    /// Forgets what somebody else has handled meanwhile.
    fn forget_all_but(&self, waiting: &[InboxEntry]) {
        let mut put_offs = self.put_offs();
        if !put_offs.is_empty() {
            let waiting: HashSet<Key> = waiting.iter().map(key).collect();
            put_offs.retain(|key, _| waiting.contains(key));
        }
    }

    /// By when an order is to be read that a webhook is about: at once, unless that happened often
    /// within the last minute. No news is lost by it, because the read comes after it.
    fn wake(&self, order_id: &str, now: Timestamp) -> Timestamp {
        let mut all = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_counted = |woken: &Woken| woken.since <= now && now.since(woken.since) < WINDOW;
        if all.len() >= COUNTED {
            all.retain(|_, woken| is_counted(woken));
        }
        let fresh = Woken {
            since: now,
            times: 0,
            last: now,
        };
        let woken = all.entry(order_id.to_owned()).or_insert(fresh);
        if !is_counted(woken) {
            *woken = fresh;
        }
        woken.times = woken.times.saturating_add(1);
        if woken.times <= AT_ONCE {
            woken.last = now;
        } else if woken.last <= now {
            woken.last = woken.last.plus(APART).max(now);
        }
        woken.last
    }

    fn put_offs(&self) -> std::sync::MutexGuard<'_, HashMap<Key, PutOff>> {
        self.put_off.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(entry: &InboxEntry) -> Key {
    (entry.provider.clone(), entry.event_key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(1_777_636_800_000 + secs * 1_000)
    }

    fn entry(event_key: &str) -> InboxEntry {
        InboxEntry {
            id: "whk_1".to_owned(),
            provider: "one".to_owned(),
            event_key: event_key.to_owned(),
            reference: None,
            payer_id: None,
        }
    }

    #[test]
    fn a_webhook_is_put_off_for_longer_and_longer() {
        let inbox = Inbox::default();
        let entry = entry("a");
        let mut now = at(0);
        for pause in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            inbox.put_off(&entry, now);
            assert!(!inbox.is_due(&entry, now.plus(Duration::from_secs(pause - 1))));
            now = now.plus(Duration::from_secs(pause));
            assert!(inbox.is_due(&entry, now), "{pause}");
        }
        inbox.handled(&entry);
        inbox.put_off(&entry, now);
        assert!(inbox.is_due(&entry, now.plus(Duration::from_secs(1))));
    }

    #[test]
    fn a_clock_that_was_put_back_puts_nothing_off() {
        let inbox = Inbox::default();
        inbox.put_off(&entry("a"), at(100_000));
        assert!(inbox.is_due(&entry("a"), at(0)));
    }

    #[test]
    fn what_somebody_else_handled_is_forgotten() {
        let inbox = Inbox::default();
        inbox.put_off(&entry("a"), at(0));
        inbox.put_off(&entry("b"), at(0));
        inbox.forget_all_but(&[entry("b")]);
        assert_eq!(inbox.put_off_count(), 1);
        assert!(inbox.is_due(&entry("a"), at(0)));
        assert!(!inbox.is_due(&entry("b"), at(0)));
    }

    #[test]
    fn an_order_is_read_at_once_unless_that_happens_too_often() {
        let inbox = Inbox::default();
        for _ in 0..AT_ONCE {
            assert_eq!(inbox.wake("ord_1", at(0)), at(0));
        }
        for now in [0, 1, 9] {
            assert_eq!(inbox.wake("ord_1", at(now)), at(10), "{now}");
        }
        assert_eq!(
            inbox.wake("ord_2", at(9)),
            at(9),
            "another order is another"
        );
        for now in [10, 11] {
            assert_eq!(inbox.wake("ord_1", at(now)), at(20), "{now}");
        }
        assert_eq!(inbox.wake("ord_1", at(45)), at(45));
        assert_eq!(inbox.wake("ord_1", at(60)), at(60), "a minute is over");
    }

    #[test]
    fn an_order_is_read_no_earlier_than_its_news() {
        let inbox = Inbox::default();
        for now in 0..600 {
            assert!(inbox.wake("ord_1", at(now)) >= at(now));
        }
        let back = inbox.wake("ord_1", at(-500));
        assert_eq!(back, at(-500), "the clock was put back");
    }

    #[test]
    fn only_the_last_minute_is_remembered() {
        let inbox = Inbox::default();
        for number in 0..10_000 {
            inbox.wake(&format!("ord_{number}"), at(number));
        }
        let kept = inbox.woken.lock().unwrap().len();
        assert!(kept <= COUNTED + 1, "{kept}");
    }
}
