//! What the proxy is told: the environment, read once, each wrong value refused by its name.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use url::Url;

use crate::{
    catalog::CatalogFile,
    notify::Endpoint,
    providers,
    serve::Limits,
    variables::{SecretVariable, secret_variable},
};

/// The shortest `OFFRAMP_SECRET_KEY`: shorter ones can be guessed.
const SHORTEST_KEY: usize = 32;

const SECRET_KEY: SecretVariable = secret_variable!("OFFRAMP_SECRET_KEY");
const SECRET_KEY_PREVIOUS: SecretVariable = secret_variable!("OFFRAMP_SECRET_KEY_PREVIOUS");
const DATABASE_URL: SecretVariable = secret_variable!("OFFRAMP_DATABASE_URL");
const DATA_KEY: SecretVariable = secret_variable!("OFFRAMP_DATA_KEY");
const DATA_KEY_PREVIOUS: SecretVariable = secret_variable!("OFFRAMP_DATA_KEY_PREVIOUS");

/// Everything but the providers' own variables.
#[derive(Clone, Debug)]
pub struct Config {
    /// `OFFRAMP_LISTEN`, 127.0.0.1:8080: where to listen.
    pub listen: SocketAddr,
    /// `OFFRAMP_ADMIN_LISTEN`: where the metrics are read; nowhere if absent.
    pub admin_listen: Option<SocketAddr>,
    /// `OFFRAMP_PUBLIC_URL`: how callers reach the proxy, for its documentation of itself.
    pub public_url: Option<Url>,
    /// `OFFRAMP_DATABASE_URL`, `sqlite://offramp.db`: where orders are kept. It may hold a password.
    database_url: SecretString,
    /// `OFFRAMP_SECRET_KEY`: what the partner's backend identifies itself with.
    pub secret_key: SecretString,
    /// `OFFRAMP_SECRET_KEY_PREVIOUS`: the one before it, which is taken as well.
    pub secret_key_previous: Option<SecretString>,
    /// `OFFRAMP_DATA_KEY`: what personal data is sealed with; derived from the secret key if absent.
    pub data_key: SecretString,
    /// `OFFRAMP_DATA_KEY_PREVIOUS`, and the previous secret key where the data key is derived: what
    /// was made with them stays valid.
    pub data_keys_previous: Vec<SecretString>,
    /// `OFFRAMP_RESUME_EPOCH`, 1: raised to make every resume link handed out so far worthless.
    pub resume_epoch: u32,
    /// `OFFRAMP_ALLOWED_ORIGINS`: the pages that may embed the widget.
    pub allowed_origins: Vec<String>,
    /// `OFFRAMP_PROVIDER`, [`providers::DEFAULT`]: the provider of sessions that name none.
    pub provider: String,
    /// `OFFRAMP_CATALOG`: what is offered.
    pub catalog: CatalogFile,
    /// `OFFRAMP_SESSION_MINUTES`, 60: how long a session quotes and creates.
    pub session: Duration,
    /// `OFFRAMP_DEPOSIT_OFFER_MINUTES`, 30: how long an address is offered.
    pub deposit_offer: Duration,
    /// `OFFRAMP_QUOTES_PER_SECOND`, 5: locked quotes a provider is asked for.
    pub quotes_per_second: NonZeroU32,
    /// `OFFRAMP_WIDGET_DIR`, `dist`: the built widget.
    pub widget_dir: PathBuf,
    /// `OFFRAMP_MAX_CONNECTIONS`, 12000: connections at once, and what each may take.
    pub connections: Limits,
    /// `OFFRAMP_RATE_LIMITS`, `on`: whether anybody may ask too often.
    pub has_rate_limits: bool,
    /// `OFFRAMP_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// `OFFRAMP_CLOCK_URL`: the simulator's clock, for demos on one machine.
    pub clock_url: Option<Url>,
    /// `OFFRAMP_NOTIFY_URL` and its secrets: where the partner's backend hears about its orders.
    pub notify: Option<Endpoint>,
}

/// Why the configuration is refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Required, and not there.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// There, and wrong.
    #[error("{variable} is wrong: {problem}")]
    Wrong {
        /// Which variable.
        variable: &'static str,
        /// What is wrong with it. Never the value of a secret.
        problem: String,
    },
}

impl ConfigError {
    /// A value that was refused.
    pub fn wrong(variable: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Wrong {
            variable,
            problem: problem.to_string(),
        }
    }
}

/// Where variables are looked up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Reads every variable of the proxy's own.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let text = |name: &'static str| lookup(name).filter(|value| !value.is_empty());
        let keys = Keys::from_env(lookup)?;
        let catalog = match text("OFFRAMP_CATALOG") {
            None => Ok(CatalogFile::default()),
            Some(path) => {
                let file = std::fs::read_to_string(&path)
                    .map_err(|error| ConfigError::wrong("OFFRAMP_CATALOG", error))?;
                CatalogFile::parse(&file)
            }
        }
        .map_err(|error| ConfigError::wrong("OFFRAMP_CATALOG", error))?;

        Ok(Self {
            listen: parsed(text, "OFFRAMP_LISTEN", "127.0.0.1:8080")?,
            admin_listen: text("OFFRAMP_ADMIN_LISTEN")
                .map(|_| parsed(text, "OFFRAMP_ADMIN_LISTEN", ""))
                .transpose()?,
            public_url: public_url(text, "OFFRAMP_PUBLIC_URL")?,
            database_url: DATABASE_URL
                .read(lookup)?
                .unwrap_or_else(|| "sqlite://offramp.db".into()),
            secret_key: keys.secret,
            secret_key_previous: keys.secret_previous,
            data_key: keys.data,
            data_keys_previous: keys.data_previous,
            resume_epoch: parsed(text, "OFFRAMP_RESUME_EPOCH", "1")?,
            allowed_origins: origins(
                &text("OFFRAMP_ALLOWED_ORIGINS")
                    .ok_or(ConfigError::Missing("OFFRAMP_ALLOWED_ORIGINS"))?,
            )?,
            provider: text("OFFRAMP_PROVIDER").unwrap_or_else(|| providers::DEFAULT.to_owned()),
            catalog,
            session: minutes(text, "OFFRAMP_SESSION_MINUTES", "60")?,
            deposit_offer: minutes(text, "OFFRAMP_DEPOSIT_OFFER_MINUTES", "30")?,
            quotes_per_second: parsed(text, "OFFRAMP_QUOTES_PER_SECOND", "5")?,
            widget_dir: text("OFFRAMP_WIDGET_DIR")
                .unwrap_or_else(|| "dist".to_owned())
                .into(),
            connections: Limits::new(parsed(text, "OFFRAMP_MAX_CONNECTIONS", "12000")?),
            has_rate_limits: is_on(text, "OFFRAMP_RATE_LIMITS", "on")?,
            trusted_proxies: networks(
                &text("OFFRAMP_TRUSTED_PROXIES").unwrap_or_default(),
                "OFFRAMP_TRUSTED_PROXIES",
            )?,
            clock_url: local_url(text, "OFFRAMP_CLOCK_URL")?,
            notify: Endpoint::from_env(lookup)?,
        })
    }
}

impl Config {
    /// `OFFRAMP_DATABASE_URL`, with its password if it has one.
    pub fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }
}

/// The proxy's own keys.
struct Keys {
    secret: SecretString,
    secret_previous: Option<SecretString>,
    data: SecretString,
    data_previous: Vec<SecretString>,
}

impl Keys {
    fn from_env(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let secret = SECRET_KEY
            .read(lookup)?
            .ok_or(ConfigError::Missing(SECRET_KEY.value))?;
        long_enough(SECRET_KEY, &secret)?;
        let secret_previous =
            SECRET_KEY_PREVIOUS.read_predecessor(lookup, SECRET_KEY, Some(&secret))?;
        if let Some(previous) = &secret_previous {
            long_enough(SECRET_KEY_PREVIOUS, previous)?;
        }
        let own_data_key = DATA_KEY.read(lookup)?;
        if let Some(key) = &own_data_key {
            long_enough(DATA_KEY, key)?;
        }
        // Where the data key is derived, it changed with the secret key.
        let derived = secret_previous.clone().filter(|_| own_data_key.is_none());
        let data = own_data_key.unwrap_or_else(|| secret.clone());
        let stored = DATA_KEY_PREVIOUS.read_predecessor(lookup, DATA_KEY, Some(&data))?;
        if let Some(key) = &stored {
            long_enough(DATA_KEY_PREVIOUS, key)?;
        }
        Ok(Self {
            secret,
            secret_previous,
            data,
            data_previous: stored.into_iter().chain(derived).collect(),
        })
    }
}

fn long_enough(variable: SecretVariable, key: &SecretString) -> Result<(), ConfigError> {
    if key.expose_secret().chars().count() < SHORTEST_KEY {
        let problem = format!("shorter than {SHORTEST_KEY} characters");
        return Err(ConfigError::wrong(variable.value, problem));
    }
    Ok(())
}

fn parsed<T>(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
    default: &str,
) -> Result<T, ConfigError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text(variable)
        .as_deref()
        .unwrap_or(default)
        .parse()
        .map_err(|error| ConfigError::wrong(variable, error))
}

fn is_on(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
    default: &str,
) -> Result<bool, ConfigError> {
    match text(variable).as_deref().unwrap_or(default) {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(ConfigError::wrong(variable, "neither `on` nor `off`")),
    }
}

/// Addresses, and networks as `10.0.0.0/8`.
fn networks(list: &str, variable: &'static str) -> Result<Vec<IpNet>, ConfigError> {
    list.split(',')
        .map(str::trim)
        .filter(|listed| !listed.is_empty())
        .map(|listed| {
            let address = listed.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| listed.parse()).map_err(|_| {
                let problem = format!("{listed} is neither an address nor a network");
                ConfigError::wrong(variable, problem)
            })
        })
        .collect()
}

fn minutes(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
    default: &str,
) -> Result<Duration, ConfigError> {
    let minutes: NonZeroU32 = parsed(text, variable, default)?;
    if minutes.get() > 7 * 24 * 60 {
        return Err(ConfigError::wrong(variable, "more than a week"));
    }
    Ok(Duration::from_mins(u64::from(minutes.get())))
}

fn optional_url(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<Url>, ConfigError> {
    text(variable)
        .map(|value| {
            value
                .parse()
                .map_err(|error| ConfigError::wrong(variable, error))
        })
        .transpose()
}

fn public_url(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<Url>, ConfigError> {
    let url = optional_url(text, variable)?;
    let is_plain = |url: &Url| {
        matches!(url.scheme(), "https" | "http")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    if url.as_ref().is_some_and(|url| !is_plain(url)) {
        let problem = "not https:// or http://, a host and at most a path";
        return Err(ConfigError::wrong(variable, problem));
    }
    Ok(url)
}

fn local_url(
    text: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<Url>, ConfigError> {
    let url = optional_url(text, variable)?;
    if url.as_ref().is_some_and(|url| !is_loopback(url)) {
        return Err(ConfigError::wrong(
            variable,
            "only a clock on this machine may be followed",
        ));
    }
    Ok(url)
}

/// Whether a URL names this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn origins(list: &str) -> Result<Vec<String>, ConfigError> {
    const VARIABLE: &str = "OFFRAMP_ALLOWED_ORIGINS";
    let mut origins = Vec::new();
    for listed in list
        .split(',')
        .map(str::trim)
        .filter(|listed| !listed.is_empty())
    {
        if listed.contains('*') {
            return Err(ConfigError::wrong(
                VARIABLE,
                "`*` is not an origin: name each page's own",
            ));
        }
        let url: Url = listed
            .parse()
            .map_err(|error| ConfigError::wrong(VARIABLE, format!("{listed}: {error}")))?;
        let origin = url.origin().ascii_serialization();
        if origin != listed {
            return Err(ConfigError::wrong(
                VARIABLE,
                format!("{listed} is not an origin; did you mean {origin}?"),
            ));
        }
        origins.push(origin);
    }
    if origins.is_empty() {
        return Err(ConfigError::Missing(VARIABLE));
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn config(extra: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let base = [
            ("OFFRAMP_SECRET_KEY", KEY),
            (
                "OFFRAMP_ALLOWED_ORIGINS",
                "https://shop.example, http://127.0.0.1:4000",
            ),
        ];
        Config::from_env(&|name| {
            extra
                .iter()
                .chain(&base)
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[track_caller]
    fn refusal(variable: &str, value: &str) -> String {
        config(&[(variable, value)]).unwrap_err().to_string()
    }

    #[test]
    fn two_variables_are_enough() {
        let config = config(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(
            config.allowed_origins,
            ["https://shop.example", "http://127.0.0.1:4000"]
        );
        assert_eq!(config.deposit_offer, Duration::from_mins(30));
        assert_eq!(config.connections.at_once.get(), 12_000);
        assert_eq!(config.admin_listen, None);
        assert!(config.has_rate_limits && config.trusted_proxies.is_empty());
    }

    #[test]
    fn addresses_and_networks_may_be_trusted() {
        let list = "127.0.0.1, fd00::/8,::1";
        let config = config(&[("OFFRAMP_TRUSTED_PROXIES", list)]).unwrap();
        let trusted: Vec<_> = config
            .trusted_proxies
            .iter()
            .map(IpNet::to_string)
            .collect();
        assert_eq!(trusted, ["127.0.0.1/32", "fd00::/8", "::1/128"]);
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_name() {
        assert_eq!(
            refusal("OFFRAMP_LISTEN", "here"),
            "OFFRAMP_LISTEN is wrong: invalid socket address syntax"
        );
        assert_eq!(
            refusal("OFFRAMP_ADMIN_LISTEN", "9100"),
            "OFFRAMP_ADMIN_LISTEN is wrong: invalid socket address syntax"
        );
        assert_eq!(
            refusal("OFFRAMP_PUBLIC_URL", "pay.partner.example"),
            "OFFRAMP_PUBLIC_URL is wrong: relative URL without a base"
        );
        for url in [
            "ftp://pay.partner.example",
            "https://pay.partner.example/?a=b",
            "https://pay.partner.example/#top",
            "https://ana@pay.partner.example",
        ] {
            assert_eq!(
                refusal("OFFRAMP_PUBLIC_URL", url),
                "OFFRAMP_PUBLIC_URL is wrong: not https:// or http://, a host and at most a path"
            );
        }
        assert_eq!(
            refusal("OFFRAMP_SESSION_MINUTES", "0"),
            "OFFRAMP_SESSION_MINUTES is wrong: number would be zero for non-zero type"
        );
        assert_eq!(
            refusal("OFFRAMP_MAX_CONNECTIONS", "0"),
            "OFFRAMP_MAX_CONNECTIONS is wrong: number would be zero for non-zero type"
        );
        assert_eq!(
            refusal("OFFRAMP_RATE_LIMITS", "none"),
            "OFFRAMP_RATE_LIMITS is wrong: neither `on` nor `off`"
        );
        assert_eq!(
            refusal("OFFRAMP_TRUSTED_PROXIES", "10.0.0.0/8, balancer"),
            "OFFRAMP_TRUSTED_PROXIES is wrong: balancer is neither an address nor a network"
        );
        assert_eq!(
            refusal("OFFRAMP_ALLOWED_ORIGINS", "*"),
            "OFFRAMP_ALLOWED_ORIGINS is wrong: `*` is not an origin: name each page's own"
        );
        assert_eq!(
            refusal("OFFRAMP_ALLOWED_ORIGINS", "https://shop.example/"),
            "OFFRAMP_ALLOWED_ORIGINS is wrong: https://shop.example/ is not an origin; did you \
             mean https://shop.example?"
        );
        assert_eq!(
            refusal("OFFRAMP_CLOCK_URL", "https://evil.example/clock"),
            "OFFRAMP_CLOCK_URL is wrong: only a clock on this machine may be followed"
        );
    }

    #[test]
    fn a_short_key_is_refused_without_being_repeated() {
        assert_eq!(
            refusal("OFFRAMP_SECRET_KEY", "hunter2"),
            "OFFRAMP_SECRET_KEY is wrong: shorter than 32 characters"
        );
    }

    #[test]
    fn a_short_data_key_is_refused_too() {
        for variable in ["OFFRAMP_DATA_KEY", "OFFRAMP_DATA_KEY_PREVIOUS"] {
            assert_eq!(
                refusal(variable, "hunter2"),
                format!("{variable} is wrong: shorter than 32 characters")
            );
        }
    }

    #[test]
    fn a_database_s_password_is_not_printed() {
        let config = config(&[("OFFRAMP_DATABASE_URL", "postgres://ana:hunter2@db/offramp")]);
        assert!(!format!("{:?}", config.unwrap()).contains("hunter2"));
    }

    #[test]
    fn an_absent_key_is_named() {
        let error = Config::from_env(&|_| None).unwrap_err();
        assert_eq!(error.to_string(), "OFFRAMP_SECRET_KEY is not set");
    }

    const OLDER: &str = "fedcba9876543210fedcba9876543210";

    fn data_keys(extra: &[(&str, &str)]) -> Vec<String> {
        let config = config(extra).unwrap();
        let keys = [config.data_key]
            .into_iter()
            .chain(config.data_keys_previous);
        keys.map(|key| key.expose_secret().to_owned()).collect()
    }

    #[test]
    fn a_data_key_that_is_derived_changes_with_the_secret_key() {
        let rotated = ("OFFRAMP_SECRET_KEY_PREVIOUS", OLDER);
        let (new, old) = (
            "new data key, long enough to be one",
            "old data key, long enough to be one",
        );
        let old_data = ("OFFRAMP_DATA_KEY_PREVIOUS", old);
        assert_eq!(data_keys(&[]), [KEY]);
        assert_eq!(data_keys(&[rotated]), [KEY, OLDER]);
        assert_eq!(data_keys(&[old_data, rotated]), [KEY, old, OLDER]);
        let own = ("OFFRAMP_DATA_KEY", new);
        assert_eq!(data_keys(&[own, rotated]), [new]);
        assert_eq!(data_keys(&[own, old_data, rotated]), [new, old]);
    }

    #[test]
    fn a_predecessor_is_a_key_too() {
        assert_eq!(
            refusal("OFFRAMP_SECRET_KEY_PREVIOUS", "hunter2"),
            "OFFRAMP_SECRET_KEY_PREVIOUS is wrong: shorter than 32 characters"
        );
        assert_eq!(
            refusal("OFFRAMP_SECRET_KEY_PREVIOUS", KEY),
            "OFFRAMP_SECRET_KEY_PREVIOUS is wrong: it is the same as OFFRAMP_SECRET_KEY"
        );
        assert_eq!(
            refusal("OFFRAMP_SECRET_KEY_FILE", "/run/secrets/offramp"),
            "OFFRAMP_SECRET_KEY is wrong: OFFRAMP_SECRET_KEY_FILE is set as well; set one of them"
        );
        assert_eq!(
            refusal("OFFRAMP_DATA_KEY_FILE", "/nowhere/at/all"),
            "OFFRAMP_DATA_KEY_FILE is wrong: cannot be read: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn the_configuration_does_not_print_its_keys() {
        assert!(!format!("{:?}", config(&[]).unwrap()).contains(KEY));
    }
}
