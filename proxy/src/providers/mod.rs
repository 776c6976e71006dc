//! The registry: every provider that there is, and which of them are switched on.
//!
//! What adapters share stands beside them: [`exchange`] makes and logs a call, [`failure`] says why it
//! gave no usable answer, [`base_url`] and [`key`] check what they are configured with, and
//! [`timeouts`] says how long they wait.

use std::{future::ready, pin::Pin, sync::Arc};

use crate::{
    clock::Clock,
    config::{ConfigError, Lookup},
    provider::Provider,
};

pub mod base_url;
pub mod capa;
pub mod cryptopocket;
pub mod exchange;
pub mod failure;
mod figure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod key;
#[cfg(test)]
mod mapping_table;
pub mod timeouts;
pub mod unigox;

/// Every provider that there is, one line each. Sessions that name none, where none is configured,
/// are the first one's.
pub const ALL: [Entry; 3] = [
    Entry::new(capa::NAME, |lookup, _| Box::pin(capa::from_env(lookup))),
    Entry::new(cryptopocket::NAME, |lookup, clock| {
        at_once(cryptopocket::from_env(lookup, clock))
    }),
    Entry::new(unigox::NAME, |lookup, clock| {
        at_once(unigox::from_env(lookup, clock))
    }),
];

/// The provider of sessions that name none, where none is configured.
pub const DEFAULT: &str = ALL[0].name;

/// A provider with its name, as partners and addresses of webhooks spell it, and how it is made of its
/// variables.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    from_env: FromEnv,
}

/// Makes a provider of its variables; none where they are not set.
pub type FromEnv = for<'a> fn(Lookup<'a>, &'a Clock) -> Started<'a>;

/// A provider that may have to be asked something before it is trusted with money.
pub type Started<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<dyn Provider>>, ConfigError>> + 'a>>;

impl Entry {
    /// One line of the registry.
    pub const fn new(name: &'static str, from_env: FromEnv) -> Self {
        Self { name, from_env }
    }
}

/// A provider that is asked nothing before it is trusted.
#[must_use]
pub fn at_once<'a>(provider: Result<Option<Arc<dyn Provider>>, ConfigError>) -> Started<'a> {
    Box::pin(ready(provider))
}

/// The providers whose variables are set, ready to be asked.
///
/// # Errors
/// The first variable that is wrong, and whatever a provider has to be asked about before it is
/// trusted with money.
pub async fn from_env(
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Vec<Arc<dyn Provider>>, ConfigError> {
    switched_on(&ALL, lookup, clock).await
}

/// The same of any registry.
///
/// # Errors
/// Those of [`from_env`].
pub async fn switched_on(
    registry: &[Entry],
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Vec<Arc<dyn Provider>>, ConfigError> {
    let mut providers = Vec::new();
    for entry in registry {
        providers.extend((entry.from_env)(lookup, clock).await?);
    }
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use offramp_domain::{money::Token, network::Network};

    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_built_in_catalogue_is_sound() {
        for (catalog, countries) in [
            (include_str!("capa/catalog.toml"), 4),
            (include_str!("cryptopocket/catalog.toml"), 6),
        ] {
            let catalog = Catalog::parse(catalog).unwrap();
            assert!(catalog.asset(Token::Usdc, Network::Pol).is_some());
            assert!(catalog.asset(Token::Matic, Network::Pol).is_none());
            assert_eq!(catalog.countries().len(), countries);
        }
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(names.contains(DEFAULT));
    }

    #[tokio::test]
    async fn without_variables_nothing_is_switched_on() {
        assert!(
            from_env(&|_| None, &Clock::system())
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_key_switches_its_provider_on() {
        let key = |name: &str| (name == "CAPA_API_KEY").then(|| "sim_capa_key".to_owned());
        let providers = from_env(&key, &Clock::system()).await.unwrap();
        let names: Vec<_> = providers.iter().map(|provider| provider.name()).collect();
        assert_eq!(names, ["capa"]);
    }

    #[tokio::test]
    async fn several_may_be_on() {
        let lookup = |name: &str| match name {
            "CAPA_API_KEY" => Some("sim_capa_key".to_owned()),
            "CRYPTOPOCKET_API_KEY" | "CRYPTOPOCKET_API_SECRET" => Some("sim_key".to_owned()),
            "CRYPTOPOCKET_BASE_URL" => Some("http://127.0.0.1:1/cryptopocket".to_owned()),
            _ => None,
        };
        let providers = from_env(&lookup, &Clock::system()).await.unwrap();
        let names: Vec<_> = providers.iter().map(|provider| provider.name()).collect();
        assert_eq!(names, ["capa", "cryptopocket"]);
    }
}
