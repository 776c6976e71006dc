//! What a payer does about an order, done twice, while the provider loses its answers: one effect, and
//! the order ends as it should.

use std::{cell::Cell, future::Future, time::Duration};

use offramp_simulator::{AddUser, Deposit, Fault, Operation, Status, TransactionView};
use rand::{RngExt as _, seq::SliceRandom as _};
use serde_json::json;

use super::ensure;
use crate::{
    campaign::Campaign,
    support::{Answer, Bench, Database, Outcome, Peer, Shopper, session, shopper::new_key},
};

/// What the payer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    ReportSent,
    Cancel,
}

/// How it is done more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    /// It is not.
    Once,
    /// Two requests with one key at once.
    DoubleClick,
    /// The same request after the first was answered.
    Retry,
    /// Two requests at once, each with a key of its own.
    TwoTabs,
    /// The payer's connection breaks in the middle, and the browser asks again.
    GoneAndBack,
}

const DEEDS: [Deed; 2] = [Deed::ReportSent, Deed::Cancel];

const REPEATS: [Repeat; 5] = [
    Repeat::Once,
    Repeat::DoubleClick,
    Repeat::Retry,
    Repeat::TwoTabs,
    Repeat::GoneAndBack,
];

const FAULTS: [Option<Fault>; 8] = [
    None,
    Some(Fault::ServerErrorBefore),
    Some(Fault::ServerErrorAfter),
    Some(Fault::BadGateway),
    Some(Fault::ResetAfter),
    Some(Fault::ResetInBody),
    Some(Fault::TimeoutBefore),
    Some(Fault::TimeoutAfter),
];

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::ReportSent => "report_sent",
            Self::Cancel => "cancel",
        }
    }

    fn operation(self) -> Operation {
        match self {
            Self::ReportSent => Operation::Execute,
            Self::Cancel => Operation::Cancel,
        }
    }
}

#[tokio::test]
async fn what_is_done_twice_has_one_effect() -> Outcome {
    let every = DEEDS.len() * REPEATS.len() * FAULTS.len();
    let campaign = Campaign::of("actions", 12, 5 * every)?;
    let mut random = campaign.random();
    let mut cases: Vec<(Deed, Repeat, Option<Fault>)> = Vec::new();
    for deed in DEEDS {
        for repeat in REPEATS {
            cases.extend(FAULTS.iter().map(|fault| (deed, repeat, fault.clone())));
        }
    }
    let place = Place::new().await?;
    for round in 0..campaign.rounds {
        if round % every == 0 {
            cases.shuffle(&mut random);
        }
        let (deed, repeat, fault) = &cases[round % every];
        let times = random.random_range(1..4);
        let at = format!(
            "{} {deed:?} {repeat:?} {times} {fault:?}",
            campaign.at(round)
        );
        let faults = fault.as_ref().map(|fault| (fault, times));
        let played = Box::pin(play(&place, *deed, *repeat, faults)).await;
        played.map_err(|error| format!("{at}: {error}"))?;
    }
    campaign.done(campaign.rounds, "one effect each");
    Ok(())
}

async fn play(place: &Place, deed: Deed, repeat: Repeat, faults: Option<(&Fault, u32)>) -> Outcome {
    let bench = &place.bench;
    bench.capa().clear_faults();
    let user = bench.capa().add_user(AddUser { verified: true });
    let ana = bench.shopper_with(&session(&user, &user)).await?;
    let order = ana.open_order().await?;
    if let Some((fault, times)) = faults {
        bench.capa().fault(deed.operation(), fault.clone(), times);
    }

    let (key, other) = (new_key(), new_key());
    let there = match &place.peer {
        Some(peer) => ana.at(peer),
        None => ana.clone(),
    };
    let (body, name) = (json!({}), deed.name());
    let first = ana.act_with_key(&key, &order, name, &body);
    let again = there.act_with_key(&key, &order, name, &body);
    let elsewhere = there.act_with_key(&other, &order, name, &body);
    let answers = match repeat {
        Repeat::Once => vec![place.meanwhile(first).await?],
        Repeat::DoubleClick => Box::pin(place.both(first, again)).await?,
        Repeat::TwoTabs => Box::pin(place.both(first, elsewhere)).await?,
        Repeat::Retry => {
            let first = place.meanwhile(first).await?;
            vec![first, place.meanwhile(again).await?]
        }
        Repeat::GoneAndBack => {
            let gone = tokio::time::timeout(Duration::from_millis(3), first).await;
            let mut answers = Vec::from_iter(gone.ok().transpose()?);
            answers.push(place.meanwhile(again).await?);
            answers
        }
    };
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    ensure(done > 0, &format!("{answers:?}"))?;
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let is_right = match answer.refusal() {
            (409, "in_progress") => repeat != Repeat::TwoTabs,
            // The other tab's was carried out before this one was looked at.
            (409, "action_not_allowed") => repeat == Repeat::TwoTabs,
            (_, _) => false,
        };
        ensure(is_right, &answer.text)?;
    }

    match deed {
        Deed::ReportSent => place.is_paid_once(&ana, &order).await?,
        Deed::Cancel => place.is_called_off_once(&ana, &order).await?,
    }
    // The key stands for what was done, for as long as it is kept.
    let before = bench.record(&order).await?.sequence;
    let replayed = ana.act_with_key(&key, &order, name, &body).await?;
    ensure(replayed.status == 200, &replayed.text)?;
    let after = bench.record(&order).await?.sequence;
    ensure(after == before, "the replay changed the order")
}

/// One proxy, or two where they can share a database.
struct Place {
    bench: Bench,
    peer: Option<Peer>,
}

impl Place {
    async fn new() -> Outcome<Self> {
        let bench = Bench::with(|_, settings| {
            settings.timeouts.other = Duration::from_millis(500);
        })
        .await?;
        bench
            .capa()
            .knobs_mut(|knobs| knobs.deposit_limit_ms = 7 * 24 * 60 * 60 * 1_000);
        let peer = match bench.database() {
            Database::Sqlite(_) => None,
            Database::Postgres(_) => Some(bench.second().await?),
        };
        Ok(Self { bench, peer })
    }

    async fn duties(&self) -> Outcome {
        self.bench.engine.beat().await?;
        self.bench.engine.do_what_is_due().await?;
        if let Some(peer) = &self.peer {
            peer.engine.beat().await?;
            peer.engine.do_what_is_due().await?;
        }
        Ok(())
    }

    /// What is asked for while time passes and the duties are done.
    async fn meanwhile<T>(&self, asked: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let is_answered = Cell::new(false);
        let asked = async {
            let answer = asked.await;
            is_answered.set(true);
            answer
        };
        let duties = async {
            while !is_answered.get() {
                self.duties().await?;
                self.bench
                    .simulator
                    .clock()
                    .step(Duration::from_millis(100));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Outcome::Ok(())
        };
        let (answer, done) = tokio::join!(asked, duties);
        done.and(answer)
    }

    /// Both at once.
    async fn both(
        &self,
        one: impl Future<Output = Outcome<Answer>>,
        other: impl Future<Output = Outcome<Answer>>,
    ) -> Outcome<Vec<Answer>> {
        let both = async {
            let (one, other) = tokio::join!(one, other);
            Ok(vec![one?, other?])
        };
        Box::pin(self.meanwhile(both)).await
    }

    /// Lets time pass until the order has come to this state, five minutes at most.
    async fn comes_to(&self, ana: &Shopper<'_>, order: &str, state: &str) -> Outcome<Answer> {
        for _ in 0..60 {
            let now = ana.order(order).await?;
            if now.state() == state {
                return Ok(now);
            }
            self.bench.simulator.clock().step(Duration::from_secs(5));
            self.duties().await?;
        }
        Err(format!("never {state}: {}", ana.order(order).await?.text).into())
    }

    /// The one transaction that the provider has of the order's payer.
    async fn theirs(&self, order: &str) -> Outcome<TransactionView> {
        let reference = self.bench.record(order).await?.reference;
        let capa = self.bench.capa();
        let user = capa.transaction(reference.ok_or("not bound")?)?.user_id;
        let theirs = capa.transactions().into_iter();
        let theirs: Vec<_> = theirs.filter(|theirs| theirs.user_id == user).collect();
        match <[TransactionView; 1]>::try_from(theirs) {
            Ok([only]) => Ok(only),
            Err(theirs) => Err(format!("{} transactions", theirs.len()).into()),
        }
    }

    async fn is_paid_once(&self, ana: &Shopper<'_>, order: &str) -> Outcome {
        let id = self.theirs(order).await?.id;
        self.bench.capa().deposit(id, Deposit::Exact)?;
        let paid = self.comes_to(ana, order, "completed").await?;
        let entries = paid.order()["timeline"].as_array();
        let mut states: Vec<_> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["state"].as_str())
            .collect();
        let passed = states.len();
        states.sort_unstable();
        states.dedup();
        ensure(passed == states.len(), &paid.text)?;
        let theirs = self.theirs(order).await?;
        ensure(theirs.status == Status::Completed, "not paid")?;
        ensure(theirs.cancel_calls == 0, "called off as well")
    }

    async fn is_called_off_once(&self, ana: &Shopper<'_>, order: &str) -> Outcome {
        let ended = self.comes_to(ana, order, "cancelled").await?;
        ensure(ended.reason() == "cancelled_by_payer", &ended.text)?;
        ensure(ended.stands() == ("cancelled", "payer"), &ended.text)?;
        let theirs = self.theirs(order).await?;
        ensure(theirs.status == Status::Cancelled, "not called off")?;
        ensure(theirs.cancel_calls == 1, "called off more than once")?;
        ensure(theirs.execute_calls == 0, "executed as well")
    }
}
