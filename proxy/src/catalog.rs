//! What is offered: assets, countries, limits and explorers, from a TOML file.

use std::collections::BTreeMap;

use offramp_domain::{
    api,
    bank::CountryCode,
    money::{Amount, Token},
    network::{DepositAddress, Network},
};
use serde::Deserialize;
use thiserror::Error;

/// What is offered by one provider.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    assets: Vec<Asset>,
    countries: Vec<Country>,
    explorers: BTreeMap<Network, String>,
}

/// What a configured file says: of the default provider at its top, of others in sections of their
/// own, `[provider.name]`.
#[derive(Clone, Debug, Default)]
pub struct CatalogFile {
    default: Option<Catalog>,
    sections: BTreeMap<String, Catalog>,
}

/// What is offered by each provider that is on.
#[derive(Clone, Debug, Default)]
pub struct Catalogs {
    of: BTreeMap<&'static str, Catalog>,
    /// Of a provider that is switched off: nothing.
    nothing: Catalog,
}

impl Catalogs {
    /// The configured catalogues, and each provider's own where none is configured.
    ///
    /// # Errors
    /// A section of a provider that there is not, or a built-in catalogue that cannot be read.
    pub fn new(
        file: &CatalogFile,
        default: &str,
        providers: impl Iterator<Item = (&'static str, &'static str)>,
    ) -> Result<Self, CatalogError> {
        let mut of = BTreeMap::new();
        for (name, built_in) in providers {
            let configured = match file.sections.get(name) {
                Some(section) => Some(section),
                None => file.default.as_ref().filter(|_| name == default),
            };
            let catalog = match configured {
                Some(configured) => configured.clone(),
                None => Catalog::parse(built_in)?,
            };
            of.insert(name, catalog);
        }
        Ok(Self {
            of,
            nothing: Catalog::default(),
        })
    }

    /// What a provider offers.
    pub fn of(&self, provider: &str) -> &Catalog {
        self.of.get(provider).unwrap_or(&self.nothing)
    }
}

/// A token on a network, with its limits.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Which token.
    pub token: Token,
    /// Which network.
    pub network: Network,
    /// The token's name in full.
    pub name: String,
    /// The token's decimals.
    pub decimals: u32,
    /// Its contract or mint.
    pub contract: Option<DepositAddress>,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
}

/// A country, with its limits.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// Which country.
    pub country: CountryCode,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
}

/// Why a catalogue is refused.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// Not the file it should be.
    #[error("the catalogue cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A contract that is no address of its network.
    #[error("the contract of {token} on {network}: {source}")]
    Contract {
        /// Whose contract.
        token: Token,
        /// On which network.
        network: Network,
        /// What is wrong with it.
        source: offramp_domain::network::ParseAddressError,
    },
    /// The same thing twice.
    #[error("{0} is listed twice")]
    Twice(String),
    /// A least amount above the greatest.
    #[error("the limits of {0} are the wrong way round")]
    Limits(String),
    /// Nothing to sell, or nowhere to pay.
    #[error("the catalogue offers no {0}")]
    Empty(&'static str),
    /// An explorer without a place for the hash.
    #[error("the explorer of {0} has no {{hash}}, or is not https")]
    Explorer(Network),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    asset: Vec<FileAsset>,
    country: Vec<Country>,
    explorers: BTreeMap<Network, String>,
    provider: BTreeMap<String, Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    asset: Vec<FileAsset>,
    country: Vec<Country>,
    #[serde(default)]
    explorers: BTreeMap<Network, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileAsset {
    token: Token,
    network: Network,
    name: String,
    decimals: u32,
    contract: Option<String>,
    min: Amount,
    max: Amount,
}

impl CatalogFile {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let File {
            asset,
            country,
            explorers,
            provider,
        } = toml::from_str(text)?;
        let top = Section {
            asset,
            country,
            explorers,
        };
        let is_said = !(top.asset.is_empty() && top.country.is_empty() && top.explorers.is_empty());
        let default = (is_said || provider.is_empty())
            .then(|| Catalog::try_from(top))
            .transpose()?;
        let sections = provider
            .into_iter()
            .map(|(name, section)| Ok((name, Catalog::try_from(section)?)))
            .collect::<Result<_, CatalogError>>()?;
        Ok(Self { default, sections })
    }

    /// The catalogues in it.
    pub fn catalogs(&self) -> impl Iterator<Item = &Catalog> {
        self.default.iter().chain(self.sections.values())
    }
}

impl TryFrom<Section> for Catalog {
    type Error = CatalogError;

    fn try_from(file: Section) -> Result<Self, CatalogError> {
        if file.asset.is_empty() {
            return Err(CatalogError::Empty("asset"));
        }
        if file.country.is_empty() {
            return Err(CatalogError::Empty("country"));
        }
        let mut assets: Vec<Asset> = Vec::new();
        for listed in file.asset {
            let asset = Asset::try_from(listed)?;
            let label = format!("{} on {}", asset.token, asset.network);
            if assets
                .iter()
                .any(|a| a.token == asset.token && a.network == asset.network)
            {
                return Err(CatalogError::Twice(label));
            }
            if asset.min > asset.max {
                return Err(CatalogError::Limits(label));
            }
            assets.push(asset);
        }
        for (index, country) in file.country.iter().enumerate() {
            let label = country.country.as_str().to_owned();
            if file
                .country
                .iter()
                .take(index)
                .any(|other| other.country == country.country)
            {
                return Err(CatalogError::Twice(label));
            }
            if country.min > country.max {
                return Err(CatalogError::Limits(label));
            }
        }
        for (network, explorer) in &file.explorers {
            if !explorer.contains("{hash}") || !explorer.starts_with("https://") {
                return Err(CatalogError::Explorer(*network));
            }
        }
        Ok(Self {
            assets,
            countries: file.country,
            explorers: file.explorers,
        })
    }
}

impl Catalog {
    /// Reads a provider's own catalogue.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        Self::try_from(toml::from_str::<Section>(text)?)
    }

    /// A token on a network, if it is offered.
    pub fn asset(&self, token: Token, network: Network) -> Option<&Asset> {
        self.assets
            .iter()
            .find(|asset| asset.token == token && asset.network == network)
    }

    /// A country, if it is offered.
    pub fn country(&self, code: CountryCode) -> Option<&Country> {
        self.countries
            .iter()
            .find(|country| country.country == code)
    }

    /// Everything that can be sold, as the widget reads it.
    pub fn assets(&self) -> Vec<api::Asset> {
        self.assets.iter().map(Asset::to_api).collect()
    }

    /// Everywhere that can be paid.
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// Where a transfer can be looked up.
    pub fn explorer_url(&self, network: Network, hash: &str) -> Option<String> {
        self.explorers
            .get(&network)
            .map(|pattern| pattern.replace("{hash}", hash))
    }
}

impl Asset {
    fn to_api(&self) -> api::Asset {
        api::Asset {
            token: self.token,
            network: self.network,
            name: self.name.clone(),
            network_name: self.network.name().to_owned(),
            decimals: self.decimals,
            chain_id: self.network.chain_id(),
            token_contract: self
                .contract
                .as_ref()
                .map(|contract| contract.as_str().to_owned()),
            min: self.min,
            max: self.max,
        }
    }
}

impl TryFrom<FileAsset> for Asset {
    type Error = CatalogError;

    fn try_from(listed: FileAsset) -> Result<Self, Self::Error> {
        let FileAsset {
            token,
            network,
            name,
            decimals,
            contract,
            min,
            max,
        } = listed;
        let contract = contract
            .map(|text| DepositAddress::parse(network, &text))
            .transpose()
            .map_err(|source| CatalogError::Contract {
                token,
                network,
                source,
            })?;
        Ok(Self {
            token,
            network,
            name,
            decimals,
            contract,
            min,
            max,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTRY: &str = "[[country]]\ncountry = \"MX\"\nmin = \"1\"\nmax = \"2\"\n";

    fn with_asset(lines: &str) -> String {
        format!(
            "[[asset]]\ntoken = \"USDC\"\nnetwork = \"POL\"\nname = \"USD Coin\"\ndecimals = 6\n\
             {lines}\n{COUNTRY}"
        )
    }

    #[test]
    fn a_file_speaks_of_the_default_provider_and_of_those_it_names() {
        let own = with_asset("min = \"1\"\nmax = \"2\"");
        let section = own
            .replace("[[asset]]", "[[provider.two.asset]]")
            .replace("[[country]]", "[[provider.two.country]]")
            .replace("USDC", "USDT");
        let file = CatalogFile::parse(&format!("{own}{section}")).unwrap();
        let built_in = with_asset("min = \"5\"\nmax = \"6\"");
        let built_in: &'static str = built_in.leak();
        let providers = ["one", "two", "three"].map(|name| (name, built_in));
        let catalogs = Catalogs::new(&file, "one", providers.into_iter()).unwrap();
        let least = |provider, token| {
            let asset = catalogs.of(provider).asset(token, Network::Pol);
            asset.map(|asset| asset.min.to_string())
        };
        assert_eq!(least("one", Token::Usdc).as_deref(), Some("1"));
        assert_eq!(least("two", Token::Usdt).as_deref(), Some("1"));
        assert_eq!(least("two", Token::Usdc), None);
        assert_eq!(least("three", Token::Usdc).as_deref(), Some("5"));
        assert_eq!(least("four", Token::Usdc), None);
    }

    #[test]
    fn a_contract_with_a_wrong_checksum_is_refused() {
        let text = with_asset(
            "contract = \"0x3C499c542cEF5E3811e1192ce70d8cC03d5c3359\"\nmin = \"1\"\nmax = \"2\"",
        );
        let error = Catalog::parse(&text).unwrap_err().to_string();
        assert_eq!(
            error,
            "the contract of USDC on POL: the checksum of an address on POL does not fit"
        );
    }

    #[test]
    fn limits_the_wrong_way_round_are_refused() {
        let error = Catalog::parse(&with_asset("min = \"3\"\nmax = \"2\"")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the limits of USDC on POL are the wrong way round"
        );
    }

    #[test]
    fn an_unknown_word_is_refused() {
        let error = Catalog::parse(&with_asset("min = \"1\"\nmax = \"2\"\nmaximum = \"3\""));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("unknown field `maximum`")
        );
    }

    #[test]
    fn an_explorer_is_https_and_takes_a_hash() {
        let text = format!(
            "{}[explorers]\nPOL = \"javascript:alert(1)//{{hash}}\"\n",
            with_asset("min = \"1\"\nmax = \"2\"")
        );
        assert!(matches!(
            Catalog::parse(&text),
            Err(CatalogError::Explorer(Network::Pol))
        ));
    }
}
