//! One call to a provider's server, as every adapter makes it: what is asked, how long it may take,
//! what the log says of it, and what comes back.

use std::{fmt, time::Instant};

use http::{Method, StatusCode};
use offramp_domain::time::Timestamp;
use serde::Serialize;

use super::failure::Failure;
use crate::outgoing::{self, Limits, Probe, Repeat, Unanswered};

/// What is asked, as far as limits, tables of refusals and the log tell it apart.
pub trait Operation: Copy {
    /// What the log calls it.
    fn name(self) -> &'static str;

    /// Whether it may be the call that finds out if the provider is back. An order must not get lost
    /// in finding out.
    fn probe(self) -> Probe;
}

/// The names and values after the `?`.
pub type Query = Vec<(&'static str, String)>;

/// One request.
#[derive(Clone)]
pub struct Call<'a, O> {
    /// What is asked.
    pub operation: O,
    method: Method,
    path: &'a [&'a str],
    query: Query,
    /// What is sent, if anything.
    pub body: Option<Vec<u8>>,
}

/// An answer that is a success.
pub struct Answer {
    /// The body, which may hold whatever the provider knows about a person. It does not print.
    pub body: Vec<u8>,
    /// The provider's clock, to the second.
    pub provider_now: Option<Timestamp>,
}

impl<O> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl<'a, O: Operation> Call<'a, O> {
    /// A GET.
    pub fn get(operation: O, path: &'a [&'a str], query: Query) -> Self {
        Self {
            query,
            ..Self::bare(operation, Method::GET, path)
        }
    }

    /// A POST of JSON.
    ///
    /// # Errors
    /// When the body cannot be written.
    pub fn post(operation: O, path: &'a [&'a str], body: &impl Serialize) -> Result<Self, Failure> {
        Self::with_json(operation, Method::POST, path, body)
    }

    /// A PATCH with JSON.
    ///
    /// # Errors
    /// When the body cannot be written.
    pub fn patch(
        operation: O,
        path: &'a [&'a str],
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        Self::with_json(operation, Method::PATCH, path, body)
    }

    /// A POST that says nothing but where it goes.
    pub fn bare_post(operation: O, path: &'a [&'a str]) -> Self {
        Self::bare(operation, Method::POST, path)
    }

    /// A PUT that says nothing but where it goes.
    pub fn put(operation: O, path: &'a [&'a str]) -> Self {
        Self::bare(operation, Method::PUT, path)
    }

    /// A DELETE.
    pub fn delete(operation: O, path: &'a [&'a str]) -> Self {
        Self::bare(operation, Method::DELETE, path)
    }

    fn with_json(
        operation: O,
        method: Method,
        path: &'a [&'a str],
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Request)?;
        Ok(Self {
            body: Some(body),
            ..Self::bare(operation, method, path)
        })
    }

    fn bare(operation: O, method: Method, path: &'a [&'a str]) -> Self {
        Self {
            operation,
            method,
            path,
            query: Query::new(),
            body: None,
        }
    }

    /// The call with its limits. Only a GET is repeated: no other is known to change nothing.
    pub fn within(self, limits: Limits) -> outgoing::Call<'a> {
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
            limits,
            repeat,
            probe: self.operation.probe(),
        }
    }
}

/// Waits for the answer to a call, says in the log how it ended, and takes it if `check` does.
///
/// # Errors
/// Why it gave no usable answer.
pub async fn answer(
    provider: &'static str,
    operation: impl Operation,
    sent: impl Future<Output = Result<outgoing::Answer, Unanswered>>,
    check: impl FnOnce(&outgoing::Answer) -> Result<(), Failure>,
) -> Result<Answer, Failure> {
    let begun = Instant::now();
    let answer = sent.await;
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
    let answer = answer
        .map_err(Failure::from)
        .and_then(|answer| accepted(answer, check));
    let operation = operation.name();
    match &answer {
        Ok(_) => tracing::debug!(provider, operation, status, duration_ms, "answered"),
        Err(failure) => {
            tracing::info!(provider, operation, status, duration_ms, "{failure}");
        }
    }
    answer
}

fn accepted(
    answer: outgoing::Answer,
    check: impl FnOnce(&outgoing::Answer) -> Result<(), Failure>,
) -> Result<Answer, Failure> {
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Failure::RateLimited {
            retry_after_secs: answer.retry_after_secs,
        });
    }
    check(&answer)?;
    Ok(Answer {
        body: answer.body,
        provider_now: answer.provider_now,
    })
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
    use std::time::Duration;

    use super::*;

    #[derive(Clone, Copy)]
    enum Asked {
        Something,
    }

    impl Operation for Asked {
        fn name(self) -> &'static str {
            "something"
        }

        fn probe(self) -> Probe {
            Probe::MayNot
        }
    }

    fn answered(status: u16, retry_after_secs: Option<u64>) -> outgoing::Answer {
        outgoing::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: b"{}".to_vec(),
            provider_now: Some(Timestamp::from_millis(1)),
            retry_after_secs,
        }
    }

    async fn ended(
        answer: Result<outgoing::Answer, Unanswered>,
        checked: Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        let sent = std::future::ready(answer);
        super::answer("test", Asked::Something, sent, |_| checked).await
    }

    #[test]
    fn only_what_reads_is_repeated() {
        let limits = Limits {
            headers: Duration::from_secs(1),
            whole: Duration::from_secs(2),
        };
        let path = ["path"];
        let get = Call::get(Asked::Something, &path, Query::new()).within(limits);
        assert_eq!((get.repeat, get.limits), (Repeat::Safe, limits));
        assert_eq!(get.probe, Probe::MayNot);
        for call in [
            Call::post(Asked::Something, &path, &()).unwrap(),
            Call::patch(Asked::Something, &path, &()).unwrap(),
            Call::bare_post(Asked::Something, &path),
            Call::put(Asked::Something, &path),
            Call::delete(Asked::Something, &path),
        ] {
            let call = call.within(limits);
            assert_eq!(call.repeat, Repeat::Never, "{}", call.method);
        }
    }

    #[tokio::test]
    async fn an_answer_is_taken_only_if_it_is_a_success() {
        let taken = ended(Ok(answered(200, None)), Ok(())).await.unwrap();
        assert_eq!(taken.body, b"{}");
        assert_eq!(taken.provider_now, Some(Timestamp::from_millis(1)));
        let refused = ended(Ok(answered(200, None)), Err(Failure::Key)).await;
        assert!(matches!(refused, Err(Failure::Key)));
        let none = ended(Err(Unanswered::TimedOut), Ok(())).await;
        assert!(matches!(
            none,
            Err(Failure::Unanswered(Unanswered::TimedOut))
        ));
    }

    #[tokio::test]
    async fn too_many_calls_are_told_before_anything_is_read() {
        let limited = ended(Ok(answered(429, Some(2))), Err(Failure::Key)).await;
        assert!(matches!(
            limited,
            Err(Failure::RateLimited {
                retry_after_secs: Some(2)
            })
        ));
    }
}
