//! Many requests over a few connections, and how long each took.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};

use crate::http::{Connection, Request};

/// How much is asked at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) connections: u32,
    /// On each connection, one after another.
    pub(super) requests: u32,
}

/// How fast it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Speed {
    /// How long everything took together.
    total: Duration,
    /// How long each request took, in order.
    each: Vec<Duration>,
}

impl Speed {
    fn new(total: Duration, mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        Self { total, each }
    }

    pub(super) fn per_second(&self) -> u128 {
        let requests = u128::try_from(self.each.len()).unwrap_or(u128::MAX);
        requests * 1_000_000 / self.total.as_micros().max(1)
    }

    /// So many of a hundred requests took no longer than this.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let place = (self.each.len() * percent).div_ceil(100);
        let slowest = self.each.get(place.saturating_sub(1));
        slowest.copied().unwrap_or_default()
    }
}

/// Sends the same request again and again. An answer that is no success is an error.
pub(super) fn run(port: u16, request: &Request, load: Load) -> Result<Speed> {
    let start = Instant::now();
    let each = thread::scope(|scope| {
        let asking: Vec<_> = (0..load.connections)
            .map(|_| scope.spawn(|| one_connection(port, request, load.requests)))
            .collect();
        asking
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow!("a connection panicked"))?
            })
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(Speed::new(start.elapsed(), each.concat()))
}

fn one_connection(port: u16, request: &Request, requests: u32) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(port)?;
    let mut each = Vec::new();
    for _ in 0..requests {
        let start = Instant::now();
        let answer = connection.send(request)?;
        each.push(start.elapsed());
        ensure!(
            answer.status == 200,
            "{} {} answered {}: {}",
            request.method,
            request.path,
            answer.status,
            answer.body
        );
    }
    Ok(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let each = (1..=200).rev().map(Duration::from_millis).collect();
        let speed = Speed::new(Duration::from_secs(2), each);
        assert_eq!(speed.percentile(50), Duration::from_millis(100));
        assert_eq!(speed.percentile(99), Duration::from_millis(198));
        assert_eq!(speed.per_second(), 100);
    }

    #[test]
    fn a_few_times_have_percentiles_too() {
        let speed = Speed::new(Duration::from_secs(1), vec![Duration::from_millis(7)]);
        assert_eq!(speed.percentile(50), Duration::from_millis(7));
        assert_eq!(speed.percentile(99), Duration::from_millis(7));
    }
}
