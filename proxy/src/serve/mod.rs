//! Connections: how many there may be, and how long each may take for what.
//!
//! `axum::serve` sets no time limit at all, so the loop is our own, over the same hyper.

mod activity;
mod connection;

use std::{
    future::Future, io, net::SocketAddr, num::NonZeroU32, pin::pin, sync::Arc, time::Duration,
};

use axum::Router;
use prometheus_client::metrics::gauge::Gauge;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tracing::warn;

use self::connection::{Connection, Stage};
use crate::metrics::UnderWay;

/// How long nothing is accepted after the system refused: usually there are no files left, and a
/// closed connection gives one back.
const ACCEPTS_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What a connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. Whoever comes then waits in the system's queue until one ends.
    pub at_once: NonZeroU32,
    /// From the first byte of a request, or from the connection, to the end of its headers.
    pub header: Duration,
    /// From the end of the headers to the end of the body.
    pub body: Duration,
    /// Without a request under way. An answer has to be taken within it too.
    pub idle: Duration,
    /// For requests under way when the proxy is told to stop.
    pub drain: Duration,
}

impl Limits {
    /// With so many connections at once.
    pub fn new(at_once: NonZeroU32) -> Self {
        Self {
            at_once,
            header: Duration::from_secs(10),
            body: Duration::from_secs(10),
            // Above the minute after which load balancers usually close what they keep open.
            idle: Duration::from_secs(75),
            // A create is answered within fifteen seconds.
            drain: Duration::from_secs(20),
        }
    }
}

/// Answers connections until `shutdown`; then requests under way are finished, for a while.
///
/// # Errors
/// When the listener is none.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    open: &Gauge,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut places = Places::new(limits.at_once);
    let stage = watch::Sender::new(Stage::Open);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = places.take().await;
            accept(&listener).await.map(|accepted| (place, accepted))
        };
        let (place, (stream, peer)) = tokio::select! {
            accepted = accepted => accepted?,
            () = &mut shutdown => break,
        };
        let connection = Connection {
            stream,
            peer,
            app: app.clone(),
            limits,
            stage: stage.subscribe(),
        };
        let counted = UnderWay::count(open);
        tokio::spawn(async move {
            connection.serve().await;
            drop((place, counted));
        });
    }
    drop(listener);
    stage.send_replace(Stage::Draining);
    if tokio::time::timeout(limits.drain, places.all())
        .await
        .is_err()
    {
        let open = places.taken();
        warn!(open, "requests took too long to finish, and are cut off");
        stage.send_replace(Stage::Over);
        places.all().await;
    }
    Ok(())
}

/// A place for each connection that there may be.
struct Places {
    all: u32,
    free: Arc<Semaphore>,
    /// Whether it was said that they are taken.
    is_told: bool,
}

impl Places {
    fn new(connections: NonZeroU32) -> Self {
        let all = connections.get();
        Self {
            all,
            free: Arc::new(Semaphore::new(all as usize)),
            is_told: false,
        }
    }

    /// A place, as soon as there is one.
    async fn take(&mut self) -> Option<OwnedSemaphorePermit> {
        let free = self.free.available_permits();
        if free == 0 && !self.is_told {
            self.is_told = true;
            warn!("there are as many connections as OFFRAMP_MAX_CONNECTIONS allows: others wait");
        } else if free > self.all as usize / 10 {
            self.is_told = false;
        }
        // It fails only for a semaphore that was closed, and nobody closes this one.
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    fn taken(&self) -> usize {
        self.all as usize - self.free.available_permits()
    }

    /// Comes back when nobody has a place any more.
    async fn all(&self) {
        let all = self.free.acquire_many(self.all).await;
        drop(all);
    }
}

/// The next connection. What the system refuses is tried again.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok(accepted),
            Err(error) => match Refusal::from(&error) {
                Refusal::OfOne => {}
                Refusal::OfAll => {
                    warn!(%error, "no connection can be accepted now");
                    tokio::time::sleep(ACCEPTS_AGAIN_AFTER).await;
                }
                Refusal::ForGood => return Err(error),
            },
        }
    }
}

/// What it means that the system gave no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// Somebody went away before they were accepted.
    OfOne,
    /// There is no file or no memory left for one. Another connection may give it back.
    OfAll,
    /// Nobody listens.
    ForGood,
}

impl From<&io::Error> for Refusal {
    fn from(error: &io::Error) -> Self {
        let kind = error.kind();
        let is_one = matches!(
            kind,
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
        );
        if is_one {
            Self::OfOne
        } else if kind == io::ErrorKind::InvalidInput {
            Self::ForGood
        } else {
            Self::OfAll
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listener_that_is_none_ends_the_accepting() {
        const EMFILE: i32 = 24;
        const EINVAL: i32 = 22;
        for (error, refusal) in [
            (io::Error::from_raw_os_error(EMFILE), Refusal::OfAll),
            (io::ErrorKind::OutOfMemory.into(), Refusal::OfAll),
            (io::ErrorKind::ConnectionAborted.into(), Refusal::OfOne),
            (io::Error::from_raw_os_error(EINVAL), Refusal::ForGood),
        ] {
            assert_eq!(Refusal::from(&error), refusal, "{error}");
        }
    }
}
