//! Who waits for which order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// Long polls, by the order they wait for. An order is forgotten with the last of them, so that
/// nobody has to look for what nobody waits for.
#[derive(Debug, Default)]
pub struct Wake {
    waiting: Arc<Mutex<HashMap<String, Watched>>>,
}

/// An order that somebody waits for.
#[derive(Debug)]
struct Watched {
    sequence: watch::Sender<u64>,
    /// Counted under the map's lock, so that the last one to leave knows that it is the last.
    subscriptions: usize,
}

impl Wake {
    /// Waits for changes of an order from now on.
    pub fn subscribe(&self, order_id: &str) -> Subscription {
        let mut waiting = locked(&self.waiting);
        let watched = waiting
            .entry(order_id.to_owned())
            .or_insert_with(|| Watched {
                sequence: watch::Sender::new(0),
                subscriptions: 0,
            });
        watched.subscriptions += 1;
        Subscription {
            order_id: order_id.to_owned(),
            changes: watched.sequence.subscribe(),
            waiting: Arc::clone(&self.waiting),
        }
    }

    /// Whether somebody waits for an order.
    pub fn is_watched(&self, order_id: &str) -> bool {
        locked(&self.waiting).contains_key(order_id)
    }

    /// How many orders somebody waits for.
    pub fn watched(&self) -> usize {
        locked(&self.waiting).len()
    }

    /// Tells whoever waits that an order has this sequence now.
    pub fn changed(&self, order_id: &str, sequence: u64) {
        if let Some(watched) = locked(&self.waiting).get(order_id) {
            watched.sequence.send_if_modified(|known| {
                let newer = sequence > *known;
                *known = sequence.max(*known);
                newer
            });
        }
    }
}

/// Somebody who waits, until this is dropped.
#[derive(Debug)]
pub struct Subscription {
    order_id: String,
    changes: watch::Receiver<u64>,
    waiting: Arc<Mutex<HashMap<String, Watched>>>,
}

impl Subscription {
    /// Comes back when the order has changed since this was made or asked last.
    pub async fn changed(&mut self) {
        // The sender stays in the map for as long as this does.
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut waiting = locked(&self.waiting);
        if let Some(watched) = waiting.get_mut(&self.order_id) {
            watched.subscriptions -= 1;
            if watched.subscriptions == 0 {
                waiting.remove(&self.order_id);
            }
        }
        let in_use = waiting.len();
        if waiting.capacity() > ROOM + 4 * in_use {
            waiting.shrink_to(2 * in_use);
        }
    }
}

/// Entries that are worth no tidying.
const ROOM: usize = 1_024;

fn locked(waiting: &Mutex<HashMap<String, Watched>>) -> MutexGuard<'_, HashMap<String, Watched>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn whoever_waits_hears_of_a_newer_sequence_once() {
        let wake = Wake::default();
        let (mut first, mut second) = (wake.subscribe("a"), wake.subscribe("a"));
        let mut other = wake.subscribe("b");
        wake.changed("a", 3);
        wake.changed("a", 2);
        for subscription in [&mut first, &mut second] {
            assert_eq!(subscription.changed().now_or_never(), Some(()));
            assert_eq!(subscription.changed().now_or_never(), None);
        }
        assert_eq!(other.changed().now_or_never(), None);
    }

    #[test]
    fn an_order_is_forgotten_with_the_last_who_waits() {
        let wake = Wake::default();
        let (first, mut second) = (wake.subscribe("a"), wake.subscribe("a"));
        drop(first);
        assert!(wake.is_watched("a"));
        wake.changed("a", 1);
        assert_eq!(second.changed().now_or_never(), Some(()));
        drop(second);
        assert!(!wake.is_watched("a"));
    }

    #[test]
    fn the_room_of_many_is_given_back() {
        let wake = Wake::default();
        let many: Vec<_> = (0..20_000)
            .map(|number| wake.subscribe(&format!("ord_{number}")))
            .collect();
        assert_eq!(wake.watched(), 20_000);
        drop(many);
        assert_eq!(wake.watched(), 0);
        assert!(locked(&wake.waiting).capacity() <= ROOM);
    }
}
