//! A payer whose page repeats what got no answer, and what they saw.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_simulator::{Deposit, Fault, Operation, Simulator, Status};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::time::{Instant, sleep};

use crate::{
    point::{Choice, Point},
    program::{ORIGIN, PARTNER, Program, WEBHOOK_SECRET},
};

/// How long a payer looks at one state, in real time.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// How much of the provider's time passes between two looks.
const STEP: Duration = Duration::from_secs(1);

/// The account of the provider's own example.
const CLABE: &str = "014680260346007120";

static KEYS: AtomicU64 = AtomicU64::new(1);

/// How a life went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// To its end.
    Done,
    /// The process died.
    Cut,
}

/// A payer, and what they saw.
pub(crate) struct Payer {
    simulator: Simulator,
    user: String,
    id: String,
    /// The create that was sent last: its key and its body.
    create: Option<(String, Value)>,
    pub(crate) order_ids: Vec<String>,
    pub(crate) addresses: Vec<String>,
    /// The provider's orders whose webhooks were acknowledged.
    pub(crate) acknowledged: Vec<String>,
}

impl Payer {
    pub(crate) fn new(simulator: Simulator, user: &str) -> Self {
        Self {
            simulator,
            user: user.to_owned(),
            id: format!("cust-{user}"),
            create: None,
            order_ids: Vec::new(),
            addresses: Vec::new(),
            acknowledged: Vec::new(),
        }
    }

    /// The provider's id of them.
    pub(crate) fn user(&self) -> &str {
        &self.user
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
        let page = self.open_page(program).await?;
        if dies_at(Point::InsideAdoption) {
            let capa = self.simulator.capa();
            capa.fault(Operation::Create, Fault::ServerErrorAfter, 1);
        }
        let order =
            if let Some(choice) = choice.filter(|choice| choice.point == Point::CallInFlight) {
                self.create_and_kill(&page, program, choice).await?
            } else {
                self.create(&page).await?
            };
        let order = self.settled(&page, &order).await?;
        let id = id(&order)?;
        if state(&order) == "awaiting_deposit" {
            self.addresses.push(text(&order["deposit"]["address"])?);
            page.act(&id, "report_sent").await?;
        }
        let theirs = self.waiting_transaction()?;
        if let Some(theirs) = &theirs {
            self.simulator
                .capa()
                .deposit(theirs.as_str(), Deposit::Exact)?;
            page.webhook(theirs, &self.id).await?;
            self.acknowledged.push(theirs.clone());
            if dies_at(Point::WebhookAcknowledged) {
                program.kill()?;
            }
        }
        self.becomes(&page, &id, &["completed"]).await?;
        Ok(())
    }

    async fn open_page(&self, program: &Program) -> Result<Page> {
        let url = program.url().await?;
        let request = program.client.post(format!("{url}/v1/sessions"));
        let body = json!({
            "payer": { "id": self.id, "provider_user_id": self.user }, "origin": ORIGIN,
        });
        let answer = answer(request.bearer_auth(PARTNER).json(&body)).await?;
        Ok(Page {
            client: program.client.clone(),
            token: text(&answer["session"]["client_token"])?,
            url,
        })
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
        let quote = page.firm_quote().await?;
        let key = format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        let body = json!({
            "quote_id": quote["id"], "min_fiat_amount": quote["fiat_minimum"],
            "destination": {
                "kind": "bank_account", "country": "MX", "fields": { "clabe": CLABE },
            },
        });
        Ok(self.create.insert((key, body)).clone())
    }

    /// Creates an order, and kills the process while the provider is being asked.
    async fn create_and_kill(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Choice,
    ) -> Result<Value> {
        let fault = if choice.provider_acts {
            Fault::TimeoutAfter
        } else {
            Fault::TimeoutBefore
        };
        let simulator = self.simulator.clone();
        let (capa, user) = (simulator.capa(), self.user.clone());
        let asked_before = capa.requests(Operation::Create);
        capa.fault(Operation::Create, fault, 1);
        let kill = async {
            let is_under_way = || {
                capa.requests(Operation::Create) > asked_before
                    && (!choice.provider_acts
                        || capa
                            .transactions()
                            .iter()
                            .any(|theirs| theirs.user_id == user))
            };
            let deadline = Instant::now() + PATIENCE;
            while !is_under_way() {
                ensure!(Instant::now() < deadline, "the provider is never asked");
                sleep(Duration::from_millis(1)).await;
            }
            program.kill()
        };
        let (created, killed) = tokio::join!(self.create(page), kill);
        killed?;
        created
    }

    /// Looks until it is known what became of a create. One that is known to have failed is sent
    /// again, as a new one.
    async fn settled(&mut self, page: &Page, order: &Value) -> Result<Value> {
        const KNOWN: [&str; 6] = [
            "awaiting_deposit",
            "deposit_submitted",
            "deposit_received",
            "payout_in_progress",
            "completed",
            "failed",
        ];
        let order = self.becomes(page, &id(order)?, &KNOWN).await?;
        if state(&order) != "failed" {
            return Ok(order);
        }
        self.create = None;
        let order = self.create(page).await?;
        self.becomes(page, &id(&order)?, &KNOWN[..5]).await
    }

    async fn becomes(&self, page: &Page, id: &str, states: &[&str]) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let order = page.order(id).await?;
            if states.contains(&state(&order)) {
                return Ok(order);
            }
            ensure!(Instant::now() < deadline, "it stays {}", state(&order));
            self.simulator.clock().step(STEP);
            sleep(LOOK).await;
        }
    }

    /// The provider's order that waits for this payer's crypto.
    fn waiting_transaction(&self) -> Result<Option<String>> {
        let theirs = self.simulator.capa().transactions();
        let mut waiting = theirs
            .into_iter()
            .filter(|theirs| theirs.user_id == self.user)
            .filter(|theirs| matches!(theirs.status, Status::Pending | Status::PendingPayment));
        let first = waiting.next();
        ensure!(waiting.next().is_none(), "two orders wait for crypto");
        Ok(first.map(|theirs| theirs.id))
    }
}

/// The payer's page, with its session.
struct Page {
    client: Client,
    token: String,
    url: String,
}

impl Page {
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.bearer_auth(&self.token).header("origin", ORIGIN)
    }

    async fn firm_quote(&self) -> Result<Value> {
        let body = json!({
            "kind": "firm", "token": "USDC", "network": "POL", "country": "MX",
            "crypto_amount": "100",
        });
        let answer = answer(self.ask(Method::POST, "/v1/quotes").json(&body)).await?;
        Ok(answer["quote"].clone())
    }

    async fn create(&self, key: &str, body: &Value) -> Result<Value> {
        let request = self.ask(Method::POST, "/v1/orders");
        let request = request.header("idempotency-key", key).json(body);
        Ok(answer(request).await?["order"].clone())
    }

    async fn order(&self, id: &str) -> Result<Value> {
        let request = self.ask(Method::GET, &format!("/v1/orders/{id}"));
        Ok(answer(request).await?["order"].clone())
    }

    async fn act(&self, id: &str, action: &str) -> Result<()> {
        let key = format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        let path = format!("/v1/orders/{id}/actions/{action}");
        let request = self.ask(Method::POST, &path).header("idempotency-key", key);
        answer(request.json(&json!({}))).await?;
        Ok(())
    }

    /// The provider's news about one of its orders, signed as it signs.
    async fn webhook(&self, transaction: &str, payer: &str) -> Result<()> {
        let body = json!({
            "type": "TRANSACTION", "event": "CRYPTO_RECEIVED_OFF_RAMP",
            "externalUserId": payer, "transactionId": transaction,
            "firstName": "ANA", "lastName": "LOPEZ",
        })
        .to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes())?;
        mac.update(body.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        let request = self.client.post(format!("{}/webhooks/capa", self.url));
        let answer = request
            .header("content-type", "application/json")
            .header("capa-signature", signature)
            .body(body)
            .send()
            .await?;
        ensure!(answer.status() == 204, "the webhook was refused");
        Ok(())
    }
}

/// The body of an answer that is no refusal.
async fn answer(request: RequestBuilder) -> Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    ensure!(status.is_success(), "{status}: {body}");
    Ok(body)
}

fn id(order: &Value) -> Result<String> {
    text(&order["id"])
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

fn state(order: &Value) -> &str {
    order["state"].as_str().unwrap_or_default()
}
