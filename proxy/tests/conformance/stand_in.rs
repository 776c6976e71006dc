//! A provider's stand-in: the simulator on a socket with a held clock, and whoever takes its webhooks.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use axum::{Router, body::Bytes, extract::State, routing::post};
use http::HeaderMap;
use offramp_domain::time::Timestamp;
use offramp_proxy::{
    clock,
    outgoing::Policy,
    provider::{Provider, ProviderRef},
};
use offramp_simulator::{Clock, Config, Moment, Simulator};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

/// Noon of 1 May 2026: the clock stands still unless a test moves it.
pub(crate) const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// Far more than a healthy answer needs, and short enough to wait for.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(1_500);

/// Each promise is about one call: what is repeated, and when nothing is sent, is tested by itself.
pub(crate) fn one_call() -> Policy {
    Policy {
        repeats: 0,
        failures_to_open: NonZeroU32::MAX,
        ..Policy::default()
    }
}

/// One provider's adapters.
#[derive(Debug)]
pub(crate) struct Adapters {
    /// As it is configured by default.
    pub(crate) usual: Box<dyn Provider>,
    /// With time limits that a test can wait for.
    pub(crate) impatient: Box<dyn Provider>,
    /// With a key that the provider does not accept.
    pub(crate) with_a_wrong_key: Box<dyn Provider>,
}

/// The simulator, and whoever takes its webhooks.
#[derive(Debug)]
pub(crate) struct StandIn {
    pub(crate) simulator: Simulator,
    /// Where the simulator is.
    pub(crate) url: String,
    /// Where webhooks are taken.
    pub(crate) inbox_url: String,
    inbox: Mutex<mpsc::UnboundedReceiver<(HeaderMap, Bytes)>>,
    servers: [JoinHandle<()>; 2],
}

impl StandIn {
    pub(crate) async fn start(config: Config) -> Result<Self> {
        Self::around(Simulator::new(config, Clock::held_at(NOON))).await
    }

    /// Serves a simulator.
    pub(crate) async fn around(simulator: Simulator) -> Result<Self> {
        let (sender, inbox) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let inbox_url = format!("http://{}/webhooks", listener.local_addr()?);
        let router = Router::new()
            .route("/webhooks", post(take_in))
            .with_state(Arc::new(sender));
        let receiver = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = offramp_simulator::run(listener, simulator.clone(), std::future::pending());
        let server = tokio::spawn(async move {
            let _ = server.await;
        });
        Ok(Self {
            simulator,
            url,
            inbox_url,
            inbox: Mutex::new(inbox),
            servers: [receiver, server],
        })
    }

    /// What the simulator's clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.simulator.clock().now().unix_millis())
    }

    /// The simulator's clock, for an adapter.
    pub(crate) fn clock(&self) -> clock::Clock {
        let theirs = self.simulator.clock().clone();
        clock::Clock::from_fn(move || Timestamp::from_millis(theirs.now().unix_millis()))
    }

    /// The next webhook about an order.
    pub(crate) async fn webhook(&self, reference: &ProviderRef) -> Result<(HeaderMap, Vec<u8>)> {
        const PATIENCE: Duration = Duration::from_secs(20);
        let mut inbox = self.inbox.lock().await;
        loop {
            let Some((headers, body)) = timeout(PATIENCE, inbox.recv()).await? else {
                bail!("there are no webhooks any more");
            };
            if String::from_utf8_lossy(&body).contains(&reference.0) {
                return Ok((headers, body.to_vec()));
            }
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

async fn take_in(
    State(inbox): State<Arc<mpsc::UnboundedSender<(HeaderMap, Bytes)>>>,
    headers: HeaderMap,
    body: Bytes,
) {
    // Nobody listens any more at the end of a test.
    let _ = inbox.send((headers, body));
}
