//! The partner's backend, on a real socket: it hears what is posted to it, holds every signature
//! against the library of the standard's own authors, and answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{any, post},
};
use offramp_proxy::{config::Config, notify::Endpoint};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use super::Outcome;

/// What notifications are signed with, and what they were signed with before.
pub(crate) const NOTIFY_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
pub(crate) const OLD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What stands in the path and is the partner's business alone.
pub(crate) const PATH: &str = "/hooks/PLANTED-in-the-path";

/// What is answered to a notification.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    Status(u16),
    /// Come back in so many seconds.
    Later(u64),
    /// Go elsewhere.
    Redirect,
    /// Nothing, for so long.
    Nothing(Duration),
}

/// A notification as it was heard.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) at_secs: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Heard {
    pub(crate) fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap_or_default()
    }

    pub(crate) fn order(&self) -> &Value {
        &self.json["data"]["order"]
    }

    pub(crate) fn order_id(&self) -> &str {
        self.order()["id"].as_str().unwrap_or_default()
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.order()["sequence"].as_u64().unwrap_or_default()
    }

    /// Whether one of the signatures is of this secret, as the standard's own library makes it.
    pub(crate) fn is_signed_with(&self, secret: &str) -> Outcome<bool> {
        let theirs = Webhook::new(secret)?.sign(&self.id, self.at_secs, self.text.as_bytes())?;
        Ok(self.signatures.contains(&theirs))
    }
}

/// The partner's backend.
#[derive(Clone)]
pub(crate) struct Receiver {
    origin: String,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    heard: Vec<Heard>,
    replies: VecDeque<Reply>,
    otherwise: Option<Reply>,
    elsewhere: usize,
}

type Shared = State<Arc<Mutex<Desk>>>;

impl Receiver {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let desk = Arc::<Mutex<Desk>>::default();
        let router = Router::new()
            .route(PATH, post(hear))
            .route("/elsewhere", any(elsewhere))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, desk })
    }

    /// Has a proxy tell this one.
    pub(crate) fn is_told(&self, config: &mut Config) {
        self.is_told_with(config, &[("OFFRAMP_NOTIFY_SECRET", NOTIFY_SECRET)]);
    }

    pub(crate) fn is_told_with(&self, config: &mut Config, secrets: &[(&str, &str)]) {
        let url = format!("{}{PATH}", self.origin);
        let endpoint = Endpoint::from_env(&|name| match name {
            "OFFRAMP_NOTIFY_URL" => Some(url.clone()),
            _ => secrets
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).to_owned()),
        });
        // What is wrong here shows as a test that hears nothing.
        config.notify = endpoint.ok().flatten();
        if let Some(endpoint) = &mut config.notify {
            endpoint.patience = Duration::from_secs(2);
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the next ones so.
    pub(crate) fn replies(&self, replies: impl IntoIterator<Item = Reply>) {
        self.desk().replies.extend(replies);
    }

    /// Answers all of them so, until told otherwise.
    pub(crate) fn always_replies(&self, reply: Option<Reply>) {
        self.desk().otherwise = reply;
    }

    /// Everything that was heard.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.desk().heard.clone()
    }

    /// What was heard since it was asked last.
    pub(crate) fn news(&self) -> Vec<Heard> {
        std::mem::take(&mut self.desk().heard)
    }

    /// How often somebody went where a redirect led.
    pub(crate) fn elsewhere(&self) -> usize {
        self.desk().elsewhere
    }
}

async fn hear(State(desk): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let text = String::from_utf8_lossy(&body).into_owned();
    let is_json = header("content-type") == "application/json";
    let reply = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.heard.push(Heard {
            id: header("webhook-id"),
            at_secs: header("webhook-timestamp").parse().unwrap_or_default(),
            signatures: header("webhook-signature")
                .split(' ')
                .map(str::to_owned)
                .collect(),
            json: serde_json::from_str(&text)
                .ok()
                .filter(|_| is_json)
                .unwrap_or_default(),
            text,
        });
        let next = desk.replies.pop_front();
        next.or(desk.otherwise)
    };
    match reply.unwrap_or(Reply::Status(204)) {
        Reply::Status(status) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
        Reply::Later(secs) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, secs.to_string())],
        )
            .into_response(),
        Reply::Redirect => (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, "/elsewhere")],
        )
            .into_response(),
        Reply::Nothing(time) => {
            tokio::time::sleep(time).await;
            StatusCode::OK.into_response()
        }
    }
}

async fn elsewhere(State(desk): Shared) -> StatusCode {
    desk.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .elsewhere += 1;
    StatusCode::OK
}
