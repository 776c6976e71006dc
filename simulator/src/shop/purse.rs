//! What the shop does where its own wallet pays: it debits the customer's balance first, and only
//! then authorises the transfer. Crypto that came back is credited, and nothing before it did. An order
//! that the balance is too short for is not paid, and the shop says so.
//!
//! This is the second call of a partner's backend, and the only one that moves its money.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::ShopConfig;

/// What every customer has at first.
const BALANCE: Decimal = Decimal::from_parts(2_500, 0, 0, false, 0);

/// How often the proxy is asked when it does not answer.
const ATTEMPTS: u32 = 5;

const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The balances, and what was debited for which order. Clones are the same purse.
#[derive(Clone)]
pub(super) struct Purse {
    config: Arc<ShopConfig>,
    client: reqwest::Client,
    ledger: Arc<Mutex<Ledger>>,
    customers: Arc<[String]>,
}

#[derive(Debug, Default)]
struct Ledger {
    balances: BTreeMap<String, Decimal>,
    debits: BTreeMap<String, Debit>,
    shortages: BTreeMap<String, Shortage>,
}

#[derive(Clone, Debug)]
struct Debit {
    customer: String,
    amount: Decimal,
    is_credited: bool,
}

/// A customer's balance.
#[derive(Debug, Serialize)]
pub(super) struct Balance {
    customer: String,
    #[serde(with = "rust_decimal::serde::str")]
    amount: Decimal,
    token: &'static str,
    /// The orders that wait for a payment that the balance is too short for.
    short: Vec<Shortage>,
}

/// An order that a balance is too short for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shortage {
    #[serde(skip)]
    customer: String,
    order_id: String,
    #[serde(with = "rust_decimal::serde::str")]
    asked: Decimal,
}

/// As much of an order as the purse looks at.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Order {
    id: String,
    state: String,
    custody: String,
    crypto: Crypto,
    actions: Vec<Action>,
}

#[derive(Clone, Debug, Deserialize)]
struct Crypto {
    #[serde(with = "rust_decimal::serde::str")]
    amount: Decimal,
}

#[derive(Clone, Debug, Deserialize)]
struct Action {
    action: String,
    by: String,
}

#[derive(Deserialize)]
struct Listed {
    orders: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Purse {
    pub(super) fn new(config: &ShopConfig, customers: Vec<String>) -> Self {
        let balances = customers.iter().cloned().map(|id| (id, BALANCE)).collect();
        Self {
            config: Arc::new(config.clone()),
            client: reqwest::Client::new(),
            ledger: Arc::new(Mutex::new(Ledger {
                balances,
                ..Ledger::default()
            })),
            customers: customers.into(),
        }
    }

    pub(super) fn balances(&self) -> Vec<Balance> {
        let ledger = self.ledger();
        let balance = |(customer, amount): (&String, &Decimal)| Balance {
            customer: customer.clone(),
            amount: *amount,
            token: "USDT",
            short: ledger.shortages_of(customer),
        };
        ledger.balances.iter().map(balance).collect()
    }

    /// Does what a notification about an order calls for.
    pub(super) async fn hear(&self, order: Order) {
        if order.asks_shop_for("authorise_transfer") {
            if let Some(reference) = self.debit(&order).await {
                let body = json!({
                    "crypto_amount": order.crypto.amount.to_string(),
                    "reference": reference,
                });
                self.act(&order, "authorise_transfer", &body).await;
            } else {
                tracing::warn!(order = order.id, "the shop does not pay for this order");
            }
        }
        if !order.asks_shop_for("authorise_transfer") {
            self.ledger().shortages.remove(&order.id);
        }
        if order.asks_shop_for("authorise_refund") {
            self.act(&order, "authorise_refund", &json!({})).await;
        }
        if order.is_back() {
            self.credit(&order);
        }
    }

    /// Takes the amount from the customer's balance, once for an order. Nothing where it is short.
    async fn debit(&self, order: &Order) -> Option<String> {
        let reference = format!("debit-{}", order.id);
        if self.ledger().debits.contains_key(&order.id) {
            return Some(reference);
        }
        let customer = self.owner(&order.id).await?;
        let mut ledger = self.ledger();
        let balance = ledger.balances.get_mut(&customer)?;
        if *balance < order.crypto.amount {
            let shortage = Shortage {
                customer,
                order_id: order.id.clone(),
                asked: order.crypto.amount,
            };
            ledger.shortages.insert(order.id.clone(), shortage);
            return None;
        }
        *balance -= order.crypto.amount;
        let debit = Debit {
            customer,
            amount: order.crypto.amount,
            is_credited: false,
        };
        ledger.debits.insert(order.id.clone(), debit);
        Some(reference)
    }

    fn credit(&self, order: &Order) {
        let mut ledger = self.ledger();
        let Some(debit) = ledger.debits.get_mut(&order.id) else {
            return;
        };
        if std::mem::replace(&mut debit.is_credited, true) {
            return;
        }
        let Debit {
            customer, amount, ..
        } = debit.clone();
        if let Some(balance) = ledger.balances.get_mut(&customer) {
            *balance += amount;
        }
    }

    /// Whose order it is: a notification names no payer.
    async fn owner(&self, order_id: &str) -> Option<String> {
        for customer in self.customers.iter() {
            let url = format!("{}/v1/orders?payer={customer}", self.config.proxy_url);
            let request = self.client.get(url).bearer_auth(&self.config.secret_key);
            let answer = request.timeout(TIME_LIMIT).send().await.ok()?;
            let listed: Listed = answer.json().await.ok()?;
            if listed.orders.iter().any(|order| order.id == order_id) {
                return Some(customer.clone());
            }
        }
        None
    }

    /// One call, the same again where it got no answer: the key makes sure that it acts once.
    async fn act(&self, order: &Order, action: &str, body: &Value) {
        let Order { id, .. } = order;
        let url = format!("{}/v1/orders/{id}/actions/{action}", self.config.proxy_url);
        for attempt in 0..ATTEMPTS {
            let request = self
                .client
                .post(&url)
                .bearer_auth(&self.config.secret_key)
                .header("idempotency-key", format!("{action}-{id}"))
                .timeout(TIME_LIMIT)
                .json(body);
            match request.send().await {
                Ok(answer) if answer.status().is_server_error() => {}
                Ok(answer) => {
                    tracing::info!(
                        order = id,
                        action,
                        status = answer.status().as_u16(),
                        "asked"
                    );
                    return;
                }
                Err(error) => tracing::warn!(order = id, action, %error, "no answer"),
            }
            tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn shortages_of(&self, customer: &str) -> Vec<Shortage> {
        let all = self.shortages.values();
        let theirs = all.filter(|shortage| shortage.customer == customer);
        theirs.cloned().collect()
    }
}

impl Order {
    /// Whether the order is over and the crypto is where it was. While nobody knows where it is, it is
    /// not the shop's to give back.
    fn is_back(&self) -> bool {
        let is_over = matches!(
            self.state.as_str(),
            "refunded" | "cancelled" | "expired" | "failed"
        );
        is_over && matches!(self.custody.as_str(), "payer" | "returned")
    }

    fn asks_shop_for(&self, action: &str) -> bool {
        let is_ours = |offer: &Action| offer.action == action && offer.by == "partner";
        self.actions.iter().any(is_ours)
    }
}
