//! Capa over HTTP: what is asked, with which limits, and what the answers' statuses mean.

use http::HeaderName;
use secrecy::SecretString;
use url::Url;

use super::{NAME, refusal, settings, settings::Timeouts};
use crate::{
    clock::Clock,
    config::ConfigError,
    outgoing::{self, Limits, NotSent, Policy, Probe},
    providers::{
        base_url::below,
        exchange::{self, Answer},
        failure::Failure,
        key,
    },
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

/// One request.
pub(super) type Call<'a> = exchange::Call<'a, Operation>;

/// Capa over HTTP.
#[derive(Debug)]
pub(super) struct Client {
    http: outgoing::Client,
    timeouts: Timeouts,
}

impl exchange::Operation for Operation {
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

impl Operation {
    fn limits(self, timeouts: Timeouts) -> Limits {
        let whole = match self {
            Self::Quote => timeouts.quote,
            Self::Create => timeouts.create,
            Self::Register
            | Self::Verification
            | Self::Read
            | Self::List
            | Self::Execute
            | Self::Cancel
            | Self::History => timeouts.other,
        };
        timeouts.limits(whole)
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
        let key = key::in_header(settings::API_KEY, KEY, key)?;
        let base = below(settings::BASE_URL, base, &PREFIX)?;
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
        let request = call.within(operation.limits(self.timeouts));
        let sent = self.http.send(&request);
        exchange::answer(NAME, operation, sent, |answer| accepted(answer, operation)).await
    }
}

/// Whether an answer is a 2xx; otherwise what it means.
fn accepted(answer: &outgoing::Answer, operation: Operation) -> Result<(), Failure> {
    if answer.status.is_success() {
        Ok(())
    } else {
        Err(refusal::read(operation, answer.status, &answer.body))
    }
}
