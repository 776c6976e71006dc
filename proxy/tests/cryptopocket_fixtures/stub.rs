//! A CryptoPocket that answers each path what it is told to, and remembers what it was asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use offramp_proxy::{
    clock::Clock,
    outgoing::Policy,
    providers::cryptopocket::{CryptoPocket, Settings, Timeouts},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A CryptoPocket that answers by path.
pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    server: JoinHandle<()>,
}

/// A request, as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method, path and query.
    pub(crate) line: String,
    pub(crate) token: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

type Answers = HashMap<&'static str, (u16, &'static str)>;

#[derive(Clone)]
struct Shared {
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Answers>,
}

impl Stub {
    pub(crate) async fn answering(answers: &[(&'static str, u16, &'static str)]) -> Result<Self> {
        let token = ("/api/authenticate", (200, crate::fixture!("authenticated")));
        let given = answers
            .iter()
            .map(|(path, status, body)| (*path, (*status, *body)));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/api", listener.local_addr()?);
        let shared = Shared {
            asked: Arc::default(),
            answers: Arc::new([token].into_iter().chain(given).collect()),
        };
        let asked = Arc::clone(&shared.asked);
        let router = Router::new().fallback(record).with_state(shared);
        let server = tokio::spawn(async move {
            // It ends with the test.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, asked, server })
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Result<CryptoPocket> {
        let settings = Settings {
            base_url: self.url.parse()?,
            api_key: "pk_demo".into(),
            api_secret: "sk_demo".into(),
            quote_path: vec!["getRampoffQuote".to_owned()],
            list_path: vec!["getRampoffList".to_owned()],
            public_url: None,
            timeouts: Timeouts::default(),
            policy: Policy {
                repeats: 0,
                ..Policy::default()
            },
        };
        Ok(CryptoPocket::new(settings, Clock::system())?)
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn record(State(shared): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let body = axum::body::to_bytes(body, 1 << 16).await;
    let asked = Asked {
        line: format!("{} {}", head.method, head.uri),
        token: header("auth"),
        content_type: header("content-type"),
        body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
    };
    let mut all = shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(asked);
    let answer = shared.answers.get(head.uri.path());
    let (status, body) = answer.copied().unwrap_or((404, "{}"));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
