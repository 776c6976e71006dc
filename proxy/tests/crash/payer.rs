//! A payer whose page repeats what got no answer, and what they saw.

mod signed;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    backend::{Adapter, Backend, Provider},
    flight::{Call, Flight, in_flight},
    letter,
    page::{Actor, Page, id, new_key, state, text},
    point::{Choice, Point},
    program::Program,
    theirs::Theirs,
    wallet::Wallet,
};

/// How long a payer looks at one state, in real time.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// How much of the provider's time passes between two looks.
const STEP: Duration = Duration::from_secs(1);

/// How often an order is looked at that nobody can know anything about.
const LOOKS_AT_UNKNOWN: u32 = 10;

/// The partner's backend has debited the payer.
pub(crate) const AUTHORISE: &str = "authorise_transfer";

/// The payer says that the money arrived.
pub(crate) const CONFIRM: &str = "confirm_received";

/// Who paid has the crypto back.
pub(crate) const REFUND: &str = "authorise_refund";

/// Where an order is known to have been made.
const MADE: [&str; 10] = [
    "awaiting_deposit",
    "deposit_submitted",
    "deposit_received",
    "payout_in_progress",
    "awaiting_confirmation",
    "settling",
    "completed",
    "refund_required",
    "refunding",
    "refunded",
];

/// How a life went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// To its end.
    Done,
    /// The process died.
    Cut,
}

/// Whether something that was asked for got an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sent {
    /// Not yet; with this key and this body it is asked for again.
    Unanswered(String, Value),
    Answered,
}

/// A payer, and what they saw.
pub(crate) struct Payer {
    provider: Provider,
    user: String,
    id: String,
    /// What they pay with themselves, where they do, once it is linked.
    wallet: Option<Wallet>,
    /// The create that was sent last: its key and its body.
    create: Option<(String, Value)>,
    /// What is done once, by order and action.
    sent: BTreeMap<(String, &'static str), Sent>,
    /// How often the provider was asked for an order before this process began.
    asked_before: u64,
    pub(crate) order_ids: Vec<String>,
    pub(crate) addresses: Vec<String>,
    /// The provider's orders whose webhooks were acknowledged.
    pub(crate) acknowledged: Vec<String>,
    /// Orders that were given up because nobody knows whether the provider has them.
    pub(crate) given_up: Vec<String>,
}

impl Payer {
    pub(crate) fn new(provider: Provider) -> Self {
        let user = provider.add_user();
        Self {
            id: format!("cust-{user}"),
            provider,
            user,
            wallet: None,
            create: None,
            sent: BTreeMap::new(),
            asked_before: 0,
            order_ids: Vec::new(),
            addresses: Vec::new(),
            acknowledged: Vec::new(),
            given_up: Vec::new(),
        }
    }

    /// The provider's id of them.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The provider's books on them.
    pub(crate) fn books(&self) -> Vec<Theirs> {
        self.provider.books(&self.user)
    }

    /// Where their order comes to its end.
    pub(crate) fn end(&self) -> &'static str {
        if self.provider.backend.returns() {
            "refunded"
        } else {
            "completed"
        }
    }

    /// Whether this was ever asked for.
    pub(crate) fn ever_sent(&self, order_id: &str, action: &'static str) -> bool {
        self.sent.contains_key(&(order_id.to_owned(), action))
    }

    /// An order's life, until the process dies.
    pub(crate) async fn live(&mut self, program: &mut Program, choice: Choice) -> Result<Life> {
        match self.proceed(program, Some(choice)).await {
            Ok(()) => Ok(Life::Done),
            Err(error) if program.is_dying().await? => {
                let _expected = error;
                Ok(Life::Cut)
            }
            Err(error) => Err(error),
        }
    }

    /// What is left of it, in another process.
    pub(crate) async fn go_on(&mut self, program: &mut Program) -> Result<()> {
        self.proceed(program, None).await
    }

    /// Does what is not done yet.
    async fn proceed(&mut self, program: &mut Program, choice: Option<Choice>) -> Result<()> {
        let dies_at = |point| choice.is_some_and(|choice| choice.point == point);
        let provider = self.provider.clone();
        self.asked_before = provider.requests(Operation::Create);
        let page = Page::open(program, provider.backend, &self.id, &self.user).await?;
        if dies_at(Point::InsideAdoption) {
            provider.fault(Operation::Create, Fault::ServerErrorAfter);
        }
        if provider.backend == Backend::UnigoxByWallet && self.wallet.is_none() {
            self.wallet = Some(self.linked(&page).await?);
        }
        let flight = Flight::of(Call::Create, choice, &provider, &self.user);
        let order = in_flight(flight, program, self.create(&page)).await?;
        let order = self.settled(&page, &order).await?;
        let id = id(&order)?;
        let news = match provider.backend.adapter() {
            Adapter::Capa | Adapter::CryptoPocket => self.send_crypto(&page, &order).await?,
            Adapter::Unigox => self.have_it_paid(&page, program, choice, &order).await?,
        };
        if let Some(theirs) = news {
            let about = (theirs.as_str(), self.id.as_str());
            let clock = provider.simulator.clock();
            letter::deliver(&page.client, &page.url, provider.backend, clock, about).await?;
            self.acknowledged.push(theirs);
            if dies_at(Point::WebhookAcknowledged) {
                program.kill()?;
            }
        }
        match provider.backend {
            Backend::Capa | Backend::CryptoPocket => {}
            Backend::Unigox => self.confirm(&page, program, choice, &id).await?,
            Backend::UnigoxReturned | Backend::UnigoxByWallet => {
                self.have_it_back(&page, program, choice, &id).await?;
            }
        }
        self.becomes(&page, &id, &[self.end()]).await?;
        Ok(())
    }

    /// Sends the crypto to the address on the screen, once. What there is news about comes back.
    async fn send_crypto(&mut self, page: &Page, order: &Value) -> Result<Option<String>> {
        if state(order) == "awaiting_deposit" {
            self.addresses.push(text(&order["deposit"]["address"])?);
            let (id, body) = (id(order)?, json!({}));
            page.act(Actor::Payer, &id, "report_sent", &new_key(), &body)
                .await?;
        }
        let waiting = self.provider.waiting(&self.user, &self.addresses)?;
        if let Some(theirs) = &waiting {
            self.provider.deposit(&theirs.id)?;
        }
        Ok(waiting.map(|theirs| theirs.id))
    }

    /// Does something that is done once: what got no answer is asked for again as it was.
    async fn act_once(
        &mut self,
        page: &Page,
        actor: Actor,
        id: &str,
        action: &'static str,
        body: &Value,
    ) -> Result<()> {
        let place = (id.to_owned(), action);
        let sent = self.sent.entry(place.clone());
        let (key, body) = match sent.or_insert_with(|| Sent::Unanswered(new_key(), body.clone())) {
            Sent::Unanswered(key, body) => (key.clone(), body.clone()),
            Sent::Answered => return Ok(()),
        };
        page.act(actor, id, action, &key, &body).await?;
        self.sent.insert(place, Sent::Answered);
        Ok(())
    }

    /// Creates an order; a create that was sent before is sent again as it was.
    async fn create(&mut self, page: &Page) -> Result<Value> {
        let (key, body) = match &self.create {
            Some(sent) => sent.clone(),
            None => self.new_create(page).await?,
        };
        let created = page.create(&key, &body).await?;
        self.order_ids.push(id(&created)?);
        Ok(created)
    }

    async fn new_create(&mut self, page: &Page) -> Result<(String, Value)> {
        let backend = self.provider.backend;
        let destination = page.destination(backend).await?;
        let quote = page.quote(backend, &destination).await?;
        let body = json!({
            "quote_id": quote["id"], "min_fiat_amount": quote["fiat_minimum"],
            "destination": destination,
        });
        Ok(self.create.insert((new_key(), body)).clone())
    }

    /// Looks until it is known what became of a create. One that is known to have failed, or that
    /// nobody can know anything about, is sent again, as a new one.
    async fn settled(&mut self, page: &Page, order: &Value) -> Result<Value> {
        let unknown = match self.provider.backend.adapter() {
            Adapter::Capa | Adapter::Unigox => None,
            Adapter::CryptoPocket => Some("attention"),
        };
        let settled: Vec<&str> = MADE.into_iter().chain(["failed"]).chain(unknown).collect();
        let order = self.becomes(page, &id(order)?, &settled).await?;
        match state(&order) {
            "attention" => self.give_up(page, &order).await?,
            "failed" => {}
            _ => return Ok(order),
        }
        self.create = None;
        let order = self.create(page).await?;
        self.becomes(page, &id(&order)?, &MADE).await
    }

    /// Nobody knows whether the provider made the order: nothing is shown and nothing is asked for
    /// again, until the payer gives it up.
    async fn give_up(&mut self, page: &Page, order: &Value) -> Result<()> {
        let id = id(order)?;
        for _ in 0..LOOKS_AT_UNKNOWN {
            let order = page.order(&id).await?;
            ensure!(order["reason"] == "create_unknown", "{order}");
            ensure!(order["deposit"]["address"].is_null(), "{order}");
            let actions = order["actions"].as_array().into_iter().flatten();
            let may_only = actions.map(|action| &action["action"]).eq(["cancel"]);
            ensure!(may_only, "{order}");
            self.provider.simulator.clock().step(30 * STEP);
            sleep(LOOK).await;
        }
        let asked = self.provider.requests(Operation::Create) - self.asked_before;
        ensure!(asked == 0, "the provider was asked for it again");
        page.act(Actor::Payer, &id, "cancel", &new_key(), &json!({}))
            .await?;
        self.becomes(page, &id, &["cancelled"]).await?;
        self.given_up.push(id);
        Ok(())
    }

    async fn becomes(&self, page: &Page, id: &str, states: &[&str]) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let order = page.order(id).await?;
            if states.contains(&state(&order)) {
                return Ok(order);
            }
            ensure!(Instant::now() < deadline, "it stays {}", state(&order));
            self.provider.simulator.clock().step(STEP);
            sleep(LOOK).await;
        }
    }
}
