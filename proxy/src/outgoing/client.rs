//! One call to a provider's server, with every limit it has.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER},
};
use offramp_domain::time::Timestamp;
use reqwest::{Response, redirect, retry};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout, timeout_at},
};
use url::Url;

use super::{
    Limits, Policy, Probe, Repeat, address,
    breaker::{Breaker, Ended},
    failure::{NotSent, Unanswered},
    repeat::{self, Attempt},
};
use crate::{clock::Clock, correlation};

/// The largest answer that is read, in bytes. A page of a hundred orders has about a tenth of it.
pub const LARGEST_ANSWER: usize = 1 << 20;

/// How long an unused connection is kept: not so long that a call goes out on a dead one.
const IDLE: Duration = Duration::from_secs(20);

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a caller identifies itself with. It does not print.
pub struct Key {
    /// The header it goes into.
    pub header: HeaderName,
    /// The header's value.
    pub value: HeaderValue,
}

/// One request. Cheap to look at again, so that it can be repeated.
#[derive(Debug)]
pub struct Call<'a> {
    /// How.
    pub method: Method,
    /// Where, below the configured address.
    pub path: &'a [&'a str],
    /// The names and values after the `?`.
    pub query: Vec<(&'static str, String)>,
    /// What is sent, if anything: JSON unless a header says otherwise.
    pub body: Option<Vec<u8>>,
    /// How long it may take.
    pub limits: Limits,
    /// Whether it may be made again.
    pub repeat: Repeat,
    /// Whether it may find out if the provider is back.
    pub probe: Probe,
}

/// An answer with its status, whatever that is.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body, which may hold whatever the provider knows about a person. It does not print.
    pub body: Vec<u8>,
    /// The provider's clock, to the second.
    pub provider_now: Option<Timestamp>,
    /// How long to wait, where it was said.
    pub retry_after_secs: Option<u64>,
}

/// A provider's server.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    key: Option<Key>,
    breaker: Breaker,
    line: Semaphore,
    policy: Policy,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the server at `base`, with a key where one goes with every call. Nothing is asked
    /// yet.
    ///
    /// # Errors
    /// When the machine has no usable TLS.
    pub fn new(
        provider: &'static str,
        base: Url,
        key: impl Into<Option<Key>>,
        connect: Duration,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let mut key = key.into();
        if let Some(key) = &mut key {
            key.value.set_sensitive(true);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            // Whatever another crate of the build switches on.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .build()?;
        Ok(Self {
            http,
            base,
            key,
            breaker: Breaker::new(provider, &policy, clock),
            line: Semaphore::new(policy.most_in_flight),
            policy,
        })
    }

    /// Whether a call that must not get lost would be sent now.
    ///
    /// # Errors
    /// Why it would not.
    pub fn ready(&self) -> Result<(), NotSent> {
        self.breaker.pass(Probe::MayNot).map(drop)
    }

    /// Makes a call, and repeats it where that is safe. Every answer is an answer, a refusal and a
    /// failure too.
    ///
    /// # Errors
    /// When there is none.
    pub async fn send(&self, call: &Call<'_>) -> Result<Answer, Unanswered> {
        self.send_with(call, &HeaderMap::new()).await
    }

    /// The same with headers of this call's own, which replace those that every call has.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send_with(
        &self,
        call: &Call<'_>,
        headers: &HeaderMap,
    ) -> Result<Answer, Unanswered> {
        let begun = Instant::now();
        let attempt = || self.attempt(call, headers, begun);
        let ended = match call.repeat {
            Repeat::Never => attempt().await,
            Repeat::Safe => repeat::until_final(attempt, &self.policy, call.limits, begun).await,
        };
        match ended {
            Ok(answer) | Err(Attempt::Passing(answer)) => Ok(answer),
            Err(Attempt::None(failure)) => Err(failure),
        }
    }

    async fn attempt(
        &self,
        call: &Call<'_>,
        headers: &HeaderMap,
        begun: Instant,
    ) -> Result<Answer, Attempt> {
        match self.once(call, headers, begun + call.limits.whole).await {
            Ok(answer) if is_passing(answer.status) => Err(Attempt::Passing(answer)),
            Ok(answer) => Ok(answer),
            Err(failure) => Err(Attempt::None(failure)),
        }
    }

    async fn once(
        &self,
        call: &Call<'_>,
        headers: &HeaderMap,
        deadline: Instant,
    ) -> Result<Answer, Unanswered> {
        let address = address::below(&self.base, call.path, &call.query)?;
        let pass = self.breaker.pass(call.probe)?;
        let until = deadline.min(Instant::now() + self.policy.wait_in_line);
        let Ok(Ok(_place)) = timeout_at(until, self.line.acquire()).await else {
            return Err(NotSent::Busy.into());
        };
        let answer = timeout_at(deadline, self.exchange(call, headers, address))
            .await
            .unwrap_or(Err(Unanswered::TimedOut));
        pass.ended(match &answer {
            Ok(answer) if answer.status.is_server_error() => Ended::Failed,
            Ok(_) => Ended::Answered,
            Err(_) => Ended::Failed,
        });
        answer
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        headers: &HeaderMap,
        address: Url,
    ) -> Result<Answer, Unanswered> {
        let mut request = self
            .http
            .request(call.method.clone(), address)
            .header(ACCEPT, JSON);
        if let Some(key) = &self.key {
            request = request.header(&key.header, &key.value);
        }
        if let Some(id) = correlation::header() {
            request = request.header(correlation::HEADER, id);
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, JSON).body(body.clone());
        }
        let request = request.headers(headers.clone());
        let response = timeout(call.limits.headers, request.send())
            .await
            .map_err(|_| Unanswered::TimedOut)?
            .map_err(Unanswered::transport)?;
        let headers = response.headers();
        if headers
            .get(CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity")
        {
            return Err(Unanswered::Encoded);
        }
        Ok(Answer {
            status: response.status(),
            provider_now: time_in(headers, &DATE).map(Timestamp::from),
            retry_after_secs: retry_after_secs(headers),
            body: read_body(response).await?,
        })
    }
}

/// Whether the same call may be answered otherwise soon.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Unanswered> {
    const TOO_LARGE: Unanswered = Unanswered::TooLarge {
        limit: LARGEST_ANSWER,
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| {
        usize::try_from(length).map_or(true, |length| length > LARGEST_ANSWER)
    }) {
        return Err(TOO_LARGE);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unanswered::transport)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(TOO_LARGE);
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

    #[test]
    fn the_key_does_not_print() {
        let key = Key {
            header: HeaderName::from_static("x-key"),
            value: HeaderValue::from_static("sk_of_a_partner"),
        };
        assert_eq!(format!("{key:?}"), "Key(…)");
        let base = "https://host.example".parse().unwrap();
        let connect = Duration::from_secs(1);
        let client = Client::new(
            "test",
            base,
            key,
            connect,
            Policy::default(),
            Clock::system(),
        );
        let printed = format!("{:?}", client.unwrap());
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
