//! Addresses that come with what nobody gave them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::clock::Clock as _;

use super::{
    buckets::{Buckets, COUNTED, Stopwatch},
    table::Limit,
};

/// How often each address has tried, and which are not listened to for now.
#[derive(Debug)]
pub(super) struct Forgeries {
    tries: Buckets,
    /// Until when.
    shut_out: Mutex<HashMap<IpAddr, Duration>>,
    stopwatch: Stopwatch,
}

impl Forgeries {
    pub(super) fn new(limit: Limit, stopwatch: &Stopwatch) -> Self {
        Self {
            tries: Buckets::new(limit, stopwatch),
            shut_out: Mutex::default(),
            stopwatch: stopwatch.clone(),
        }
    }

    /// Whether an address is listened to.
    ///
    /// # Errors
    /// When it is not: for how long.
    pub(super) fn listen(&self, address: IpAddr) -> Result<(), Duration> {
        let shut_out = self.shut_out.lock().unwrap_or_else(PoisonError::into_inner);
        let until = shut_out.get(&address).copied().unwrap_or_default();
        match until.checked_sub(self.stopwatch.now()) {
            Some(Duration::ZERO) | None => Ok(()),
            Some(wait) => Err(wait),
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// When there were too many: how long the address is not listened to.
    pub(super) fn count(&self, address: IpAddr) -> Result<(), Duration> {
        self.tries.take(address).inspect_err(|wait| {
            let now = self.stopwatch.now();
            let mut shut_out = self.shut_out.lock().unwrap_or_else(PoisonError::into_inner);
            if shut_out.len() >= COUNTED {
                shut_out.retain(|_, until| *until > now);
            }
            if shut_out.len() < COUNTED {
                shut_out.insert(address, now + *wait);
            }
        })
    }

    /// How many addresses are counted.
    pub(super) fn callers(&self) -> usize {
        let shut_out = self.shut_out.lock().unwrap_or_else(PoisonError::into_inner);
        self.tries.callers() + shut_out.len()
    }
}
