//! A payer whose page repeats what got no answer, and what they saw.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    backend::{Backend, Provider},
    flight::{Call, Flight, in_flight},
    letter,
    page::{Actor, Page, id, new_key, state, text},
    point::{Choice, Point},
    program::Program,
    theirs::{Stage, Theirs},
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

/// Where it is known what became of a create.
const KNOWN: [&str; 8] = [
    "awaiting_deposit",
    "deposit_submitted",
    "deposit_received",
    "payout_in_progress",
    "awaiting_confirmation",
    "settling",
    "completed",
    "failed",
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
    /// Not yet; with this key it is asked for again.
    Unanswered(String),
    Answered,
}

/// A payer, and what they saw.
pub(crate) struct Payer {
    provider: Provider,
    user: String,
    id: String,
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
        let flight = Flight::of(Call::Create, choice, &provider, &self.user);
        let order = in_flight(flight, program, self.create(&page)).await?;
        let order = self.settled(&page, &order).await?;
        let id = id(&order)?;
        let news = match provider.backend {
            Backend::Capa | Backend::CryptoPocket => self.send_crypto(&page, &order).await?,
            Backend::Unigox => self.have_it_paid(&page, program, choice, &order).await?,
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
        if provider.backend == Backend::Unigox {
            self.confirm(&page, program, choice, &id).await?;
        }
        self.becomes(&page, &id, &["completed"]).await?;
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

    /// Has the partner's wallet pay. What there is news about comes back.
    async fn have_it_paid(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Option<Choice>,
        order: &Value,
    ) -> Result<Option<String>> {
        let is_nowhere = order["deposit"]["address"].is_null();
        ensure!(is_nowhere, "an address is shown: {order}");
        let id = id(order)?;
        if state(order) == "awaiting_deposit" || self.ever_sent(&id, AUTHORISE) {
            if !self.ever_sent(&id, AUTHORISE) {
                let is_untouched = self.books().iter().all(|theirs| theirs.signatures == 0);
                ensure!(is_untouched, "a signature that nobody authorised");
            }
            let flight = Flight::of(Call::Signature, choice, &self.provider, &self.user);
            let amount = &order["crypto"]["amount"];
            let body = json!({ "crypto_amount": amount, "reference": format!("debit-{id}") });
            let authorised = self.act_once(page, Actor::Partner, &id, AUTHORISE, &body);
            in_flight(flight, program, authorised).await?;
        }
        let books = self.books();
        let mut open = books
            .into_iter()
            .filter(|theirs| !matches!(theirs.stage, Stage::Off | Stage::Paid));
        let news = open.next().map(|theirs| theirs.id);
        Ok(news.filter(|theirs| !self.acknowledged.contains(theirs)))
    }

    /// Says that the money arrived, once it is asked.
    async fn confirm(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Option<Choice>,
        id: &str,
    ) -> Result<()> {
        if !self.ever_sent(id, CONFIRM) {
            self.becomes(page, id, &["awaiting_confirmation"]).await?;
            let is_untouched = self.books().iter().all(|theirs| theirs.confirmations == 0);
            ensure!(is_untouched, "confirmed by nobody");
        }
        let flight = Flight::of(Call::Confirmation, choice, &self.provider, &self.user);
        let body = json!({});
        let confirmed = self.act_once(page, Actor::Payer, id, CONFIRM, &body);
        in_flight(flight, program, confirmed).await
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
        let key = match sent.or_insert_with(|| Sent::Unanswered(new_key())) {
            Sent::Unanswered(key) => key.clone(),
            Sent::Answered => return Ok(()),
        };
        page.act(actor, id, action, &key, body).await?;
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
        let unknown = match self.provider.backend {
            Backend::Capa | Backend::Unigox => None,
            Backend::CryptoPocket => Some("attention"),
        };
        let settled: Vec<&str> = KNOWN.into_iter().chain(unknown).collect();
        let order = self.becomes(page, &id(order)?, &settled).await?;
        match state(&order) {
            "attention" => self.give_up(page, &order).await?,
            "failed" => {}
            _ => return Ok(order),
        }
        self.create = None;
        let order = self.create(page).await?;
        self.becomes(page, &id(&order)?, &KNOWN[..7]).await
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
