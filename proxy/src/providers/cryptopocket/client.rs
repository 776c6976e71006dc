//! CryptoPocket over HTTP: keys for a token, what is asked with it, and within which limits.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE};
use offramp_domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::{
    sync::Mutex,
    time::{Instant as Deadline, timeout_at},
};
use url::{Url, form_urlencoded};

use super::{NAME, failure::Failure, refusal, settings, settings::Timeouts, wire};
use crate::{
    clock::Clock,
    config::ConfigError,
    outgoing::{self, Limits, NotSent, Policy, Probe, Repeat, Unanswered},
};

/// Where the token goes, bare (contract 2).
const TOKEN: HeaderName = HeaderName::from_static("auth");

/// How subscriptions are written.
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// What is asked, as far as limits and the log tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Authenticate,
    Register,
    Verification,
    Quote,
    Create,
    Read,
    List,
    Subscribe,
}

/// The names and values after the `?`.
pub(super) type Query = Vec<(&'static str, String)>;

/// One request.
pub(super) struct Call<'a> {
    operation: Operation,
    method: Method,
    path: Vec<&'a str>,
    query: Query,
    body: Option<Body>,
}

/// What is sent.
enum Body {
    Json(Vec<u8>),
    Form(Vec<u8>),
}

/// An answer that is a success.
pub(super) struct Answer {
    /// The body, which may hold whatever the provider knows about a person. It does not print.
    pub(super) body: Vec<u8>,
    /// The provider's clock, to the second.
    pub(super) provider_now: Option<Timestamp>,
}

/// CryptoPocket over HTTP.
pub(super) struct Client {
    http: outgoing::Client,
    keys: Keys,
    /// The token that was good last. Whoever renews it holds it, so that it is renewed once.
    token: Mutex<Option<HeaderValue>>,
    timeouts: Timeouts,
}

/// What a token is had for.
pub(super) struct Keys {
    pub(super) key: SecretString,
    pub(super) secret: SecretString,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Register => "register",
            Self::Verification => "verification",
            Self::Quote => "quote",
            Self::Create => "create",
            Self::Read => "read",
            Self::List => "list",
            Self::Subscribe => "subscribe",
        }
    }

    /// Whether it may be the call that finds out if CryptoPocket is back: an order must not get lost
    /// in finding out.
    fn probe(self) -> Probe {
        match self {
            Self::Create => Probe::MayNot,
            Self::Authenticate
            | Self::Register
            | Self::Verification
            | Self::Quote
            | Self::Read
            | Self::List
            | Self::Subscribe => Probe::May,
        }
    }

    /// What changes nothing at CryptoPocket may be asked again. A second token ends no other.
    fn repeat(self) -> Repeat {
        match self {
            Self::Authenticate | Self::Verification | Self::Quote | Self::Read | Self::List => {
                Repeat::Safe
            }
            Self::Register | Self::Create | Self::Subscribe => Repeat::Never,
        }
    }
}

impl Timeouts {
    fn of(self, operation: Operation) -> Duration {
        match operation {
            Operation::Authenticate => self.authenticate,
            Operation::Quote => self.quote,
            Operation::Create => self.create,
            Operation::Register
            | Operation::Verification
            | Operation::Read
            | Operation::List
            | Operation::Subscribe => self.other,
        }
    }
}

impl<'a> Call<'a> {
    pub(super) fn get(
        operation: Operation,
        path: impl IntoIterator<Item = &'a str>,
        query: Query,
    ) -> Self {
        Self {
            operation,
            method: Method::GET,
            path: path.into_iter().collect(),
            query,
            body: None,
        }
    }

    pub(super) fn post(
        operation: Operation,
        path: &'a str,
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Request)?;
        Ok(Self {
            operation,
            method: Method::POST,
            path: vec![path],
            query: Query::new(),
            body: Some(Body::Json(body)),
        })
    }

    /// The same in a form instead of JSON.
    pub(super) fn form(operation: Operation, path: &'a str, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self {
            operation,
            method: Method::POST,
            path: vec![path],
            query: Query::new(),
            body: Some(Body::Form(form.finish().into_bytes())),
        }
    }
}

impl Body {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Json(bytes) | Self::Form(bytes) => bytes,
        }
    }
}

impl Client {
    pub(super) fn new(
        base: Url,
        keys: Keys,
        timeouts: Timeouts,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let http = outgoing::Client::new(NAME, base, None, timeouts.connect, policy, clock)
            .map_err(|error| ConfigError::wrong(settings::BASE_URL, error))?;
        Ok(Self {
            http,
            keys,
            token: Mutex::new(None),
            timeouts,
        })
    }

    /// Whether an order would be sent now.
    pub(super) fn ready(&self) -> Result<(), NotSent> {
        self.http.ready()
    }

    /// Asks with a token. One that is refused is renewed, and the call repeated, once: a refused
    /// token is looked at before anything is done.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let until = Deadline::now() + self.timeouts.of(call.operation);
        let token = self.token(None, until).await?;
        match self.exchange(&call, Some(&token), until).await {
            Err(Failure::Key) => {
                let token = self.token(Some(&token), until).await?;
                self.exchange(&call, Some(&token), until).await
            }
            answered => answered,
        }
    }

    /// A token that is not the refused one.
    async fn token(
        &self,
        refused: Option<&HeaderValue>,
        until: Deadline,
    ) -> Result<HeaderValue, Failure> {
        let no_token = |failure| Failure::NoToken(Box::new(failure));
        let too_late = || no_token(Failure::Unanswered(Unanswered::TimedOut));
        let mut known = timeout_at(until, self.token.lock())
            .await
            .map_err(|_| too_late())?;
        if let Some(token) = known.as_ref().filter(|token| Some(*token) != refused) {
            return Ok(token.clone());
        }
        let token = self.authenticate(until).await.map_err(no_token)?;
        *known = Some(token.clone());
        if Deadline::now() < until {
            Ok(token)
        } else {
            Err(too_late())
        }
    }

    async fn authenticate(&self, until: Deadline) -> Result<HeaderValue, Failure> {
        let request = wire::Credentials {
            api_key: self.keys.key.expose_secret(),
            api_secret: self.keys.secret.expose_secret(),
        };
        let call = Call::post(Operation::Authenticate, "authenticate", &request)?;
        let until = until.min(Deadline::now() + self.timeouts.authenticate);
        let answer = self.exchange(&call, None, until).await?;
        let unusable = || Failure::Misfit("a token that cannot be sent");
        let token = wire::token(&answer)?;
        let mut token = HeaderValue::from_str(&token).map_err(|_| unusable())?;
        token.set_sensitive(true);
        Ok(token)
    }

    /// One request; more only where asking again changes nothing.
    async fn exchange(
        &self,
        call: &Call<'_>,
        token: Option<&HeaderValue>,
        until: Deadline,
    ) -> Result<Answer, Failure> {
        let operation = call.operation;
        let left = until.saturating_duration_since(Deadline::now());
        let request = outgoing::Call {
            method: call.method.clone(),
            path: &call.path,
            query: call.query.clone(),
            body: call.body.as_ref().map(|body| body.bytes().to_vec()),
            limits: Limits {
                headers: left,
                whole: left,
            },
            repeat: operation.repeat(),
            probe: operation.probe(),
        };
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(TOKEN, token.clone());
        }
        if let Some(Body::Form(_)) = call.body {
            headers.insert(CONTENT_TYPE, FORM);
        }
        let begun = Instant::now();
        let answer = self.http.send_with(&request, &headers).await;
        let duration_ms = millis(begun.elapsed());
        let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        let answer = answer.map_err(Failure::from).and_then(accepted);
        let operation = operation.name();
        match &answer {
            Ok(_) => tracing::debug!(provider = NAME, operation, status, duration_ms, "answered"),
            Err(failure) => {
                tracing::info!(provider = NAME, operation, status, duration_ms, "{failure}");
            }
        }
        answer
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The answer, if it is a success; otherwise what it means.
fn accepted(answer: outgoing::Answer) -> Result<Answer, Failure> {
    let outgoing::Answer {
        status,
        body,
        provider_now,
        retry_after_secs,
    } = answer;
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Failure::RateLimited { retry_after_secs });
    }
    refusal::read(status, &body)?;
    Ok(Answer { body, provider_now })
}

#[cfg(test)]
impl Answer {
    /// A success with this body.
    pub(super) fn with_body(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            provider_now: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_nothing_is_repeated() {
        let repeated = [
            Operation::Authenticate,
            Operation::Verification,
            Operation::Quote,
            Operation::Read,
            Operation::List,
        ];
        for operation in repeated {
            assert_eq!(operation.repeat(), Repeat::Safe, "{operation:?}");
        }
        for operation in [Operation::Register, Operation::Create, Operation::Subscribe] {
            assert_eq!(operation.repeat(), Repeat::Never, "{operation:?}");
        }
    }

    #[test]
    fn a_subscription_is_a_form() {
        let call = Call::form(
            Operation::Subscribe,
            "subscribeToWebhook",
            &[
                ("type", "CRYPTO_RECEIVED"),
                ("url", "https://a.example/b?c"),
            ],
        );
        let form = "type=CRYPTO_RECEIVED&url=https%3A%2F%2Fa.example%2Fb%3Fc";
        assert_eq!(call.body.unwrap().bytes(), form.as_bytes());
    }
}
