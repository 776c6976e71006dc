//! Every fault of a provider before every call to it: each call ends as `docs/reliability.md` says,
//! within its time, and tells nothing that is secret.

use std::{
    env,
    error::Error,
    fmt::Debug,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures::future::join_all;
use offramp_domain::time::Timestamp;
use offramp_proxy::provider::{ActOutcome, CreateOutcome, Provider, ProviderError, SigningError};
use offramp_simulator::Operation;

use super::{
    faults::full_text,
    harness::Harness,
    log::Log,
    scene::Scene,
    stand_in::IMPATIENT,
    table::{Asked, End, Way, documented, ways},
};

/// What a call may take beyond its limit where the machine is busy.
const SLACK: Duration = Duration::from_secs(2);

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) how: End,
    pub(crate) said: String,
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
    let scene = Scene::set(harness).await?;
    let before = harness.requests(Operation::Create);
    switch_on(harness, way).await;
    let provider = harness.impatient();
    let ended = Asked::ALL.map(async |asked| (asked, ask(provider, &scene, asked).await));
    let ended = join_all(ended).await;
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
    harness.provider().read(&scene.payer, &scene.sent).await?;
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

/// Asks one thing.
pub(crate) async fn ask(provider: &dyn Provider, scene: &Scene, asked: Asked) -> Ended {
    let since = Timestamp::from_millis(0);
    let Scene { payer, signed, .. } = scene;
    let (newcomer, link) = &scene.to_be_linked;
    let (transfer, signature) = &signed.transferred;
    let (refund, signature_back) = &signed.refunded;
    match asked {
        Asked::Price => timed(provider.quote(&scene.price)).await,
        Asked::Lock => timed(provider.quote(&scene.lock)).await,
        Asked::Create => timed_create(provider.create(&scene.order)).await,
        Asked::Read => timed(provider.read(payer, &scene.sent)).await,
        Asked::List => timed(provider.list(payer, since)).await,
        Asked::Execute => timed_act(provider.execute(&scene.sent, None)).await,
        Asked::Cancel => timed_act(provider.cancel(&scene.unwanted)).await,
        Asked::Verify => timed(provider.verification(payer)).await,
        Asked::Save => timed(provider.save_account(payer, &scene.account)).await,
        Asked::Provide => timed_act(provider.provide(payer, &scene.sent, &scene.answers)).await,
        Asked::Wallet => timed(provider.wallet(payer)).await,
        Asked::Challenge => timed(provider.wallet_challenge(&scene.unlinked, &link.address)).await,
        Asked::Link => timed(provider.link_wallet(newcomer, link)).await,
        Asked::ToSign => timed(provider.to_sign(&signed.transfer)).await,
        Asked::HandIn => timed_act(provider.hand_in(transfer, signature)).await,
        Asked::ToSignBack => timed(provider.to_sign(&signed.refund)).await,
        Asked::HandInBack => timed_act(provider.hand_in(refund, signature_back)).await,
        Asked::Confirm => timed_act(provider.confirm(&signed.delivered)).await,
    }
}

async fn timed<T: Debug, E: Ends>(call: impl Future<Output = Result<T, E>>) -> Ended {
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
            how: error.end(),
            said: full_text(&error),
            took,
        },
    }
}

/// What is refused is no answer that was hoped for.
async fn timed_act(call: impl Future<Output = Result<ActOutcome, ProviderError>>) -> Ended {
    timed(async {
        match call.await? {
            ActOutcome::Refused(refusal) => Err(ProviderError::Refused(refusal)),
            done @ ActOutcome::Done { .. } => Ok(done),
        }
    })
    .await
}

async fn timed_create(call: impl Future<Output = CreateOutcome>) -> Ended {
    timed(async {
        match call.await {
            CreateOutcome::Created(snapshot) => Ok(snapshot),
            CreateOutcome::Refused(refusal) => Err(ProviderError::Refused(refusal)),
            CreateOutcome::NotSent(error) | CreateOutcome::Uncertain(error) => Err(error),
        }
    })
    .await
}

/// A way in which a call did not work.
trait Ends: Error + 'static {
    fn end(&self) -> End;
}

impl Ends for ProviderError {
    fn end(&self) -> End {
        match self {
            Self::Unavailable(_) => End::NoAnswer,
            Self::NotSent { .. } => End::NotSent,
            Self::RateLimited { .. } => End::SlowDown,
            Self::Refused(_) | Self::Key => End::Refused,
        }
    }
}

impl Ends for SigningError {
    fn end(&self) -> End {
        match self {
            Self::Unexpected(_) => End::Unexpected,
            Self::Provider(error) => error.end(),
        }
    }
}

fn holds_no_secret(harness: &dyn Harness, text: &str) -> Result<()> {
    let secrets = harness.secrets();
    let found = secrets.iter().find(|secret| text.contains(*secret));
    ensure!(found.is_none(), "{found:?} in {text}");
    Ok(())
}
