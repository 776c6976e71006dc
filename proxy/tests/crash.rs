//! The real binary, killed at every labelled point of an order's life and started again, over SQLite
//! and over PostgreSQL: then its orders are compared with the provider's own books.
//!
//! `OFFRAMP_CHAOS_ROUNDS` (1) is how often each point is tried, `OFFRAMP_CHAOS_SEED` what the
//! rounds' choices begin with. `cargo xtask chaos` sets both.

#![expect(clippy::print_stdout, reason = "a campaign says what it did")]

#[path = "crash/books.rs"]
mod books;
#[path = "crash/payer.rs"]
mod payer;
#[path = "crash/point.rs"]
mod point;
#[path = "crash/program.rs"]
#[expect(dead_code, reason = "what the load needs besides")]
mod program;

use std::{env, time::Duration};

use anyhow::{Context as _, Result, bail};
use offramp_simulator::{AddUser, Simulator};
use offramp_test_database::Database;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    payer::{Life, Payer},
    point::{Choice, Point},
    program::Program,
};

/// What a campaign has to say.
#[derive(Debug, Default)]
struct Tally {
    kills: u32,
    slowest_start: Duration,
}

/// Where a campaign keeps its orders.
enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("offramp.db").display())
            }
            Self::Postgres(database) => database.url(),
        }
    }
}

#[tokio::test]
async fn no_order_is_lost_or_doubled_on_sqlite() -> Result<()> {
    campaign("SQLite", || Ok(Place::Sqlite(TempDir::new()?))).await
}

#[tokio::test]
async fn no_order_is_lost_or_doubled_on_postgres() -> Result<()> {
    campaign("PostgreSQL", || Ok(Place::Postgres(Database::create()?))).await
}

/// Kills at every point, so many times.
async fn campaign(name: &str, new_place: impl Fn() -> Result<Place>) -> Result<()> {
    let rounds = number("OFFRAMP_CHAOS_ROUNDS", 1)?;
    let seed = number("OFFRAMP_CHAOS_SEED", 1)?;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for round in 0..rounds {
        // Each round begins with an empty database, so that a migration can be interrupted too.
        let place = new_place()?;
        let (simulator, provider) = provider().await?;
        for point in Point::ALL {
            let choice = Choice {
                point,
                nth: rng.random_range(1..=point.most_often()),
                provider_acts: rng.random(),
            };
            let killed = kill_once(&simulator, &provider, &place, choice, &mut tally).await;
            killed.with_context(|| format!("{name}, seed {seed}, round {round}, {choice:?}"))?;
        }
    }
    println!(
        "{name}: seed {seed}, {} kills, 0 lost, 0 doubled, slowest start {:?}",
        tally.kills, tally.slowest_start
    );
    Ok(())
}

/// One payer's order, with a death in the middle of it.
async fn kill_once(
    simulator: &Simulator,
    provider: &str,
    place: &Place,
    choice: Choice,
    tally: &mut Tally,
) -> Result<()> {
    let user = simulator.capa().add_user(AddUser { verified: true });
    let mut payer = Payer::new(simulator.clone(), &user);
    let mut program = Program::spawn(provider, &place.url(), choice.variable())?;
    match payer.live(&mut program, choice).await? {
        Life::Cut => program.has_died().await?,
        Life::Done => bail!("the process lived to the end of the order"),
    }
    tally.kills += 1;

    simulator.capa().clear_faults();
    let mut program = Program::spawn(provider, &place.url(), None)?;
    tally.slowest_start = tally.slowest_start.max(program.is_ready().await?);
    payer.go_on(&mut program).await?;
    books::compare(simulator, &place.url(), &payer).await?;
    program.stop().await
}

/// The provider's stand-in on a real socket, whose clock the proxy follows.
async fn provider() -> Result<(Simulator, String)> {
    let simulator = Simulator::new(
        offramp_simulator::Config::default(),
        offramp_simulator::Clock::system(),
    );
    simulator
        .capa()
        .knobs_mut(|knobs| knobs.deposit_limit_ms = 7 * 24 * 60 * 60 * 1_000);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(offramp_simulator::run(
        listener,
        simulator.clone(),
        std::future::pending(),
    ));
    Ok((simulator, format!("http://{address}")))
}

fn number(variable: &str, default: u64) -> Result<u64> {
    match env::var(variable) {
        Ok(text) => text.parse().with_context(|| variable.to_owned()),
        Err(_) => Ok(default),
    }
}
