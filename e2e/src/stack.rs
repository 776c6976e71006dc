//! The programs behind a journey: simulator, demo shop and proxy, in this process, on one clock.

use std::{io, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use offramp_domain::{
    api::{Order, OrderList},
    order::OrderState,
    time::Timestamp,
};
use offramp_proxy::{
    clock::Clock, config::Config, engine::Engine, providers, secrets::Secrets, store::Store,
};
use offramp_simulator::{
    Capa, CryptoPocket, CryptoPocketKeys, Moment, PayingWallet, ShopConfig, Simulator, Unigox,
    UnigoxConfig, WebhookTarget,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

use crate::{environment::Environment, eventually::eventually};

/// When every journey begins: Friday 1 May 2026, noon in UTC.
const BEGINNING: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// How long the programs may take to end.
const GOODBYE: Duration = Duration::from_secs(5);

/// The provider's key. No browser may ever see it.
pub const PROVIDER_KEY: &str = "planted_provider_key_4e1c9f";

/// The partner's key. No browser may ever see it.
pub const SECRET_KEY: &str = "planted-secret-key-of-the-partner-8d27b3a1";

/// The secret behind the provider's webhooks. No browser may ever see it.
pub const WEBHOOK_SECRET: &str = "planted_webhook_secret_77c0aa";

/// What the proxy's notifications are signed with.
pub const NOTIFY_SECRET: &str = "whsec_cGxhbnRlZC1ub3RpZnktc2VjcmV0LTRmNzE=";

/// Whose wallet pays where a provider moves crypto by a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wallet {
    /// The shop's, from the customer's balance.
    #[default]
    Partner,
    /// The payer's own.
    External,
}

impl Wallet {
    /// The mode, the key that signs and the daily limit. An empty variable is an absent one.
    fn variables(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Partner => ("partner_wallet", SIGNING_KEY, "10000"),
            Self::External => ("external_wallet", "", ""),
        }
    }
}

impl From<Wallet> for PayingWallet {
    fn from(wallet: Wallet) -> Self {
        match wallet {
            Wallet::Partner => Self::Partner,
            Wallet::External => Self::External,
        }
    }
}

/// The first account of the public development mnemonic: what the shop's wallet signs with.
pub const SIGNING_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// Simulator, shop and proxy, each on a port of its own.
#[derive(Debug)]
pub struct Stack {
    simulator: Simulator,
    shop: String,
    proxy: String,
    client: reqwest::Client,
    end: watch::Sender<bool>,
    programs: JoinSet<io::Result<()>>,
    _folder: TempDir,
}

impl Stack {
    /// Starts everything.
    ///
    /// # Errors
    /// When a port cannot be had, or a program refuses its configuration.
    pub async fn start(environment: &Environment, wallet: Wallet) -> Result<Self> {
        let folder = TempDir::with_prefix("offramp-e2e-")?;
        let (shop_listener, proxy_listener) = (listener().await?, listener().await?);
        let (shop, proxy) = (origin(&shop_listener)?, origin(&proxy_listener)?);
        let clock = offramp_simulator::Clock::running_from(BEGINNING);
        let simulator = Simulator::new(
            offramp_simulator::Config {
                capa_key: PROVIDER_KEY.to_owned(),
                webhook: Some(WebhookTarget {
                    url: format!("{proxy}/webhooks/capa"),
                    secret: WEBHOOK_SECRET.to_owned(),
                }),
                shop: Some(ShopConfig {
                    proxy_url: proxy.clone(),
                    secret_key: SECRET_KEY.to_owned(),
                    page_dir: environment.widget_dir.clone(),
                    notify_secret: Some(NOTIFY_SECRET.to_owned()),
                    paying: wallet.into(),
                }),
                cryptopocket: CryptoPocketKeys {
                    key: PROVIDER_KEY.to_owned(),
                    secret: WEBHOOK_SECRET.to_owned(),
                },
                unigox: UnigoxConfig {
                    key: PROVIDER_KEY.to_owned(),
                    webhook_url: Some(format!("{proxy}/webhooks/unigox")),
                    webhook_secret: WEBHOOK_SECRET.to_owned(),
                    ..UnigoxConfig::default()
                },
            },
            clock.clone(),
        );
        let (end, ending) = watch::channel(false);
        let ended = || {
            let mut ending = ending.clone();
            async move {
                // The sender outlives the programs; without it they should end as well.
                let _ = ending.wait_for(|ended| *ended).await;
            }
        };
        let mut programs = JoinSet::new();
        // The proxy asks the simulator about its configuration, so that one is first.
        programs.spawn(offramp_simulator::run(
            shop_listener,
            simulator.clone(),
            ended(),
        ));

        let database = format!("sqlite://{}", folder.path().join("offramp.db").display());
        let widget_dir = environment.widget_dir.display().to_string();
        let (mode, signing_key, limit) = wallet.variables();
        let (pocket, escrow) = (format!("{shop}/cryptopocket/api"), format!("{shop}/unigox"));
        let variables = [
            ("OFFRAMP_PUBLIC_URL", proxy.as_str()),
            ("CRYPTOPOCKET_BASE_URL", &pocket),
            ("CRYPTOPOCKET_API_KEY", PROVIDER_KEY),
            ("CRYPTOPOCKET_API_SECRET", WEBHOOK_SECRET),
            ("UNIGOX_BASE_URL", &escrow),
            ("UNIGOX_API_KEY", PROVIDER_KEY),
            ("UNIGOX_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("UNIGOX_WALLET_MODE", mode),
            ("UNIGOX_SIGNING_KEY", signing_key),
            ("UNIGOX_DAILY_LIMIT", limit),
            ("OFFRAMP_SECRET_KEY", SECRET_KEY),
            ("OFFRAMP_ALLOWED_ORIGINS", &shop),
            ("OFFRAMP_DATABASE_URL", &database),
            ("OFFRAMP_WIDGET_DIR", &widget_dir),
            ("CAPA_BASE_URL", &shop),
            ("CAPA_API_KEY", PROVIDER_KEY),
            ("CAPA_WEBHOOK_SECRET", WEBHOOK_SECRET),
            (
                "OFFRAMP_NOTIFY_URL",
                &format!("{shop}/offramp/notifications"),
            ),
            ("OFFRAMP_NOTIFY_SECRET", NOTIFY_SECRET),
        ];
        let lookup = |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map(|(_, value)| (*value).to_owned())
        };
        let config = Config::from_env(&lookup)?;
        let clock = Clock::from_fn(move || Timestamp::from_millis(clock.now().unix_millis()));
        let providers = providers::from_env(&lookup, &clock).await?;
        let secrets = Secrets::of(&config);
        let store = Store::open(config.database_url(), secrets).await?;
        let engine = Engine::new(config, store, providers, clock)?;
        programs.spawn(offramp_proxy::run(
            proxy_listener,
            Arc::clone(&engine),
            ended(),
        ));
        Ok(Self {
            simulator,
            shop,
            proxy,
            client: reqwest::Client::new(),
            end,
            programs,
            _folder: folder,
        })
    }

    /// The origin of the demo shop's page.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// The origin of the proxy.
    pub fn proxy(&self) -> &str {
        &self.proxy
    }

    /// The handle on the simulated provider.
    pub fn capa(&self) -> &Capa {
        self.simulator.capa()
    }

    /// The handle on the provider that estimates.
    pub fn cryptopocket(&self) -> &CryptoPocket {
        self.simulator.cryptopocket()
    }

    /// The handle on the provider that takes signatures.
    pub fn unigox(&self) -> &Unigox {
        self.simulator.unigox()
    }

    /// Lets time pass, for everybody at once.
    pub fn pass(&self, time: Duration) {
        self.simulator.clock().step(time);
    }

    /// Stops time, so that nothing expires while somebody looks.
    pub fn hold_time(&self) {
        self.simulator.clock().hold();
    }

    /// Lets time go on.
    pub fn resume_time(&self) {
        self.simulator.clock().resume();
    }

    /// Every order of the proxy, newest first, as the partner sees them.
    ///
    /// # Errors
    /// When the proxy does not say.
    pub async fn orders(&self) -> Result<Vec<Order>> {
        let request = self.client.get(format!("{}/v1/orders", self.proxy));
        let answer = request.bearer_auth(SECRET_KEY).send().await?;
        let list: OrderList = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
        Ok(list.orders)
    }

    /// The newest order.
    ///
    /// # Errors
    /// When there is none.
    pub async fn order(&self) -> Result<Order> {
        let mut orders = self.orders().await?.into_iter();
        orders.next().context("the proxy has no order")
    }

    /// Waits until the newest order is in `state`.
    ///
    /// # Errors
    /// When it does not come there.
    pub async fn order_becomes(&self, state: OrderState) -> Result<Order> {
        let what = format!("the order becomes {}", state.as_str());
        eventually(&what, async || {
            let order = self.order().await?;
            ensure!(order.state == state, "it is {}", order.state.as_str());
            Ok(Some(order))
        })
        .await
    }

    /// Lets time pass until the newest order is in `state`.
    ///
    /// # Errors
    /// When it does not come there.
    pub async fn order_becomes_in_time(&self, state: OrderState) -> Result<Order> {
        self.order_in_time(state, |order| order.state == state)
            .await
    }

    /// Lets time pass until the newest order has been in `state`: it may be further when it is looked
    /// at next.
    ///
    /// # Errors
    /// When it does not come there.
    pub async fn order_passes_in_time(&self, state: OrderState) -> Result<Order> {
        let passed = |order: &Order| order.timeline.iter().any(|entry| entry.state == state);
        self.order_in_time(state, passed).await
    }

    async fn order_in_time(
        &self,
        state: OrderState,
        is_there: impl Fn(&Order) -> bool,
    ) -> Result<Order> {
        /// As long as one step of a payout takes.
        const STEP: Duration = Duration::from_secs(3);
        let what = format!("the order becomes {} in time", state.as_str());
        eventually(&what, async || {
            let order = self.order().await?;
            if is_there(&order) {
                return Ok(Some(order));
            }
            self.pass(STEP);
            bail!("it is {}", order.state.as_str());
        })
        .await
    }

    /// Lets the payout run its course.
    ///
    /// # Errors
    /// When the order is not completed.
    pub async fn pay_out(&self) -> Result<Order> {
        self.order_becomes_in_time(OrderState::Completed).await
    }

    /// Ends everything.
    pub async fn finish(mut self) {
        self.end.send_replace(true);
        let all_ended = async { while self.programs.join_next().await.is_some() {} };
        if timeout(GOODBYE, all_ended).await.is_err() {
            self.programs.abort_all();
        }
    }
}

async fn listener() -> Result<TcpListener> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?)
}

fn origin(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}
