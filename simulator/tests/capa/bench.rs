//! A simulator on a real socket, with its clock held, and the partner that calls it.

use std::error::Error;
use std::time::Duration;

use offramp_simulator::{Capa, Clock, Config, Moment, Simulator, run};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 2026-05-01T12:00:00Z.
pub(crate) const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

pub(crate) const CUST_1: &str = offramp_simulator::providers::capa::seed::CUST_1;

/// The account of Capa's own example.
pub(crate) const CLABE: &str = "014680260346007120";

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    base: String,
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) date: String,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Bench {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/api/partner/v2", listener.local_addr()?);
        let simulator = Simulator::new(Config::default(), Clock::held_at(NOON));
        tokio::spawn(run(listener, simulator.clone(), std::future::pending()));
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            simulator,
            base,
            client,
        })
    }

    pub(crate) fn capa(&self) -> &Capa {
        self.simulator.capa()
    }

    pub(crate) fn step_secs(&self, secs: u64) {
        self.simulator.clock().step(Duration::from_secs(secs));
    }

    /// A request without a key.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path)
            .header("partner-api-key", "sim_capa_key")
    }

    pub(crate) async fn get(&self, path: &str) -> Outcome<Answer> {
        Answer::read(self.request(Method::GET, path).send().await?).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        Answer::read(self.request(Method::POST, path).json(body).send().await?).await
    }

    pub(crate) async fn cancel(&self, id: &str) -> Outcome<Answer> {
        let path = format!("/transactions/{id}/cancel");
        Answer::read(self.request(Method::PUT, &path).send().await?).await
    }

    pub(crate) async fn create(&self, body: &Value) -> Outcome<Answer> {
        self.post("/off-ramp", body).await
    }

    pub(crate) async fn execute(&self, id: &str) -> Outcome<Answer> {
        self.post("/off-ramp/execute", &json!({ "transactionId": id }))
            .await
    }

    /// A transaction over so many tokens, and its id.
    pub(crate) async fn open(&self, crypto_amount: &str) -> Outcome<String> {
        let answer = self.create(&order(crypto_amount)).await?;
        let id = answer.json["data"]["id"].as_str();
        Ok(id.ok_or_else(|| answer.text.clone())?.to_owned())
    }

    /// A locked quote, and its id.
    pub(crate) async fn quote(&self, transaction_type: &str) -> Outcome<String> {
        let answer = self.post("/quotes", &quote(transaction_type)).await?;
        let id = answer.json["data"]["quoteId"].as_str();
        Ok(id.ok_or_else(|| answer.text.clone())?.to_owned())
    }

    /// What the list says about one transaction.
    pub(crate) async fn read(&self, id: &str) -> Outcome<Value> {
        let answer = self.get(&format!("/transactions?id={id}")).await?;
        Ok(answer.json["data"]["data"][0].clone())
    }

    pub(crate) async fn status(&self, id: &str) -> Outcome<String> {
        Ok(self.read(id).await?["status"]
            .as_str()
            .unwrap_or("none")
            .to_owned())
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Outcome<Self> {
        let status = response.status().as_u16();
        let date = response
            .headers()
            .get("date")
            .map(|date| date.to_str().map(str::to_owned));
        let date = date.transpose()?.unwrap_or_default();
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Self {
            status,
            date,
            text,
            json,
        })
    }

    /// Status, code and message of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str, &str) {
        let text = |key: &str| self.json[key].as_str().unwrap_or_default();
        (self.status, text("code"), text("message"))
    }

    pub(crate) fn data(&self, key: &str) -> &str {
        self.json["data"][key].as_str().unwrap_or_default()
    }
}

/// The body of a create without a quote. The amount is written to the last digit.
pub(crate) fn order(crypto_amount: &str) -> Value {
    json!({
        "userId": CUST_1,
        "cryptoAmount": crypto_amount,
        "fiatCurrency": "MXN",
        "blockchainSymbol": "POL",
        "tokenSymbol": "USDC",
        "userBankInformation": { "country": "MX", "accountIdentifier": CLABE },
    })
}

/// The body of a create with a quote.
pub(crate) fn quoted_order(quote_id: &str) -> Value {
    json!({
        "userId": CUST_1,
        "quoteId": quote_id,
        "userBankInformation": { "country": "MX", "accountIdentifier": CLABE },
    })
}

/// The body of a quote for a hundred tokens.
pub(crate) fn quote(transaction_type: &str) -> Value {
    json!({
        "tokenSymbol": "USDC",
        "transactionType": transaction_type,
        "blockchainSymbol": "POL",
        "fiatCurrency": "MXN",
        "cryptoAmount": 100,
    })
}

/// The same body with one member changed, or taken away where the value is null.
pub(crate) fn with(mut body: Value, key: &str, value: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.to_owned(), value);
        }
    }
    body
}
