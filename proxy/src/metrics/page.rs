//! The page that Prometheus reads: what happened in this process, and what waits in the database.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use tokio::sync::Mutex;
use tracing::error;

use super::labels::{Answer, Build, Duty, Notification, OfProvider, Orders, OrdersOfAnyAge};
use crate::{
    engine::Engine,
    store::{Backlog, OrderGroup, StoreError},
};

/// What the page is written in.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long the database is left alone, however many read the page.
const FRESH: Duration = Duration::from_secs(5);

/// The page, for as many as want to read it.
#[derive(Debug)]
pub struct Page {
    engine: Arc<Engine>,
    last: Mutex<Option<(Instant, Registry)>>,
}

impl Page {
    /// The page of a proxy.
    pub fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            last: Mutex::default(),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// Never, as far as is known: text can always be written.
    pub async fn write(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode_registry(&mut text, &self.engine.metrics.registry)?;
        let mut last = self.last.lock().await;
        let stored = match last.take() {
            Some((at, stored)) if at.elapsed() < FRESH => last.insert((at, stored)),
            Some(_) | None => {
                let now = Instant::now();
                last.insert((now, outside(&self.engine).await))
            }
        };
        text::encode_registry(&mut text, &stored.1)?;
        text::encode_eof(&mut text)?;
        Ok(text)
    }
}

/// What is outside of the process: the database, what waits in it, and the providers.
async fn outside(engine: &Engine) -> Registry {
    let began = Instant::now();
    let pinged = engine.store.ping().await;
    let ping = began.elapsed();
    let backlog = match pinged {
        Ok(()) => engine.store.backlog(engine.now()).await,
        Err(error) => Err(error),
    };
    let mut registry = Registry::with_prefix("offramp");
    described(engine, &mut registry);
    database(backlog.is_ok(), ping, &mut registry);
    match backlog {
        Ok(backlog) => waiting(&backlog, &mut registry),
        Err(error) => unknown(&error),
    }
    registry
}

fn unknown(error: &StoreError) {
    error!(
        error = error as &dyn std::error::Error,
        "the database does not say what waits"
    );
}

fn described(engine: &Engine, registry: &mut Registry) {
    let breakers = engine.providers().map(|provider| {
        let label = OfProvider {
            provider: provider.name(),
        };
        (label, i64::from(provider.ready().is_err()))
    });
    gauges(
        registry,
        "provider_breaker_open",
        "Whether a provider is left alone because it did not answer",
        None,
        breakers,
    );
    let version = Build {
        version: env!("CARGO_PKG_VERSION"),
    };
    gauges(registry, "build_info", "The program", None, [(version, 1)]);
}

fn database(is_up: bool, ping: Duration, registry: &mut Registry) {
    let up: Gauge = Gauge::default();
    up.set(i64::from(is_up));
    registry.register("database_up", "Whether the database answers", up);
    let took = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
    took.set(ping.as_secs_f64());
    registry.register_with_unit(
        "database_ping",
        "How long the database took to answer at all",
        Unit::Seconds,
        took,
    );
}

fn waiting(backlog: &Backlog, registry: &mut Registry) {
    orders(&backlog.orders, registry);
    let overdue = &backlog.overdue;
    let lags = [
        ("check", overdue.check),
        ("intent", overdue.intent),
        ("notification", overdue.notification),
    ];
    gauges(
        registry,
        "watcher_lag",
        "How overdue the most overdue duty of a kind is",
        Some(Unit::Seconds),
        lags.map(|(duty, lag)| (Duty { duty }, secs(lag))),
    );
    let webhooks = [(
        "webhooks_waiting",
        "Webhooks that were stored and not handled",
    )];
    for (name, help) in webhooks {
        let waiting: Gauge = Gauge::default();
        waiting.set(backlog.webhooks.count);
        registry.register(name, help, waiting);
    }
    let lag: Gauge = Gauge::default();
    lag.set(secs(backlog.webhooks.oldest));
    registry.register_with_unit(
        "webhook_lag",
        "How long the oldest webhook waits to be handled",
        Unit::Seconds,
        lag,
    );
    let notifications = [
        ("pending", backlog.pending_notifications),
        ("dead", backlog.dead_notifications),
    ];
    gauges(
        registry,
        "notifications",
        "Notifications that the partner has not heard",
        None,
        notifications.map(|(state, waiting)| (Notification { state }, waiting.count)),
    );
    gauges(
        registry,
        "notification_oldest",
        "How old the oldest notification is that the partner has not heard",
        Some(Unit::Seconds),
        notifications.map(|(state, waiting)| (Notification { state }, secs(waiting.oldest))),
    );
}

fn orders(groups: &[OrderGroup], registry: &mut Registry) {
    let count: Family<Orders, Gauge> = Family::default();
    let oldest: Family<OrdersOfAnyAge, Gauge> = Family::default();
    let [uncertain, uncertain_oldest] = [(); 2].map(|()| Gauge::<i64>::default());
    for group in groups {
        let like = OrdersOfAnyAge {
            state: group.state.clone(),
            funded: Answer::from(!group.is_unfunded),
            reason: group.reason.clone().unwrap_or_default(),
        };
        let longest = oldest.get_or_create_owned(&like);
        longest.set(longest.get().max(secs(group.oldest)));
        let OrdersOfAnyAge {
            state,
            funded,
            reason,
        } = like;
        let orders = Orders {
            state,
            funded,
            reason,
            age: group.age,
        };
        count.get_or_create(&orders).inc_by(group.count);
        if group.is_uncertain {
            uncertain.inc_by(group.count);
            uncertain_oldest.set(uncertain_oldest.get().max(secs(group.oldest)));
        }
    }
    registry.register(
        "open_orders",
        "Orders that are not closed, by how long ago they last changed for their payer",
        count,
    );
    registry.register_with_unit(
        "open_order_oldest",
        "How long ago the oldest open order last changed for its payer",
        Unit::Seconds,
        oldest,
    );
    registry.register(
        "uncertain_creates",
        "Orders of which nobody knows whether the provider made them",
        uncertain,
    );
    registry.register_with_unit(
        "uncertain_create_oldest",
        "How long the oldest of them has been unknown",
        Unit::Seconds,
        uncertain_oldest,
    );
}

fn gauges<L>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    unit: Option<Unit>,
    values: impl IntoIterator<Item = (L, i64)>,
) where
    L: EncodeLabelSet + Clone + fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static,
{
    let family: Family<L, Gauge> = Family::default();
    for (labels, value) in values {
        family.get_or_create(&labels).set(value);
    }
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, family),
        None => registry.register(name, help, family),
    }
}

fn secs(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
