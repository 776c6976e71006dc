//! The proxy before a simulated provider: the router called directly, the provider on a real
//! socket, and one held clock for both.

mod answer;
pub(crate) mod backend;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod receiver;
pub(crate) mod shopper;
pub(crate) mod slow;

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use offramp_domain::time::Timestamp;
use offramp_proxy::{
    clock::Clock,
    config::Config,
    engine::Engine,
    metrics::page::Page,
    providers::capa::Settings,
    rate_limits::{RateLimits, Stopwatch},
    secrets::Secrets,
    store::{OrderRecord, Store},
};
use offramp_simulator::{Moment, Simulator, providers::capa::seed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

pub(crate) use self::{answer::Answer, backend::Backend, shopper::Shopper};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// 2026-05-01T12:00:00Z.
pub(crate) const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// The partner's page, and another that may embed the widget too.
pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const OTHER_ORIGIN: &str = "https://second.example";
pub(crate) const FOREIGN_ORIGIN: &str = "https://evil.example";

/// The partner's key.
pub(crate) const PARTNER: &str = "sk_test_0123456789abcdef0123456789abcdef";

/// The key that only the proxy and the provider know.
pub(crate) const PROVIDER_KEY: &str = "sim_capa_key";

/// What webhooks are signed with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test";

/// The account of Capa's own example, at Santander.
pub(crate) const CLABE: &str = "014680260346007120";

/// A transfer's hash.
pub(crate) const HASH: &str = "0x9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a9f2c1b7a";

/// What a test changes before the proxy starts.
type Tweak = Box<dyn Fn(&mut Config, &mut Settings) + Send + Sync>;

/// The proxy, the provider's stand-in, and the folder they live in.
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) engine: Arc<Engine>,
    app: Router,
    folder: TempDir,
    database: Database,
    provider_address: SocketAddr,
    tweak: Tweak,
    backend: Backend,
}

/// Of cases that do not differ in what they ask of a database, one of so many is tried: each where
/// the database is a file, which is fast, and a sample on a server.
pub(crate) fn one_of() -> usize {
    if is_on_postgres() { 10 } else { 1 }
}

fn is_on_postgres() -> bool {
    env!("CARGO_CRATE_NAME").ends_with("on_postgres")
}

/// Where the proxy keeps its orders: what of a test runs on both databases does so because its file
/// is compiled twice, under two names.
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(offramp_test_database::Database),
}

impl Database {
    fn new(folder: &TempDir) -> Outcome<Self> {
        Ok(if is_on_postgres() {
            Self::Postgres(offramp_test_database::Database::create()?)
        } else {
            Self::Sqlite(folder.path().join("offramp.db"))
        })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(database) => database.url(),
        }
    }

    /// Every byte that is kept.
    pub(crate) fn contents(&self) -> Outcome<Vec<u8>> {
        match self {
            Self::Sqlite(path) => {
                let mut contents = Vec::new();
                // The file, and what stands beside it.
                for entry in std::fs::read_dir(path.parent().ok_or("no folder")?)? {
                    let path = entry?.path();
                    if path.is_file() {
                        contents.extend(std::fs::read(path)?);
                    }
                }
                Ok(contents)
            }
            Self::Postgres(database) => Ok(database.dump()?),
        }
    }
}

impl Bench {
    pub(crate) async fn start() -> Outcome<Self> {
        Self::with(|_, _| {}).await
    }

    /// With a provider that waits for a deposit for a week.
    pub(crate) async fn patient() -> Outcome<Self> {
        let bench = Self::start().await?;
        bench
            .capa()
            .knobs_mut(|knobs| knobs.deposit_limit_ms = 7 * 24 * 60 * 60 * 1_000);
        Ok(bench)
    }

    /// With time limits that a test can wait for.
    pub(crate) async fn impatient() -> Outcome<Self> {
        Self::with(|_, settings| {
            settings.timeouts.create = Duration::from_millis(700);
            settings.timeouts.quote = Duration::from_millis(700);
            settings.timeouts.other = Duration::from_millis(700);
        })
        .await
    }

    pub(crate) async fn with(
        tweak: impl Fn(&mut Config, &mut Settings) + Send + Sync + 'static,
    ) -> Outcome<Self> {
        Self::before(Backend::Capa, tweak).await
    }

    /// Before another provider.
    pub(crate) async fn on(backend: Backend) -> Outcome<Self> {
        Self::before(backend, |_, _| {}).await
    }

    /// Before another provider, with other settings of the proxy.
    pub(crate) async fn before(
        backend: Backend,
        tweak: impl Fn(&mut Config, &mut Settings) + Send + Sync + 'static,
    ) -> Outcome<Self> {
        let simulator = Simulator::new(
            offramp_simulator::Config::default(),
            offramp_simulator::Clock::held_at(NOON),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let provider_address = listener.local_addr()?;
        tokio::spawn(offramp_simulator::run(
            listener,
            simulator.clone(),
            std::future::pending(),
        ));
        let folder = TempDir::new()?;
        let tweak: Tweak = Box::new(tweak);
        let database = Database::new(&folder)?;
        let engine = engine(
            &simulator,
            provider_address,
            &folder,
            &database,
            &tweak,
            backend,
        )
        .await?;
        Ok(Self {
            app: offramp_proxy::app(Arc::clone(&engine)),
            engine,
            simulator,
            folder,
            database,
            provider_address,
            tweak,
            backend,
        })
    }

    /// The same database and the same provider in a new process, as far as that can be had here.
    pub(crate) async fn restart(self) -> Outcome<Self> {
        let Self {
            simulator,
            engine: old,
            app,
            folder,
            database,
            provider_address,
            tweak,
            backend,
        } = self;
        drop(app);
        drop(old);
        let engine = engine(
            &simulator,
            provider_address,
            &folder,
            &database,
            &tweak,
            backend,
        )
        .await?;
        Ok(Self {
            app: offramp_proxy::app(Arc::clone(&engine)),
            engine,
            simulator,
            folder,
            database,
            provider_address,
            tweak,
            backend,
        })
    }

    /// The same within the rate limits, whose time the test holds.
    pub(crate) async fn limited(
        tweak: impl Fn(&mut Config) + Send + Sync + 'static,
    ) -> Outcome<(Self, Limited)> {
        let mut bench = Self::with(move |config, _| {
            config.has_rate_limits = true;
            tweak(config);
        })
        .await?;
        let passed = Arc::new(AtomicU64::new(0));
        let shown = Arc::clone(&passed);
        let stopwatch =
            Stopwatch::from_fn(move || Duration::from_millis(shown.load(Ordering::Relaxed)));
        let limits = Arc::new(RateLimits::new(&bench.engine.config, &stopwatch));
        bench.app = offramp_proxy::app_within(Arc::clone(&bench.engine), &limits);
        Ok((bench, Limited { limits, passed }))
    }

    pub(crate) fn capa(&self) -> &offramp_simulator::Capa {
        self.simulator.capa()
    }

    pub(crate) fn pocket(&self) -> &offramp_simulator::CryptoPocket {
        self.simulator.cryptopocket()
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.now()
    }

    /// Moves the clock, and has everything done that is due then.
    pub(crate) async fn pass(&self, time: Duration) -> Outcome {
        self.simulator.clock().step(time);
        self.settle().await
    }

    pub(crate) async fn pass_secs(&self, secs: u64) -> Outcome {
        self.pass(Duration::from_secs(secs)).await
    }

    /// Moves the clock step by step, as it would pass.
    pub(crate) async fn pass_in_steps(&self, step: Duration, steps: u32) -> Outcome {
        for _ in 0..steps {
            self.pass(step).await?;
        }
        Ok(())
    }

    /// Has everything done that is due now. What never comes to rest is an error.
    pub(crate) async fn settle(&self) -> Outcome {
        const ROUNDS: usize = 12;
        for _ in 0..ROUNDS {
            self.engine.do_what_is_due().await?;
            let (store, now) = (&self.engine.store, self.engine.now());
            let is_quiet = store.due_intents(now, 1).await?.is_empty()
                && store.due_orders(now, 1).await?.is_empty()
                && store.unhandled_webhooks(1).await?.is_empty()
                && store.due_notifications(now, 1).await?.is_empty();
            if is_quiet {
                return Ok(());
            }
        }
        Err("the duties do not come to rest".into())
    }

    /// What the operators' listener would show now.
    pub(crate) async fn metrics(&self) -> Outcome<String> {
        Ok(Page::new(Arc::clone(&self.engine)).write().await?)
    }

    /// Where the provider is.
    pub(crate) fn provider_origin(&self) -> String {
        format!("http://{}", self.provider_address)
    }

    /// A second proxy on the same database, before the same provider.
    pub(crate) async fn second(&self) -> Outcome<Peer> {
        let engine = engine(
            &self.simulator,
            self.provider_address,
            &self.folder,
            &self.database,
            &self.tweak,
            self.backend,
        )
        .await?;
        let app = offramp_proxy::app(Arc::clone(&engine));
        Ok(Peer { engine, app })
    }

    /// An order as it is kept.
    pub(crate) async fn record(&self, order_id: &str) -> Outcome<OrderRecord> {
        let record = self.engine.store.order(order_id).await?;
        record.ok_or_else(|| "no such order".into())
    }

    /// A session of Ana, who is verified.
    pub(crate) async fn ana(&self) -> Outcome<Shopper<'_>> {
        self.shopper("cust-1", seed::CUST_1).await
    }

    /// A session of Luis, who is verified too.
    pub(crate) async fn luis(&self) -> Outcome<Shopper<'_>> {
        self.shopper("cust-2", seed::CUST_2).await
    }

    /// A session of Eva, who is not.
    pub(crate) async fn eva(&self) -> Outcome<Shopper<'_>> {
        self.shopper("cust-3", seed::CUST_3).await
    }

    async fn shopper(&self, id: &str, user: &str) -> Outcome<Shopper<'_>> {
        self.shopper_with(&session(id, user)).await
    }

    /// A session on the partner's own terms.
    pub(crate) async fn shopper_with(&self, body: &Value) -> Outcome<Shopper<'_>> {
        let answer = self.open_session(body).await?;
        let token = answer.json["session"]["client_token"].as_str();
        let token = token.ok_or_else(|| answer.text.clone())?;
        Ok(Shopper::new(self, token))
    }

    pub(crate) async fn open_session(&self, body: &Value) -> Outcome<Answer> {
        self.post("/v1/sessions").bearer(PARTNER).json(body).await
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask::new(&self.app, method, path)
    }
}

/// Another proxy on a bench's database.
pub(crate) struct Peer {
    pub(crate) engine: Arc<Engine>,
    app: Router,
}

impl Peer {
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask::new(&self.app, method, path)
    }
}

/// The rate limits of a bench, and their time.
pub(crate) struct Limited {
    pub(crate) limits: Arc<RateLimits>,
    passed: Arc<AtomicU64>,
}

impl Limited {
    pub(crate) fn pass_millis(&self, millis: u64) {
        self.passed.fetch_add(millis, Ordering::Relaxed);
    }
}

/// A request that is being written.
pub(crate) struct Ask<'a> {
    app: &'a Router,
    request: axum::http::request::Builder,
}

impl<'a> Ask<'a> {
    fn new(app: &'a Router, method: Method, path: &str) -> Self {
        Self {
            app,
            request: Request::builder().method(method).uri(path),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// From this address, as the peer of a connection.
    pub(crate) fn from(mut self, address: impl Into<IpAddr>) -> Self {
        let peer = SocketAddr::new(address.into(), 40_000);
        self.request = self.request.extension(ConnectInfo(peer));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    pub(crate) async fn json(self, body: &Value) -> Outcome<Answer> {
        self.header(header::CONTENT_TYPE.as_str(), "application/json")
            .body(body.to_string())
            .await
    }

    pub(crate) async fn send(self) -> Outcome<Answer> {
        self.body(Body::empty()).await
    }

    pub(crate) async fn body(self, body: impl Into<Body>) -> Outcome<Answer> {
        let request = self.request.body(body.into())?;
        Answer::read(self.app.clone().oneshot(request).await?).await
    }
}

/// The body that opens a session.
pub(crate) fn session(id: &str, user: &str) -> Value {
    json!({ "payer": { "id": id, "provider_user_id": user }, "origin": ORIGIN })
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

async fn engine(
    simulator: &Simulator,
    provider_address: SocketAddr,
    folder: &TempDir,
    database: &Database,
    tweak: &Tweak,
    backend: Backend,
) -> Outcome<Arc<Engine>> {
    let widget_dir = folder.path().join("dist");
    let variables = |name: &str| match name {
        "OFFRAMP_SECRET_KEY" => Some(PARTNER.to_owned()),
        "OFFRAMP_ALLOWED_ORIGINS" => Some(format!("{ORIGIN},{OTHER_ORIGIN}")),
        "OFFRAMP_DATABASE_URL" => Some(database.url()),
        "OFFRAMP_WIDGET_DIR" => Some(widget_dir.display().to_string()),
        "OFFRAMP_PROVIDER" => Some(backend.name().to_owned()),
        _ => backend::variable(name, provider_address),
    };
    let mut config = Config::from_env(&variables)?;
    // The budget of locked quotes and the rate limits count real time, which passes too slowly here.
    config.has_rate_limits = false;
    config.quotes_per_second = NonZeroU32::new(10_000).ok_or("zero")?;
    let mut settings = Settings::from_env(&variables)?.ok_or("the provider is off")?;
    // A fault that is switched on once is to be seen once.
    settings.policy.repeats = 0;
    tweak(&mut config, &mut settings);
    let theirs = simulator.clock().clone();
    let clock = Clock::from_fn(move || Timestamp::from_millis(theirs.now().unix_millis()));
    let provider = backend.adapter(&variables, settings, &clock)?;
    let secrets = Secrets::of(&config);
    let store = Store::open(config.database_url(), secrets).await?;
    Ok(Engine::new(config, store, vec![provider], clock)?)
}
