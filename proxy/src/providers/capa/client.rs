//! Capa over HTTP: every call with its time limit, its size limit and its line in the log.
//!
//! Nothing is repeated here, not even by the HTTP library: only the order store knows when that is
//! safe.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER},
};
use offramp_domain::time::Timestamp;
use reqwest::{Response, redirect::Policy, retry};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

use super::{NAME, failure::Failure, refusal, settings, settings::Timeouts};
use crate::config::ConfigError;

/// What every path begins with (contract 1.1).
const PREFIX: [&str; 3] = ["api", "partner", "v2"];

/// Where the key goes (contract 1.2).
const KEY: HeaderName = HeaderName::from_static("partner-api-key");

/// The largest answer that is read, in bytes. A page of a hundred orders has about a tenth of it.
const LARGEST_BODY: usize = 1 << 20;

/// How long an unused connection is kept: not so long that a call goes out on a dead one.
const IDLE: Duration = Duration::from_secs(20);

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What is asked, as far as time limits, tables of refusals and the log tell it apart.
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

/// An answer with its status, whatever that is.
pub(super) struct Answer {
    status: StatusCode,
    /// The body, which may hold whatever the provider knows about a person. It does not print.
    pub(super) body: Vec<u8>,
    /// The provider's clock, to the second.
    pub(super) provider_now: Option<Timestamp>,
    retry_after_secs: Option<u64>,
}

/// Capa over HTTP.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    key: HeaderValue,
    timeouts: Timeouts,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
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
}

impl Timeouts {
    fn of(self, operation: Operation) -> Duration {
        match operation {
            Operation::Quote => self.quote,
            Operation::Create => self.create,
            Operation::Register
            | Operation::Verification
            | Operation::Read
            | Operation::List
            | Operation::Execute
            | Operation::Cancel
            | Operation::History => self.other,
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
}

impl Client {
    pub(super) fn new(
        base: Url,
        key: &SecretString,
        timeouts: Timeouts,
    ) -> Result<Self, ConfigError> {
        let mut key = HeaderValue::from_str(key.expose_secret()).map_err(|_| {
            ConfigError::wrong(settings::API_KEY.value, "it cannot stand in a header")
        })?;
        key.set_sensitive(true);
        let http = reqwest::Client::builder()
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .redirect(Policy::none())
            .retry(retry::never())
            .no_proxy()
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| ConfigError::wrong(settings::BASE_URL, error))?;
        Ok(Self {
            http,
            base,
            key,
            timeouts,
        })
    }

    /// Sends a request once. An answer other than 2xx is a failure.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let operation = call.operation;
        let begun = Instant::now();
        let answer = self.exchange(call).await;
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        let answer = answer.and_then(|answer| answer.accepted(operation));
        let operation = operation.name();
        match &answer {
            Ok(_) => tracing::debug!(provider = NAME, operation, status, duration_ms, "answered"),
            Err(failure) => {
                tracing::info!(provider = NAME, operation, status, duration_ms, "{failure}");
            }
        }
        answer
    }

    async fn exchange(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let mut request = self
            .http
            .request(call.method, self.address(call.path, &call.query)?)
            .timeout(self.timeouts.of(call.operation))
            .header(KEY, self.key.clone())
            .header(ACCEPT, JSON);
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, JSON).body(body);
        }
        let response = request.send().await.map_err(Failure::transport)?;
        let status = response.status();
        let provider_now = time_in(response.headers(), &DATE).map(Timestamp::from);
        let retry_after_secs = retry_after_secs(response.headers());
        let body = read_body(response).await?;
        Ok(Answer {
            status,
            body,
            provider_now,
            retry_after_secs,
        })
    }

    fn address(&self, path: &[&str], query: &Query) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::Request)?
            .pop_if_empty()
            .extend(PREFIX)
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

impl Answer {
    /// The answer, if it is a 2xx; otherwise what it means.
    fn accepted(self, operation: Operation) -> Result<Self, Failure> {
        if self.status.is_success() {
            Ok(self)
        } else if self.status == StatusCode::TOO_MANY_REQUESTS {
            Err(Failure::RateLimited {
                retry_after_secs: self.retry_after_secs,
            })
        } else {
            Err(refusal::read(operation, self.status, &self.body))
        }
    }
}

#[cfg(test)]
impl Answer {
    /// A success with this body.
    pub(super) fn with_body(body: &str) -> Self {
        Self {
            status: StatusCode::OK,
            body: body.as_bytes().to_vec(),
            provider_now: None,
            retry_after_secs: None,
        }
    }
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::transport)? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(Failure::TooLarge {
                limit: LARGEST_BODY,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn time_in(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// Seconds, or a date that is compared with the answer's own.
fn retry_after_secs(headers: &HeaderMap) -> Option<u64> {
    if let Some(until) = time_in(headers, &RETRY_AFTER) {
        let wait = until.duration_since(time_in(headers, &DATE)?);
        return Some(wait.unwrap_or_default().as_secs());
    }
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn client(base: &str) -> Client {
        let key = SecretString::from("sim_capa_key");
        Client::new(base.parse().unwrap(), &key, Timeouts::default()).unwrap()
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        let address = |base: &str| {
            let path = ["transactions", "../users?x#y", "cancel"];
            client(base)
                .address(&path, &Query::new())
                .unwrap()
                .to_string()
        };
        let expected = "/api/partner/v2/transactions/..%2Fusers%3Fx%23y/cancel";
        assert_eq!(
            address("https://host.example"),
            format!("https://host.example{expected}")
        );
        assert_eq!(
            address("http://127.0.0.1:1/a/"),
            format!("http://127.0.0.1:1/a{expected}")
        );
    }

    #[test]
    fn a_query_is_escaped() {
        let query = vec![("a", "b&c=d".to_owned())];
        let url = client("https://host.example")
            .address(&["quotes"], &query)
            .unwrap();
        assert_eq!(
            url.as_str(),
            "https://host.example/api/partner/v2/quotes?a=b%26c%3Dd"
        );
    }

    #[test]
    fn the_key_does_not_print() {
        let printed = format!("{:?}", client("https://host.example"));
        assert_eq!(printed, "Client { base: \"https://host.example/\", .. }");
    }

    #[test]
    fn the_time_to_wait_is_seconds_or_a_date() {
        let headers = |retry_after: &str| {
            let mut headers = HeaderMap::new();
            let date = "Fri, 01 May 2026 12:00:05 GMT";
            headers.insert(DATE, HeaderValue::from_static(date));
            headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).unwrap());
            headers
        };
        let secs = |retry_after: &str| retry_after_secs(&headers(retry_after));
        assert_eq!(secs("2"), Some(2));
        assert_eq!(secs("Fri, 01 May 2026 12:00:35 GMT"), Some(30));
        assert_eq!(secs("Fri, 01 May 2026 11:00:00 GMT"), Some(0));
        assert_eq!(secs("soon"), None);
        assert_eq!(retry_after_secs(&HeaderMap::new()), None);
    }
}
