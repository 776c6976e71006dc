//! UNIGOX over HTTP: what is asked, with which limits, and what the answers' statuses mean.

use http::{HeaderName, StatusCode};
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

/// One request.
pub(super) type Call<'a> = exchange::Call<'a, Operation>;

/// UNIGOX over HTTP.
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

impl Operation {
    fn limits(self, timeouts: Timeouts) -> Limits {
        let whole = match self {
            Self::Quote | Self::Estimate => timeouts.quote,
            Self::Create => timeouts.create,
            Self::Register
            | Self::Verification
            | Self::Handoff
            | Self::Catalogue
            | Self::SaveAccount
            | Self::RemoveAccount
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
            | Self::Link => timeouts.other,
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
    let outgoing::Answer {
        status,
        body,
        retry_after_secs,
        ..
    } = answer;
    if status.is_success() {
        Ok(())
    } else if *status == StatusCode::SERVICE_UNAVAILABLE && retry_after_secs.is_some() {
        Err(Failure::RateLimited {
            retry_after_secs: *retry_after_secs,
        })
    } else {
        Err(refusal::read(operation, *status, body))
    }
}
