//! The whole program on a socket.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use offramp_proxy::engine::Engine;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Bench, Outcome};

/// The proxy of a bench on a socket, until it is told to stop or dropped.
pub(crate) struct Program {
    pub(crate) base: String,
    pub(crate) address: SocketAddr,
    /// Where the metrics are, if anywhere.
    pub(crate) admin: Option<String>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Program {
    pub(crate) async fn start(bench: &Bench) -> Outcome<Self> {
        Self::of(&bench.engine).await
    }

    /// The same of another proxy than the bench's own.
    pub(crate) async fn of(engine: &Arc<Engine>) -> Outcome<Self> {
        Self::beside(engine, None).await
    }

    pub(crate) async fn with_admin(bench: &Bench) -> Outcome<Self> {
        let admin = TcpListener::bind("127.0.0.1:0").await?;
        Self::beside(&bench.engine, Some(admin)).await
    }

    async fn beside(engine: &Arc<Engine>, admin: Option<TcpListener>) -> Outcome<Self> {
        let admin_address = admin.as_ref().map(TcpListener::local_addr).transpose()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(offramp_proxy::run_with_admin(
            listener,
            admin,
            Arc::clone(engine),
            async {
                // A sender that is dropped stops it as well.
                let _ = stopped.await;
            },
        ));
        Ok(Self {
            base: format!("http://{address}"),
            address,
            admin: admin_address.map(|address| format!("http://{address}")),
            stop,
            task,
        })
    }

    /// Has it stop, and waits until it has.
    pub(crate) async fn stop(self) -> Outcome {
        drop(self.stop);
        tokio::time::timeout(Duration::from_secs(30), self.task).await???;
        Ok(())
    }
}
