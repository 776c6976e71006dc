//! Stand-ins for the providers, for tests and for the demo: real HTTP on a real socket, with a clock
//! that can be held and faults that can be switched on.
//!
//! The simulator writes each provider's JSON with its own types, from the provider's contract, and
//! shares nothing with the proxy. A misunderstanding shows up as a failed test that way.
//!
//! Read [`clock`] for time, [`fault`] for ways to fail, [`providers::capa`],
//! [`providers::cryptopocket`] and [`providers::unigox`] for the three. What a test does through a
//! handle, that of [`Simulator::capa`] for one, the demo does over `/_sim/…`. [`providers::ALL`] is the
//! list of what is mounted.

pub mod clock;
pub mod config;
mod control;
pub mod door;
pub mod fault;
mod figure;
pub mod providers;
mod shop;
mod stamp;
mod world;

use std::any::Any;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use self::providers::{Mount, Twin};
use self::world::World;

pub use self::clock::{Clock, Moment, Motion};
pub use self::config::{
    Config, CryptoPocketKeys, PayingWallet, ShopConfig, UnigoxConfig, WebhookTarget,
};
pub use self::door::{Door, Shut};
pub use self::fault::{Fault, Operation};
pub use self::providers::capa::{
    AddUser, Capa, Deposit, Knobs, Pick, Refusal, Status, TransactionView,
};
pub use self::providers::cryptopocket::CryptoPocket;
pub use self::providers::unigox::Unigox;
pub use rust_decimal::Decimal;

/// Everything that is simulated. Clones are the same simulator.
#[derive(Clone, Debug)]
pub struct Simulator {
    world: World,
    capa: Capa,
    cryptopocket: CryptoPocket,
    unigox: Unigox,
    twins: Arc<[Arc<dyn Twin>]>,
    shop: Option<ShopConfig>,
    door: Door,
}

impl Simulator {
    /// A simulator with its default people and rates.
    pub fn new(config: Config, clock: Clock) -> Self {
        Self::of(&providers::ALL, config, clock)
    }

    /// The same with these stand-ins.
    pub fn of(providers: &[Mount], config: Config, clock: Clock) -> Self {
        let Config {
            capa_key,
            webhook,
            cryptopocket,
            unigox,
            shop,
        } = config;
        let world = World::new(clock);
        let capa = Capa::new(capa_key, webhook, world.clone());
        let cryptopocket = CryptoPocket::new(cryptopocket, world.clone());
        let unigox = Unigox::new(unigox, world.clone());
        let mut simulator = Self {
            world,
            capa,
            cryptopocket,
            unigox,
            twins: Arc::default(),
            shop,
            door: Door::default(),
        };
        simulator.twins = providers.iter().map(|mount| mount(&simulator)).collect();
        simulator
    }

    /// The time that everything goes by.
    pub fn clock(&self) -> &Clock {
        self.world.clock()
    }

    /// The handle on Capa's stand-in.
    pub fn capa(&self) -> &Capa {
        &self.capa
    }

    /// The handle on CryptoPocket's stand-in.
    pub fn cryptopocket(&self) -> &CryptoPocket {
        &self.cryptopocket
    }

    /// The handle on UNIGOX' stand-in.
    pub fn unigox(&self) -> &Unigox {
        &self.unigox
    }

    /// Every stand-in.
    pub fn twins(&self) -> &[Arc<dyn Twin>] {
        &self.twins
    }

    /// The handle on the stand-in of this type, if it is mounted.
    pub fn twin<T: Twin>(&self) -> Option<&T> {
        let mut twins = self.twins.iter();
        twins.find_map(|twin| (twin.as_ref() as &dyn Any).downcast_ref())
    }

    /// The handle on the door that connections come in by, under [`run`].
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Every route: the providers, `/_sim/…` and the shop. Webhooks are sent and time passes without
    /// requests only under [`run`].
    pub fn router(&self) -> Router {
        let stamp = from_fn_with_state(self.clock().clone(), stamp::stamp);
        let apis = self.twins.iter().map(|twin| twin.api());
        let providers = apis.fold(Router::new(), Router::merge).layer(stamp);
        providers
            .merge(control::router(self))
            .merge(shop::router(self.shop.clone(), self))
    }
}

/// Serves a simulator until `shutdown` is over. Requests that hang on purpose do not delay the end.
///
/// # Errors
///
/// When the listener fails.
pub async fn run(
    listener: TcpListener,
    simulator: Simulator,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    /// How long answers that are under way may take at the end.
    const GRACE: Duration = Duration::from_millis(500);

    let mut background = JoinSet::new();
    for twin in simulator.twins() {
        background.spawn(twin.life());
    }

    let listener = simulator.door.before(listener)?;
    let (stopping, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, simulator.router()).with_graceful_shutdown(async move {
        shutdown.await;
        drop(stopping);
    });
    tokio::select! {
        result = server => result,
        () = async {
            // The sender is dropped, never used.
            let _ = stopped.await;
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}
