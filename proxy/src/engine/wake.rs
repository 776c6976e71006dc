//! Who waits for which order.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

/// Long polls, by the order they wait for.
#[derive(Debug, Default)]
pub struct Wake {
    waiting: Mutex<HashMap<String, watch::Sender<u64>>>,
}

impl Wake {
    /// Waits for changes of an order from now on.
    pub fn subscribe(&self, order_id: &str) -> watch::Receiver<u64> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, sender| sender.receiver_count() > 0);
        waiting
            .entry(order_id.to_owned())
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe()
    }

    /// Whether somebody waits for an order.
    pub fn is_watched(&self, order_id: &str) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .get(order_id)
            .is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Whether anybody waits.
    pub fn is_waited_for(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.values().any(|sender| sender.receiver_count() > 0)
    }

    /// Tells whoever waits that an order has this sequence now.
    pub fn changed(&self, order_id: &str, sequence: u64) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = waiting.get(order_id) {
            sender.send_if_modified(|known| {
                let newer = sequence > *known;
                *known = sequence.max(*known);
                newer
            });
        }
    }
}
