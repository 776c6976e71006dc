//! What the provider says that it told us, read at start and once an hour: a webhook that was missed
//! is found, and wakes a read like one that arrived.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use offramp_domain::time::Timestamp;
use tracing::{debug, error, info, warn};

use super::{Claim, Engine, duties::Work};
use crate::{
    correlation::duty,
    provider::{History, Provider, ProviderError},
    store::{Missed, StoreError},
};

/// How often a history is read.
const EVERY: Duration = Duration::from_hours(1);

/// When it is read on, or again.
const SOON: Duration = Duration::from_mins(1);

/// How far before the last reading the next one begins: the two clocks may differ, and what was
/// written just then may not have been listed yet.
const MARGIN: Duration = Duration::from_mins(10);

/// How far back it is read where it never was, or not for long.
const FARTHEST: Duration = Duration::from_hours(7 * 24);

/// How many notifications are looked at in one reading.
const MOST: usize = 100;

/// After how many failures a reading is broken off.
const MOST_FAILURES: usize = 5;

/// How often one that cannot be read is tried while others can.
const TRIES: u32 = 3;

/// What is known about each provider's history, until this process ends.
#[derive(Debug, Default)]
pub(super) struct Histories {
    by_provider: Mutex<HashMap<&'static str, Ledger>>,
}

#[derive(Debug, Default)]
struct Ledger {
    next_at: Option<Timestamp>,
    /// How many readings in a row came to nothing.
    failures: u32,
    /// Notifications that were looked at, as far as the last reading listed them.
    known: HashSet<String>,
    /// How often others could not be.
    tried: HashMap<String, u32>,
}

/// How a reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Nothing is left to look at.
    Whole,
    /// There is more than one reading looks at.
    More,
    /// Something could not be read.
    Troubled,
}

impl Engine {
    /// Reads every history that is due, and comes back when it is done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_due_histories(self: &Arc<Self>) -> Result<(), StoreError> {
        for (provider, _claim) in self.due_histories() {
            self.read_history(provider.as_ref()).await?;
        }
        Ok(())
    }

    /// The same beside everything else.
    pub(super) fn begin_reading_histories(self: &Arc<Self>, work: &mut Work) {
        for (provider, claim) in self.due_histories() {
            let engine = Arc::clone(self);
            work.spawn(duty("history", None, async move {
                let _claim = claim;
                engine.read_history(provider.as_ref()).await
            }));
        }
    }

    fn due_histories(self: &Arc<Self>) -> Vec<(Arc<dyn Provider>, Claim)> {
        let now = self.now();
        self.providers
            .iter()
            .filter(|provider| provider.takes_webhooks())
            .filter(|provider| self.histories.is_due(provider.name(), now))
            .filter_map(|provider| {
                let claim = self.claim(&format!("history/{}", provider.name()))?;
                Some((Arc::clone(provider), claim))
            })
            .collect()
    }

    async fn read_history(&self, provider: &dyn Provider) -> Result<(), StoreError> {
        let began = self.now();
        let read = self.look_through(provider, began).await;
        let reading = *read.as_ref().unwrap_or(&Reading::Troubled);
        self.histories.plan(provider.name(), reading, self.now());
        read.map(|_| ())
    }

    async fn look_through(
        &self,
        provider: &dyn Provider,
        began: Timestamp,
    ) -> Result<Reading, StoreError> {
        let name = provider.name();
        let read_to = self.store.history_read_to(name).await?;
        let farthest = began.minus(FARTHEST);
        // A mark in the future was made by a clock that has been put back since.
        let since = read_to
            .filter(|read_to| *read_to <= began)
            .map_or(farthest, |read_to| read_to.minus(MARGIN).max(farthest));
        let history = match provider.history(since).await {
            Ok(history) => history,
            Err(error) => {
                warn!(
                    provider = name,
                    error = &error as &dyn std::error::Error,
                    "the history of webhooks could not be read; it is tried again"
                );
                return Ok(Reading::Troubled);
            }
        };
        let reading = self.look_at(provider, &history).await?;
        self.histories.forget_all_but(name, &history);
        match reading {
            Reading::Whole if history.complete => {
                self.store.history_was_read(name, began).await?;
                Ok(Reading::Whole)
            }
            Reading::Whole => {
                warn!(
                    provider = name,
                    "the history of webhooks could not be read to its end"
                );
                Ok(Reading::Troubled)
            }
            Reading::More | Reading::Troubled => Ok(reading),
        }
    }

    /// Looks at what was not looked at before: first at what did not arrive, then at what the
    /// provider takes for delivered, because something on the way may have answered for us.
    async fn look_at(
        &self,
        provider: &dyn Provider,
        history: &History,
    ) -> Result<Reading, StoreError> {
        let name = provider.name();
        let ids = self.histories.unknown(name, history);
        let (mut looked_at, mut found, mut is_full) = (0, 0, false);
        let mut failed = Vec::new();
        for id in ids.iter().take(MOST) {
            let hint = match provider.notice(id).await {
                Ok(hint) => hint,
                Err(error) => {
                    failed.push((id, error));
                    if failed.len() == MOST_FAILURES {
                        break;
                    }
                    continue;
                }
            };
            match self.store.insert_missed(name, &hint, self.now()).await? {
                Missed::New => found += 1,
                Missed::Known => {}
                Missed::Full => {
                    is_full = true;
                    break;
                }
            }
            looked_at += 1;
            self.histories.looked_at(name, id);
        }
        if found > 0 {
            info!(provider = name, found, "webhooks were missed, and found");
            self.hurry();
        } else {
            debug!(provider = name, looked_at, "no webhook was missed");
        }
        let is_up = looked_at > 0;
        let is_tried_again = self.histories.could_not_read(name, &failed, is_up);
        Ok(
            if is_full || is_tried_again || failed.len() == MOST_FAILURES {
                Reading::Troubled
            } else if ids.len() > MOST {
                Reading::More
            } else {
                Reading::Whole
            },
        )
    }
}

impl Histories {
    /// Whether it is time. What was planned by a clock that has been put back since is due.
    fn is_due(&self, provider: &'static str, now: Timestamp) -> bool {
        let ledgers = self.ledgers();
        let next_at = ledgers.get(provider).and_then(|ledger| ledger.next_at);
        next_at.is_none_or(|at| at <= now || at.since(now) > EVERY)
    }

    fn plan(&self, provider: &'static str, reading: Reading, now: Timestamp) {
        let mut ledgers = self.ledgers();
        let ledger = ledgers.entry(provider).or_default();
        let pause = match reading {
            Reading::Whole => EVERY,
            Reading::More => SOON,
            Reading::Troubled => EVERY.min(SOON * (1 << ledger.failures.min(6))),
        };
        ledger.failures = match reading {
            Reading::Whole | Reading::More => 0,
            Reading::Troubled => ledger.failures.saturating_add(1),
        };
        ledger.next_at = Some(now.plus(pause));
    }

    /// What was not looked at yet, what did not arrive first.
    fn unknown(&self, provider: &'static str, history: &History) -> Vec<String> {
        let ledgers = self.ledgers();
        let known = ledgers.get(provider).map(|ledger| &ledger.known);
        let unknown = |arrived: bool| {
            history
                .notices
                .iter()
                .filter(move |notice| notice.arrived == arrived)
                .filter(|notice| known.is_none_or(|known| !known.contains(&notice.id)))
                .map(|notice| notice.id.clone())
        };
        unknown(false).chain(unknown(true)).collect()
    }

    fn looked_at(&self, provider: &'static str, id: &str) {
        let mut ledgers = self.ledgers();
        let ledger = ledgers.entry(provider).or_default();
        ledger.known.insert(id.to_owned());
        ledger.tried.remove(id);
    }

    /// Whether any of it is tried again. What can never be read, while others can, may not keep the
    /// rest waiting for ever: its order is read by its own schedule.
    fn could_not_read(
        &self,
        provider: &'static str,
        failed: &[(&String, ProviderError)],
        is_up: bool,
    ) -> bool {
        let mut ledgers = self.ledgers();
        let ledger = ledgers.entry(provider).or_default();
        let mut is_tried_again = false;
        for (id, error) in failed {
            let tries = ledger.tried.entry((*id).clone()).or_default();
            *tries += u32::from(is_up);
            let error = error as &dyn std::error::Error;
            if *tries < TRIES {
                warn!(
                    provider,
                    error, "a webhook of the history could not be read"
                );
                is_tried_again = true;
            } else {
                error!(
                    provider,
                    error, "a webhook of the history cannot be read, and is passed over"
                );
                ledger.tried.remove(*id);
                ledger.known.insert((*id).clone());
            }
        }
        is_tried_again
    }

    fn forget_all_but(&self, provider: &'static str, history: &History) {
        let listed: HashSet<&str> = history
            .notices
            .iter()
            .map(|notice| notice.id.as_str())
            .collect();
        let mut ledgers = self.ledgers();
        if let Some(ledger) = ledgers.get_mut(provider) {
            ledger.known.retain(|id| listed.contains(id.as_str()));
            ledger.tried.retain(|id, _| listed.contains(id.as_str()));
        }
    }

    fn ledgers(&self) -> MutexGuard<'_, HashMap<&'static str, Ledger>> {
        self.by_provider
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
