//! A payer's browser, in a session.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::{Router, http::Method};
use serde_json::{Value, json};

use super::{Answer, Ask, Bench, CLABE, ORIGIN, Outcome, Peer};

/// Every key of every test is another.
static KEYS: AtomicU64 = AtomicU64::new(1);

/// A payer's browser, in a session.
#[derive(Clone)]
pub(crate) struct Shopper<'a> {
    bench: &'a Bench,
    app: &'a Router,
    pub(crate) token: String,
}

impl<'a> Shopper<'a> {
    pub(crate) fn new(bench: &'a Bench, token: &str) -> Self {
        Self {
            bench,
            app: &bench.app,
            token: token.to_owned(),
        }
    }

    /// The same browser, whose requests reach another proxy.
    pub(crate) fn at(&self, peer: &'a Peer) -> Self {
        Self {
            app: &peer.app,
            ..self.clone()
        }
    }

    /// A request of the page that the session is for.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'a> {
        Ask::new(self.app, method, path)
            .bearer(&self.token)
            .origin(ORIGIN)
    }

    pub(crate) async fn checkout(&self) -> Outcome<Answer> {
        self.ask(Method::GET, "/v1/checkout").send().await
    }

    pub(crate) async fn quote(&self, body: &Value) -> Outcome<Answer> {
        self.ask(Method::POST, "/v1/quotes").json(body).await
    }

    /// A locked price for so many USDC, in pesos.
    pub(crate) async fn firm(&self, crypto_amount: &str) -> Outcome<Answer> {
        self.quote(&ask("firm", crypto_amount)).await
    }

    /// Creates an order with a key of its own.
    pub(crate) async fn create(&self, body: &Value) -> Outcome<Answer> {
        self.create_with_key(&new_key(), body).await
    }

    pub(crate) async fn create_with_key(&self, key: &str, body: &Value) -> Outcome<Answer> {
        self.ask(Method::POST, "/v1/orders")
            .header("idempotency-key", key)
            .json(body)
            .await
    }

    /// A new order for so many USDC, paid to the CLABE.
    pub(crate) async fn buy(&self, crypto_amount: &str) -> Outcome<Answer> {
        let quote = self.firm(crypto_amount).await?;
        self.create(&confirm(&quote)).await
    }

    /// A new order for a hundred USDC, and its id.
    pub(crate) async fn open_order(&self) -> Outcome<String> {
        self.buy("100").await?.order_id()
    }

    /// The same, of which the payer has said that the crypto was sent.
    pub(crate) async fn reported_order(&self) -> Outcome<String> {
        let id = self.open_order().await?;
        let reported = self.report(&id, &json!({})).await?;
        if reported.state() == "deposit_submitted" {
            Ok(id)
        } else {
            Err(reported.text.into())
        }
    }

    pub(crate) async fn order(&self, id: &str) -> Outcome<Answer> {
        self.ask(Method::GET, &format!("/v1/orders/{id}"))
            .send()
            .await
    }

    /// Says that the crypto was sent, and lets the proxy act on it.
    pub(crate) async fn report(&self, id: &str, body: &Value) -> Outcome<Answer> {
        self.act(id, "report_sent", body).await
    }

    pub(crate) async fn act(&self, id: &str, action: &str, body: &Value) -> Outcome<Answer> {
        self.act_with_key(&new_key(), id, action, body).await
    }

    pub(crate) async fn act_with_key(
        &self,
        key: &str,
        id: &str,
        action: &str,
        body: &Value,
    ) -> Outcome<Answer> {
        self.ask(Method::POST, &format!("/v1/orders/{id}/actions/{action}"))
            .header("idempotency-key", key)
            .json(body)
            .await
    }

    /// Calls an order off while the duties are done, and says how it stands then.
    pub(crate) async fn cancel(&self, id: &str) -> Outcome<Answer> {
        let body = json!({});
        let answered = Cell::new(false);
        let request = async {
            let answer = self.act(id, "cancel", &body).await;
            answered.set(true);
            answer
        };
        let duties = async {
            while !answered.get() {
                self.bench.engine.do_what_is_due().await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Outcome::Ok(())
        };
        let (answer, done) = tokio::join!(request, duties);
        done.and(answer)
    }
}

/// A key that no other request has.
pub(crate) fn new_key() -> String {
    format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

/// What a price is asked for: so many USDC on Polygon, in pesos.
pub(crate) fn ask(kind: &str, crypto_amount: &str) -> Value {
    json!({
        "kind": kind, "token": "USDC", "network": "POL", "country": "MX",
        "crypto_amount": crypto_amount,
    })
}

/// The account that most tests pay.
pub(crate) fn clabe() -> Value {
    json!({ "kind": "bank_account", "country": "MX", "fields": { "clabe": CLABE } })
}

/// The body that confirms a price as it was shown.
pub(crate) fn confirm(quote: &Answer) -> Value {
    confirm_to(quote, &clabe())
}

/// The same to another account.
pub(crate) fn confirm_to(quote: &Answer, destination: &Value) -> Value {
    json!({
        "quote_id": quote.quote()["id"], "min_fiat_amount": quote.quote()["fiat_minimum"],
        "destination": destination,
    })
}
