//! A server of raw bytes, which remembers what it was asked.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These bytes, and the connection stays.
    Bytes(Vec<u8>),
    /// Nothing, ever.
    Silence,
    /// These bytes, and then nothing, ever.
    Stall(Vec<u8>),
    /// These bytes, one by one.
    Drip(Vec<u8>, Duration),
    /// These bytes, then the end of the connection.
    Cut(Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// These bytes, then others again and again, until nobody reads them.
    Flood(Vec<u8>, Vec<u8>),
}

pub(crate) struct Stub {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<String>,
    flooded: usize,
}

/// An answer with a status, headers and a body of known length.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Bytes(head(status, headers, body.len(), body))
}

/// The bytes of an answer that says it has so many bytes of body.
pub(crate) fn head(status: u16, headers: &str, length: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

impl Stub {
    /// The first request gets the first reply; the last reply is for all that follow.
    pub(crate) async fn replying(replies: Vec<Reply>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Arc::clone(&seen);
        let replies = Arc::new(replies);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, replies) = (Arc::clone(&shared), Arc::clone(&replies));
                tokio::spawn(async move {
                    // It ends when the caller goes away.
                    let _ = serve(stream, &seen, &replies).await;
                });
            }
        });
        Ok(Self { url, seen, server })
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        lock(&self.seen).requests.clone()
    }

    /// How many bytes of a flood were taken.
    pub(crate) fn flooded(&self) -> usize {
        lock(&self.seen).flooded
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, seen: &Mutex<Seen>, replies: &[Reply]) -> Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        let reply = {
            let mut seen = lock(seen);
            seen.requests.push(request);
            let last = replies.len().saturating_sub(1);
            replies.get((seen.requests.len() - 1).min(last)).cloned()
        };
        match reply {
            Some(Reply::Bytes(bytes)) => stream.write_all(&bytes).await?,
            Some(Reply::Silence) | None => std::future::pending().await,
            Some(Reply::Stall(bytes)) => {
                stream.write_all(&bytes).await?;
                std::future::pending::<()>().await;
            }
            Some(Reply::Drip(bytes, pause)) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Some(Reply::Cut(bytes)) => {
                stream.write_all(&bytes).await?;
                return Ok(());
            }
            Some(Reply::Reset(bytes)) => {
                stream.write_all(&bytes).await?;
                // What was written is to arrive before the reset does.
                tokio::time::sleep(Duration::from_millis(100)).await;
                stream.set_zero_linger()?;
                return Ok(());
            }
            Some(Reply::Flood(head, chunk)) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(&chunk).await?;
                    lock(seen).flooded += chunk.len();
                }
            }
        }
    }
    Ok(())
}

/// The head of a request, when all of it has arrived; its body is small and comes with it.
async fn read_request(stream: &mut TcpStream) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Ok(Some(head.to_owned()));
            }
        }
    }
}
