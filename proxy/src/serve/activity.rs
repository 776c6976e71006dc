//! What a connection is doing, and until when it may.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::http::Version;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::Limits;

/// What a connection is doing, seen from its bytes and from its requests.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    doing: Doing,
    /// HTTP/2, whose bytes between requests say nothing about a request.
    is_multiplexed: bool,
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    /// Sending the headers of a request, or not even that yet.
    Asking { since: Instant },
    /// Being answered.
    Served { requests: usize },
    /// Nothing, as far as can be told.
    Idle { since: Instant },
}

impl Activity {
    /// A connection that has just been accepted.
    pub(super) fn new() -> Self {
        let doing = Doing::Asking {
            since: Instant::now(),
        };
        Self(Arc::new(Mutex::new(Seen {
            doing,
            is_multiplexed: false,
        })))
    }

    /// Until when it may go on like this.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        match self.seen().doing {
            Doing::Asking { since } => Some(since + limits.header),
            Doing::Served { requests: _ } => None,
            Doing::Idle { since } => Some(since + limits.idle),
        }
    }

    /// A request has begun, until what comes back is dropped.
    pub(super) fn request(&self, version: Version) -> UnderWay {
        let mut seen = self.seen();
        seen.is_multiplexed = version == Version::HTTP_2;
        let before = match seen.doing {
            Doing::Served { requests } => requests,
            Doing::Asking { since: _ } | Doing::Idle { since: _ } => 0,
        };
        seen.doing = Doing::Served {
            requests: before + 1,
        };
        UnderWay(self.clone())
    }

    /// Bytes have arrived.
    fn received(&self) {
        let mut seen = self.seen();
        match seen.doing {
            Doing::Idle { since: _ } if !seen.is_multiplexed => {
                seen.doing = Doing::Asking {
                    since: Instant::now(),
                };
            }
            Doing::Idle { since: _ }
            | Doing::Asking { since: _ }
            | Doing::Served { requests: _ } => {}
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct UnderWay(Activity);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut seen = self.0.seen();
        seen.doing = match seen.doing {
            Doing::Served { requests } if requests > 1 => Doing::Served {
                requests: requests - 1,
            },
            Doing::Served { requests: _ }
            | Doing::Asking { since: _ }
            | Doing::Idle { since: _ } => Doing::Idle {
                since: Instant::now(),
            },
        };
    }
}

/// A stream that tells when something arrives.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) activity: Activity,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use super::*;

    fn left(activity: &Activity) -> Option<Duration> {
        let limits = Limits::new(NonZeroU32::MIN);
        let deadline = activity.deadline(&limits);
        deadline.map(|deadline| deadline - Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_waited_for_and_a_pause_is_longer() {
        let activity = Activity::new();
        assert_eq!(left(&activity), Some(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(4)).await;
        activity.received();
        assert_eq!(left(&activity), Some(Duration::from_secs(6)));
        let request = activity.request(Version::HTTP_11);
        assert_eq!(left(&activity), None);
        tokio::time::advance(Duration::from_secs(25)).await;
        drop(request);
        assert_eq!(left(&activity), Some(Duration::from_secs(75)));
        tokio::time::advance(Duration::from_secs(30)).await;
        activity.received();
        assert_eq!(left(&activity), Some(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(2)).await;
        activity.received();
        assert_eq!(left(&activity), Some(Duration::from_secs(8)));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_between_the_requests_of_http_2_are_no_request() {
        let activity = Activity::new();
        let first = activity.request(Version::HTTP_2);
        let second = activity.request(Version::HTTP_2);
        drop(first);
        assert_eq!(left(&activity), None);
        drop(second);
        activity.received();
        assert_eq!(left(&activity), Some(Duration::from_secs(75)));
    }
}
