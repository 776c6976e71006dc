//! What happens to an order between the click and the money, whoever is watching.
//!
//! Reading order: [`pricing`] (what a quote says) from [`rates`] within [`limits`], [`create`] (once, and only once),
//! [`take`] (before an address is shown), [`adopt`] (when the answer was lost), [`apply`] (what a read
//! means for an order, and `amounts` that are not as agreed), [`act`] (what the payer asks for), [`duties`] (what the proxy does by itself),
//! [`carry_out`] (what it has undertaken), `inbox` (what webhooks wake), `history` (which of them
//! were missed), [`schedule`] (when), [`listen`] (what other proxies did) and `notify` (who hears of
//! it). For operators: [`reconcile`] and [`resolve`] (by a `finding`).

pub mod act;
pub mod adopt;
mod amounts;
pub mod apply;
pub mod carry_out;
pub mod create;
pub mod duties;
mod finding;
mod hand_in;
mod history;
mod inbox;
pub mod limits;
pub mod listen;
mod notify;
mod payee;
pub mod pricing;
pub mod rates;
pub mod reconcile;
pub mod resolve;
pub mod schedule;
mod sign;
pub mod take;
pub mod wake;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use offramp_domain::time::Timestamp;
use tokio::sync::{Notify, watch};

use self::{rates::Prices, wake::Wake};
use crate::{
    catalog::{CatalogError, Catalogs},
    clock::Clock,
    config::Config,
    crash,
    metrics::{Measured, Metrics},
    provider::Provider,
    store::{Change, OrderRecord, Store, StoreError},
};

/// Everything that the routes and the duties share.
#[derive(Debug)]
pub struct Engine {
    /// What the proxy was told.
    pub config: Config,
    /// What each provider offers.
    pub catalogs: Arc<Catalogs>,
    /// What it remembers.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What happened since it began.
    pub metrics: Arc<Metrics>,
    /// Who waits for which order.
    pub wake: Wake,
    providers: Vec<Arc<dyn Provider>>,
    prices: Prices,
    /// Orders and idempotency keys that somebody in this process is working on.
    busy: Mutex<HashSet<String>>,
    /// Held while the partner's wallet pays: each of its transfers counts on from the one before, so
    /// that those of this proxy take turns, and only those of several meet in the database.
    paying: tokio::sync::Mutex<()>,
    /// What is known about the webhooks in the store, until this process ends.
    inbox: inbox::Inbox,
    /// What is known about the providers' histories of webhooks, until this process ends.
    histories: history::Histories,
    /// Told when there is something to do before the next look.
    hurry: Notify,
    /// Whether the proxy is going down, so that nobody is kept waiting.
    stopping: watch::Sender<bool>,
}

impl Engine {
    /// Puts the parts together.
    ///
    /// # Errors
    /// A provider's catalogue that cannot be read.
    pub fn new(
        config: Config,
        store: Store,
        providers: Vec<Arc<dyn Provider>>,
        clock: Clock,
    ) -> Result<Arc<Self>, CatalogError> {
        let built_in = providers
            .iter()
            .map(|provider| (provider.name(), provider.catalog()));
        let catalogs = Arc::new(Catalogs::new(&config.catalog, &config.provider, built_in)?);
        let metrics = Arc::new(Metrics::new(config.connections.at_once));
        let measured = |provider| -> Arc<dyn Provider> {
            Arc::new(Measured::new(provider, Arc::clone(&metrics)))
        };
        let providers: Vec<_> = providers.into_iter().map(measured).collect();
        let names = providers.iter().map(|provider| provider.name());
        let prices = Prices::new(config.quotes_per_second, names);
        Ok(Arc::new(Self {
            store: notify::telling(store, &config, Arc::clone(&catalogs)),
            config,
            catalogs,
            clock,
            metrics,
            wake: Wake::default(),
            providers,
            prices,
            busy: Mutex::default(),
            paying: tokio::sync::Mutex::default(),
            inbox: inbox::Inbox::default(),
            histories: history::Histories::default(),
            hurry: Notify::new(),
            stopping: watch::Sender::new(false),
        }))
    }

    /// The provider with this name, if it is on.
    pub fn provider(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.providers
            .iter()
            .find(|provider| provider.name() == name)
    }

    /// The providers that are on.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.providers.iter()
    }

    /// The names of the providers that are on.
    pub fn provider_names(&self) -> Vec<&'static str> {
        self.providers
            .iter()
            .map(|provider| provider.name())
            .collect()
    }

    /// Changes an order, and wakes whoever waits for it.
    async fn change<T>(
        &self,
        order_id: &str,
        rule: impl FnMut(&mut OrderRecord, &mut Change) -> T,
    ) -> Result<Option<(T, OrderRecord)>, StoreError> {
        let changed = self
            .store
            .change_order(order_id, self.clock.now(), rule)
            .await?;
        if let Some((_, order)) = &changed {
            crash::point("before_wake");
            self.wake.changed(&order.id, order.sequence);
        }
        Ok(changed)
    }

    /// Marks something as being worked on in this process; nothing if it is already.
    pub fn claim(self: &Arc<Self>, name: &str) -> Option<Claim> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(name.to_owned()).then(|| Claim {
            engine: Arc::clone(self),
            name: name.to_owned(),
        })
    }

    /// Has the duties look now.
    pub fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Lets everybody who waits go.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Tells when the proxy is going down.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Something that is being worked on, until this is dropped.
#[derive(Debug)]
pub struct Claim {
    engine: Arc<Engine>,
    name: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.engine
            .busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.name);
    }
}
