//! What a simulator is told before it starts.

use std::fmt;
use std::path::PathBuf;

use alloy_primitives::{Address, address};
use thiserror::Error;

use crate::shop::notices;

/// What a [`Simulator`](crate::Simulator) is told before it starts.
#[derive(Clone)]
pub struct Config {
    /// The key that Capa's stand-in accepts. Its part up to the first `_` is what every key has to
    /// begin with to be taken for one at all.
    pub capa_key: String,
    /// Where Capa's stand-in sends its webhooks; nowhere if absent.
    pub webhook: Option<WebhookTarget>,
    /// The keys that CryptoPocket's stand-in accepts, and signs its webhooks with.
    pub cryptopocket: CryptoPocketKeys,
    /// What UNIGOX' stand-in is told.
    pub unigox: UnigoxConfig,
    /// The demo partner's shop; none if absent.
    pub shop: Option<ShopConfig>,
}

/// What UNIGOX' stand-in is told before it starts.
#[derive(Clone, PartialEq, Eq)]
pub struct UnigoxConfig {
    /// The key that it accepts.
    pub key: String,
    /// Where webhooks go until somebody registers another address; nowhere if absent.
    pub webhook_url: Option<String>,
    /// The secret behind every webhook's signature.
    pub webhook_secret: String,
    /// The wallet on XAI that the partner signs from. It holds tokens from the beginning.
    pub partner_wallet: Address,
}

/// Where webhooks go, and how they are signed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    /// The address that is posted to.
    pub url: String,
    /// The secret behind every signature.
    pub secret: String,
}

/// The two keys of an operator at CryptoPocket.
#[derive(Clone, PartialEq, Eq)]
pub struct CryptoPocketKeys {
    /// The public one, which names the other.
    pub key: String,
    /// The secret one.
    pub secret: String,
}

/// The demo partner: its page and the few lines of backend behind it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShopConfig {
    /// The proxy as a browser reaches it, without a slash at the end.
    pub proxy_url: String,
    /// The secret that opens sessions at the proxy.
    pub secret_key: String,
    /// The folder with `index.html` and `demo/`, as Trunk leaves it.
    pub page_dir: PathBuf,
    /// The secret behind the proxy's notifications, `whsec_…`; without it the shop hears of none.
    pub notify_secret: Option<String>,
    /// Whose wallet pays where a provider moves crypto by a signature.
    pub paying: PayingWallet,
}

/// Whose wallet pays where a provider moves crypto by a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PayingWallet {
    /// The shop's, from the customer's balance.
    #[default]
    Partner,
    /// The payer's own.
    External,
}

/// A variable of the environment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    variable: &'static str,
    problem: &'static str,
}

impl Config {
    /// Reads the environment through `variable`. An empty variable is an absent one.
    ///
    /// - `SIMULATOR_CAPA_KEY`: [`Config::capa_key`] (`sim_capa_key`).
    /// - `SIMULATOR_WEBHOOK_URL` and `SIMULATOR_WEBHOOK_SECRET`: [`Config::webhook`] (none).
    /// - `SIMULATOR_CRYPTOPOCKET_KEY` and `SIMULATOR_CRYPTOPOCKET_SECRET`: [`Config::cryptopocket`]
    ///   (`sim_cryptopocket_key`, `sim_cryptopocket_secret`).
    /// - `SIMULATOR_UNIGOX_KEY`: [`UnigoxConfig::key`] (`sim_unigox_key`).
    /// - `SIMULATOR_UNIGOX_WEBHOOK_URL`: [`UnigoxConfig::webhook_url`] (none).
    /// - `SIMULATOR_UNIGOX_WEBHOOK_SECRET`: [`UnigoxConfig::webhook_secret`] (`whsec_test_unigox`).
    /// - `SIMULATOR_UNIGOX_PARTNER_WALLET`: [`UnigoxConfig::partner_wallet`] (the first account of
    ///   the public development mnemonic).
    /// - `OFFRAMP_SECRET_KEY`: [`ShopConfig::secret_key`]; without it there is no shop.
    /// - `SHOP_PROXY_URL`: [`ShopConfig::proxy_url`] (`http://127.0.0.1:8080`).
    /// - `SHOP_PAGE_DIR`: [`ShopConfig::page_dir`] (`dist`).
    /// - `OFFRAMP_NOTIFY_SECRET`: [`ShopConfig::notify_secret`] (none).
    /// - `SHOP_WALLET_MODE`: [`ShopConfig::paying`], `partner_wallet` or `external_wallet`
    ///   (`partner_wallet`).
    ///
    /// # Errors
    ///
    /// When a variable is there that cannot be used, or one is missing beside another.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        Ok(Self {
            capa_key: variable("SIMULATOR_CAPA_KEY").unwrap_or_else(|| Self::default().capa_key),
            webhook: WebhookTarget::from_env(&variable)?,
            cryptopocket: CryptoPocketKeys::from_env(&variable),
            unigox: UnigoxConfig::from_env(&variable)?,
            shop: ShopConfig::from_env(&variable)?,
        })
    }
}

impl WebhookTarget {
    fn from_env(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ConfigError> {
        let Some(url) = variable("SIMULATOR_WEBHOOK_URL") else {
            return Ok(None);
        };
        check_url("SIMULATOR_WEBHOOK_URL", &url)?;
        let secret = variable("SIMULATOR_WEBHOOK_SECRET").ok_or(ConfigError {
            variable: "SIMULATOR_WEBHOOK_SECRET",
            problem: "is needed beside SIMULATOR_WEBHOOK_URL",
        })?;
        Ok(Some(Self { url, secret }))
    }
}

impl CryptoPocketKeys {
    fn from_env(variable: &impl Fn(&str) -> Option<String>) -> Self {
        let Self { key, secret } = Self::default();
        Self {
            key: variable("SIMULATOR_CRYPTOPOCKET_KEY").unwrap_or(key),
            secret: variable("SIMULATOR_CRYPTOPOCKET_SECRET").unwrap_or(secret),
        }
    }
}

impl UnigoxConfig {
    fn from_env(variable: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        const URL: &str = "SIMULATOR_UNIGOX_WEBHOOK_URL";
        const WALLET: &str = "SIMULATOR_UNIGOX_PARTNER_WALLET";
        let otherwise = Self::default();
        let webhook_url = variable(URL);
        if let Some(url) = &webhook_url {
            check_url(URL, url)?;
        }
        let partner_wallet = match variable(WALLET) {
            None => otherwise.partner_wallet,
            Some(text) => text.parse().map_err(|_| ConfigError {
                variable: WALLET,
                problem: "is not 0x and forty hexadecimal digits",
            })?,
        };
        let secret = variable("SIMULATOR_UNIGOX_WEBHOOK_SECRET");
        Ok(Self {
            key: variable("SIMULATOR_UNIGOX_KEY").unwrap_or(otherwise.key),
            webhook_url,
            webhook_secret: secret.unwrap_or(otherwise.webhook_secret),
            partner_wallet,
        })
    }
}

impl ShopConfig {
    fn from_env(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ConfigError> {
        let Some(secret_key) = variable("OFFRAMP_SECRET_KEY") else {
            return Ok(None);
        };
        let proxy_url = variable("SHOP_PROXY_URL");
        let proxy_url = proxy_url.unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
        check_url("SHOP_PROXY_URL", &proxy_url)?;
        let notify_secret = variable("OFFRAMP_NOTIFY_SECRET");
        if notify_secret
            .as_deref()
            .is_some_and(|secret| notices::key(secret).is_none())
        {
            return Err(ConfigError {
                variable: "OFFRAMP_NOTIFY_SECRET",
                problem: "is not whsec_ and base64 after it",
            });
        }
        Ok(Some(Self {
            proxy_url: proxy_url.trim_end_matches('/').to_owned(),
            secret_key,
            page_dir: variable("SHOP_PAGE_DIR")
                .unwrap_or_else(|| "dist".to_owned())
                .into(),
            notify_secret,
            paying: PayingWallet::from_env(variable)?,
        }))
    }
}

impl PayingWallet {
    fn from_env(variable: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        const MODE: &str = "SHOP_WALLET_MODE";
        match variable(MODE).as_deref() {
            None | Some("partner_wallet") => Ok(Self::Partner),
            Some("external_wallet") => Ok(Self::External),
            Some(_) => Err(ConfigError {
                variable: MODE,
                problem: "is neither partner_wallet nor external_wallet",
            }),
        }
    }
}

fn check_url(variable: &'static str, url: &str) -> Result<(), ConfigError> {
    match reqwest::Url::parse(url) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) => Ok(()),
        Ok(_) | Err(_) => Err(ConfigError {
            variable,
            problem: "is not an http address",
        }),
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            capa_key: "sim_capa_key".to_owned(),
            webhook: None,
            cryptopocket: CryptoPocketKeys::default(),
            unigox: UnigoxConfig::default(),
            shop: None,
        }
    }
}

impl Default for CryptoPocketKeys {
    fn default() -> Self {
        Self {
            key: "sim_cryptopocket_key".to_owned(),
            secret: "sim_cryptopocket_secret".to_owned(),
        }
    }
}

impl Default for UnigoxConfig {
    fn default() -> Self {
        Self {
            key: "sim_unigox_key".to_owned(),
            webhook_url: None,
            webhook_secret: "whsec_test_unigox".to_owned(),
            partner_wallet: address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("webhook", &self.webhook)
            .field("cryptopocket", &self.cryptopocket)
            .field("unigox", &self.unigox)
            .field("shop", &self.shop)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CryptoPocketKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CryptoPocketKeys")
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UnigoxConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnigoxConfig")
            .field("webhook_url", &self.webhook_url)
            .field("partner_wallet", &self.partner_wallet)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WebhookTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebhookTarget")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ShopConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ShopConfig")
            .field("proxy_url", &self.proxy_url)
            .field("page_dir", &self.page_dir)
            .field("paying", &self.paying)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        Config::from_env(|name| value(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn an_empty_environment_is_a_simulator_without_shop_and_webhooks() {
        let config = read(&[("SIMULATOR_CAPA_KEY", "")]).unwrap();
        assert_eq!(config.capa_key, "sim_capa_key");
        assert_eq!(config.cryptopocket.key, "sim_cryptopocket_key");
        assert_eq!(config.cryptopocket.secret, "sim_cryptopocket_secret");
        assert_eq!((config.webhook, config.shop), (None, None));
    }

    #[test]
    fn each_provider_has_its_own_keys() {
        let config = read(&[
            ("SIMULATOR_CRYPTOPOCKET_KEY", "a"),
            ("SIMULATOR_CRYPTOPOCKET_SECRET", "b"),
        ]);
        let keys = config.unwrap().cryptopocket;
        assert_eq!((keys.key.as_str(), keys.secret.as_str()), ("a", "b"));
    }

    #[test]
    fn a_shop_needs_only_a_secret() {
        let shop = read(&[("OFFRAMP_SECRET_KEY", "sk_1")])
            .unwrap()
            .shop
            .unwrap();
        assert_eq!(shop.proxy_url, "http://127.0.0.1:8080");
        assert_eq!(shop.page_dir, PathBuf::from("dist"));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let secret = ("OFFRAMP_SECRET_KEY", "sk_1");
        let error = read(&[secret, ("SHOP_PROXY_URL", "localhost")]).unwrap_err();
        assert_eq!(error.to_string(), "SHOP_PROXY_URL: is not an http address");
        let error = read(&[secret, ("OFFRAMP_NOTIFY_SECRET", "hunter2")]).unwrap_err();
        let expected = "OFFRAMP_NOTIFY_SECRET: is not whsec_ and base64 after it";
        assert_eq!(error.to_string(), expected);
        let error = read(&[secret, ("SHOP_WALLET_MODE", "both")]).unwrap_err();
        let expected = "SHOP_WALLET_MODE: is neither partner_wallet nor external_wallet";
        assert_eq!(error.to_string(), expected);
        let error = read(&[("SIMULATOR_UNIGOX_PARTNER_WALLET", "0x1")]).unwrap_err();
        let expected = "SIMULATOR_UNIGOX_PARTNER_WALLET: is not 0x and forty hexadecimal digits";
        assert_eq!(error.to_string(), expected);
        let error = read(&[("SIMULATOR_WEBHOOK_URL", "http://a")]).unwrap_err();
        let expected = "SIMULATOR_WEBHOOK_SECRET: is needed beside SIMULATOR_WEBHOOK_URL";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn secrets_are_not_printed() {
        let webhook = WebhookTarget {
            url: "http://a".to_owned(),
            secret: "PLANTED".to_owned(),
        };
        let shop = ShopConfig {
            proxy_url: "http://b".to_owned(),
            secret_key: "PLANTED".to_owned(),
            page_dir: PathBuf::new(),
            notify_secret: Some("PLANTED".to_owned()),
            paying: PayingWallet::default(),
        };
        let capa_key = "PLANTED".to_owned();
        let config = Config {
            capa_key,
            webhook: Some(webhook),
            cryptopocket: CryptoPocketKeys {
                key: "PLANTED".to_owned(),
                secret: "PLANTED".to_owned(),
            },
            unigox: UnigoxConfig {
                key: "PLANTED".to_owned(),
                webhook_secret: "PLANTED".to_owned(),
                ..UnigoxConfig::default()
            },
            shop: Some(shop),
        };
        let printed = format!("{config:?}");
        assert!(!printed.contains("PLANTED"), "{printed}");
    }
}
