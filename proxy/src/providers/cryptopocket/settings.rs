//! What CryptoPocket's variables say, parsed once.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::assumptions;
use crate::{
    config::{ConfigError, Lookup, is_loopback},
    outgoing::Policy,
    providers::{base_url::base_url, key},
    variables::{SecretVariable, secret_variable},
};

/// The host that a project begins with.
const SANDBOX: &str = "https://sandbox.cryptopocket.io/api";

/// The variables, for errors that name them.
pub(super) const BASE_URL: &str = "CRYPTOPOCKET_BASE_URL";
const API_KEY: SecretVariable = secret_variable!("CRYPTOPOCKET_API_KEY");
const API_SECRET: SecretVariable = secret_variable!("CRYPTOPOCKET_API_SECRET");
const QUOTE_PATH: &str = "CRYPTOPOCKET_QUOTE_PATH";
const LIST_PATH: &str = "CRYPTOPOCKET_LIST_PATH";
const UNVERIFIED: &str = "CRYPTOPOCKET_UNVERIFIED";
const PUBLIC_URL: &str = "OFFRAMP_PUBLIC_URL";

/// How to reach one CryptoPocket account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `CRYPTOPOCKET_BASE_URL`, `https://sandbox.cryptopocket.io/api`: what every path is below.
    pub base_url: Url,
    /// `CRYPTOPOCKET_API_KEY`: the public key.
    pub api_key: SecretString,
    /// `CRYPTOPOCKET_API_SECRET`: the secret of that key. Webhooks are signed with it, too.
    pub api_secret: SecretString,
    /// `CRYPTOPOCKET_QUOTE_PATH`, `getRampoffQuote`: where a price is asked for, by its segments.
    pub quote_path: Vec<String>,
    /// `CRYPTOPOCKET_LIST_PATH`, `getRampoffList`: where orders are listed, by its segments.
    pub list_path: Vec<String>,
    /// `OFFRAMP_PUBLIC_URL`: where webhooks reach the proxy. Without it nothing is subscribed to.
    pub public_url: Option<Url>,
    /// How long to wait. Not configurable: the proxy's own answers depend on it.
    pub timeouts: Timeouts,
    /// How often to ask again, and when to stop asking.
    pub policy: Policy,
}

/// How long each kind of call may take, a new token for it included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// Keys for a token, by itself.
    pub authenticate: Duration,
    /// A price: the payer is watching.
    pub quote: Duration,
    /// A new order.
    pub create: Duration,
    /// Everything else.
    pub other: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            authenticate: Duration::from_secs(6),
            quote: Duration::from_secs(8),
            create: assumptions::CREATE_WITHIN,
            other: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// Reads the variables; nothing without a key and its secret.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Option<Self>, ConfigError> {
        let text = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let (api_key, api_secret) = match (API_KEY.read(lookup)?, API_SECRET.read(lookup)?) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(ConfigError::Missing(API_SECRET.value)),
            (None, Some(_)) => return Err(ConfigError::Missing(API_KEY.value)),
            (Some(key), Some(secret)) => (key, secret),
        };
        key::check(API_KEY, &api_key)?;
        key::check(API_SECRET, &api_secret)?;
        let base_url = base_url(
            BASE_URL,
            text(BASE_URL).as_deref().unwrap_or(SANDBOX),
            SANDBOX,
        )?;
        may_be_asked(&base_url, text(UNVERIFIED).as_deref())?;
        let path = |variable, default| {
            let configured = text(variable);
            segments(variable, configured.as_deref().unwrap_or(default))
        };
        Ok(Some(Self {
            base_url,
            api_key,
            api_secret,
            quote_path: path(QUOTE_PATH, assumptions::QUOTE_PATH)?,
            list_path: path(LIST_PATH, assumptions::LIST_PATH)?,
            public_url: text(PUBLIC_URL)
                .map(|url| url.parse())
                .transpose()
                .map_err(|error| ConfigError::wrong(PUBLIC_URL, error))?,
            timeouts: Timeouts::default(),
            policy: Policy::default(),
        }))
    }
}

/// Much of the adapter is assumed, so money is only risked with it by somebody who knows.
fn may_be_asked(base_url: &Url, unverified: Option<&str>) -> Result<(), ConfigError> {
    match unverified {
        Some("1") => Ok(()),
        None if is_loopback(base_url) => Ok(()),
        None => Err(ConfigError::wrong(
            UNVERIFIED,
            "not 1: this adapter is unverified against the provider, and is taken as it is only \
             where that is said",
        )),
        Some(_) => Err(ConfigError::wrong(UNVERIFIED, "neither empty nor 1")),
    }
}

/// A path below the address, as its segments.
fn segments(variable: &'static str, path: &str) -> Result<Vec<String>, ConfigError> {
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    if segments.iter().all(|segment| is_plain(segment)) {
        Ok(segments.into_iter().map(str::to_owned).collect())
    } else {
        Err(ConfigError::wrong(
            variable,
            "not a path, like getRampoffQuote",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:4010/cryptopocket";

    fn settings(variables: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::from_env(&lookup).map_err(|error| error.to_string())
    }

    fn with(more: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let keys = [
            ("CRYPTOPOCKET_API_KEY", "pk_demo"),
            ("CRYPTOPOCKET_API_SECRET", "sk_demo"),
        ];
        settings(&[&keys, more].concat())
    }

    #[test]
    fn a_key_and_its_secret_switch_it_on() {
        assert!(settings(&[]).unwrap().is_none());
        let settings = with(&[(BASE_URL, LOCAL)]).unwrap().unwrap();
        assert_eq!(settings.base_url.as_str(), LOCAL);
        assert_eq!(settings.quote_path, ["getRampoffQuote"]);
        assert_eq!(settings.list_path, ["getRampoffList"]);
        assert!(settings.public_url.is_none());
    }

    #[test]
    fn one_without_the_other_is_refused_by_its_name() {
        let refused = |name| settings(&[(name, "x")]).unwrap_err();
        assert_eq!(
            refused("CRYPTOPOCKET_API_KEY"),
            "CRYPTOPOCKET_API_SECRET is not set"
        );
        assert_eq!(
            refused("CRYPTOPOCKET_API_SECRET"),
            "CRYPTOPOCKET_API_KEY is not set"
        );
    }

    #[test]
    fn another_machine_is_asked_only_by_who_knows() {
        let refusal = "CRYPTOPOCKET_UNVERIFIED is wrong: not 1: this adapter is unverified against \
                       the provider, and is taken as it is only where that is said";
        for base in [&[][..], &[(BASE_URL, "https://pocket.example/api")]] {
            assert_eq!(with(base).unwrap_err(), refusal);
            let known = [base, &[(UNVERIFIED, "1")]].concat();
            assert!(with(&known).unwrap().is_some());
        }
        assert_eq!(
            with(&[(UNVERIFIED, "yes")]).unwrap_err(),
            "CRYPTOPOCKET_UNVERIFIED is wrong: neither empty nor 1"
        );
    }

    #[test]
    fn the_sandbox_is_the_default() {
        let settings = with(&[(UNVERIFIED, "1")]).unwrap().unwrap();
        assert_eq!(settings.base_url.as_str(), SANDBOX);
    }

    #[test]
    fn a_path_is_a_path() {
        let path = |path| with(&[(BASE_URL, LOCAL), (QUOTE_PATH, path)]);
        let settings = path("/rampoff/quote").unwrap().unwrap();
        assert_eq!(settings.quote_path, ["rampoff", "quote"]);
        for wrong in ["/", "..", "a//b", "a?b", "http://a"] {
            assert_eq!(
                path(wrong).unwrap_err(),
                "CRYPTOPOCKET_QUOTE_PATH is wrong: not a path, like getRampoffQuote",
                "{wrong}"
            );
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let printed = format!("{:?}", with(&[(BASE_URL, LOCAL)]).unwrap());
        assert!(
            !printed.contains("pk_demo") && !printed.contains("sk_demo"),
            "{printed}"
        );
        let refused = with(&[(BASE_URL, LOCAL), ("CRYPTOPOCKET_API_KEY_FILE", "/nowhere")]);
        assert!(!refused.unwrap_err().contains("pk_demo"));
    }

    #[test]
    fn a_key_that_cannot_be_one_is_refused_by_its_name() {
        let keys = [
            ("CRYPTOPOCKET_API_KEY", "pk_demo"),
            ("CRYPTOPOCKET_API_SECRET", "sk demo"),
            (BASE_URL, LOCAL),
        ];
        assert_eq!(
            settings(&keys).unwrap_err(),
            "CRYPTOPOCKET_API_SECRET is wrong: a key has no spaces and only ASCII letters"
        );
    }
}
