//! A simulator on a real socket, with its clock held, and the partner that calls it.

use std::error::Error;
use std::time::Duration;

use alloy_primitives::aliases::U48;
use alloy_primitives::{Address, B256, Bytes, Signature, U256, hex};
use alloy_sol_types::{Eip712Domain, SolStruct as _, sol};
use k256::ecdsa::SigningKey;
use offramp_simulator::{Clock, Config, Moment, Simulator, Unigox, run};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) use offramp_simulator::providers::unigox::seed::{
    ADA, BEN, CLEO, CLEO_ACCOUNT, EUR_ACCOUNT, NGN_ACCOUNT,
};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 2026-05-01T12:00:00Z.
pub(crate) const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// The first account of the public development mnemonic.
const PARTNER_KEY: [u8; 32] =
    hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

sol! {
    struct ForwardRequest {
        address from;
        address to;
        uint256 value;
        uint256 gas;
        uint256 nonce;
        uint48 deadline;
        bytes data;
    }

    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }
}

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    root: String,
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// An error that is only text, for kinds that are none to the standard library here.
pub(crate) fn parsed<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// Somebody with a private key.
#[derive(Debug)]
pub(crate) struct Signer {
    key: SigningKey,
}

impl Signer {
    pub(crate) fn partner() -> Outcome<Self> {
        Self::with_key(&PARTNER_KEY)
    }

    pub(crate) fn with_key(key: &[u8; 32]) -> Outcome<Self> {
        let key = parsed(SigningKey::from_slice(key))?;
        Ok(Self { key })
    }

    pub(crate) fn address(&self) -> Address {
        Address::from_public_key(self.key.verifying_key())
    }

    pub(crate) fn sign(&self, digest: B256) -> Outcome<String> {
        let signed = self.key.sign_prehash_recoverable(digest.as_slice());
        let (signature, recovery) = parsed(signed)?;
        let signature = Signature::from((signature, recovery));
        Ok(hex::encode_prefixed(signature.as_bytes()))
    }

    /// The body that pays an order, signed, as its parameters ask for.
    pub(crate) fn authorisation(&self, parameters: &Value, now: i64) -> Outcome<Value> {
        let ttl = parameters["recommended_ttl_seconds"].as_i64().unwrap_or(0);
        let request = json!({
            "from": parameters["sender_address"],
            "to": parameters["token_address"],
            "value": "0",
            "gas": parameters["recommended_gas_limit"],
            "nonce": parameters["forwarder_nonce"],
            "deadline": (now + ttl).to_string(),
            "data": parameters["transfer_data"],
        });
        self.signed(parameters, &request)
    }

    /// A request as it is, signed.
    pub(crate) fn signed(&self, parameters: &Value, request: &Value) -> Outcome<Value> {
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let typed = ForwardRequest {
            from: text("from").parse()?,
            to: text("to").parse()?,
            value: parsed(text("value").parse::<U256>())?,
            gas: parsed(text("gas").parse::<U256>())?,
            nonce: parsed(text("nonce").parse::<U256>())?,
            deadline: parsed(text("deadline").parse::<U48>())?,
            data: text("data").parse::<Bytes>()?,
        };
        let forwarder = parameters["forwarder_address"].as_str().unwrap_or_default();
        let chain: u64 = parameters["chain_id"]
            .as_str()
            .unwrap_or_default()
            .parse()?;
        let domain = Eip712Domain {
            name: Some("SyntheticAssetForwarder".into()),
            version: Some("1".into()),
            chain_id: Some(U256::from(chain)),
            verifying_contract: Some(forwarder.parse()?),
            salt: None,
        };
        let signature = self.sign(typed.eip712_signing_hash(&domain))?;
        Ok(json!({ "forward_request": request, "signature": signature }))
    }

    /// The body that brings the crypto back, signed.
    pub(crate) fn refund(&self, parameters: &Value) -> Outcome<Value> {
        let safe = &parameters["safe_params"];
        let text = |key: &str| safe[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| parsed(text(key).parse::<U256>());
        let typed = SafeTx {
            to: text("to").parse()?,
            value: number("value")?,
            data: text("data").parse::<Bytes>()?,
            operation: u8::try_from(safe["operation"].as_u64().unwrap_or(9))?,
            safeTxGas: number("safeTxGas")?,
            baseGas: number("baseGas")?,
            gasPrice: number("gasPrice")?,
            gasToken: text("gasToken").parse()?,
            refundReceiver: text("refundReceiver").parse()?,
            nonce: number("nonce")?,
        };
        let escrow = parameters["domain"]["verifyingContract"].as_str();
        let chain = parameters["domain"]["chainId"].as_u64().unwrap_or(0);
        let domain = Eip712Domain {
            chain_id: Some(U256::from(chain)),
            verifying_contract: Some(escrow.unwrap_or_default().parse()?),
            ..Eip712Domain::default()
        };
        let signature = self.sign(typed.eip712_signing_hash(&domain))?;
        Ok(json!({ "signature": signature }))
    }
}

impl Bench {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let root = format!("http://{}", listener.local_addr()?);
        let simulator = Simulator::new(Config::default(), Clock::held_at(NOON));
        tokio::spawn(run(listener, simulator.clone(), std::future::pending()));
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        let bench = Self {
            simulator,
            root,
            client,
        };
        bench.unigox().knobs_mut(|knobs| {
            knobs.pinned_rate = Some(offramp_simulator::Decimal::new(153_012, 2));
        });
        Ok(bench)
    }

    pub(crate) fn unigox(&self) -> &Unigox {
        self.simulator.unigox()
    }

    pub(crate) fn step_secs(&self, secs: u64) {
        self.simulator.clock().step(Duration::from_secs(secs));
    }

    pub(crate) fn now_secs(&self) -> i64 {
        self.simulator.clock().now().unix_millis() / 1_000
    }

    /// A request without a key, by its path behind the host.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.root))
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Outcome<Answer> {
        let path = format!("/unigox/api/v1/partner{path}");
        let mut request = self
            .bare(method, &path)
            .header("x-api-key", "sim_unigox_key");
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::read(request.send().await?).await
    }

    pub(crate) async fn get(&self, path: &str) -> Outcome<Answer> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn supported(&self, path: &str) -> Outcome<Answer> {
        let path = format!("/unigox/api/v1/supported/{path}");
        Answer::read(self.bare(Method::GET, &path).send().await?).await
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> Outcome<Answer> {
        let path = format!("/_sim/unigox{path}");
        Answer::read(self.bare(Method::POST, &path).json(body).send().await?).await
    }

    pub(crate) async fn quote(&self, body: &Value) -> Outcome<Answer> {
        self.post("/offramp/quote", body).await
    }

    pub(crate) async fn initiate(&self, quote_id: &str) -> Outcome<Answer> {
        let body = json!({ "quote_id": quote_id, "reference_id": "inv-1" });
        self.post("/offramp/initiate", &body).await
    }

    /// An order over a hundred tokens to Ada's account in Nigeria, and its id.
    pub(crate) async fn open(&self) -> Outcome<String> {
        let quote = self.quote(&quote()).await?;
        let answer = self.initiate(quote.data("quote_id")).await?;
        match answer.data("order_id") {
            "" => Err(answer.text.into()),
            id => Ok(id.to_owned()),
        }
    }

    /// An order whose signature is waited for.
    pub(crate) async fn open_accepted(&self) -> Outcome<String> {
        let id = self.open().await?;
        self.step_secs(2);
        Ok(id)
    }

    pub(crate) async fn parameters(&self, id: &str) -> Outcome<Value> {
        let path = format!("/orders/{id}/transfer-authorization-parameters");
        Ok(self.get(&path).await?.json["data"].clone())
    }

    pub(crate) async fn authorise(&self, id: &str, body: &Value) -> Outcome<Answer> {
        self.post(&format!("/orders/{id}/authorize-crypto-transfer"), body)
            .await
    }

    /// Signs for the partner, and hands the signature in.
    pub(crate) async fn pay(&self, id: &str) -> Outcome<Answer> {
        let parameters = self.parameters(id).await?;
        let body = Signer::partner()?.authorisation(&parameters, self.now_secs())?;
        self.authorise(id, &body).await
    }

    pub(crate) async fn act(&self, id: &str, action: &str) -> Outcome<Answer> {
        let path = format!("/orders/{id}/{action}");
        self.call(Method::POST, &path, None).await
    }

    pub(crate) async fn read(&self, id: &str) -> Outcome<Value> {
        Ok(self.get(&format!("/orders/{id}")).await?.json["data"].clone())
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

    /// Status and code of a refusal of the first shape.
    pub(crate) fn code(&self) -> (u16, &str) {
        let code = self.json["error"]["code"].as_str();
        (self.status, code.unwrap_or_default())
    }

    /// Status and key of a refusal of the second shape.
    pub(crate) fn key(&self) -> (u16, &str) {
        let key = self.json["data"]["error_key"].as_str();
        (self.status, key.unwrap_or_default())
    }

    pub(crate) fn data(&self, key: &str) -> &str {
        self.json["data"][key].as_str().unwrap_or_default()
    }
}

/// The contract's quote: a hundred tokens, one percent for the partner.
pub(crate) fn quote() -> Value {
    json!({
        "user_uuid": ADA, "payment_details_id": NGN_ACCOUNT,
        "crypto_currency": "USDT", "crypto_amount": "100.00", "fiat_currency": "NGN",
        "partner_fee_pct": "1", "slippage_tolerance": { "type": "percent", "value": 1.5 },
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
