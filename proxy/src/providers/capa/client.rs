//! Capa over HTTP: what is asked, with which limits, and what the answers' statuses mean.

use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, StatusCode};
use offramp_domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

use super::{NAME, failure::Failure, refusal, settings, settings::Timeouts};
use crate::{
    clock::Clock,
    config::ConfigError,
    outgoing::{self, Key, Limits, NotSent, Policy, Probe, Repeat},
};

/// What every path begins with (contract 1.1).
const PREFIX: [&str; 3] = ["api", "partner", "v2"];

/// Where the key goes (contract 1.2).
const KEY: HeaderName = HeaderName::from_static("partner-api-key");

/// What is asked, as far as limits, tables of refusals and the log tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Register,
    Verification,
    Quote,
    Create,
    Read,
    List,
    Execute,
    Cancel,
    /// What webhooks told, listed or one by one.
    History,
}

/// The names and values after the `?`.
pub(super) type Query = Vec<(&'static str, String)>;

/// One request.
pub(super) struct Call<'a> {
    operation: Operation,
    method: Method,
    path: &'a [&'a str],
    query: Query,
    body: Option<Vec<u8>>,
}

/// An answer that is a success.
pub(super) struct Answer {
    /// The body, which may hold whatever the provider knows about a person. It does not print.
    pub(super) body: Vec<u8>,
    /// The provider's clock, to the second.
    pub(super) provider_now: Option<Timestamp>,
}

/// Capa over HTTP.
#[derive(Debug)]
pub(super) struct Client {
    http: outgoing::Client,
    timeouts: Timeouts,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Verification => "verification",
            Self::Quote => "quote",
            Self::Create => "create",
            Self::Read => "read",
            Self::List => "list",
            Self::Execute => "execute",
            Self::Cancel => "cancel",
            Self::History => "history",
        }
    }

    /// Whether it may be the call that finds out if Capa is back. An order must not get lost in
    /// finding out, and the price of it is always asked for before.
    fn probe(self) -> Probe {
        match self {
            Self::Create => Probe::MayNot,
            Self::Register
            | Self::Verification
            | Self::Quote
            | Self::Read
            | Self::List
            | Self::Execute
            | Self::Cancel
            | Self::History => Probe::May,
        }
    }
}

impl Timeouts {
    fn of(self, operation: Operation) -> Limits {
        let whole = match operation {
            Operation::Quote => self.quote,
            Operation::Create => self.create,
            Operation::Register
            | Operation::Verification
            | Operation::Read
            | Operation::List
            | Operation::Execute
            | Operation::Cancel
            | Operation::History => self.other,
        };
        Limits {
            headers: self.headers.min(whole),
            whole,
        }
    }
}

impl<'a> Call<'a> {
    pub(super) fn get(operation: Operation, path: &'a [&'a str], query: Query) -> Self {
        Self {
            operation,
            method: Method::GET,
            path,
            query,
            body: None,
        }
    }

    pub(super) fn post(
        operation: Operation,
        path: &'a [&'a str],
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Request)?;
        Ok(Self {
            operation,
            method: Method::POST,
            path,
            query: Query::new(),
            body: Some(body),
        })
    }

    pub(super) fn put(operation: Operation, path: &'a [&'a str]) -> Self {
        Self {
            operation,
            method: Method::PUT,
            path,
            query: Query::new(),
            body: None,
        }
    }

    /// The call with its limits. Only a GET is repeated: no other is known to change nothing.
    fn within(self, timeouts: Timeouts) -> outgoing::Call<'a> {
        let repeat = if self.method == Method::GET {
            Repeat::Safe
        } else {
            Repeat::Never
        };
        outgoing::Call {
            method: self.method,
            path: self.path,
            query: self.query,
            body: self.body,
            limits: timeouts.of(self.operation),
            repeat,
            probe: self.operation.probe(),
        }
    }
}

impl Client {
    pub(super) fn new(
        base: Url,
        key: &SecretString,
        timeouts: Timeouts,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let value = HeaderValue::from_str(key.expose_secret()).map_err(|_| {
            ConfigError::wrong(settings::API_KEY.value, "it cannot stand in a header")
        })?;
        let key = Key { header: KEY, value };
        let base = with_prefix(base)
            .ok_or_else(|| ConfigError::wrong(settings::BASE_URL, "not the address of a host"))?;
        let http = outgoing::Client::new(NAME, base, key, timeouts.connect, policy, clock)
            .map_err(|error| ConfigError::wrong(settings::BASE_URL, error))?;
        Ok(Self { http, timeouts })
    }

    /// Whether an order would be sent now.
    pub(super) fn ready(&self) -> Result<(), NotSent> {
        self.http.ready()
    }

    /// Sends a request; once, unless it only reads. An answer other than 2xx is a failure.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let operation = call.operation;
        let begun = Instant::now();
        let answer = self.http.send(&call.within(self.timeouts)).await;
        let duration_ms = millis(begun.elapsed());
        let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        let answer = answer
            .map_err(Failure::from)
            .and_then(|answer| accepted(answer, operation));
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

/// Where the API is.
fn with_prefix(mut base: Url) -> Option<Url> {
    base.path_segments_mut().ok()?.pop_if_empty().extend(PREFIX);
    Some(base)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The answer, if it is a 2xx; otherwise what it means.
fn accepted(answer: outgoing::Answer, operation: Operation) -> Result<Answer, Failure> {
    let outgoing::Answer {
        status,
        body,
        provider_now,
        retry_after_secs,
    } = answer;
    if status.is_success() {
        Ok(Answer { body, provider_now })
    } else if status == StatusCode::TOO_MANY_REQUESTS {
        Err(Failure::RateLimited { retry_after_secs })
    } else {
        Err(refusal::read(operation, status, &body))
    }
}

#[cfg(any(test, feature = "fuzzing"))]
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
    fn only_what_reads_is_repeated() {
        let timeouts = Timeouts::default();
        let repeat = |call: Call<'_>| call.within(timeouts).repeat;
        assert_eq!(
            repeat(Call::get(Operation::Quote, &["quotes"], Query::new())),
            Repeat::Safe
        );
        for operation in [
            Operation::Register,
            Operation::Quote,
            Operation::Create,
            Operation::Execute,
        ] {
            let call = Call::post(operation, &["path"], &()).unwrap();
            assert_eq!(repeat(call), Repeat::Never, "{operation:?}");
        }
        assert_eq!(
            repeat(Call::put(Operation::Cancel, &["path"])),
            Repeat::Never
        );
    }

    #[test]
    fn the_api_is_below_the_configured_address() {
        for (base, expected) in [
            (
                "https://host.example",
                "https://host.example/api/partner/v2",
            ),
            (
                "http://127.0.0.1:1/a/",
                "http://127.0.0.1:1/a/api/partner/v2",
            ),
        ] {
            let base = with_prefix(base.parse().unwrap()).unwrap();
            assert_eq!(base.as_str(), expected);
        }
    }
}
