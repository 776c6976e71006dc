//! What UNIGOX' variables say, parsed once.

use std::time::Duration;

use offramp_domain::money::Amount;
use secrecy::SecretString;
use url::Url;

use super::signing_key::SigningKey;
use crate::{
    config::{ConfigError, Lookup},
    outgoing::Policy,
    providers::{base_url::base_url, key},
    variables::{SecretVariable, secret_variable},
};

pub use crate::providers::timeouts::Timeouts;

/// Where the staging host is (contract 1).
const STAGING: &str = "https://api-staging.unigox.com";

/// The chain that orders are paid on (contract 10.2, U-20).
const XAI: u64 = 660_279;

/// How far a webhook's time may be from ours (U-12).
const WINDOW: Duration = Duration::from_mins(5);

/// The variables, for errors that name them.
pub(super) const BASE_URL: &str = "UNIGOX_BASE_URL";
pub(super) const API_KEY: SecretVariable = secret_variable!("UNIGOX_API_KEY");
const WEBHOOK_SECRET: SecretVariable = secret_variable!("UNIGOX_WEBHOOK_SECRET");
const WEBHOOK_SECRET_PREVIOUS: SecretVariable = secret_variable!("UNIGOX_WEBHOOK_SECRET_PREVIOUS");
const WEBHOOK_WINDOW: &str = "UNIGOX_WEBHOOK_WINDOW_SECONDS";
const SIGNING_KEY: SecretVariable = secret_variable!("UNIGOX_SIGNING_KEY");
const WALLET_MODE: &str = "UNIGOX_WALLET_MODE";
const CHAIN_IDS: &str = "UNIGOX_CHAIN_IDS";
const DAILY_LIMIT: &str = "UNIGOX_DAILY_LIMIT";

/// How to reach one UNIGOX account, and who pays.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `UNIGOX_BASE_URL`, `https://api-staging.unigox.com`: which host.
    pub base_url: Url,
    /// `UNIGOX_API_KEY`: the partner's key. Without it the provider is off.
    pub api_key: SecretString,
    /// `UNIGOX_WEBHOOK_SECRET`: what webhooks are signed with. Without it they are not taken.
    pub webhook_secret: Option<SecretString>,
    /// `UNIGOX_WEBHOOK_SECRET_PREVIOUS`: the one before it, whose signatures are taken as well.
    pub webhook_secret_previous: Option<SecretString>,
    /// `UNIGOX_WEBHOOK_WINDOW_SECONDS`, 300: how far a webhook's time may be from ours.
    pub webhook_window: Duration,
    /// `UNIGOX_WALLET_MODE`, `partner_wallet`: whose wallet pays.
    pub wallet: WalletMode,
    /// `UNIGOX_CHAIN_IDS`, 660279: the chains that anything may be signed for.
    pub chain_ids: Vec<u64>,
    /// How long to wait. Not configurable: the proxy's own answers depend on it.
    pub timeouts: Timeouts,
    /// How often to ask again, and when to stop asking.
    pub policy: Policy,
}

/// Whose wallet pays.
#[derive(Clone, Debug)]
pub enum WalletMode {
    /// The partner's, of which this is the key, and at most so much of a token on a day.
    Partner {
        /// `UNIGOX_SIGNING_KEY`.
        key: SigningKey,
        /// `UNIGOX_DAILY_LIMIT`.
        daily_limit: Amount,
    },
    /// The payer's own.
    External,
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
            webhook_window: text(WEBHOOK_WINDOW).map_or(Ok(WINDOW), |text| window(&text))?,
            wallet: wallet(lookup)?,
            chain_ids: text(CHAIN_IDS).map_or(Ok(vec![XAI]), |text| chain_ids(&text))?,
            timeouts: Timeouts::default(),
            policy: Policy::default(),
        }))
    }
}

fn window(text: &str) -> Result<Duration, ConfigError> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        Ok(_) | Err(_) => Err(ConfigError::wrong(
            WEBHOOK_WINDOW,
            "not a number of seconds from 1 to 86400",
        )),
    }
}

/// Whose wallet pays. A key and a limit that nothing would use are refused: whoever set them thinks
/// that they are used.
fn wallet(lookup: Lookup<'_>) -> Result<WalletMode, ConfigError> {
    let text = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let key = SIGNING_KEY.read(lookup)?;
    let limit = text(DAILY_LIMIT);
    match text(WALLET_MODE).as_deref() {
        None | Some("partner_wallet") => {
            let key = key.ok_or_else(|| {
                ConfigError::wrong(
                    SIGNING_KEY.value,
                    "not set: in partner_wallet mode the proxy signs with it",
                )
            })?;
            let key = SigningKey::parse(&key).ok_or_else(|| {
                ConfigError::wrong(SIGNING_KEY.value, "not a private key: 32 bytes in hex")
            })?;
            let limit = limit.ok_or_else(|| {
                ConfigError::wrong(
                    DAILY_LIMIT,
                    "not set: in partner_wallet mode a day needs a limit, in tokens",
                )
            })?;
            Ok(WalletMode::Partner {
                key,
                daily_limit: daily_limit(&limit)?,
            })
        }
        Some("external_wallet") if key.is_some() => Err(ConfigError::wrong(
            SIGNING_KEY.value,
            "set, but in external_wallet mode the proxy signs nothing",
        )),
        Some("external_wallet") if limit.is_some() => Err(ConfigError::wrong(
            DAILY_LIMIT,
            "set, but in external_wallet mode the partner pays nothing",
        )),
        Some("external_wallet") => Ok(WalletMode::External),
        Some(_) => Err(ConfigError::wrong(
            WALLET_MODE,
            "neither partner_wallet nor external_wallet",
        )),
    }
}

fn daily_limit(text: &str) -> Result<Amount, ConfigError> {
    let limit: Amount = text
        .parse()
        .map_err(|error| ConfigError::wrong(DAILY_LIMIT, error))?;
    if limit.is_zero() {
        return Err(ConfigError::wrong(
            DAILY_LIMIT,
            "zero: nothing could be paid",
        ));
    }
    Ok(limit)
}

fn chain_ids(text: &str) -> Result<Vec<u64>, ConfigError> {
    let ids: Result<Vec<u64>, _> = text.split(',').map(|id| id.trim().parse()).collect();
    match ids {
        Ok(ids) if !ids.contains(&0) => Ok(ids),
        Ok(_) | Err(_) => Err(ConfigError::wrong(
            CHAIN_IDS,
            "not chain ids with commas between, like 660279",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn settings(variables: &[(&str, &str)]) -> Result<Option<Settings>, ConfigError> {
        Settings::from_env(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// Variables that are enough, with others before them.
    fn with(others: &[(&str, &str)]) -> Result<Settings, String> {
        let enough = [
            ("UNIGOX_API_KEY", "sim_unigox_key"),
            ("UNIGOX_SIGNING_KEY", KEY),
            ("UNIGOX_DAILY_LIMIT", "5000"),
        ];
        let all: Vec<_> = others.iter().copied().chain(enough).collect();
        let settings = settings(&all).map_err(|error| error.to_string())?;
        Ok(settings.unwrap())
    }

    #[test]
    fn without_a_key_the_provider_is_off() {
        assert!(settings(&[]).unwrap().is_none());
        assert!(settings(&[(BASE_URL, "nonsense")]).unwrap().is_none());
    }

    #[test]
    fn a_partners_wallet_needs_a_key_and_a_limit() {
        let settings = with(&[]).unwrap();
        assert_eq!(
            settings.base_url.as_str(),
            "https://api-staging.unigox.com/"
        );
        assert_eq!(settings.chain_ids, [XAI]);
        assert_eq!(settings.webhook_window, WINDOW);
        let WalletMode::Partner { key, daily_limit } = settings.wallet else {
            panic!("another mode");
        };
        assert_eq!(daily_limit, "5000".parse().unwrap());
        let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        assert_eq!(key.address().to_checksum(None), address);
    }

    #[test]
    fn a_payers_wallet_needs_neither() {
        let external = [(API_KEY.value, "key"), (WALLET_MODE, "external_wallet")];
        let settings = settings(&external).unwrap().unwrap();
        assert!(matches!(settings.wallet, WalletMode::External));
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_name() {
        for (variable, value, refusal) in [
            (
                "UNIGOX_SIGNING_KEY",
                "0x00",
                "UNIGOX_SIGNING_KEY is wrong: not a private key: 32 bytes in hex",
            ),
            (
                "UNIGOX_SIGNING_KEY",
                "",
                "UNIGOX_SIGNING_KEY is wrong: not set: in partner_wallet mode the proxy signs with it",
            ),
            (
                "UNIGOX_DAILY_LIMIT",
                "",
                "UNIGOX_DAILY_LIMIT is wrong: not set: in partner_wallet mode a day needs a limit, in \
                 tokens",
            ),
            (
                "UNIGOX_DAILY_LIMIT",
                "0",
                "UNIGOX_DAILY_LIMIT is wrong: zero: nothing could be paid",
            ),
            (
                "UNIGOX_WALLET_MODE",
                "my_wallet",
                "UNIGOX_WALLET_MODE is wrong: neither partner_wallet nor external_wallet",
            ),
            (
                "UNIGOX_WALLET_MODE",
                "external_wallet",
                "UNIGOX_SIGNING_KEY is wrong: set, but in external_wallet mode the proxy signs nothing",
            ),
            (
                "UNIGOX_CHAIN_IDS",
                "660279;1",
                "UNIGOX_CHAIN_IDS is wrong: not chain ids with commas between, like 660279",
            ),
            (
                "UNIGOX_WEBHOOK_WINDOW_SECONDS",
                "0",
                "UNIGOX_WEBHOOK_WINDOW_SECONDS is wrong: not a number of seconds from 1 to 86400",
            ),
            (
                "UNIGOX_BASE_URL",
                "http://api.unigox.com",
                "UNIGOX_BASE_URL is wrong: the key would travel unencrypted: http:// is for this \
                 machine only",
            ),
        ] {
            assert_eq!(with(&[(variable, value)]).unwrap_err(), refusal);
        }
        assert!(with(&[("UNIGOX_DAILY_LIMIT", "lots")]).is_err());
        assert!(with(&[("UNIGOX_API_KEY", "a key")]).is_err());
    }

    #[test]
    fn no_refusal_and_no_debug_repeats_a_secret() {
        let nearly = &KEY[1..];
        assert!(
            !with(&[("UNIGOX_SIGNING_KEY", nearly)])
                .unwrap_err()
                .contains(nearly)
        );
        let printed = format!(
            "{:?}",
            with(&[("UNIGOX_WEBHOOK_SECRET", "whsec_test")]).unwrap()
        );
        for secret in [KEY, "sim_unigox_key", "whsec_test"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn secrets_may_stand_in_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, format!("0x{KEY}\n")).unwrap();
        let path = path.display().to_string();
        let settings = with(&[
            ("UNIGOX_SIGNING_KEY", ""),
            ("UNIGOX_SIGNING_KEY_FILE", &path),
        ]);
        assert!(matches!(
            settings.unwrap().wallet,
            WalletMode::Partner { .. }
        ));
    }
}
