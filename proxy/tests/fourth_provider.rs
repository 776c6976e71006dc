//! A fourth provider, added with the edits of `docs/adding-a-provider.md`: an adapter, a line of the
//! registry, a stand-in and a line of the simulator's. Nothing else knows that it is there. The shared
//! suite asks its promises of it, too.

#[path = "fourth_provider/mod.rs"]
mod fourth_provider;

use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use offramp_domain::time::Timestamp;
use offramp_proxy::{
    clock::Clock, config::Config, engine::Engine, providers, secrets::Secrets, store::Store,
};
use offramp_simulator::{Fault, Moment, Operation, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use self::fourth_provider::{mounted, registry, twin};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const KEY: &str = "sk_test_0123456789abcdef0123456789abcdef";
const ORIGIN: &str = "https://shop.example";

/// The first sale that the stand-in makes.
const SALE: &str = "s-1";

/// Noon of 1 May 2026.
const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

struct Bench {
    simulator: Simulator,
    engine: Arc<Engine>,
    app: Router,
    _folder: TempDir,
}

impl Bench {
    async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/tinta", listener.local_addr()?);
        let simulator = Simulator::of(
            &mounted(),
            offramp_simulator::Config::default(),
            offramp_simulator::Clock::held_at(NOON),
        );
        let serving = simulator.clone();
        tokio::spawn(async move {
            offramp_simulator::run(listener, serving, std::future::pending()).await
        });
        let folder = TempDir::new()?;
        let database = format!("sqlite://{}", folder.path().join("offramp.db").display());
        let lookup = |name: &str| match name {
            "OFFRAMP_SECRET_KEY" => Some(KEY.to_owned()),
            "OFFRAMP_ALLOWED_ORIGINS" => Some(ORIGIN.to_owned()),
            "OFFRAMP_DATABASE_URL" => Some(database.clone()),
            "OFFRAMP_PROVIDER" => Some("tinta".to_owned()),
            "TINTA_BASE_URL" => Some(base.clone()),
            "TINTA_API_KEY" => Some(twin::KEY.to_owned()),
            _ => None,
        };
        let theirs = simulator.clock().clone();
        let clock = Clock::from_fn(move || Timestamp::from_millis(theirs.now().unix_millis()));
        let config = Config::from_env(&lookup)?;
        let providers = providers::switched_on(&registry(), &lookup, &clock).await?;
        let store = Store::open(config.database_url(), Secrets::of(&config)).await?;
        let engine = Engine::new(config, store, providers, clock)?;
        Ok(Self {
            simulator,
            app: offramp_proxy::app(Arc::clone(&engine)),
            engine,
            _folder: folder,
        })
    }

    fn twin(&self) -> Outcome<&twin::Tinta> {
        Ok(self.simulator.twin().ok_or("it is not mounted")?)
    }

    /// Lets time pass, and the proxy do what that calls for.
    async fn pass(&self, time: Duration) -> Outcome {
        self.simulator.clock().step(time);
        self.engine.do_what_is_due().await?;
        Ok(())
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Outcome<(StatusCode, Value)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", path);
        if token != KEY {
            request = request.header(header::ORIGIN, ORIGIN);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.app.clone().oneshot(request.body(body)?).await?;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await?;
        Ok((
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        ))
    }

    /// A browser's token for a payer whom the provider knows.
    async fn session(&self) -> Outcome<String> {
        self.session_of(json!({ "id": "cust-1", "provider_user_id": twin::VERIFIED[0] }))
            .await
    }

    async fn session_of(&self, payer: Value) -> Outcome<String> {
        let body = json!({ "payer": payer, "origin": ORIGIN });
        let (status, session) = self
            .ask(Method::POST, "/v1/sessions", KEY, Some(body))
            .await?;
        assert_eq!(status, StatusCode::CREATED, "{session}");
        let token = session["session"]["client_token"].as_str();
        Ok(token.ok_or("no token")?.to_owned())
    }

    /// An order for a hundred, from a price to wherever it stands.
    async fn order(&self, token: &str) -> Outcome<(StatusCode, Value)> {
        let ask = json!({
            "kind": "firm", "token": "USDC", "network": "POL", "country": "SEPA",
            "crypto_amount": "100",
        });
        let (_, quote) = self
            .ask(Method::POST, "/v1/quotes", token, Some(ask))
            .await?;
        assert_eq!(quote["quote"]["guarantee"], "estimate", "{quote}");
        assert_eq!(quote["quote"]["fiat_minimum"], Value::Null);
        let fields = json!({ "iban": "ES91 2100 0418 4502 0005 1332" });
        let body = json!({
            "quote_id": quote["quote"]["id"], "min_fiat_amount": null,
            "destination": { "kind": "bank_account", "country": "SEPA", "fields": fields },
        });
        self.ask(Method::POST, "/v1/orders", token, Some(body))
            .await
    }

    async fn state(&self, token: &str, order: &Value) -> Outcome<Value> {
        let id = order["id"].as_str().ok_or("no id")?;
        let path = format!("/v1/orders/{id}");
        let (_, answer) = self.ask(Method::GET, &path, token, None).await?;
        Ok(answer["order"].clone())
    }
}

#[tokio::test]
async fn a_payer_is_paid_by_the_fourth() -> Outcome {
    let bench = Bench::start().await?;
    let token = bench.session().await?;
    let (_, checkout) = bench.ask(Method::GET, "/v1/checkout", &token, None).await?;
    assert_eq!(checkout["verification"]["status"], "verified", "{checkout}");
    let country = &checkout["countries"][0];
    assert_eq!(country["country"], "SEPA");
    assert_eq!(country["form"]["fields"][0]["key"], "iban");

    let (status, created) = bench.order(&token).await?;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let order = &created["order"];
    assert_eq!(order["state"], "awaiting_deposit");
    assert_eq!(order["deposit"]["after_sending"], "wait");
    assert_eq!(order["destination"]["masked"], "•••• 1332");

    assert!(bench.twin()?.deposit(SALE));
    bench.pass(Duration::from_secs(59)).await?;
    let arrived = bench.state(&token, order).await?;
    assert_eq!(arrived["state"], "deposit_received");
    bench.pass(Duration::from_mins(1)).await?;
    let paid = bench.state(&token, order).await?;
    assert_eq!(paid["state"], "completed");
    assert_eq!(paid["fiat"]["amount"], "90.00");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_and_nothing_is_made_twice() -> Outcome {
    let bench = Bench::start().await?;
    let token = bench.session().await?;
    bench
        .twin()?
        .fail_once(Operation::Create, Fault::ResetAfter);
    let (status, created) = bench.order(&token).await?;
    assert_eq!(status, StatusCode::ACCEPTED, "{created}");
    bench.pass(Duration::from_secs(10)).await?;
    let found = bench.state(&token, &created["order"]).await?;
    assert_eq!(found["state"], "awaiting_deposit", "{found}");
    assert_eq!(bench.twin()?.faults().requests(Operation::Create), 1);
    assert_eq!(bench.twin()?.sales(), 1);
    Ok(())
}

#[tokio::test]
async fn an_order_is_called_off_on_the_fourths_word() -> Outcome {
    let bench = Bench::start().await?;
    let token = bench.session().await?;
    let (_, created) = bench.order(&token).await?;
    let order = &created["order"];
    let id = order["id"].as_str().ok_or("no id")?;
    let path = format!("/v1/orders/{id}/actions/cancel");
    let cancel = bench.ask(Method::POST, &path, &token, Some(json!({})));
    let duties = async {
        bench.engine.do_what_is_due().await?;
        bench.engine.do_what_is_due().await
    };
    let (answered, done) = tokio::join!(cancel, duties);
    done?;
    let (status, _) = answered?;
    assert_eq!(status, StatusCode::OK);
    bench.pass(Duration::from_secs(10)).await?;
    assert_eq!(bench.state(&token, order).await?["state"], "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let token = bench.session().await?;
    let (_, created) = bench.order(&token).await?;
    assert!(bench.twin()?.force_status(SALE, "evaporated"));
    bench.pass(Duration::from_mins(1)).await?;
    let order = bench.state(&token, &created["order"]).await?;
    assert_eq!(order["state"], "attention");
    assert_eq!(order["reason"], "unknown_status");
    assert!(!order.to_string().contains("evaporated"));
    Ok(())
}

#[tokio::test]
async fn a_payer_who_is_not_verified_sells_nothing() -> Outcome {
    let bench = Bench::start().await?;
    for payer in [
        json!({ "id": "cust-8", "provider_user_id": twin::UNVERIFIED }),
        json!({ "id": "cust-9" }),
    ] {
        let token = bench.session_of(payer).await?;
        let (_, checkout) = bench.ask(Method::GET, "/v1/checkout", &token, None).await?;
        assert_eq!(checkout["verification"]["status"], "required", "{checkout}");
        let (status, refused) = bench.order(&token).await?;
        assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    }
    assert_eq!(bench.twin()?.sales(), 0);
    Ok(())
}

/// The control plane and the shop have it from the same line.
#[tokio::test]
async fn the_simulator_lists_the_fourth() -> Outcome {
    let bench = Bench::start().await?;
    let names: Vec<_> = bench
        .simulator
        .twins()
        .iter()
        .map(|twin| twin.name())
        .collect();
    let registered: Vec<_> = registry().iter().map(|entry| entry.name).collect();
    assert_eq!(names, registered);
    assert_eq!(names.last(), Some(&"tinta"));
    Ok(())
}
