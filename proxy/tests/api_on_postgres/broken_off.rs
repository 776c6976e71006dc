//! A request that is broken off, as one is whose payer has gone: the database is left as if it had
//! never been made.

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use crate::support::{Bench, Database, Outcome};

/// As often as the longest of these waits for the database.
const WAITS: usize = 12;

/// How long what was broken off may take to be undone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Drops it when it waits for so many times. Whether it had ended by then.
async fn broken_off<T>(work: impl Future<Output = T>, waits: usize) -> bool {
    let mut work = pin!(work);
    let mut waited = 0;
    poll_fn(|context| {
        if work.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        waited += 1;
        if waited == waits {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_change_that_is_broken_off_leaves_no_transaction_open() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let Database::Postgres(database) = bench.database() else {
        return Err("these tests are about PostgreSQL".into());
    };
    let store = &bench.engine.store;
    let mut ended = 0;
    for waits in 1..=WAITS {
        let change = store.change_order(&id, bench.now(), |_, change| {
            change.note("looked_at", None);
        });
        ended += usize::from(broken_off(change, waits).await);
        let since = Instant::now();
        loop {
            // Its connection goes back to the pool in the background.
            tokio::time::sleep(Duration::from_millis(50)).await;
            if database.open_transactions()? == 0 {
                break;
            }
            let place = format!("broken off while it waited for the {waits}. time");
            assert!(since.elapsed() < PATIENCE, "{place}");
        }
    }
    assert!(ended > 0, "none was allowed to end");
    assert!(ended < WAITS, "none was broken off");

    // What is acknowledged from here on is there for others too.
    let peer = bench.second().await?;
    ana.cancel(&id).await?;
    assert_eq!(ana.at(&peer).order(&id).await?.state(), "cancelled");
    Ok(())
}
