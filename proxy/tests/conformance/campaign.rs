//! Every fault of a provider before every call to it: each call ends as `docs/reliability.md` says,
//! within its time, and tells nothing that is secret.

use std::{
    env,
    error::Error,
    fmt::Debug,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use offramp_domain::{quote::QuoteKind, time::Timestamp};
use offramp_proxy::provider::{CreateOutcome, NewOrder, Provider, ProviderError, ProviderRef};
use offramp_simulator::Operation;

use super::{
    faults::full_text,
    harness::{Harness, created, new_order},
    log::Log,
    stand_in::IMPATIENT,
    table::{Asked, End, Way, documented, ways},
};

/// What a call may take beyond its limit where the machine is busy.
const SLACK: Duration = Duration::from_secs(2);

/// How a call ended.
struct Ended {
    how: End,
    said: String,
    took: Duration,
}

/// With the seed of the environment, so that a campaign may run it with many.
pub(crate) async fn every_fault_ends_as_documented(harness: &dyn Harness) -> Result<()> {
    let seed = match env::var("OFFRAMP_TEST_SEED") {
        Ok(seed) => seed.parse().context("OFFRAMP_TEST_SEED")?,
        Err(_) => 1,
    };
    campaign(harness, seed)
        .await
        .with_context(|| format!("OFFRAMP_TEST_SEED={seed}"))
}

async fn campaign(harness: &dyn Harness, seed: u64) -> Result<()> {
    let log = Log::default();
    let logging = log.everything();
    for way in ways(seed) {
        meet(harness, &way)
            .await
            .with_context(|| format!("{way:?}"))?;
    }
    drop(logging);
    holds_no_secret(harness, &log.text())
}

/// All calls at once, under one fault.
async fn meet(harness: &dyn Harness, way: &Way) -> Result<()> {
    let order = new_order(harness, "100").await?;
    let sent = created(harness, "100").await?.reference;
    let unwanted = created(harness, "100").await?.reference;
    let before = harness.requests(Operation::Create);
    switch_on(harness, way).await;
    let ended = ask_everything(harness, &order, &sent, &unwanted).await?;
    harness.open_door().await;
    harness.clear_faults();

    for (asked, ended) in ended {
        let Ended { how, said, took } = ended;
        let expected = documented(harness, way, asked);
        ensure!(
            expected.contains(&how),
            "{asked:?}: {how:?} and not {expected:?}: {said}"
        );
        ensure!(took < IMPATIENT + SLACK, "{asked:?} took {took:?}");
        holds_no_secret(harness, &said).with_context(|| format!("{asked:?}"))?;
        if asked == Asked::Create {
            let times = harness.requests(Operation::Create) - before;
            let expected = u64::from(how != End::NotSent);
            ensure!(times == expected, "a create was sent {times} times");
        }
    }
    // Whatever it was, it is over.
    let user = harness.verified_payer();
    harness.provider().read(&user, &sent).await?;
    Ok(())
}

async fn switch_on(harness: &dyn Harness, way: &Way) {
    match way {
        Way::Door(how) => harness.shut_door(*how).await,
        Way::Fault(_, fault) => {
            for asked in Asked::ALL {
                harness.fail_once(harness.operation(asked), fault.clone());
            }
        }
    }
}

async fn ask_everything(
    harness: &dyn Harness,
    order: &NewOrder,
    sent: &ProviderRef,
    unwanted: &ProviderRef,
) -> Result<[(Asked, Ended); 8]> {
    let provider: &dyn Provider = harness.impatient();
    let user = harness.verified_payer();
    let price = harness.ask(QuoteKind::Indicative, "100")?;
    let lock = harness.ask(QuoteKind::Firm, "100")?;
    let since = Timestamp::from_millis(0);
    let ended = tokio::join!(
        timed(provider.quote(&price)),
        timed(provider.quote(&lock)),
        timed_create(provider.create(order)),
        timed(provider.read(&user, sent)),
        timed(provider.list(&user, since)),
        timed(provider.execute(sent, None)),
        timed(provider.cancel(unwanted)),
        timed(provider.verification(&user)),
    );
    Ok([
        (Asked::Price, ended.0),
        (Asked::Lock, ended.1),
        (Asked::Create, ended.2),
        (Asked::Read, ended.3),
        (Asked::List, ended.4),
        (Asked::Execute, ended.5),
        (Asked::Cancel, ended.6),
        (Asked::Verify, ended.7),
    ])
}

async fn timed<T: Debug>(call: impl Future<Output = Result<T, ProviderError>>) -> Ended {
    let begun = Instant::now();
    let answer = call.await;
    let took = begun.elapsed();
    match answer {
        Ok(answer) => Ended {
            how: End::Answered,
            said: format!("{answer:?}"),
            took,
        },
        Err(error) => Ended {
            how: end(&error),
            said: full_text(&error),
            took,
        },
    }
}

async fn timed_create(call: impl Future<Output = CreateOutcome>) -> Ended {
    let begun = Instant::now();
    let outcome = call.await;
    let took = begun.elapsed();
    let (how, said) = match &outcome {
        CreateOutcome::Created(snapshot) => (End::Answered, format!("{snapshot:?}")),
        CreateOutcome::Refused(refusal) => (End::Refused, refusal.to_string()),
        CreateOutcome::NotSent(error) | CreateOutcome::Uncertain(error) => {
            (end(error), full_text(error as &(dyn Error + 'static)))
        }
    };
    Ended { how, said, took }
}

fn end(error: &ProviderError) -> End {
    match error {
        ProviderError::Unavailable(_) => End::NoAnswer,
        ProviderError::NotSent { .. } => End::NotSent,
        ProviderError::RateLimited { .. } => End::SlowDown,
        ProviderError::Refused(_) | ProviderError::Key => End::Refused,
    }
}

fn holds_no_secret(harness: &dyn Harness, text: &str) -> Result<()> {
    let secrets = harness.secrets();
    let found = secrets.iter().find(|secret| text.contains(*secret));
    ensure!(found.is_none(), "{found:?} in {text}");
    Ok(())
}
