//! CryptoPocket over HTTP: keys for a token, what is asked with it, and within which limits.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::Mutex,
    time::{Instant as Deadline, timeout_at},
};
use url::{Url, form_urlencoded};

use super::{NAME, refusal, settings, settings::Timeouts, wire};
use crate::{
    clock::Clock,
    config::ConfigError,
    outgoing::{self, Limits, NotSent, Policy, Probe, Repeat, Unanswered},
    providers::{
        exchange::{self, Answer},
        failure::Failure,
    },
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
    OnboardingForm,
    Quote,
    Create,
    Read,
    List,
    Subscribe,
}

/// One request.
pub(super) type Call<'a> = exchange::Call<'a, Operation>;

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

impl exchange::Operation for Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Register => "register",
            Self::Verification => "verification",
            Self::OnboardingForm => "onboarding_form",
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
            | Self::OnboardingForm
            | Self::Quote
            | Self::Read
            | Self::List
            | Self::Subscribe => Probe::May,
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
            | Operation::OnboardingForm
            | Operation::Read
            | Operation::List
            | Operation::Subscribe => self.other,
        }
    }
}

/// A POST of a form instead of JSON.
pub(super) fn form<'a>(
    operation: Operation,
    path: &'a [&'a str],
    fields: &[(&str, &str)],
) -> Call<'a> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let mut call = Call::bare_post(operation, path);
    call.body = Some(form.finish().into_bytes());
    call
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
        let call = Call::post(Operation::Authenticate, &["authenticate"], &request)?;
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
        let request = within(call.clone(), left);
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(TOKEN, token.clone());
        }
        if operation == Operation::Subscribe {
            headers.insert(CONTENT_TYPE, FORM);
        }
        let sent = self.http.send_with(&request, &headers);
        exchange::answer(NAME, operation, sent, |answer| {
            refusal::read(answer.status, &answer.body)
        })
        .await
    }
}

/// The call with what is left of its time. A token may be asked for again: a second one ends no other.
fn within(call: Call<'_>, left: Duration) -> outgoing::Call<'_> {
    let operation = call.operation;
    let mut request = call.within(Limits {
        headers: left,
        whole: left,
    });
    if operation == Operation::Authenticate {
        request.repeat = Repeat::Safe;
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_nothing_is_repeated() {
        let repeat = |call: Call<'_>| within(call, Duration::from_secs(1)).repeat;
        let post = |operation| Call::post(operation, &["path"], &()).unwrap();
        assert_eq!(repeat(post(Operation::Authenticate)), Repeat::Safe);
        for operation in [
            Operation::Register,
            Operation::OnboardingForm,
            Operation::Create,
        ] {
            assert_eq!(repeat(post(operation)), Repeat::Never, "{operation:?}");
        }
        let subscription = form(Operation::Subscribe, &["path"], &[]);
        assert_eq!(repeat(subscription), Repeat::Never);
        for operation in [
            Operation::Verification,
            Operation::Quote,
            Operation::Read,
            Operation::List,
        ] {
            let call = Call::get(operation, &["path"], exchange::Query::new());
            assert_eq!(repeat(call), Repeat::Safe, "{operation:?}");
        }
    }

    #[test]
    fn a_subscription_is_a_form() {
        let call = form(
            Operation::Subscribe,
            &["subscribeToWebhook"],
            &[
                ("type", "CRYPTO_RECEIVED"),
                ("url", "https://a.example/b?c"),
            ],
        );
        let form = "type=CRYPTO_RECEIVED&url=https%3A%2F%2Fa.example%2Fb%3Fc";
        assert_eq!(call.body.unwrap(), form.as_bytes());
    }
}
