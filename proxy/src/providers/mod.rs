//! The registry: every provider that there is, and which of them are switched on.

use std::sync::Arc;

use crate::{
    clock::Clock,
    config::{ConfigError, Lookup},
    provider::Provider,
};

mod base_url;
pub mod capa;
pub mod cryptopocket;
mod exchange;
mod failure;
mod figure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod key;
#[cfg(test)]
mod mapping_table;
mod timeouts;
pub mod unigox;

/// The provider of sessions that name none, where none is configured.
pub const DEFAULT: &str = capa::NAME;

/// The providers whose variables are set, ready to be asked. One line for each that there is.
///
/// # Errors
/// The first variable that is wrong, and whatever a provider has to be asked about before it is
/// trusted with money.
pub async fn from_env(
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Vec<Arc<dyn Provider>>, ConfigError> {
    let providers = [
        capa::from_env(lookup).await?,
        cryptopocket::from_env(lookup, clock)?,
        unigox::from_env(lookup, clock)?,
    ];
    Ok(providers.into_iter().flatten().collect())
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
