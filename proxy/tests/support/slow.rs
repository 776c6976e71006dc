//! Clients that open a connection and take their time, and how long they are suffered.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::Outcome;

/// What a slow client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slow {
    /// Opens a connection, and says nothing.
    Silent,
    /// Sends half a header, and says nothing more.
    HalfAHeader,
    /// Sends a header byte by byte, without end.
    DripsAHeader,
    /// Sends a body byte by byte, without end.
    DripsABody,
    /// Sends the preface of HTTP/2, and says nothing more.
    OnlyThePreface,
    /// Is answered once, and then sends half a header.
    HalfASecondHeader,
}

/// How often the dripping ones of a campaign send a byte.
const DRIP: Duration = Duration::from_millis(50);

/// The answers of one campaign: how long each connection was open.
#[derive(Debug, Default)]
pub(crate) struct Suffered {
    pub(crate) closed: Vec<Duration>,
    /// Connections that were still open at the deadline.
    pub(crate) open: usize,
}

impl Suffered {
    pub(crate) fn longest(&self) -> Duration {
        self.closed.iter().copied().max().unwrap_or_default()
    }
}

/// So many of each at once, until all are closed or the deadline is over.
pub(crate) async fn campaign(
    server: SocketAddr,
    clients: &[(Slow, usize)],
    deadline: Duration,
) -> Outcome<Suffered> {
    let mut open = JoinSet::new();
    for (slow, count) in clients {
        for _ in 0..*count {
            open.spawn(one(server, *slow, DRIP, deadline));
        }
    }
    let mut suffered = Suffered::default();
    while let Some(ended) = open.join_next().await {
        match ended?? {
            Some(time) => suffered.closed.push(time),
            None => suffered.open += 1,
        }
    }
    Ok(suffered)
}

/// How long a server bears one of them, if not until the deadline.
pub(crate) async fn one(
    server: SocketAddr,
    slow: Slow,
    drip: Duration,
    deadline: Duration,
) -> Outcome<Option<Duration>> {
    let mut stream = TcpStream::connect(server).await?;
    let start = Instant::now();
    let post = "POST /webhooks/capa HTTP/1.1\r\nhost: a\r\ncontent-length: 60000\r\n";
    let (first, drips): (String, bool) = match slow {
        Slow::Silent => (String::new(), false),
        Slow::HalfAHeader => ("GET /healthz HTTP/1.1\r\nhos".to_owned(), false),
        Slow::DripsAHeader => ("GET /healthz HTTP/1.1\r\nx-drip: ".to_owned(), true),
        Slow::DripsABody => (format!("{post}x-signature: sha256=00\r\n\r\n"), true),
        Slow::OnlyThePreface => ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), false),
        Slow::HalfASecondHeader => (
            "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /heal".to_owned(),
            false,
        ),
    };
    stream.write_all(first.as_bytes()).await?;
    let until = start + deadline;
    let (mut from, mut to) = stream.split();
    let closed = async {
        let mut answer = [0; 1_024];
        // An answer may come before the end.
        while let Ok(1..) = from.read(&mut answer).await {}
    };
    let dripping = async {
        if !drips {
            std::future::pending::<()>().await;
        }
        while to.write_all(b"a").await.is_ok() {
            tokio::time::sleep(drip).await;
        }
    };
    let ended = async {
        tokio::select! {
            () = closed => {}
            () = dripping => {}
        }
    };
    let is_closed = timeout_at(until, ended).await.is_ok();
    Ok(is_closed.then(|| start.elapsed()))
}
