//! UNIGOX over HTTP: what is asked, with which limits, and what the answers' statuses mean.

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

/// What every path begins with (contract 1).
const PREFIX: [&str; 2] = ["api", "v1"];

/// Where the key goes (contract 1).
const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What is asked, as far as limits, tables of refusals and the log tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Register,
    Verification,
    Handoff,
    Catalogue,
    SaveAccount,
    RemoveAccount,
    Estimate,
    Quote,
    Create,
    Read,
    List,
    Parameters,
    Authorise,
    Confirm,
    Cancel,
    RefundParameters,
    Refund,
    Provide,
    Wallet,
    Challenge,
    Link,
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

/// UNIGOX over HTTP.
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
            Self::Handoff => "handoff",
            Self::Catalogue => "catalogue",
            Self::SaveAccount => "save_account",
            Self::RemoveAccount => "remove_account",
            Self::Estimate => "estimate",
            Self::Quote => "quote",
            Self::Create => "create",
            Self::Read => "read",
            Self::List => "list",
            Self::Parameters => "parameters",
            Self::Authorise => "authorise",
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
            Self::RefundParameters => "refund_parameters",
            Self::Refund => "refund",
            Self::Provide => "provide",
            Self::Wallet => "wallet",
            Self::Challenge => "challenge",
            Self::Link => "link",
        }
    }

    /// Whether it may be the call that finds out if UNIGOX is back. An order must not get lost in
    /// finding out, and the price of it is always asked for before.
    fn probe(self) -> Probe {
        match self {
            Self::Create => Probe::MayNot,
            Self::Register
            | Self::Verification
            | Self::Handoff
            | Self::Catalogue
            | Self::SaveAccount
            | Self::RemoveAccount
            | Self::Estimate
            | Self::Quote
            | Self::Read
            | Self::List
            | Self::Parameters
            | Self::Authorise
            | Self::Confirm
            | Self::Cancel
            | Self::RefundParameters
            | Self::Refund
            | Self::Provide
            | Self::Wallet
            | Self::Challenge
            | Self::Link => Probe::May,
        }
    }
}

impl Timeouts {
    fn of(self, operation: Operation) -> Limits {
        let whole = match operation {
            Operation::Quote | Operation::Estimate => self.quote,
            Operation::Create => self.create,
            Operation::Register
            | Operation::Verification
            | Operation::Handoff
            | Operation::Catalogue
            | Operation::SaveAccount
            | Operation::RemoveAccount
            | Operation::Read
            | Operation::List
            | Operation::Parameters
            | Operation::Authorise
            | Operation::Confirm
            | Operation::Cancel
            | Operation::RefundParameters
            | Operation::Refund
            | Operation::Provide
            | Operation::Wallet
            | Operation::Challenge
            | Operation::Link => self.other,
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
        Self::with_body(operation, Method::POST, path, body)
    }

    pub(super) fn patch(
        operation: Operation,
        path: &'a [&'a str],
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        Self::with_body(operation, Method::PATCH, path, body)
    }

    /// A POST that says nothing but where it goes.
    pub(super) fn bare_post(operation: Operation, path: &'a [&'a str]) -> Self {
        Self {
            method: Method::POST,
            ..Self::get(operation, path, Query::new())
        }
    }

    pub(super) fn delete(operation: Operation, path: &'a [&'a str]) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(operation, path, Query::new())
        }
    }

    fn with_body(
        operation: Operation,
        method: Method,
        path: &'a [&'a str],
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Request)?;
        Ok(Self {
            operation,
            method,
            path,
            query: Query::new(),
            body: Some(body),
        })
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
    let asks_for_time = status == StatusCode::SERVICE_UNAVAILABLE && retry_after_secs.is_some();
    if status.is_success() {
        Ok(Answer { body, provider_now })
    } else if status == StatusCode::TOO_MANY_REQUESTS || asks_for_time {
        Err(Failure::RateLimited { retry_after_secs })
    } else {
        Err(refusal::read(operation, status, &body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_repeated() {
        let timeouts = Timeouts::default();
        let repeat = |call: Call<'_>| call.within(timeouts).repeat;
        let read = Call::get(Operation::Read, &["path"], Query::new());
        assert_eq!(repeat(read), Repeat::Safe);
        for operation in [Operation::Create, Operation::Authorise, Operation::Confirm] {
            let call = Call::bare_post(operation, &["path"]);
            assert_eq!(repeat(call), Repeat::Never, "{operation:?}");
        }
        let patch = Call::patch(Operation::Provide, &["path"], &()).unwrap();
        assert_eq!(repeat(patch), Repeat::Never);
        let delete = Call::delete(Operation::RemoveAccount, &["path"]);
        assert_eq!(repeat(delete), Repeat::Never);
    }

    #[test]
    fn the_api_is_below_the_configured_address() {
        let base = with_prefix("http://127.0.0.1:1/unigox/".parse().unwrap()).unwrap();
        assert_eq!(base.as_str(), "http://127.0.0.1:1/unigox/api/v1");
    }
}
