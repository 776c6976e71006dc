//! A create whose answer is lost, beside transactions of the same payer that look like it: found
//! again, given up or left to a person; never doubled, never falsely failed, never another's.

use std::time::Duration;

use offramp_domain::time::Timestamp;
use offramp_simulator::{AddUser, Fault, Operation, Shut};
use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};

use super::ensure;
use crate::{
    campaign::Campaign,
    support::{
        Bench, CLABE, Outcome, Shopper, session,
        shopper::{confirm, new_key},
        with,
    },
};

/// Another account of the same payer.
const OTHER_CLABE: &str = "012345678902422382";

/// How long the proxy's clock goes on at once.
const TICK: Duration = Duration::from_secs(2);

/// Whether the provider makes the order before its answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commits {
    Yes,
    No,
}

/// In what a transaction that the proxy did not ask for differs from the one that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alike {
    Amount,
    Account,
    Currency,
    Network,
    Token,
    Price,
    MadeBefore,
    MadeAfter,
    Nothing,
}

/// How the provider is away after it lost the answer.
#[derive(Clone, Copy, Debug)]
enum Away {
    Not,
    Failing,
    Refusing,
}

/// What is played.
#[derive(Debug)]
struct Case {
    commits: Commits,
    fault: Fault,
    planted: Vec<Alike>,
    away: Away,
    outage: Duration,
}

/// What becomes of the order, by everything that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Adopted,
    Absent,
    LeftToAPerson,
}

/// How often each end came, and how late at most after the provider's recovery.
#[derive(Debug, Default)]
struct Tally {
    adopted: usize,
    absent: usize,
    left: usize,
    slowest_adoption: Duration,
    slowest_absence: Duration,
}

impl Case {
    fn random(random: &mut StdRng) -> Self {
        let commits = if random.random() {
            Commits::Yes
        } else {
            Commits::No
        };
        let faults: &[Fault] = match commits {
            Commits::Yes => &[
                Fault::TimeoutAfter,
                Fault::ResetAfter,
                Fault::ResetInBody,
                Fault::ServerErrorAfter,
            ],
            Commits::No => &[Fault::TimeoutBefore, Fault::ResetBefore, Fault::BadGateway],
        };
        let mut planted = Vec::new();
        for _ in 0..random.random_range(0..4) {
            planted.extend(Alike::DIFFERENT.choose(random));
        }
        if random.random_range(0..4) == 0 {
            // One beside the order, or two where there is none: either way nobody can tell.
            planted.push(Alike::Nothing);
            if commits == Commits::No {
                planted.push(Alike::Nothing);
            }
        }
        let (away, outage) = match random.random_range(0..4) {
            0 => (Away::Not, 0),
            1 => (Away::Failing, random.random_range(1..300)),
            2 => (Away::Refusing, random.random_range(1..300)),
            _ => (Away::Failing, random.random_range(300..4 * 60 * 60)),
        };
        Self {
            commits,
            fault: faults.choose(random).cloned().unwrap_or(Fault::BadGateway),
            planted,
            away,
            outage: Duration::from_secs(outage),
        }
    }

    fn end(&self) -> End {
        match (self.planted.contains(&Alike::Nothing), self.commits) {
            (true, Commits::Yes | Commits::No) => End::LeftToAPerson,
            (false, Commits::Yes) => End::Adopted,
            (false, Commits::No) => End::Absent,
        }
    }
}

impl Alike {
    const DIFFERENT: [Self; 8] = [
        Self::Amount,
        Self::Account,
        Self::Currency,
        Self::Network,
        Self::Token,
        Self::Price,
        Self::MadeBefore,
        Self::MadeAfter,
    ];

    fn body(self, user: &str) -> Value {
        let asked = json!({
            "userId": user, "cryptoAmount": 100, "fiatCurrency": "MXN",
            "blockchainSymbol": "POL", "tokenSymbol": "USDC",
            "userBankInformation": { "country": "MX", "accountIdentifier": CLABE },
        });
        match self {
            Self::Amount => with(asked, "cryptoAmount", json!(100.01)),
            Self::Account => {
                let other = json!({ "country": "MX", "accountIdentifier": OTHER_CLABE });
                with(asked, "userBankInformation", other)
            }
            Self::Currency => with(asked, "fiatCurrency", json!("USD")),
            Self::Network => with(asked, "blockchainSymbol", json!("ETH")),
            Self::Token => with(asked, "tokenSymbol", json!("USDT")),
            Self::Price => with(asked, "premiumSpread", json!(0.01)),
            Self::MadeBefore | Self::MadeAfter | Self::Nothing => asked,
        }
    }
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_again_or_given_up() -> Outcome {
    let campaign = Campaign::of("unknown outcome", 8, 500)?;
    let mut random = campaign.random();
    let mut tally = Tally::default();
    for round in 0..campaign.rounds {
        let case = Case::random(&mut random);
        let place = format!("{} {case:?}", campaign.at(round));
        let played = play(&case, &mut tally).await;
        played.map_err(|error| format!("{place}: {error}"))?;
    }
    let found = format!(
        "0 doubled, 0 falsely failed, 0 wrongly adopted: {} adopted within {:?}, {} absent within \
         {:?}, {} left to a person",
        tally.adopted, tally.slowest_adoption, tally.absent, tally.slowest_absence, tally.left
    );
    campaign.done(campaign.rounds, &found);
    Ok(())
}

async fn play(case: &Case, tally: &mut Tally) -> Outcome {
    // Long enough for whatever is answered, short where nothing is.
    let bench = Bench::with(|_, settings| {
        settings.timeouts.create = Duration::from_millis(300);
    })
    .await?;
    let user = bench.capa().add_user(AddUser { verified: true });
    let payer = bench.shopper_with(&session("payer", &user)).await?;
    let mut planted = Vec::new();

    for _ in case.of(Alike::MadeBefore) {
        planted.push(plant(&bench, Alike::MadeBefore, &user).await?);
    }
    bench.simulator.clock().step(Duration::from_secs(8));
    let body = confirm(&payer.firm("100").await?);
    let key = new_key();
    bench.capa().fault(Operation::Create, case.fault.clone(), 1);
    let lost = payer.create_with_key(&key, &body).await?;
    ensure(lost.status == 202 && lost.address().is_none(), &lost.text)?;
    let order = lost.order_id()?;
    for alike in &case.planted {
        if !matches!(alike, Alike::MadeBefore | Alike::MadeAfter) {
            planted.push(plant(&bench, *alike, &user).await?);
        }
    }

    leave(&bench, case.away).await;
    wait(&bench, case.outage).await?;
    // Whoever asks again while nobody knows is told of the same order, and no second one is made.
    let again = payer.create_with_key(&key, &body).await?;
    ensure(again.order_id()? == order, &again.text)?;
    let is_late = case.outage > Duration::from_mins(3);
    for _ in case.of(Alike::MadeAfter).filter(|_| is_late) {
        planted.push(plant_behind(&bench, case.away, &user).await?);
    }
    come_back(&bench, case.away).await;

    let recovered = bench.now();
    let (found, took) = outcome(&bench, &payer, &order, recovered).await?;
    let theirs = bench.capa().transactions();
    let own: Vec<_> = theirs
        .iter()
        .filter(|theirs| !planted.contains(&theirs.id))
        .collect();
    let made = match case.commits {
        Commits::Yes => 1,
        Commits::No => 0,
    };
    ensure(own.len() == made, "doubled, or never made")?;
    ensure(found == case.end(), &format!("{found:?}"))?;
    ensure(
        theirs.iter().all(|theirs| theirs.cancel_calls == 0),
        "called off",
    )?;
    let address = payer.order(&order).await?.address().map(str::to_owned);
    match found {
        End::Adopted => {
            ensure(
                address.as_deref() == Some(own[0].address.as_str()),
                "not its own",
            )?;
            ensure(
                took <= Duration::from_mins(1),
                &format!("adopted after {took:?}"),
            )?;
            tally.adopted += 1;
            tally.slowest_adoption = tally.slowest_adoption.max(took);
        }
        End::Absent => {
            ensure(
                took <= Duration::from_mins(3),
                &format!("closed after {took:?}"),
            )?;
            tally.absent += 1;
            tally.slowest_absence = tally.slowest_absence.max(took);
            // There is room for another, in a session that has not ended.
            let payer = bench.shopper_with(&session("payer", &user)).await?;
            let next = payer.buy("100").await?;
            ensure(next.status == 201, &next.text)?;
        }
        End::LeftToAPerson => {
            ensure(address.is_none(), "an address was shown")?;
            tally.left += 1;
        }
    }
    Ok(())
}

impl Case {
    fn of(&self, wanted: Alike) -> impl Iterator<Item = &Alike> {
        self.planted.iter().filter(move |alike| **alike == wanted)
    }
}

/// What becomes of the order, and when.
async fn outcome(
    bench: &Bench,
    payer: &Shopper<'_>,
    order: &str,
    recovered: Timestamp,
) -> Outcome<(End, Duration)> {
    let deadline = Duration::from_mins(5);
    loop {
        let now = payer.order(order).await?;
        let took = bench.now().since(recovered);
        match (now.state(), now.reason()) {
            ("creating", _) if took < deadline => bench.pass(TICK).await?,
            ("awaiting_deposit", "") => return Ok((End::Adopted, took)),
            ("failed", "not_created") => return Ok((End::Absent, took)),
            ("attention", "provider_mismatch") => return Ok((End::LeftToAPerson, took)),
            (_, _) => return Err(format!("after {took:?}: {}", now.text).into()),
        }
    }
}

/// Somebody else with the same key makes a transaction for the same payer.
async fn plant(bench: &Bench, alike: Alike, user: &str) -> Outcome<String> {
    let made = bench.provider_post("/off-ramp", &alike.body(user)).await?;
    let id = made["data"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| format!("{alike:?}: {made}").into())
}

/// The same while the provider is away for the proxy.
async fn plant_behind(bench: &Bench, away: Away, user: &str) -> Outcome<String> {
    match away {
        Away::Not | Away::Failing => plant(bench, Alike::MadeAfter, user).await,
        Away::Refusing => {
            bench.simulator.door().open().await;
            let planted = plant(bench, Alike::MadeAfter, user).await;
            bench.simulator.door().shut(Shut::Refusing).await;
            planted
        }
    }
}

async fn leave(bench: &Bench, away: Away) {
    match away {
        Away::Not => {}
        Away::Failing => bench
            .capa()
            .fault(Operation::List, Fault::BadGateway, u32::MAX),
        Away::Refusing => bench.simulator.door().shut(Shut::Refusing).await,
    }
}

async fn come_back(bench: &Bench, away: Away) {
    match away {
        Away::Not => {}
        Away::Failing => bench.capa().clear_faults(),
        Away::Refusing => bench.simulator.door().open().await,
    }
}

/// Lets the time of an outage pass.
async fn wait(bench: &Bench, outage: Duration) -> Outcome {
    const MOST: u32 = 60;
    let mut left = outage;
    while !left.is_zero() {
        let step = left.min(Duration::from_secs(15).max(outage / MOST));
        bench.pass(step).await?;
        left -= step;
    }
    Ok(())
}
