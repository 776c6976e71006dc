//! Addresses, and hashes of transfers.

use offramp_domain::network::{DepositAddress, Family, Network, TxHash};

use crate::headed;

/// The first line is a network: an address is kept to the letter and is itself again when read
/// again, and a hash has one spelling.
pub fn address(data: &[u8]) {
    let Some((network, rest)) = headed(data) else {
        return;
    };
    let (Some(network), Ok(text)) = (Network::parse(network), str::from_utf8(rest)) else {
        return;
    };
    if let Ok(address) = DepositAddress::parse(network, text) {
        assert_eq!(address.as_str(), text);
        assert!(text.len() <= 66 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(DepositAddress::parse(network, text).as_ref(), Ok(&address));
        if network.family() == Family::Evm {
            let small = text.to_ascii_lowercase();
            assert_eq!(DepositAddress::parse(network, &small), Ok(address));
        }
    }
    if let Ok(hash) = TxHash::parse(network, text) {
        let once = hash.as_str();
        assert!(once.len() <= 90 && once.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(TxHash::parse(network, once).as_ref(), Ok(&hash));
        if network.family() == Family::Evm {
            let large = once.replace(|c: char| c.is_ascii_lowercase() && c != 'x', "A");
            assert!(TxHash::parse(network, &large).is_ok());
        }
    }
}
