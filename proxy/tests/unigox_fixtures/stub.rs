//! A UNIGOX that answers each path what it is told to, and remembers what it was asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use offramp_domain::time::Timestamp;
use offramp_proxy::{
    clock::Clock,
    outgoing::Policy,
    providers::unigox::{Settings, SigningKey, Timeouts, Unigox, WalletMode},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The first account of the public development mnemonic, which signed the contract's vectors.
const SIGNING_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// An hour before the deadline of the contract's vector.
const NOW_SECS: i64 = 1_760_000_000 - 3_600;

/// A UNIGOX that answers by path.
pub(crate) struct Stub {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    server: JoinHandle<()>,
}

/// A request, as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method, path and query.
    pub(crate) line: String,
    pub(crate) key: String,
    pub(crate) body: String,
}

type Answers = HashMap<String, (u16, &'static str)>;

#[derive(Clone)]
struct Shared {
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Answers>,
}

impl Stub {
    /// Paths begin behind `/api/v1/`.
    pub(crate) async fn answering(answers: &[(&str, u16, &'static str)]) -> Result<Self> {
        let answers = answers
            .iter()
            .map(|(path, status, body)| (format!("/api/v1/{path}"), (*status, *body)));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Shared {
            asked: Arc::default(),
            answers: Arc::new(answers.collect()),
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
    pub(crate) fn client(&self) -> Result<Unigox> {
        self.client_at(NOW_SECS)
    }

    /// A client of it, at some time.
    pub(crate) fn client_at(&self, seconds: i64) -> Result<Unigox> {
        let settings = Settings {
            base_url: self.url.parse()?,
            api_key: "pk_demo".into(),
            webhook_secret: Some("whsec_test_unigox".into()),
            webhook_secret_previous: None,
            webhook_window: Duration::from_mins(5),
            wallet: WalletMode::Partner {
                key: SigningKey::parse(&SIGNING_KEY.into()).context("a key")?,
                daily_limit: "1000".parse()?,
            },
            chain_ids: vec![660_279],
            timeouts: Timeouts::default(),
            policy: Policy {
                repeats: 0,
                ..Policy::default()
            },
        };
        let clock = Clock::from_fn(move || Timestamp::from_millis(seconds * 1_000));
        Ok(Unigox::new(settings, clock)?)
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// The one request so far.
    pub(crate) fn only(&self) -> Result<Asked> {
        let asked = self.asked();
        let [only] = asked.as_slice() else {
            bail!("{asked:?}")
        };
        Ok(only.clone())
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn record(State(shared): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let key = head.headers.get("x-api-key");
    let key = key.and_then(|value| value.to_str().ok());
    let body = axum::body::to_bytes(body, 1 << 16).await;
    let asked = Asked {
        line: format!("{} {}", head.method, head.uri),
        key: key.unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
    };
    let mut all = shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(asked);
    let answer = shared.answers.get(head.uri.path());
    let (status, body) = answer.copied().unwrap_or((404, ""));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
