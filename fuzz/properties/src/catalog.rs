//! The catalogue.

use offramp_domain::{
    bank::CountryCode,
    money::{Amount, Token},
    network::{Network, payment_uri},
};
use offramp_proxy::catalog::Catalog;

/// A catalogue that is taken offers each thing once and within its limits, contracts that are
/// addresses, and explorers with a place for the hash; a payment link of it names the right amount.
pub fn catalog(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(catalog) = Catalog::parse(text) else {
        return;
    };
    let (assets, countries) = (catalog.assets(), catalog.countries());
    assert!(!assets.is_empty() && !countries.is_empty());
    for (index, asset) in assets.iter().enumerate() {
        assert!(asset.min <= asset.max);
        let mut others = assets.iter().skip(index + 1);
        assert!(others.all(|other| (other.token, other.network) != (asset.token, asset.network)));
        has_a_link(&catalog, asset.token, asset.network, asset.min);
    }
    for (index, offer) in countries.iter().enumerate() {
        assert!(offer.min <= offer.max);
        let mut others = countries.iter().skip(index + 1);
        assert!(others.all(|other| other.country != offer.country));
    }
    for code in [
        CountryCode::Mx,
        CountryCode::Do,
        CountryCode::Us,
        CountryCode::Sepa,
    ] {
        let is_listed = countries.iter().any(|offer| offer.country == code);
        assert_eq!(catalog.country(code).is_some(), is_listed);
    }
    for network in Network::ALL {
        if let Some(url) = catalog.explorer_url(network, "0xhash") {
            assert!(url.starts_with("https://") && url.contains("0xhash"));
        }
    }
}

fn has_a_link(catalog: &Catalog, token: Token, network: Network, amount: Amount) {
    let Some(asset) = catalog.asset(token, network) else {
        panic!("{token} on {network} is listed and not found");
    };
    if let Some(contract) = &asset.contract {
        let link = payment_uri(contract, contract, amount, asset.decimals);
        assert!(link.is_none_or(|link| link.contains(contract.as_str())));
    }
}
