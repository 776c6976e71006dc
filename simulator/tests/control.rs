//! The control plane, and the end of a run.

use std::error::Error;
use std::time::Duration;

use offramp_simulator::{Clock, Config, Fault, Moment, Operation, Simulator, run};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 2026-05-01T12:00:00Z.
const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

struct Bench {
    simulator: Simulator,
    base: String,
    client: Client,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Bench {
    async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let simulator = Simulator::new(Config::default(), Clock::held_at(NOON));
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let server = tokio::spawn(run(listener, simulator.clone(), shutdown));
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self {
            simulator,
            base,
            client,
            stop,
            server,
        })
    }

    /// Calls the control plane, and gives the status and the body.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Outcome<(u16, Value)> {
        let mut request = self
            .client
            .request(method, format!("{}/_sim{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok((
            status,
            serde_json::from_str(&response.text().await?).unwrap_or(Value::Null),
        ))
    }

    async fn get(&self, path: &str) -> Outcome<Value> {
        Ok(self.call(Method::GET, path, None).await?.1)
    }

    async fn post(&self, path: &str, body: Value) -> Outcome<(u16, Value)> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A transaction over a hundred tokens, and its id.
    async fn open(&self) -> Outcome<String> {
        let body = json!({
            "userId": offramp_simulator::providers::capa::seed::CUST_1,
            "cryptoAmount": 100, "fiatCurrency": "MXN", "blockchainSymbol": "POL",
            "tokenSymbol": "USDC",
            "userBankInformation": { "country": "MX", "accountIdentifier": "014680260346007120" },
        });
        let url = format!("{}/api/partner/v2/off-ramp", self.base);
        let request = self
            .client
            .post(url)
            .header("partner-api-key", "sim_capa_key")
            .json(&body);
        let answer: Value = request.send().await?.json().await?;
        Ok(answer["data"]["id"].as_str().ok_or("no id")?.to_owned())
    }
}

#[tokio::test]
async fn the_clock_is_held_stepped_sped_up_and_run() -> Outcome {
    let bench = Bench::start().await?;
    let expected = json!({ "now": "2026-05-01T12:00:00.000Z", "motion": "held", "speed": 1 });
    assert_eq!(bench.get("/clock").await?, expected);
    let (_, clock) = bench.post("/clock/step", json!({ "ms": 90_000 })).await?;
    assert_eq!(clock["now"], "2026-05-01T12:01:30.000Z");
    let (_, clock) = bench.post("/clock/speed", json!({ "factor": 60 })).await?;
    assert_eq!(
        (&clock["motion"], &clock["speed"]),
        (&json!("held"), &json!(60))
    );
    let (_, clock) = bench.call(Method::POST, "/clock/run", None).await?;
    assert_eq!(clock["motion"], "running");
    let (_, clock) = bench.call(Method::POST, "/clock/hold", None).await?;
    assert_eq!(clock["motion"], "held");
    Ok(())
}

#[tokio::test]
async fn deposits_arrive_for_the_latest_order_or_a_named_one() -> Outcome {
    let bench = Bench::start().await?;
    let (first, second) = (bench.open().await?, bench.open().await?);
    let (status, order) = bench
        .post("/orders/latest/deposit", json!({ "kind": "exact" }))
        .await?;
    assert_eq!(
        (status, &order["id"], &order["deposit"]),
        (200, &json!(second), &json!("exact"))
    );
    let part = json!({ "kind": "amount", "amount": "40" });
    let (_, order) = bench
        .post(&format!("/orders/{first}/deposit"), part)
        .await?;
    assert_eq!(order["status"], "IN_PROGRESS");
    let orders = bench.get("/orders").await?;
    assert_eq!(orders[0]["deposit"], "mismatched");
    assert_eq!(orders[1]["crypto_amount"], "100");
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_and_what_makes_no_sense_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let (status, body) = bench
        .post("/orders/latest/deposit", json!({ "kind": "exact" }))
        .await?;
    assert_eq!(
        (status, body),
        (404, json!({ "error": "no transaction `latest`" }))
    );
    bench.open().await?;
    let ten = json!({ "kind": "amount", "amount": "ten" });
    let (status, body) = bench.post("/orders/latest/deposit", ten).await?;
    assert_eq!(
        (status, body),
        (400, json!({ "error": "`ten` is not an amount" }))
    );
    let user = json!({ "verification": "VERIFIED" });
    assert_eq!(bench.post("/users/nobody/verification", user).await?.0, 404);
    Ok(())
}

#[tokio::test]
async fn a_status_is_forced_even_one_that_nobody_knows() -> Outcome {
    let bench = Bench::start().await?;
    bench.open().await?;
    for status in ["FAILED", "ON_THE_MOON"] {
        let body = json!({ "status": status });
        let (_, order) = bench.post("/orders/latest/status", body).await?;
        assert_eq!(order["status"], status);
    }
    Ok(())
}

#[tokio::test]
async fn faults_are_switched_on_and_cleared() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "operation": "create", "fault": "timeout_after", "times": 2 });
    let (_, pending) = bench.post("/faults", body.clone()).await?;
    assert_eq!(pending, json!([body]));
    let everywhere = json!({ "refuse": "too_many_requests" });
    let (_, pending) = bench.post("/faults", everywhere).await?;
    assert_eq!(
        pending.as_array().map(Vec::len),
        Some(1 + Operation::ALL.len())
    );
    let (_, pending) = bench.call(Method::DELETE, "/faults", None).await?;
    assert_eq!(pending, json!([]));
    let both = json!({ "fault": "reset_before", "refuse": "quote_expired" });
    assert_eq!(bench.post("/faults", both).await?.0, 400);
    assert_eq!(
        bench
            .post("/faults", json!({ "fault": "bad_luck" }))
            .await?
            .0,
        422
    );
    Ok(())
}

#[tokio::test]
async fn only_the_named_knobs_are_turned() -> Outcome {
    let bench = Bench::start().await?;
    let before = bench.get("/knobs").await?;
    let change = json!({ "decimals": "strings", "step_ms": 1 });
    let (status, after) = bench.call(Method::PATCH, "/knobs", Some(change)).await?;
    assert_eq!(
        (status, &after["decimals"], &after["step_ms"]),
        (200, &json!("strings"), &json!(1))
    );
    assert_eq!(after["search_ms"], before["search_ms"]);
    for wrong in [json!({ "colour": "blue" }), json!({ "decimals": "roman" })] {
        let (status, body) = bench.call(Method::PATCH, "/knobs", Some(wrong)).await?;
        assert_eq!(status, 400);
        assert!(body["error"].is_string());
    }
    assert_eq!(bench.get("/knobs").await?, after);
    Ok(())
}

#[tokio::test]
async fn rates_are_moved_for_one_pair_or_for_all() -> Outcome {
    let bench = Bench::start().await?;
    let rate = |rates: &Value, token: &str, currency: &str| {
        let pair = |rate: &&Value| rate["token"] == token && rate["currency"] == currency;
        rates
            .as_array()
            .into_iter()
            .flatten()
            .find(pair)
            .map(|rate| rate["rate"].clone())
    };
    let body = json!({ "bps": -100, "token": "USDC", "currency": "MXN" });
    let (_, rates) = bench.post("/rates", body).await?;
    assert_eq!(rate(&rates, "USDC", "MXN"), Some(json!("18.002818")));
    assert_eq!(rate(&rates, "USDC", "DOP"), Some(json!("60.25")));
    let (_, rates) = bench.post("/rates", json!({ "bps": 100 })).await?;
    assert_eq!(rate(&rates, "USDC", "MXN"), Some(json!("18.184665")));
    assert_eq!(rate(&rates, "USDC", "DOP"), Some(json!("60.8525")));
    Ok(())
}

#[tokio::test]
async fn users_are_added_verified_or_not() -> Outcome {
    let bench = Bench::start().await?;
    let (status, user) = bench.post("/users", json!({ "verified": true })).await?;
    assert_eq!((status, &user["external_id"]), (201, &json!("cust-4")));
    assert_eq!(user["verification"], "VERIFIED");
    let (_, user) = bench.post("/users", json!({ "verified": false })).await?;
    assert_eq!(user["verification"], "NOT_STARTED");
    assert_eq!(bench.get("/users").await?.as_array().map(Vec::len), Some(5));
    Ok(())
}

#[tokio::test]
async fn the_books_hold_everything_there_is_to_compare() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let books = bench.get("/books").await?;
    assert_eq!(books["orders"][0]["id"], json!(id));
    assert_eq!(books["orders"][0]["create_calls"], 1);
    assert_eq!(books["requests"]["create"], 1);
    assert_eq!(books["webhooks"][0]["event"], "CREATED_OFF_RAMP");
    assert_eq!(books["webhooks"][0]["outcome"], "not_sent");
    let (_, replayed) = bench
        .post("/webhooks/replay", json!({ "order": "latest" }))
        .await?;
    assert_eq!(replayed, json!({ "replayed": 1 }));
    Ok(())
}

#[tokio::test]
async fn a_request_that_hangs_does_not_delay_the_end() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .simulator
        .capa()
        .fault(Operation::List, Fault::TimeoutBefore, 1);
    let url = format!("{}/api/partner/v2/transactions", bench.base);
    let client = bench.client.clone();
    tokio::spawn(async move { client.get(url).send().await });
    while bench.simulator.capa().requests(Operation::List) == 0 {
        tokio::task::yield_now().await;
    }
    bench.stop.send(()).map_err(|()| "already stopped")?;
    timeout(Duration::from_secs(20), bench.server).await???;
    Ok(())
}

#[tokio::test]
async fn the_door_is_shut_for_a_while() -> Outcome {
    let bench = Bench::start().await?;
    for shut in ["refusing", "silent"] {
        let body = json!({ "shut": shut, "for_ms": 400 });
        assert_eq!(bench.post("/door", body).await?.0, 202);
        let knock = async || {
            let client = Client::builder().connect_timeout(Duration::from_millis(100));
            let clock = format!("{}/_sim/clock", bench.base);
            Outcome::Ok(client.build()?.get(clock).send().await)
        };
        let is_shut = async {
            loop {
                // Whoever knocks while it is being shut may still see the door close.
                if let Err(error) = knock().await?
                    && error.is_connect()
                    && error.is_timeout() == (shut == "silent")
                {
                    return Outcome::Ok(());
                }
            }
        };
        timeout(Duration::from_secs(5), is_shut).await??;
        let is_open = async {
            while knock().await?.is_err() {}
            Outcome::Ok(())
        };
        timeout(Duration::from_secs(10), is_open).await??;
    }
    let forever = json!({ "shut": "silent", "for_ms": 600_001 });
    assert_eq!(bench.post("/door", forever).await?.0, 400);
    Ok(())
}
