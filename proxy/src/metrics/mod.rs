//! What the proxy counts about itself, for Prometheus.
//!
//! Here is what happens in this process; [`page`] adds what waits in the database and writes it
//! down; [`measured`] counts the calls to a provider.

mod labels;
mod measured;
pub mod page;

use std::{num::NonZeroU32, time::Duration};

use axum::http::{Method, StatusCode};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use self::labels::{Limited, LostCreate, ProviderCall, Request, StatusClass, Verb};
pub(crate) use self::{labels::LostEnd, measured::Measured};

/// From five milliseconds to the fifteen seconds within which an order is answered.
const BUCKETS: [f64; 11] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// What happened since the process began, and what is under way in it.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_times: Histograms<Request>,
    limited: Family<Limited, Counter>,
    calls: Histograms<ProviderCall>,
    lost: Family<LostCreate, Counter>,
    /// Connections that are open.
    pub(crate) connections: Gauge,
    /// Long polls that wait.
    pub(crate) long_polls: Gauge,
}

/// Something that is under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay(Gauge);

impl UnderWay {
    pub(crate) fn count(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Nothing has happened yet.
    pub fn new(most_connections: NonZeroU32) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let requests = Family::default();
        let request_times = Family::new_with_constructor(histogram);
        let limited = Family::default();
        let calls = Family::new_with_constructor(histogram);
        let lost = Family::default();
        let [connections, most, long_polls] = [(); 3].map(|()| Gauge::default());
        most.set(most_connections.get().into());

        let mut registry = Registry::with_prefix("offramp");
        registry.register(
            "http_requests",
            "Requests that were answered",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "How long answers took, without those that waited for news on purpose",
            Unit::Seconds,
            request_times.clone(),
        );
        registry.register(
            "rate_limited_requests",
            "Requests that were refused because there were too many of their class",
            limited.clone(),
        );
        registry.register_with_unit(
            "provider_call_duration",
            "How long calls to a provider took, repetitions of one included",
            Unit::Seconds,
            calls.clone(),
        );
        registry.register(
            "lost_creates",
            "Creates without an answer of which it was found out what became of them",
            lost.clone(),
        );
        registry.register("connections_open", "Connections", connections.clone());
        registry.register(
            "connections_limit",
            "The most connections there may be",
            most,
        );
        registry.register(
            "long_polls_waiting",
            "Requests that wait for an order to change",
            long_polls.clone(),
        );
        Self {
            registry,
            requests,
            request_times,
            limited,
            calls,
            lost,
            connections,
            long_polls,
        }
    }

    /// Counts an answer. One that waited for news on purpose says nothing about how fast the proxy
    /// is.
    pub(crate) fn answered(
        &self,
        route: String,
        method: &Method,
        status: StatusCode,
        took: Option<Duration>,
    ) {
        let request = Request {
            route,
            method: Verb::of(method),
            status: StatusClass::of(status),
        };
        self.requests.get_or_create(&request).inc();
        if let Some(took) = took {
            let times = self.request_times.get_or_create(&request);
            times.observe(took.as_secs_f64());
        }
    }

    /// Counts a request that was refused because there were too many.
    pub(crate) fn limited(&self, class: &'static str) {
        self.limited.get_or_create(&Limited { class }).inc();
    }

    /// Counts an order of which it was found out whether the provider made it.
    pub(crate) fn lost_create(&self, end: LostEnd) {
        self.lost.get_or_create(&LostCreate { end }).inc();
    }

    fn called(&self, call: &ProviderCall, took: Duration) {
        self.calls.get_or_create(call).observe(took.as_secs_f64());
    }
}
