//! One life: each step is carried out on the proxy and on the provider, and then everybody looks.

use std::{collections::BTreeSet, time::Duration};

use axum::http::Method;
use offramp_simulator::{Deposit, providers::capa::seed};
use serde_json::{Value, json};

use super::{
    model::Model,
    step::{Payer, Step},
};
use crate::support::{Answer, Bench, HASH, Outcome, Shopper, shopper};

/// How long a payer waits for a cancel before closing the page.
const PATIENCE: Duration = Duration::from_millis(200);

/// While a key is remembered.
const KEPT_FOR: Duration = Duration::from_hours(47);

/// A create that was sent.
struct Sent {
    key: String,
    body: Value,
    order: Option<String>,
    at_ms: i64,
}

/// A proxy, a provider, and what is known of both.
struct Life {
    bench: Bench,
    model: Model,
    last: [Option<Sent>; 2],
}

/// Lives through the steps, lets everything settle, and compares with the provider's books.
/// Says in which states the orders have come to rest.
pub(super) async fn live(steps: &[Step]) -> Outcome<Vec<String>> {
    let bench = Bench::impatient().await?;
    // Longer than any life, so that only a step ends the wait for a deposit.
    bench
        .capa()
        .knobs_mut(|knobs| knobs.deposit_limit_ms = 90 * 24 * 60 * 60 * 1_000);
    let mut life = Life {
        bench,
        model: Model::default(),
        last: [None, None],
    };
    for step in steps {
        life = life
            .goes_through(step)
            .await
            .map_err(|what| format!("{step:?}: {what}"))?;
        life.look()
            .await
            .map_err(|what| format!("after {step:?}: {what}"))?;
    }
    life.settle().await
}

impl Life {
    async fn goes_through(mut self, step: &Step) -> Outcome<Self> {
        match step {
            Step::Create(payer) => self.create(*payer).await?,
            Step::CreateAgain(payer) => self.create_again(*payer).await?,
            Step::Report(payer, has_hash) => self.report(*payer, *has_hash).await?,
            Step::Cancel(payer) => self.cancel(*payer).await?,
            Step::Act(payer, action) => {
                if let Some(id) = self.order_of(*payer) {
                    let body = json!({ "x": "not asked for" });
                    let answer = self
                        .shopper(*payer)
                        .await?
                        .act(&id, action.as_str(), &body)
                        .await?;
                    must(answer.status.is_client_error(), &answer)?;
                }
            }
            Step::ActOnForeign(payer, action) => {
                if let Some(id) = self.order_of(1 - *payer) {
                    let shopper = self.shopper(*payer).await?;
                    let answer = shopper.act(&id, action.as_str(), &json!({})).await?;
                    must(answer.refusal() == (404, "not_found"), &answer)?;
                }
            }
            Step::Deposit(payer, deposit) => self.deposit(*payer, *deposit).await?,
            Step::Force(payer, status) => {
                if let Some((id, reference)) = self.known_to_both(*payer).await? {
                    self.bench
                        .capa()
                        .force_status(reference.as_str(), status.clone())?;
                    self.model.order(&id).is_crooked = true;
                }
            }
            Step::News(payer, event) => {
                if let Some((_, reference)) = self.known_to_both(*payer).await? {
                    let answer = self.bench.webhook(event, &reference).await?;
                    must(answer.status == 204, &answer)?;
                }
            }
            Step::Fail(operation, fault, times) => {
                self.bench.capa().fault(*operation, fault.clone(), *times);
            }
            Step::Pass(secs) => self.bench.pass_secs(*secs).await?,
            Step::Restart => self.bench = self.bench.restart().await?,
        }
        Ok(self)
    }

    async fn create(&mut self, payer: Payer) -> Outcome {
        let shopper = self.shopper(payer).await?;
        let quote = shopper.firm("100").await?;
        if quote.status != 200 {
            return must(
                quote.status.is_server_error() || quote.status == 429,
                &quote,
            );
        }
        let (key, body) = (shopper::new_key(), shopper::confirm(&quote));
        let answer = shopper.create_with_key(&key, &body).await?;
        let open = self.model.unfunded(payer);
        if let Some(open) = open {
            must(answer.refusal() == (409, "order_open"), &answer)?;
            must(answer.json["order_id"] == *open, &answer)?;
        }
        let order = answer.order_id().ok();
        if let Some(id) = &order {
            must(matches!(answer.status.as_u16(), 201 | 202), &answer)?;
            self.model.order(id).payer = payer;
        }
        let at_ms = self.bench.now().as_millis();
        self.last[payer] = Some(Sent {
            key,
            body,
            order,
            at_ms,
        });
        Ok(())
    }

    async fn create_again(&mut self, payer: Payer) -> Outcome {
        let Some(sent) = &self.last[payer] else {
            return Ok(());
        };
        let age = self.bench.now().as_millis() - sent.at_ms;
        let (Some(order), true) = (
            &sent.order,
            i128::from(age) < KEPT_FOR.as_millis().cast_signed(),
        ) else {
            return Ok(());
        };
        let shopper = self.shopper(payer).await?;
        let again = shopper.create_with_key(&sent.key, &sent.body).await?;
        must(again.order_id()? == *order, &again)?;
        let another =
            json!({ "quote_id": "quo_0", "min_fiat_amount": "1", "destination": shopper::clabe() });
        let misused = shopper.create_with_key(&sent.key, &another).await?;
        must(misused.refusal() == (422, "idempotency_conflict"), &misused)
    }

    async fn report(&mut self, payer: Payer, has_hash: bool) -> Outcome {
        let Some(id) = self.order_of(payer) else {
            return Ok(());
        };
        let body = if has_hash {
            json!({ "tx_hash": HASH })
        } else {
            json!({})
        };
        let answer = self.shopper(payer).await?.report(&id, &body).await?;
        match answer.refusal() {
            (200, _) => self.model.order(&id).reported = true,
            // The hash belongs to an earlier order of theirs.
            (409, "action_not_allowed") | (422, "invalid_fields") => {}
            _ => return must(false, &answer),
        }
        Ok(())
    }

    async fn cancel(&mut self, payer: Payer) -> Outcome {
        let Some(id) = self.order_of(payer) else {
            return Ok(());
        };
        let shopper = self.shopper(payer).await?;
        if let Ok(answer) = tokio::time::timeout(PATIENCE, shopper.cancel(&id)).await {
            let answer = answer?;
            let is_said = [(200, ""), (409, "action_not_allowed")].contains(&answer.refusal());
            must(is_said, &answer)?;
        }
        self.model.order(&id).cancel_asked = true;
        Ok(())
    }

    async fn deposit(&mut self, payer: Payer, deposit: Deposit) -> Outcome {
        let Some((id, reference)) = self.known_to_both(payer).await? else {
            return Ok(());
        };
        self.bench.capa().deposit(reference.as_str(), deposit)?;
        let order = self.model.order(&id);
        let waits = matches!(order.state(), "awaiting_deposit" | "deposit_submitted");
        let is_straight = !order.is_crooked && !order.cancel_asked && !order.paid;
        if deposit == Deposit::Exact && waits && is_straight {
            order.paid = true;
        } else {
            // Too much, too little or too late is a case for people.
            order.is_crooked = true;
        }
        Ok(())
    }

    /// Everybody looks at everything.
    async fn look(&mut self) -> Outcome {
        let mut references = BTreeSet::new();
        for payer in 0..2 {
            let shopper = self.shopper(payer).await?;
            let listed = shopper
                .ask(Method::GET, "/v1/orders?limit=100")
                .send()
                .await?;
            let views = listed.json["orders"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            for view in &views {
                let id = view["id"].as_str().unwrap_or_default();
                if let Some(reference) = self.bench.record(id).await?.reference {
                    let theirs = self.bench.capa().transaction(reference.as_str())?;
                    self.model.hears(id, theirs.status.as_str());
                    if !references.insert(reference) {
                        return Err("two orders of one transaction".into());
                    }
                }
            }
            self.model.sees(payer, &views)?;
            let transactions = self.bench.capa().transactions();
            let theirs = transactions
                .iter()
                .filter(|theirs| theirs.user_id == user(payer));
            if theirs.count() > views.len() {
                return Err("the provider has more orders than we".into());
            }
        }
        Ok(())
    }

    async fn settle(mut self) -> Outcome<Vec<String>> {
        self.bench.capa().clear_faults();
        for secs in [1, 5, 10, 30, 60, 60, 120, 600, 900, 1_800, 3_600, 3_600] {
            self.bench.pass_secs(secs).await?;
            self.look()
                .await
                .map_err(|what| format!("while it settles: {what}"))?;
        }
        let mut bound = BTreeSet::new();
        let mut states = Vec::new();
        for payer in 0..2 {
            let shopper = self.shopper(payer).await?;
            let listed = shopper
                .ask(Method::GET, "/v1/orders?limit=100")
                .send()
                .await?;
            for view in listed.json["orders"].as_array().into_iter().flatten() {
                let id = view["id"].as_str().unwrap_or_default();
                let reference = self.bench.record(id).await?.reference;
                let theirs =
                    reference.and_then(|id| self.bench.capa().transaction(id.as_str()).ok());
                let word = theirs.as_ref().map(|theirs| theirs.status.as_str());
                self.model.has_settled(id, word)?;
                states.push(self.model.order(id).state().to_owned());
                bound.extend(theirs.map(|theirs| theirs.id));
            }
        }
        // What nobody has an address for is not left waiting for crypto.
        for theirs in self.bench.capa().transactions() {
            let is_ours = (0..2).any(|payer| theirs.user_id == user(payer));
            if is_ours && !bound.contains(&theirs.id) && theirs.status.as_str() == "PENDING" {
                return Err(format!("an order that nobody knows: {theirs:?}").into());
            }
        }
        Ok(states)
    }

    /// The payer's last order.
    fn order_of(&self, payer: Payer) -> Option<String> {
        self.last[payer].as_ref()?.order.clone()
    }

    /// The same with the provider's id of it.
    async fn known_to_both(&self, payer: Payer) -> Outcome<Option<(String, String)>> {
        let Some(id) = self.order_of(payer) else {
            return Ok(None);
        };
        let reference = self.bench.record(&id).await?.reference;
        Ok(reference.map(|reference| (id, reference)))
    }

    async fn shopper(&self, payer: Payer) -> Outcome<Shopper<'_>> {
        if payer == 0 {
            self.bench.ana().await
        } else {
            self.bench.luis().await
        }
    }
}

fn user(payer: Payer) -> &'static str {
    [seed::CUST_1, seed::CUST_2][payer]
}

fn must(is_true: bool, answer: &Answer) -> Outcome {
    if is_true {
        Ok(())
    } else {
        Err(format!("not as it should be: {} {}", answer.status, answer.text).into())
    }
}
