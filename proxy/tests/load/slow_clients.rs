//! Clients that open a connection and take their time, each replaced by another as soon as it is shown
//! out.

use std::{cell::RefCell, net::SocketAddr, time::Duration};

use offramp_simulator::{Clock, Config, Simulator};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    figures::{is_full, percentile},
    program::Program,
    support::{
        Outcome,
        slow::{Slow, one},
    },
};

/// How long a slow client may be suffered.
const SUFFERED: Duration = Duration::from_secs(15);

/// How often those that drip send a byte.
const DRIP: Duration = Duration::from_secs(1);

/// Half of them open, half of them dripping.
const KINDS: [Slow; 4] = [
    Slow::Silent,
    Slow::HalfAHeader,
    Slow::DripsAHeader,
    Slow::DripsABody,
];

/// How many of each kind there are at any time, and for how long.
struct Size {
    each: usize,
    time: Duration,
}

#[tokio::test]
async fn slow_clients_are_shown_out_and_nobody_else_notices() -> Outcome {
    let size = if is_full() {
        Size {
            each: 500,
            time: Duration::from_mins(1),
        }
    } else {
        Size {
            each: 25,
            time: Duration::from_secs(1),
        }
    };
    let simulator = Simulator::new(Config::default(), Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = format!("http://{}", listener.local_addr()?);
    tokio::spawn(offramp_simulator::run(
        listener,
        simulator,
        std::future::pending(),
    ));
    let folder = TempDir::new()?;
    let database = format!("sqlite://{}/offramp.db", folder.path().display());
    let program = Program::spawn(&provider, &database, [])?;
    program.is_ready().await?;
    let url = program.url().await?;
    let server: SocketAddr = url.trim_start_matches("http://").parse()?;

    let alone = RefCell::new(Vec::new());
    tokio::select! {
        () = sleep(size.time / 6) => {}
        failed = others(&url, &alone) => return failed,
    }
    let meanwhile = RefCell::new(Vec::new());
    let suffered = tokio::select! {
        suffered = crowd(server, &size) => suffered?,
        failed = others(&url, &meanwhile) => return failed,
    };
    let (mut alone, mut meanwhile) = (alone.take(), meanwhile.take());
    let longest = suffered.iter().copied().max().unwrap_or_default();
    eprintln!(
        "slow clients: {} at once, {} in all, the longest for {longest:?}; others: alone p50 {:?}, \
         p99 {:?} ({}), meanwhile p50 {:?}, p99 {:?} ({})",
        size.each * KINDS.len(),
        suffered.len(),
        percentile(&mut alone, 50),
        percentile(&mut alone, 99),
        alone.len(),
        percentile(&mut meanwhile, 50),
        percentile(&mut meanwhile, 99),
        meanwhile.len(),
    );
    assert!(longest < SUFFERED, "{longest:?}");
    assert!(suffered.len() >= size.each * KINDS.len());
    assert!(meanwhile.len() >= 10);
    assert!(percentile(&mut meanwhile, 99) < Duration::from_secs(1));
    Ok(())
}

/// How long each of them was suffered.
async fn crowd(server: SocketAddr, size: &Size) -> Outcome<Vec<Duration>> {
    let end = Instant::now() + size.time;
    let mut crowd = JoinSet::new();
    for number in 0..size.each * KINDS.len() {
        let kind = KINDS[number % KINDS.len()];
        crowd.spawn(async move {
            // A listener's queue holds a thousand: whoever finds it full believes to be connected.
            sleep(Duration::from_millis(number as u64)).await;
            let mut suffered = Vec::new();
            while suffered.is_empty() || Instant::now() < end {
                let time = one(server, kind, DRIP, 2 * SUFFERED).await?;
                suffered.push(time.ok_or_else(|| format!("{kind:?} is still there"))?);
            }
            Outcome::Ok(suffered)
        });
    }
    let mut all = Vec::new();
    while let Some(suffered) = crowd.join_next().await {
        all.extend(suffered??);
    }
    Ok(all)
}

/// Asks again and again, each time on a connection of its own: one that is kept says nothing about a
/// new one. Comes back when something is wrong.
async fn others(url: &str, times: &RefCell<Vec<Duration>>) -> Outcome {
    loop {
        let client = reqwest::Client::new();
        let start = Instant::now();
        let answer = client.get(format!("{url}/readyz")).send().await?;
        if answer.status() != 200 {
            return Err(format!("{answer:?}").into());
        }
        times.borrow_mut().push(start.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
}
