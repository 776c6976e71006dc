//! What a wallet is told by a QR code.

use offramp_domain::{
    money::Amount,
    network::{DepositAddress, Network, payment_uri as uri},
};

use crate::amount::units;

/// The lines are a network, an address, a token's contract, an amount and the token's decimals:
/// what a wallet reads out of the link is these again, to the digit.
pub fn payment_uri(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default();
    let (network, to, contract, amount, decimals) = (next(), next(), next(), next(), next());
    let (Some(network), Ok(amount), Ok(decimals)) = (
        Network::parse(network),
        amount.parse::<Amount>(),
        decimals.parse::<u32>(),
    ) else {
        return;
    };
    let address = |text| DepositAddress::parse(network, text);
    let (Ok(to), Ok(contract)) = (address(to), address(contract)) else {
        return;
    };
    let Some(link) = uri(&to, &contract, amount, decimals) else {
        return;
    };
    let (path, query) = link.split_once('?').unwrap_or_default();
    let asked = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let to = Some(to.as_str());
    if let Some(path) = path.strip_prefix("ethereum:") {
        let chain = network.chain_id().unwrap_or_default();
        assert_eq!(path, format!("{}@{chain}/transfer", contract.as_str()));
        assert_eq!(asked("address"), to);
        let units = units(&amount.to_string(), decimals);
        assert_eq!(
            asked("uint256"),
            Some(units.as_str()),
            "{amount} {decimals}"
        );
    } else {
        assert_eq!(path.strip_prefix("solana:"), to);
        assert_eq!(asked("spl-token"), Some(contract.as_str()));
        assert_eq!(asked("amount").map(str::parse), Some(Ok(amount)));
    }
}
