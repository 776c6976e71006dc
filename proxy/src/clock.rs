//! The time, as everything in the proxy reads it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use offramp_domain::time::Timestamp;
use serde::Deserialize;
use tracing::warn;
use url::Url;

/// A source of *now*: the system's clock, or one that a test or the demo holds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(|| Timestamp::from(SystemTime::now())))
    }

    /// Any other source.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that follows the simulator's, asked many times a second, and for the first time
    /// before anybody reads it. For demos and tests only: the configuration refuses it unless
    /// everything runs on this machine.
    pub async fn following(url: Url, client: reqwest::Client) -> Self {
        let ahead_ms = Arc::new(AtomicI64::new(0));
        follow(&client, &url, &ahead_ms).await;
        let shared = Arc::clone(&ahead_ms);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                follow(&client, &url, &shared).await;
            }
        });
        Self::from_fn(move || {
            let system = Timestamp::from(SystemTime::now());
            Timestamp::from_millis(system.as_millis() + ahead_ms.load(Ordering::Relaxed))
        })
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

#[derive(Deserialize)]
struct Followed {
    now: Timestamp,
}

async fn follow(client: &reqwest::Client, url: &Url, ahead_ms: &AtomicI64) {
    match followed(client, url).await {
        Ok(now) => {
            let system = Timestamp::from(SystemTime::now());
            ahead_ms.store(now.as_millis() - system.as_millis(), Ordering::Relaxed);
        }
        Err(error) => warn!(%error, "the clock to follow does not answer"),
    }
}

async fn followed(client: &reqwest::Client, url: &Url) -> Result<Timestamp, reqwest::Error> {
    let answer = client
        .get(url.clone())
        .timeout(Duration::from_secs(2))
        .send()
        .await?;
    Ok(answer.error_for_status()?.json::<Followed>().await?.now)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
