//! Whatever happens, in whatever order: what holds at every step, and what has become of every
//! order in the end.

use std::{collections::BTreeMap, time::Duration};

use offramp_proxy::store::KeyUse;
use offramp_simulator::{
    Decimal, Deposit, Fault, Operation, Status, TransactionView,
    providers::capa::{DepositView, seed},
};
use serde_json::{Value, json};

use crate::support::{Answer, Bench, HASH, Outcome, Shopper, one_of, session, shopper};

/// How many walks, and how long each is.
const WALKS: u64 = 16;
const STEPS: usize = 40;

/// Numbers that look like chance, and are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = self.roll(from.len().max(1) as u64);
        from.get(usize::try_from(index).unwrap_or_default())
    }
}

/// A walk, and what was seen on it.
struct Walk {
    dice: Dice,
    bench: Bench,
    orders: BTreeMap<String, Seen>,
    log: Vec<String>,
    people: People,
}

/// Whether people at the provider put orders into whatever status they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum People {
    Leave,
    Meddle,
}

/// What was last seen of an order.
#[derive(Default)]
struct Seen {
    order: Value,
    sequence: u64,
    address: Option<String>,
    /// Whether it had ended when crypto came for it.
    came_late: bool,
}

impl Walk {
    async fn begin(seed: u64) -> Outcome<Self> {
        let bench = Bench::start().await?;
        bench
            .capa()
            .knobs_mut(|knobs| knobs.deposit_limit_ms = 3 * 24 * 60 * 60 * 1_000);
        Ok(Self {
            dice: Dice(seed),
            bench,
            orders: BTreeMap::new(),
            log: Vec::new(),
            people: match seed % 3 {
                0 => People::Meddle,
                _ => People::Leave,
            },
        })
    }

    async fn ana(&self) -> Outcome<Shopper<'_>> {
        let body = session("cust-1", seed::CUST_1);
        self.bench.shopper_with(&body).await
    }

    fn an_order(&mut self) -> Option<String> {
        let ids: Vec<String> = self.orders.keys().cloned().collect();
        self.dice.pick(&ids).cloned()
    }

    async fn step(mut self) -> Outcome<Self> {
        if self.people == People::Meddle && self.dice.roll(5) == 0 {
            self.meddle()?;
        }
        match self.dice.roll(16) {
            0..=2 => {
                let secs = 1 + self.dice.roll(20);
                self.note(format!("{secs} s pass"));
                self.bench.pass_secs(secs).await?;
            }
            3 | 4 => {
                let mins = 1 + self.dice.roll(40);
                self.note(format!("{mins} min pass"));
                self.bench.pass(Duration::from_mins(mins)).await?;
            }
            5 => {
                let hours = 1 + self.dice.roll(9);
                self.note(format!("{hours} h pass"));
                self.bench.pass(Duration::from_hours(hours)).await?;
            }
            6 | 7 => self.create().await?,
            8 | 9 => self.report().await?,
            10 => self.cancel().await?,
            11 => self.deposit()?,
            12 | 13 => self.fail(),
            14 => self.tell().await?,
            _ => {
                self.note("restart".to_owned());
                self.bench = self.bench.restart().await?;
                self.bench.engine.beat().await?;
            }
        }
        let settled = self.bench.settle().await;
        settled.map_err(|error| format!("{error}: {:#?}", self.log))?;
        self.look().await?;
        Ok(self)
    }

    fn note(&mut self, what: String) {
        self.log.push(what);
    }

    async fn create(&mut self) -> Outcome {
        let fault = match self.dice.roll(6) {
            0 => Some(Fault::ServerErrorBefore),
            1 => Some(Fault::ServerErrorAfter),
            2 => Some(Fault::ResetAfter),
            _ => None,
        };
        if let Some(fault) = &fault {
            self.bench.capa().fault(Operation::Create, fault.clone(), 1);
        }
        let quote = self.ana().await?.firm("100").await?;
        let created = self.ana().await?.create(&shopper::confirm(&quote)).await?;
        if fault.is_some() {
            // It may not have been used.
            self.bench.capa().clear_faults();
        }
        self.note(format!("create {fault:?}: {}", created.status));
        if let Ok(id) = created.order_id() {
            self.orders.entry(id).or_default();
        }
        Ok(())
    }

    async fn report(&mut self) -> Outcome {
        let Some(id) = self.an_order() else {
            return Ok(());
        };
        let body = match self.dice.roll(2) {
            0 => json!({}),
            _ => json!({ "tx_hash": HASH }),
        };
        let answer = self.ana().await?.report(&id, &body).await?;
        self.note(format!("report {id}: {}", answer.status));
        Ok(())
    }

    async fn cancel(&mut self) -> Outcome {
        let Some(id) = self.an_order() else {
            return Ok(());
        };
        let record = self.bench.record(&id).await?;
        let key = KeyUse {
            route: format!("cancel {id}"),
            key: shopper::new_key(),
            body_hash: String::new(),
        };
        let answer = self.bench.engine.cancel(&record, key).await;
        self.note(format!("cancel {id}: {:?}", answer.err()));
        Ok(())
    }

    fn deposit(&mut self) -> Outcome {
        let transactions = self.bench.capa().transactions();
        let Some(theirs) = self.dice.pick(&transactions).cloned() else {
            return Ok(());
        };
        let deposit = match self.dice.roll(5) {
            0 => Deposit::Amount(Decimal::from(60)),
            _ => Deposit::Exact,
        };
        let is_over = matches!(
            theirs.status,
            Status::Cancelled | Status::Expired | Status::Failed | Status::Completed
        );
        self.bench.capa().deposit(&theirs.id, deposit)?;
        self.note(format!("{deposit:?} for {} ({})", theirs.id, theirs.status));
        for seen in self.orders.values_mut() {
            // All orders of a payer have one address: this one is known by its reference alone.
            seen.came_late |= is_over;
        }
        Ok(())
    }

    fn meddle(&mut self) -> Outcome {
        let transactions = self.bench.capa().transactions();
        let Some(theirs) = self.dice.pick(&transactions).cloned() else {
            return Ok(());
        };
        let Some(status) = self.dice.pick(&Status::DOCUMENTED).cloned() else {
            return Ok(());
        };
        self.note(format!("{} is made {status}", theirs.id));
        self.bench.capa().force_status(&theirs.id, status)?;
        Ok(())
    }

    fn fail(&mut self) {
        let operation = match self.dice.roll(3) {
            0 => Operation::List,
            1 => Operation::Execute,
            _ => Operation::Cancel,
        };
        let fault = match self.dice.roll(8) {
            0 => Fault::ResetBefore,
            1 => Fault::ResetAfter,
            2 => Fault::ServerErrorBefore,
            3 => Fault::ServerErrorAfter,
            4 => Fault::MalformedJson,
            5 => Fault::UnknownStatus,
            6 => Fault::RateLimited,
            _ => Fault::BadGateway,
        };
        let times = 1 + u32::try_from(self.dice.roll(4)).unwrap_or_default();
        self.note(format!("{operation:?} fails {times} times: {fault:?}"));
        self.bench.capa().fault(operation, fault, times);
    }

    async fn tell(&mut self) -> Outcome {
        let transactions = self.bench.capa().transactions();
        if let Some(theirs) = self.dice.pick(&transactions).cloned() {
            self.note(format!("webhook for {}", theirs.id));
            self.bench.webhook("SOMETHING", &theirs.id).await?;
        }
        Ok(())
    }

    /// What holds at every step.
    async fn look(&mut self) -> Outcome {
        let ids: Vec<String> = self.orders.keys().cloned().collect();
        for id in ids {
            let answer = self.ana().await?.order(&id).await?;
            let address = answer.address().map(str::to_owned);
            let record = self.bench.record(&id).await?;
            let status = record.provider_status.as_deref();
            let is_ended = matches!(status, Some("CANCELLED" | "EXPIRED" | "FAILED"));
            if address.is_some() && (is_ended || record.has_ended()) {
                return Err(
                    format!("{id}: it is over, and asks for crypto: {:#?}", self.log).into(),
                );
            }
            let problem = self
                .orders
                .get_mut(&id)
                .and_then(|seen| seen.compare(&answer, address));
            if let Some(problem) = problem {
                return Err(format!("{id}: {problem}: {:#?}", self.log).into());
            }
        }
        let open = self.ana().await?.checkout().await?;
        let unfunded = open.json["order"]["id"].as_str();
        if unfunded.is_some_and(|id| !self.orders.contains_key(id)) {
            return Err(format!("an order nobody made: {:#?}", self.log).into());
        }
        for (id, seen) in &self.orders {
            if seen.order["unfunded"] != (Some(id.as_str()) == unfunded) {
                return Err(format!("{id}: it is in the way, or not: {:#?}", self.log).into());
            }
        }
        Ok(())
    }

    /// What has become of every order when nothing fails any more and four days have passed.
    async fn end(self) -> Outcome {
        let Self {
            bench,
            orders,
            log,
            people,
            ..
        } = self;
        bench.capa().clear_faults();
        bench.pass_in_steps(Duration::from_mins(15), 12).await?;
        bench.pass_in_steps(Duration::from_hours(1), 93).await?;
        let body = session("cust-1", seed::CUST_1);
        let ana = bench.shopper_with(&body).await?;
        let transactions = bench.capa().transactions();
        for (id, seen) in &orders {
            let record = bench.record(id).await?;
            let theirs = transactions
                .iter()
                .find(|theirs| Some(&theirs.id) == record.reference.as_ref());
            let order = ana.order(id).await?;
            let problem = match people {
                People::Leave => problem_at_the_end(&order, theirs, seen),
                People::Meddle => still_under_way(&order),
            };
            if let Some(problem) = problem {
                return Err(format!("{id}: {problem}: {} {theirs:#?} {log:#?}", order.text).into());
            }
        }
        for theirs in &transactions {
            let is_ours = orders.len() >= transactions.len();
            if theirs.create_calls != 1 || !is_ours {
                return Err(format!("made twice: {theirs:#?} {log:#?}").into());
            }
        }
        Ok(())
    }
}

impl Seen {
    fn compare(&mut self, answer: &Answer, address: Option<String>) -> Option<&'static str> {
        let order = answer.order();
        let has_changed = self.order != *order;
        let was_shown = !self.order.is_null();
        let sequence = answer.sequence();
        let problem = if was_shown && has_changed != (sequence > self.sequence) {
            Some("the sequence does not say whether it has changed")
        } else if self.address.is_some() && address.is_some() && self.address != address {
            Some("another address")
        } else if self.order["state"] == "completed" && order["state"] != "completed" {
            Some("completed, and not any more")
        } else {
            None
        };
        self.order = order.clone();
        self.sequence = sequence;
        self.address = self.address.take().or(address);
        problem
    }
}

fn problem_at_the_end(
    order: &Answer,
    theirs: Option<&TransactionView>,
    seen: &Seen,
) -> Option<&'static str> {
    if let Some(problem) = still_under_way(order) {
        return Some(problem);
    }
    let state = order.state();
    let Some(theirs) = theirs else {
        let is_over = matches!(state, "failed" | "attention");
        return (!is_over).then_some("never made, and not over");
    };
    let is_paid = theirs.status == Status::Completed;
    if is_paid != (state == "completed") {
        return Some("paid, and not completed, or the other way round");
    }
    match theirs.deposit {
        DepositView::Exact if !is_paid && !seen.came_late => {
            Some("the crypto came and was not paid")
        }
        DepositView::Exact if !is_paid => {
            (state != "attention").then_some("the crypto is there, and nobody looks")
        }
        DepositView::Mismatched if matches!(state, "cancelled" | "expired" | "failed") => {
            Some("some crypto is there, and nobody looks")
        }
        DepositView::None if matches!(state, "awaiting_deposit" | "deposit_submitted") => {
            Some("nothing came, and it still waits")
        }
        DepositView::Exact | DepositView::Mismatched | DepositView::None => None,
    }
}

fn still_under_way(order: &Answer) -> Option<&'static str> {
    let is_pending = !order.order()["pending_action"].is_null();
    is_pending.then_some("something is still under way")
}

#[tokio::test]
async fn promises_hold_whatever_happens() -> Outcome {
    let walks: u64 = std::env::var("OFFRAMP_TEST_WALKS")
        .ok()
        .and_then(|walks| walks.parse().ok())
        .unwrap_or(WALKS);
    for seed in (0..walks).step_by(one_of()) {
        let mut walk = Walk::begin(seed).await?;
        for _ in 0..STEPS {
            walk = walk
                .step()
                .await
                .map_err(|error| format!("walk {seed}: {error}"))?;
        }
        walk.end()
            .await
            .map_err(|error| format!("walk {seed}: {error}"))?;
    }
    Ok(())
}
