//! What Capa's variables say, parsed once.

use offramp_domain::money::Amount;
use secrecy::SecretString;
use url::Url;

use crate::{
    config::{ConfigError, Lookup},
    outgoing::Policy,
    providers::{base_url::base_url, key},
    variables::{SecretVariable, secret_variable},
};

pub use crate::providers::timeouts::Timeouts;

/// Where the staging host is (contract 1.1).
const STAGING: &str = "https://staging-api.capa.fi";

/// The variables, for errors that name them.
pub(super) const BASE_URL: &str = "CAPA_BASE_URL";
pub(super) const API_KEY: SecretVariable = secret_variable!("CAPA_API_KEY");
const WEBHOOK_SECRET: SecretVariable = secret_variable!("CAPA_WEBHOOK_SECRET");
const WEBHOOK_SECRET_PREVIOUS: SecretVariable = secret_variable!("CAPA_WEBHOOK_SECRET_PREVIOUS");
pub(super) const PREMIUM_SPREAD: &str = "CAPA_PREMIUM_SPREAD";

/// The largest spread that Capa is assumed to take (contract U20).
const LARGEST_SPREAD: Amount = Amount::new(1, 1).unwrap();

/// How to reach one Capa account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `CAPA_BASE_URL`, `https://staging-api.capa.fi`: which host.
    pub base_url: Url,
    /// `CAPA_API_KEY`: the partner's key. Without it the provider is off.
    pub api_key: SecretString,
    /// `CAPA_WEBHOOK_SECRET`: what webhooks are signed with. Without it they are not taken.
    pub webhook_secret: Option<SecretString>,
    /// `CAPA_WEBHOOK_SECRET_PREVIOUS`: the one before it, whose signatures are taken as well.
    pub webhook_secret_previous: Option<SecretString>,
    /// `CAPA_PREMIUM_SPREAD`, zero: what the partner keeps of every amount, as a fraction.
    pub premium_spread: Amount,
    /// How long to wait. Not configurable: the proxy's own answers depend on it.
    pub timeouts: Timeouts,
    /// How often to ask again, and when to stop asking.
    pub policy: Policy,
}

impl Settings {
    /// Reads the variables; nothing without a key.
    ///
    /// # Errors
    /// The first variable that is wrong.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Option<Self>, ConfigError> {
        let text = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let Some(api_key) = API_KEY.read(lookup)? else {
            return Ok(None);
        };
        key::check(API_KEY, &api_key)?;
        let webhook_secret = WEBHOOK_SECRET.read(lookup)?;
        let webhook_secret_previous = WEBHOOK_SECRET_PREVIOUS.read_predecessor(
            lookup,
            WEBHOOK_SECRET,
            webhook_secret.as_ref(),
        )?;
        Ok(Some(Self {
            base_url: base_url(
                BASE_URL,
                text(BASE_URL).as_deref().unwrap_or(STAGING),
                STAGING,
            )?,
            api_key,
            webhook_secret,
            webhook_secret_previous,
            premium_spread: text(PREMIUM_SPREAD).map_or(Ok(Amount::ZERO), |text| spread(&text))?,
            timeouts: Timeouts::default(),
            policy: Policy::default(),
        }))
    }
}

fn spread(text: &str) -> Result<Amount, ConfigError> {
    let spread: Amount = text
        .parse()
        .map_err(|error| ConfigError::wrong(PREMIUM_SPREAD, error))?;
    if spread > LARGEST_SPREAD {
        return Err(ConfigError::wrong(
            PREMIUM_SPREAD,
            "more than 0.1: it is a fraction",
        ));
    }
    Ok(spread)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Option<Settings>, ConfigError> {
        Settings::from_env(&|name| {
            variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[track_caller]
    fn refusal(variable: &str, value: &str) -> String {
        settings(&[(API_KEY.value, "key"), (variable, value)])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn without_a_key_the_provider_is_off() {
        assert!(settings(&[]).unwrap().is_none());
        assert!(
            settings(&[(API_KEY.value, ""), (BASE_URL, "nonsense")])
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_key_is_enough() {
        let settings = settings(&[(API_KEY.value, "sim_capa_key")])
            .unwrap()
            .unwrap();
        assert_eq!(settings.base_url.as_str(), "https://staging-api.capa.fi/");
        assert_eq!(settings.api_key.expose_secret(), "sim_capa_key");
        assert!(settings.webhook_secret.is_none());
        assert!(settings.premium_spread.is_zero());
    }

    #[test]
    fn secrets_do_not_print() {
        let settings = settings(&[
            (API_KEY.value, "sim_capa_key"),
            (WEBHOOK_SECRET.value, "whsec_test"),
        ])
        .unwrap();
        let printed = format!("{settings:?}");
        assert!(
            !printed.contains("sim_capa_key") && !printed.contains("whsec_test"),
            "{printed}"
        );
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_name() {
        assert_eq!(
            settings(&[(API_KEY.value, "a key")])
                .unwrap_err()
                .to_string(),
            "CAPA_API_KEY is wrong: a key has no spaces and only ASCII letters"
        );
        assert_eq!(
            refusal(BASE_URL, "staging-api.capa.fi"),
            "CAPA_BASE_URL is wrong: relative URL without a base"
        );
        assert_eq!(
            refusal(BASE_URL, "ftp://staging-api.capa.fi"),
            "CAPA_BASE_URL is wrong: not the address of a host, like https://staging-api.capa.fi"
        );
        assert_eq!(
            refusal(BASE_URL, "https://me:secret@staging-api.capa.fi"),
            "CAPA_BASE_URL is wrong: a name or a password does not belong here"
        );
        assert_eq!(
            refusal(BASE_URL, "https://staging-api.capa.fi/?key=1"),
            "CAPA_BASE_URL is wrong: neither `?` nor `#` belongs here"
        );
        assert_eq!(
            refusal(PREMIUM_SPREAD, "-0.01"),
            "CAPA_PREMIUM_SPREAD is wrong: unexpected character '-' in an amount"
        );
        assert_eq!(
            refusal(PREMIUM_SPREAD, "1"),
            "CAPA_PREMIUM_SPREAD is wrong: more than 0.1: it is a fraction"
        );
    }

    #[test]
    fn secrets_may_stand_in_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("{name}\n")).unwrap();
            path.display().to_string()
        };
        let settings = settings(&[
            ("CAPA_API_KEY_FILE", &file("sim_capa_key")),
            ("CAPA_WEBHOOK_SECRET_FILE", &file("whsec_new")),
            ("CAPA_WEBHOOK_SECRET_PREVIOUS_FILE", &file("whsec_old")),
        ]);
        let settings = settings.unwrap().unwrap();
        assert_eq!(settings.api_key.expose_secret(), "sim_capa_key");
        let webhooks = [settings.webhook_secret, settings.webhook_secret_previous];
        let webhooks = webhooks.map(|secret| secret.unwrap().expose_secret().to_owned());
        assert_eq!(webhooks, ["whsec_new", "whsec_old"]);
        assert_eq!(
            refusal("CAPA_WEBHOOK_SECRET_PREVIOUS", "whsec_old"),
            "CAPA_WEBHOOK_SECRET_PREVIOUS is wrong: CAPA_WEBHOOK_SECRET is not set, so nothing \
             follows it"
        );
        assert_eq!(
            refusal("CAPA_API_KEY_FILE", "/nowhere"),
            "CAPA_API_KEY is wrong: CAPA_API_KEY_FILE is set as well; set one of them"
        );
    }

    #[test]
    fn a_spread_of_a_tenth_is_the_largest() {
        let settings = settings(&[(API_KEY.value, "key"), (PREMIUM_SPREAD, "0.1")])
            .unwrap()
            .unwrap();
        assert_eq!(settings.premium_spread, "0.1".parse().unwrap());
    }
}
