//! A simulator on a real socket, with its clock held, and the operator that calls it.

use std::error::Error;
use std::time::Duration;

use offramp_simulator::{Clock, Config, CryptoPocket, Moment, Simulator, run};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 2026-05-01T12:00:00Z.
pub(crate) const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// The IBAN of the contract's example.
pub(crate) const IBAN: &str = "ES9121000418450200051332";

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) root: String,
    pub(crate) token: String,
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Bench {
    /// With a token that is good for an hour.
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let root = format!("http://{}", listener.local_addr()?);
        let simulator = Simulator::new(Config::default(), Clock::held_at(NOON));
        tokio::spawn(run(listener, simulator.clone(), std::future::pending()));
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mut bench = Self {
            simulator,
            root,
            token: String::new(),
            client,
        };
        bench.renew().await?;
        Ok(bench)
    }

    /// Takes a new token.
    pub(crate) async fn renew(&mut self) -> Outcome {
        let answer = self.authenticate().await?;
        answer.data("token").clone_into(&mut self.token);
        Ok(())
    }

    pub(crate) fn pocket(&self) -> &CryptoPocket {
        self.simulator.cryptopocket()
    }

    pub(crate) fn step_secs(&self, secs: u64) {
        self.simulator.clock().step(Duration::from_secs(secs));
    }

    /// A request without a token.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/cryptopocket/api{path}", self.root);
        self.client.request(method, url)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("auth", &self.token)
    }

    pub(crate) async fn authenticate(&self) -> Outcome<Answer> {
        let keys = json!({
            "api_key": "sim_cryptopocket_key",
            "api_secret": "sim_cryptopocket_secret",
        });
        let request = self.bare(Method::POST, "/authenticate").json(&keys);
        Answer::read(request.send().await?).await
    }

    pub(crate) async fn get(&self, path: &str) -> Outcome<Answer> {
        Answer::read(self.request(Method::GET, path).send().await?).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        Answer::read(self.request(Method::POST, path).json(body).send().await?).await
    }

    /// A form, as webhooks are subscribed to.
    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Outcome<Answer> {
        let form = reqwest::Url::parse_with_params("http://form", form)?;
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        Answer::read(request.send().await?).await
    }

    pub(crate) async fn create(&self, body: &Value) -> Outcome<Answer> {
        self.post("/createRampoff", body).await
    }

    /// An off-ramp over a hundred USDC on Polygon, and its id.
    pub(crate) async fn open(&self) -> Outcome<String> {
        let answer = self.create(&sepa()).await?;
        let id = answer.json["data"]["id"].as_str();
        Ok(id.ok_or_else(|| answer.text.clone())?.to_owned())
    }

    /// What a read says about one off-ramp.
    pub(crate) async fn read(&self, id: &str) -> Outcome<Value> {
        Ok(self.get(&format!("/getRampoff?id={id}")).await?.json["data"].clone())
    }

    pub(crate) async fn status(&self, id: &str) -> Outcome<String> {
        let order = self.read(id).await?;
        Ok(order["status"].as_str().unwrap_or("none").to_owned())
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Outcome<Self> {
        let status = response.status().as_u16();
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Self { status, text, json })
    }

    /// HTTP status and code of a business error.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.json["error"].as_str().unwrap_or_default())
    }

    /// HTTP status and the field that has the wrong form.
    pub(crate) fn wrong_field(&self) -> (u16, Option<&str>) {
        let fields = self.json["errors"].as_object();
        let first = fields.and_then(|fields| fields.keys().next());
        (self.status, first.map(String::as_str))
    }

    pub(crate) fn data(&self, key: &str) -> &str {
        self.json["data"][key].as_str().unwrap_or_default()
    }
}

/// The contract's request for SEPA.
pub(crate) fn sepa() -> Value {
    json!({
        "user_id": 106, "amount": 100, "symbol": "usdc",
        "chain": "polygon", "blockchain": "polygon",
        "fiat_symbol": "EUR", "iban": IBAN,
    })
}

/// The contract's request for Latin America.
pub(crate) fn latam() -> Value {
    json!({
        "user_id": 231, "amount": 100, "symbol": "usdt", "fiat_symbol": "COP",
        "bank_name": "Bancolombia",
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
