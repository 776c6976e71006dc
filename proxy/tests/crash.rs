//! The real binary, killed at every labelled point of an order's life and started again, over SQLite
//! and over PostgreSQL and with each provider: then its orders are compared with the provider's own
//! books.
//!
//! `OFFRAMP_CHAOS_ROUNDS` is how often each point is tried; without it, some points are, once.
//! `OFFRAMP_CHAOS_SEED` (1) is what the rounds' choices begin with. `cargo xtask chaos` sets both.

#![expect(clippy::print_stdout, reason = "a campaign says what it did")]

#[path = "crash/backend.rs"]
mod backend;
#[path = "crash/books.rs"]
mod books;
#[path = "crash/flight.rs"]
mod flight;
#[path = "crash/letter.rs"]
mod letter;
#[path = "crash/page.rs"]
mod page;
#[path = "crash/payer.rs"]
mod payer;
#[path = "crash/point.rs"]
mod point;
#[path = "crash/program.rs"]
#[expect(dead_code, reason = "what the load needs besides")]
mod program;
#[path = "crash/theirs.rs"]
mod theirs;
#[path = "support/wallet.rs"]
mod wallet;

use std::{env, time::Duration};

use anyhow::{Context as _, Result, bail};
use offramp_test_database::Database;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;

use crate::{
    backend::{Backend, Provider},
    payer::{Life, Payer},
    point::Choice,
    program::Program,
};

/// What a campaign has to say.
#[derive(Debug, Default)]
struct Tally {
    kills: u32,
    slowest_start: Duration,
}

/// Which database a campaign is over.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Where a campaign keeps its orders.
enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Place {
    fn new(kind: Kind) -> Result<Self> {
        Ok(match kind {
            Kind::Sqlite => Self::Sqlite(TempDir::new()?),
            Kind::Postgres => Self::Postgres(Database::create()?),
        })
    }

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
    campaign(Backend::Capa, Kind::Sqlite).await
}

#[tokio::test]
async fn no_order_is_lost_or_doubled_on_postgres() -> Result<()> {
    campaign(Backend::Capa, Kind::Postgres).await
}

#[tokio::test]
async fn an_order_that_cannot_be_found_again_is_not_doubled_on_sqlite() -> Result<()> {
    campaign(Backend::CryptoPocket, Kind::Sqlite).await
}

#[tokio::test]
async fn an_order_that_cannot_be_found_again_is_not_doubled_on_postgres() -> Result<()> {
    campaign(Backend::CryptoPocket, Kind::Postgres).await
}

#[tokio::test]
async fn no_order_is_paid_twice_by_signature_on_sqlite() -> Result<()> {
    campaign(Backend::Unigox, Kind::Sqlite).await
}

#[tokio::test]
async fn no_order_is_paid_twice_by_signature_on_postgres() -> Result<()> {
    campaign(Backend::Unigox, Kind::Postgres).await
}

#[tokio::test]
async fn nothing_that_is_owed_back_is_lost_or_returned_twice_on_sqlite() -> Result<()> {
    campaign(Backend::UnigoxReturned, Kind::Sqlite).await
}

#[tokio::test]
async fn nothing_that_is_owed_back_is_lost_or_returned_twice_on_postgres() -> Result<()> {
    campaign(Backend::UnigoxReturned, Kind::Postgres).await
}

#[tokio::test]
async fn no_wallet_of_a_payer_pays_twice_on_sqlite() -> Result<()> {
    campaign(Backend::UnigoxByWallet, Kind::Sqlite).await
}

#[tokio::test]
async fn no_wallet_of_a_payer_pays_twice_on_postgres() -> Result<()> {
    campaign(Backend::UnigoxByWallet, Kind::Postgres).await
}

/// Kills at every point, so many times; without a number, once at some of them.
async fn campaign(backend: Backend, kind: Kind) -> Result<()> {
    let (rounds, points) = match number("OFFRAMP_CHAOS_ROUNDS")? {
        Some(rounds) => (rounds, backend.points()),
        None => (1, backend.sample()),
    };
    let seed = number("OFFRAMP_CHAOS_SEED")?.unwrap_or(1);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for round in 0..rounds {
        // Each round begins with an empty database, so that a migration can be interrupted too.
        let place = Place::new(kind)?;
        let provider = Provider::open(backend).await?;
        for &point in &points {
            let choice = Choice {
                point,
                nth: rng.random_range(1..=point.most_often()),
                provider_acts: rng.random(),
                away: Backend::longest_away(point)
                    .filter(|_| rng.random())
                    .unwrap_or_default(),
            };
            let killed = kill_once(&provider, &place, choice, &mut tally).await;
            killed.with_context(|| {
                format!("{backend:?}, {kind:?}, seed {seed}, round {round}, {choice:?}")
            })?;
        }
    }
    println!(
        "{backend:?}, {kind:?}: seed {seed}, {} kills, 0 lost, 0 doubled, slowest start {:?}",
        tally.kills, tally.slowest_start
    );
    Ok(())
}

/// One payer's order, with a death in the middle of it.
async fn kill_once(
    provider: &Provider,
    place: &Place,
    choice: Choice,
    tally: &mut Tally,
) -> Result<()> {
    let mut payer = Payer::new(provider.clone());
    let variables = || provider.variables().into_iter();
    let dying = variables().chain(choice.variable());
    let mut program = Program::spawn(&provider.url, &place.url(), dying)?;
    match payer.live(&mut program, choice).await? {
        Life::Cut => program.has_died().await?,
        Life::Done => bail!("the process lived to the end of the order"),
    }
    tally.kills += 1;

    provider.clear_faults();
    provider.simulator.clock().step(choice.away);
    let mut program = Program::spawn(&provider.url, &place.url(), variables())?;
    tally.slowest_start = tally.slowest_start.max(program.is_ready().await?);
    payer.go_on(&mut program).await?;
    books::compare(&place.url(), &payer).await?;
    program.stop().await
}

fn number(variable: &str) -> Result<Option<u64>> {
    match env::var(variable) {
        Ok(text) => Ok(Some(text.parse().with_context(|| variable.to_owned())?)),
        Err(_) => Ok(None),
    }
}
