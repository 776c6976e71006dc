//! The endpoint where the partner's backend hears about its orders: how it is named, and how what is
//! posted there is signed, as [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0 prescribe.

use std::{fmt, sync::Arc, time::Duration};

use data_encoding::BASE64;
use offramp_domain::time::Timestamp;
use reqwest::{StatusCode, header, redirect::Policy, retry};
use secrecy::{ExposeSecret as _, SecretSlice};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::{
    config::{ConfigError, Lookup, is_loopback},
    secrets::hmac,
    variables::{SecretVariable, secret_variable},
};

const URL: &str = "OFFRAMP_NOTIFY_URL";
const SECRET: SecretVariable = secret_variable!("OFFRAMP_NOTIFY_SECRET");
const PREVIOUS: SecretVariable = secret_variable!("OFFRAMP_NOTIFY_SECRET_PREVIOUS");

/// How a secret begins.
const SECRET_PREFIX: &str = "whsec_";

/// How long a secret is, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How long the partner's backend may take to answer, and to be reached.
const PATIENCE: Duration = Duration::from_secs(15);
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

/// How many notifications are on their way at a time.
const AT_ONCE: usize = 16;

/// The longest `Retry-After` that is heeded.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(24);

/// The partner's endpoint.
#[derive(Clone)]
pub struct Endpoint {
    url: Url,
    /// The one in use, and the one before it while the partner changes over.
    keys: Vec<Key>,
    client: reqwest::Client,
    places: Arc<Semaphore>,
    /// How long it may take to answer, 15 s.
    pub patience: Duration,
}

/// Why a notification did not arrive.
#[derive(Debug, Error)]
pub enum Unheard {
    /// Something else than 2xx was answered.
    #[error("answered {status}")]
    Answered {
        /// What.
        status: StatusCode,
        /// How long to wait, if it was said.
        retry_after: Option<Duration>,
    },
    /// Nothing was answered in time.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or one that broke.
    #[error("no connection")]
    Unreachable(#[source] reqwest::Error),
}

impl Endpoint {
    /// Reads `OFFRAMP_NOTIFY_URL`, `OFFRAMP_NOTIFY_SECRET` and `OFFRAMP_NOTIFY_SECRET_PREVIOUS`.
    ///
    /// # Errors
    /// The first variable that is wrong, or missing beside another.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Option<Self>, ConfigError> {
        let beside =
            |variable, other| ConfigError::wrong(variable, format!("not set, but {other} is"));
        let url = lookup(URL).filter(|url| !url.is_empty());
        let secret = SECRET.read(lookup)?;
        let previous = PREVIOUS.read_predecessor(lookup, SECRET, secret.as_ref())?;
        let (url, secret) = match (url, secret) {
            (None, None) => return Ok(None),
            (Some(url), Some(secret)) => (url, secret),
            (None, Some(_)) => return Err(beside(URL, SECRET.value)),
            (Some(_), None) => return Err(beside(SECRET.value, URL)),
        };
        let mut keys = vec![Key::parse(SECRET.value, secret.expose_secret())?];
        if let Some(previous) = previous {
            keys.push(Key::parse(PREVIOUS.value, previous.expose_secret())?);
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("offramp-checkout/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .retry(retry::never())
            .no_proxy()
            .connect_timeout(CONNECTS_WITHIN)
            .build()
            .map_err(|error| ConfigError::wrong(URL, error))?;
        Ok(Some(Self {
            url: address(&url)?,
            keys,
            client,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            patience: PATIENCE,
        }))
    }

    /// A place among those that are on their way, while there is one.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Posts a notification. Only the status of the answer is read.
    ///
    /// # Errors
    /// When it was not taken.
    pub(crate) async fn post(&self, id: &str, body: String, now: Timestamp) -> Result<(), Unheard> {
        let at_secs = now.as_millis() / 1_000;
        let answer = self
            .client
            .post(self.url.clone())
            .timeout(self.patience)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at_secs)
            .header("webhook-signature", self.signature(id, at_secs, &body))
            .body(body)
            .send()
            .await
            .map_err(|error| {
                if error.is_timeout() {
                    Unheard::TimedOut
                } else {
                    // The address may hold a key of the partner's.
                    Unheard::Unreachable(error.without_url())
                }
            })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = answer
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(|secs| Duration::from_secs(secs).min(LONGEST_RETRY_AFTER));
        Err(Unheard::Answered {
            status,
            retry_after,
        })
    }

    /// One signature for each key.
    fn signature(&self, id: &str, at_secs: i64, body: &str) -> String {
        let signed = format!("{id}.{at_secs}.{body}");
        let signatures: Vec<_> = self
            .keys
            .iter()
            .map(|key| {
                let mac = hmac(key.0.expose_secret(), signed.as_bytes());
                format!("v1,{}", BASE64.encode(&mac))
            })
            .collect();
        signatures.join(" ")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("origin", &self.url.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}

/// What notifications are signed with.
#[derive(Clone)]
struct Key(SecretSlice<u8>);

impl Key {
    fn parse(variable: &'static str, secret: &str) -> Result<Self, ConfigError> {
        let bytes = secret
            .strip_prefix(SECRET_PREFIX)
            .and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok())
            .ok_or_else(|| {
                ConfigError::wrong(variable, format!("not {SECRET_PREFIX} and base64 after it"))
            })?;
        if !SECRET_BYTES.contains(&bytes.len()) {
            let (least, most) = (SECRET_BYTES.start(), SECRET_BYTES.end());
            let problem = format!("{} bytes long, not {least} to {most}", bytes.len());
            return Err(ConfigError::wrong(variable, problem));
        }
        Ok(Self(bytes.into()))
    }
}

fn address(text: &str) -> Result<Url, ConfigError> {
    let url: Url = text
        .parse()
        .map_err(|error| ConfigError::wrong(URL, error))?;
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if is_safe && is_plain {
        Ok(url)
    } else {
        let problem = "not https:// and a host without a user (http:// is for this machine only)";
        Err(ConfigError::wrong(URL, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    const EXAMPLE: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const HOOKS: &str = "https://shop.example/hooks";

    fn endpoint(variables: &[(&str, &str)]) -> Result<Option<Endpoint>, ConfigError> {
        Endpoint::from_env(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[track_caller]
    fn refusal(variables: &[(&str, &str)]) -> String {
        endpoint(variables).unwrap_err().to_string()
    }

    #[test]
    fn a_message_is_signed_as_in_the_standards_example() {
        let endpoint = endpoint(&[(URL, HOOKS), (SECRET.value, EXAMPLE)])
            .unwrap()
            .unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        assert_eq!(
            endpoint.signature("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
    }

    #[test]
    fn two_secrets_sign_beside_each_other() {
        let one = |secret| {
            let endpoint = endpoint(&[(URL, HOOKS), (SECRET.value, secret)])
                .unwrap()
                .unwrap();
            endpoint.signature("msg_1", 1, "{}")
        };
        let both = endpoint(&[
            (URL, HOOKS),
            (SECRET.value, OTHER),
            (PREVIOUS.value, EXAMPLE),
        ])
        .unwrap()
        .unwrap();
        assert_eq!(
            both.signature("msg_1", 1, "{}"),
            format!("{} {}", one(OTHER), one(EXAMPLE))
        );
    }

    #[test]
    fn without_an_address_nothing_is_sent() {
        assert!(endpoint(&[]).unwrap().is_none());
    }

    #[test]
    fn an_address_and_a_secret_belong_together() {
        for (variables, said) in [
            (
                &[(URL, HOOKS)][..],
                "OFFRAMP_NOTIFY_SECRET is wrong: not set, but OFFRAMP_NOTIFY_URL is",
            ),
            (
                &[(SECRET.value, EXAMPLE)],
                "OFFRAMP_NOTIFY_URL is wrong: not set, but OFFRAMP_NOTIFY_SECRET is",
            ),
            (
                &[(PREVIOUS.value, EXAMPLE)],
                "OFFRAMP_NOTIFY_SECRET_PREVIOUS is wrong: OFFRAMP_NOTIFY_SECRET is not set, so nothing \
                 follows it",
            ),
        ] {
            assert_eq!(refusal(variables), said);
        }
    }

    #[test]
    fn an_address_that_others_can_read_along_is_refused() {
        for url in [
            "http://shop.example/hooks",
            "http://10.0.0.1/hooks",
            "ftp://127.0.0.1/hooks",
            "https://ana:secret@shop.example/hooks",
            "https://shop.example/hooks#top",
        ] {
            assert_eq!(
                refusal(&[(URL, url), (SECRET.value, EXAMPLE)]),
                "OFFRAMP_NOTIFY_URL is wrong: not https:// and a host without a user (http:// is \
                 for this machine only)"
            );
        }
        for url in [
            "https://shop.example/hooks?a=b",
            "http://127.0.0.1:4000/",
            "http://[::1]/",
        ] {
            assert!(
                endpoint(&[(URL, url), (SECRET.value, EXAMPLE)])
                    .unwrap()
                    .is_some()
            );
        }
    }

    #[test]
    fn a_secret_of_another_form_is_refused_without_being_repeated() {
        let refused = |secret| refusal(&[(URL, HOOKS), (SECRET.value, secret)]);
        let form = "OFFRAMP_NOTIFY_SECRET is wrong: not whsec_ and base64 after it";
        for secret in [
            "hunter2",
            "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "whsk_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o",
        ] {
            assert_eq!(refused(secret), form);
        }
        assert_eq!(
            refused("whsec_aHVudGVyMg=="),
            "OFFRAMP_NOTIFY_SECRET is wrong: 7 bytes long, not 24 to 64"
        );
        let long = format!("whsec_{}", BASE64.encode(&[7; 65]));
        assert_eq!(
            refused(&long),
            "OFFRAMP_NOTIFY_SECRET is wrong: 65 bytes long, not 24 to 64"
        );
        assert_eq!(
            refusal(&[
                (URL, HOOKS),
                (SECRET.value, EXAMPLE),
                (PREVIOUS.value, "old")
            ]),
            "OFFRAMP_NOTIFY_SECRET_PREVIOUS is wrong: not whsec_ and base64 after it"
        );
    }

    #[test]
    fn neither_secrets_nor_paths_are_printed() {
        let hooks = "https://shop.example/hooks/PLANTED?key=PLANTED";
        let endpoint = endpoint(&[(URL, hooks), (SECRET.value, EXAMPLE)]).unwrap();
        let printed = format!("{endpoint:?}");
        assert_eq!(
            printed,
            "Some(Endpoint { origin: \"https://shop.example\", .. })"
        );
    }
}
