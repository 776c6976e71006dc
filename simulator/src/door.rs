//! The door: where connections come in, unless it is shut.
//!
//! A fault belongs to a request, and a request needs a connection. A provider whose machine is down
//! does not let one come about: whoever knocks is refused, or hears nothing.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

/// How long until a door that could not be opened or shut is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// How a door is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shut {
    /// Connections are refused.
    Refusing,
    /// Nobody answers, and whoever knocks waits.
    Silent,
}

/// The handle on the door. Clones are the same door. It works under [`run`](crate::run) only.
#[derive(Clone, Debug)]
pub struct Door {
    wanted: watch::Sender<Option<Shut>>,
    found: watch::Sender<Option<Shut>>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            wanted: watch::Sender::new(None),
            found: watch::Sender::new(None),
        }
    }
}

impl Door {
    /// Shuts the door, ends every connection, and comes back when nobody can enter any more.
    pub async fn shut(&self, how: Shut) {
        self.set(Some(how)).await;
    }

    /// Opens the door, and comes back when it is open.
    pub async fn open(&self) {
        self.set(None).await;
    }

    async fn set(&self, wanted: Option<Shut>) {
        self.wanted.send_replace(wanted);
        let mut found = self.found.subscribe();
        // The sender is this handle's own.
        let _ = found.wait_for(|found| *found == wanted).await;
    }

    /// The listener as it lets connections in.
    pub(crate) fn before(&self, listener: TcpListener) -> io::Result<Doorway> {
        Ok(Doorway {
            address: listener.local_addr()?,
            open: Some(listener),
            wanted: self.wanted.subscribe(),
            found: self.found.clone(),
        })
    }
}

/// A listener with a door before it.
pub(crate) struct Doorway {
    address: SocketAddr,
    open: Option<TcpListener>,
    wanted: watch::Receiver<Option<Shut>>,
    found: watch::Sender<Option<Shut>>,
}

impl Listener for Doorway {
    type Io = Passage;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Passage, SocketAddr) {
        loop {
            let wanted = *self.wanted.borrow_and_update();
            let done = match wanted {
                None => self.take_one().await,
                Some(Shut::Refusing) => {
                    self.open = None;
                    self.stay(wanted).await;
                    Ok(None)
                }
                Some(Shut::Silent) => self.keep_silent().await.map(|()| None),
            };
            match done {
                Ok(Some(entered)) => return entered,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "the door sticks");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Doorway {
    /// The next connection; none, when the door is shut before.
    async fn take_one(&mut self) -> io::Result<Option<(Passage, SocketAddr)>> {
        let listener = match self.open.take() {
            Some(listener) => listener,
            None => TcpListener::bind(self.address).await?,
        };
        let listener = self.open.insert(listener);
        self.found.send_replace(None);
        tokio::select! {
            entered = TcpListener::accept(listener) => {
                let (stream, address) = entered?;
                let passage = Passage { stream, shut: shut(self.wanted.clone()), is_shut: false };
                Ok(Some((passage, address)))
            }
            _ = self.wanted.changed() => Ok(None),
        }
    }

    /// Listens with no room for anybody: one connection of our own takes the only place, and the
    /// system drops whatever knocks after it.
    async fn keep_silent(&mut self) -> io::Result<()> {
        self.open = None;
        let socket = if self.address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        let _silent = socket.listen(0)?;
        let _guest = TcpStream::connect(self.address).await?;
        self.stay(Some(Shut::Silent)).await;
        Ok(())
    }

    async fn stay(&mut self, found: Option<Shut>) {
        self.found.send_replace(found);
        // Without a handle on the door it stays as it is.
        if self.wanted.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

type Shutting = Pin<Box<dyn Future<Output = ()> + Send>>;

fn shut(mut wanted: watch::Receiver<Option<Shut>>) -> Shutting {
    Box::pin(async move {
        if wanted.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// A connection that ends when the door is shut.
pub(crate) struct Passage {
    stream: TcpStream,
    shut: Shutting,
    is_shut: bool,
}

impl Passage {
    fn poll_shut(&mut self, cx: &mut Context<'_>) -> bool {
        self.is_shut = self.is_shut || self.shut.as_mut().poll(cx).is_ready();
        self.is_shut
    }
}

impl AsyncRead for Passage {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.poll_shut(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Passage {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
