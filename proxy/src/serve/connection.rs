//! One connection, from its first byte to its last.

use std::{convert::Infallible, future::poll_fn, net::SocketAddr, pin::pin, task::Poll};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, sync::watch, time::Instant};
use tower::{ServiceExt as _, service_fn};
use tower_http::timeout::DeadlineBody;
use tracing::debug;

use super::{
    Limits,
    activity::{Activity, Watched},
};

/// The most bytes of a request's headers; also what HTTP/1.1 keeps of a connection in memory.
const HEADER_BYTES: u32 = 16 * 1024;

/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 200;

/// Where the proxy is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It answers.
    Open,
    /// It finishes what is under way.
    Draining,
    /// It does not wait any longer.
    Over,
}

/// A connection that has been accepted.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) app: Router,
    pub(super) limits: Limits,
    pub(super) stage: watch::Receiver<Stage>,
}

impl Connection {
    /// Answers it until it ends, by itself or because it took too long.
    pub(super) async fn serve(self) {
        let Self {
            stream,
            peer,
            app,
            limits,
            mut stage,
        } = self;
        // Answers are small, and payers wait for them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection keeps its delay");
        }
        let activity = Activity::new();
        let stream = Watched {
            stream,
            activity: activity.clone(),
        };
        let watched = activity.clone();
        let answer = service_fn(move |request: Request<_>| {
            let under_way = watched.request(request.version());
            let app = app.clone();
            async move {
                let answer = app.oneshot(arrived(request, peer, &limits)).await;
                drop(under_way);
                answer as Result<Response, Infallible>
            }
        });
        let protocol = protocol(&limits);
        let mut connection =
            pin!(protocol.serve_connection(TokioIo::new(stream), TowerToHyperService::new(answer)));
        let mut alarm = pin!(tokio::time::sleep_until(Instant::now() + limits.header));
        let mut known = Stage::Open;
        loop {
            let ended = poll_fn(|context| {
                // What a connection does changes only while it is polled, so this sees every change.
                if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                    return Poll::Ready(ended.map_err(|error| error.to_string()));
                }
                let Some(deadline) = activity.deadline(&limits) else {
                    return Poll::Pending;
                };
                if alarm.deadline() != deadline {
                    alarm.as_mut().reset(deadline);
                }
                let late = alarm.as_mut().poll(context);
                late.map(|()| Err("it took too long".to_owned()))
            });
            tokio::select! {
                ended = ended => {
                    if let Err(error) = ended {
                        debug!(error, "a connection was cut off");
                    }
                    return;
                }
                () = moved_on(&mut stage, known) => {}
            }
            known = *stage.borrow_and_update();
            match known {
                Stage::Open => {}
                Stage::Draining => connection.as_mut().graceful_shutdown(),
                Stage::Over => return,
            }
        }
    }
}

/// What hyper itself is told.
fn protocol(limits: &Limits) -> Builder<TokioExecutor> {
    let mut protocol = Builder::new(TokioExecutor::new());
    // hyper's own limit runs while nothing is asked, too, and not before it knows the version.
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(HEADER_BYTES as usize);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_BYTES)
        .max_concurrent_streams(STREAMS);
    protocol
}

/// A request as the router takes it: whose it is, and a body that cannot last.
fn arrived<B>(request: Request<B>, peer: SocketAddr, limits: &Limits) -> Request
where
    B: axum::body::HttpBody<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let mut request = request.map(|body| {
        if body.is_end_stream() {
            Body::empty()
        } else {
            Body::new(DeadlineBody::new(limits.body, body))
        }
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Comes back when the proxy is somewhere else than it was known to be.
async fn moved_on(stage: &mut watch::Receiver<Stage>, known: Stage) {
    if stage.wait_for(|stage| *stage != known).await.is_err() {
        std::future::pending::<()>().await;
    }
}
