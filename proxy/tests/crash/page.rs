//! What a payer's page and the partner's backend ask of the proxy.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    backend::{Adapter, Backend},
    program::{ORIGIN, PARTNER, Program},
    wallet::Wallet,
};

static KEYS: AtomicU64 = AtomicU64::new(1);

/// An idempotency key that nobody used.
pub(crate) fn new_key() -> String {
    format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

/// Who may do something about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Payer,
    Partner,
}

/// The payer's page, with its session, and the backend behind it.
pub(crate) struct Page {
    pub(crate) client: Client,
    pub(crate) url: String,
    token: String,
}

impl Page {
    /// A session for a payer whom the provider knows as `user`.
    pub(crate) async fn open(
        program: &Program,
        backend: Backend,
        payer: &str,
        user: &str,
    ) -> Result<Self> {
        let url = program.url().await?;
        let request = program.client.post(format!("{url}/v1/sessions"));
        let body = json!({
            "payer": { "id": payer, "provider_user_id": user }, "provider": backend.name(),
            "origin": ORIGIN,
        });
        let answer = answer(request.bearer_auth(PARTNER).json(&body)).await?;
        Ok(Self {
            client: program.client.clone(),
            token: text(&answer["session"]["client_token"])?,
            url,
        })
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.bearer_auth(&self.token).header("origin", ORIGIN)
    }

    /// The account that is paid, as an order names it.
    pub(crate) async fn destination(&self, backend: Backend) -> Result<Value> {
        let mut account = backend.account();
        match backend.adapter() {
            Adapter::Capa | Adapter::CryptoPocket => {
                account["kind"] = "bank_account".into();
                Ok(account)
            }
            // A price is for an account that is saved.
            Adapter::Unigox => {
                let request = self.ask(Method::POST, "/v1/destinations");
                let saved = answer(request.json(&account)).await?;
                Ok(json!({ "kind": "saved", "id": saved["destination"]["id"] }))
            }
        }
    }

    pub(crate) async fn quote(&self, backend: Backend, destination: &Value) -> Result<Value> {
        let mut ask = backend.ask();
        match backend.adapter() {
            Adapter::Capa | Adapter::CryptoPocket => {}
            Adapter::Unigox => ask["destination"] = destination.clone(),
        }
        let answer = answer(self.ask(Method::POST, "/v1/quotes").json(&ask)).await?;
        Ok(answer["quote"].clone())
    }

    /// Links the payer's wallet.
    pub(crate) async fn link(&self, wallet: &Wallet) -> Result<()> {
        let address = wallet.address();
        let request = self.ask(Method::POST, "/v1/wallets/challenge");
        let challenge = answer(request.json(&json!({ "address": address }))).await?;
        let message = text(&challenge["message"])?;
        let signature = wallet.sign_message(&message)?;
        let body = json!({ "address": address, "message": message, "signature": signature });
        answer(self.ask(Method::POST, "/v1/wallets").json(&body)).await?;
        Ok(())
    }

    /// Has the payer's wallet sign what an action needs, and says what is handed in.
    pub(crate) async fn signed(&self, wallet: &Wallet, id: &str, action: &str) -> Result<Value> {
        let path = format!("/v1/orders/{id}/signing_requests");
        let request = self
            .ask(Method::POST, &path)
            .json(&json!({ "action": action }));
        let asked = answer(request).await?;
        let signature = wallet.sign_typed(&asked["typed_data"])?;
        Ok(json!({ "signing_request": asked["id"], "signature": signature }))
    }

    pub(crate) async fn create(&self, key: &str, body: &Value) -> Result<Value> {
        let request = self.ask(Method::POST, "/v1/orders");
        let request = request.header("idempotency-key", key).json(body);
        Ok(answer(request).await?["order"].clone())
    }

    pub(crate) async fn order(&self, id: &str) -> Result<Value> {
        let request = self.ask(Method::GET, &format!("/v1/orders/{id}"));
        Ok(answer(request).await?["order"].clone())
    }

    pub(crate) async fn act(
        &self,
        actor: Actor,
        id: &str,
        action: &str,
        key: &str,
        body: &Value,
    ) -> Result<()> {
        let path = format!("/v1/orders/{id}/actions/{action}");
        let request = match actor {
            Actor::Payer => self.ask(Method::POST, &path),
            Actor::Partner => {
                let url = format!("{}{path}", self.url);
                self.client.post(url).bearer_auth(PARTNER)
            }
        };
        answer(request.header("idempotency-key", key).json(body)).await?;
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

pub(crate) fn id(order: &Value) -> Result<String> {
    text(&order["id"])
}

pub(crate) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

pub(crate) fn state(order: &Value) -> &str {
    order["state"].as_str().unwrap_or_default()
}
