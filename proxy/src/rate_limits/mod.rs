//! How often anybody may ask: by address, by session, and by what is asked.
//!
//! Whoever asks too often gets `rate_limited` with `Retry-After`, before anything is done for them.

mod address;
mod buckets;
mod forgeries;
mod table;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use ipnet::IpNet;
use offramp_domain::api::ErrorCode;
use tracing::warn;

pub use self::buckets::Stopwatch;
use self::{
    buckets::Buckets,
    forgeries::Forgeries,
    table::{Class, Forgery},
};
use crate::{
    config::Config,
    error::ApiError,
    routes::extract::bearer,
    secrets::{is_client_token, is_resume_token},
};

/// Every limit, and how much of it is used.
#[derive(Debug)]
pub struct RateLimits {
    is_on: bool,
    trusted: Vec<IpNet>,
    /// In the order of [`Class::ALL`].
    classes: Vec<(Class, PerClass)>,
    credentials: Forgeries,
    signatures: Forgeries,
    /// Whether the operator was told that somebody speaks for others without being trusted to.
    is_told: AtomicBool,
}

/// What one kind of request is counted by.
#[derive(Debug)]
struct PerClass {
    addresses: Buckets,
    sessions: Buckets,
}

/// An answer says by this that its request was one too many, of which class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limited(pub(crate) &'static str);

/// A request that was let in.
struct Visit {
    address: IpAddr,
    /// What it would be if it were refused because of who sent it.
    claims: Option<Forgery>,
}

impl RateLimits {
    /// The limits of the table, unused.
    pub fn new(config: &Config, stopwatch: &Stopwatch) -> Self {
        let buckets = |class: Class| PerClass {
            addresses: Buckets::new(class.of_an_address(), stopwatch),
            sessions: Buckets::new(class.of_a_session(), stopwatch),
        };
        let forgeries = |forgery: Forgery| Forgeries::new(forgery.of_an_address(), stopwatch);
        Self {
            is_on: config.has_rate_limits,
            trusted: config.trusted_proxies.clone(),
            classes: Class::ALL.map(|class| (class, buckets(class))).into(),
            credentials: forgeries(Forgery::Credentials),
            signatures: forgeries(Forgery::Signature),
            is_told: AtomicBool::new(false),
        }
    }

    /// How many callers are counted, in all limits together.
    pub fn callers(&self) -> usize {
        let classes = self
            .classes
            .iter()
            .map(|(_, per_class)| per_class.addresses.callers() + per_class.sessions.callers());
        classes.sum::<usize>() + self.credentials.callers() + self.signatures.callers()
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    fn admit(&self, request: &Request) -> Result<Visit, Duration> {
        if address::speaks_for_others(request, &self.trusted)
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            warn!(
                "a request has X-Forwarded-For and comes from an address that \
                 OFFRAMP_TRUSTED_PROXIES does not list: if that is your reverse proxy, all its \
                 visitors share one address's limits"
            );
        }
        let address = address::network(address::address(request, &self.trusted));
        let class = class(request);
        // Those two have 256 bits: nobody finds one by trying, and a payer does not lose sight of
        // their order because of a neighbour who tries.
        let session = bearer(request.headers())
            .filter(|token| is_client_token(token) || is_resume_token(token));
        let per_class = self.classes.iter().find(|(known, _)| *known == class);
        if let Some((_, per_class)) = per_class {
            per_class.addresses.take(address)?;
            if let Some(session) = session {
                per_class.sessions.take(session)?;
            }
        }
        let claims = if class == Class::Webhook {
            self.signatures.listen(address)?;
            Some(Forgery::Signature)
        } else if request.headers().contains_key(header::AUTHORIZATION) {
            if session.is_none() {
                self.credentials.listen(address)?;
            }
            Some(Forgery::Credentials)
        } else {
            None
        };
        Ok(Visit { address, claims })
    }

    /// Counts an answer that says that the request was forged.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    fn count(&self, visit: &Visit, answer: &Response) -> Result<(), Duration> {
        let refusal = answer.extensions().get::<ApiError>();
        let is_forged = refusal.is_some_and(|refusal| refusal.code() == ErrorCode::Unauthorized);
        match visit.claims.filter(|_| is_forged) {
            Some(Forgery::Credentials) => self.credentials.count(visit.address),
            Some(Forgery::Signature) => self.signatures.count(visit.address),
            None => Ok(()),
        }
    }
}

fn class(request: &Request) -> Class {
    let route = request.extensions().get::<MatchedPath>();
    Class::of(request.method(), route.map(MatchedPath::as_str))
}

/// Refuses whoever asks too often.
pub(crate) async fn layer(
    State(limits): State<Arc<RateLimits>>,
    request: Request,
    next: Next,
) -> Response {
    if !limits.is_on {
        return next.run(request).await;
    }
    let class = class(&request);
    let visit = match limits.admit(&request) {
        Ok(visit) => visit,
        Err(wait) => return refused(class, wait),
    };
    let answer = next.run(request).await;
    match limits.count(&visit, &answer) {
        Ok(()) => answer,
        Err(wait) => refused(class, wait),
    }
}

fn refused(class: Class, wait: Duration) -> Response {
    let mut refusal = ApiError::rate_limited(wait).into_response();
    refusal.extensions_mut().insert(Limited(class.name()));
    refusal
}
