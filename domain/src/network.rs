//! Networks: where crypto travels, what an address looks like there, and what a QR code says.

use std::fmt;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{money::Amount, names::names};

/// A network that carries tokens. The ids are ours; adapters translate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Network {
    /// Polygon's proof-of-stake chain.
    Pol,
    /// Ethereum.
    Eth,
    /// Solana.
    Sol,
    /// Base.
    Base,
    /// Arbitrum One.
    Arb,
    /// BNB Smart Chain.
    Bsc,
    /// OP Mainnet.
    Op,
    /// World Chain.
    Wld,
    /// Starknet.
    Stk,
    /// Mantle.
    Mtn,
    /// Core.
    Core,
    /// Xai.
    Xai,
}

names! { Network::id {
    Pol => "POL",
    Eth => "ETH",
    Sol => "SOL",
    Base => "BASE",
    Arb => "ARB",
    Bsc => "BSC",
    Op => "OP",
    Wld => "WLD",
    Stk => "STK",
    Mtn => "MTN",
    Core => "CORE",
    Xai => "XAI",
} }

/// Networks whose addresses and hashes look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Ethereum and its kin: 20-byte addresses in hex.
    Evm,
    /// Solana: 32-byte addresses in base 58.
    Solana,
    /// Starknet: field elements in hex.
    Starknet,
}

impl Network {
    /// The name that wallets show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pol => "Polygon",
            Self::Eth => "Ethereum",
            Self::Sol => "Solana",
            Self::Base => "Base",
            Self::Arb => "Arbitrum One",
            Self::Bsc => "BNB Smart Chain",
            Self::Op => "OP Mainnet",
            Self::Wld => "World Chain",
            Self::Stk => "Starknet",
            Self::Mtn => "Mantle",
            Self::Core => "Core",
            Self::Xai => "Xai",
        }
    }

    /// The EIP-155 chain id, where there is one.
    pub fn chain_id(self) -> Option<u64> {
        match self {
            Self::Pol => Some(137),
            Self::Eth => Some(1),
            Self::Base => Some(8453),
            Self::Arb => Some(42_161),
            Self::Bsc => Some(56),
            Self::Op => Some(10),
            Self::Wld => Some(480),
            Self::Mtn => Some(5000),
            Self::Core => Some(1116),
            Self::Xai => Some(660_279),
            Self::Sol | Self::Stk => None,
        }
    }

    /// Which networks it resembles.
    pub fn family(self) -> Family {
        match self {
            Self::Sol => Family::Solana,
            Self::Stk => Family::Starknet,
            Self::Pol
            | Self::Eth
            | Self::Base
            | Self::Arb
            | Self::Bsc
            | Self::Op
            | Self::Wld
            | Self::Mtn
            | Self::Core
            | Self::Xai => Family::Evm,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Why a text is not an address of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseAddressError {
    /// Not the form that the network's addresses have.
    #[error("not an address of {0}")]
    Form(Network),
    /// Capitals that do not fit the address: a digit is wrong (EIP-55).
    #[error("the checksum of an address on {0} does not fit")]
    Checksum(Network),
}

/// An address or a token contract that is well formed on its network. Kept as it was received.
///
/// Two addresses are equal when they name the same account, whatever their capitals.
#[derive(Clone, Debug)]
pub struct DepositAddress {
    network: Network,
    text: String,
}

impl DepositAddress {
    /// Reads an address of `network`. A mixed-case EVM address must carry its EIP-55 checksum.
    ///
    /// ```
    /// use offramp_domain::network::{DepositAddress, Network, ParseAddressError};
    /// let good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    /// assert!(DepositAddress::parse(Network::Pol, good).is_ok());
    /// let swapped = "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    /// assert_eq!(
    ///     DepositAddress::parse(Network::Pol, swapped),
    ///     Err(ParseAddressError::Checksum(Network::Pol))
    /// );
    /// ```
    ///
    /// # Errors
    /// When the text is no address there, or its checksum does not fit.
    pub fn parse(network: Network, text: &str) -> Result<Self, ParseAddressError> {
        match network.family() {
            Family::Evm => check_evm(network, text)?,
            Family::Solana => {
                let mut bytes = [0; 32];
                let length = bs58::decode(text).onto(&mut bytes[..]);
                if length != Ok(32) {
                    return Err(ParseAddressError::Form(network));
                }
            }
            Family::Starknet => {
                if !is_hex(text, 1..=64) {
                    return Err(ParseAddressError::Form(network));
                }
            }
        }
        Ok(Self {
            network,
            text: text.to_owned(),
        })
    }

    /// The network it is on.
    pub fn network(&self) -> Network {
        self.network
    }

    /// As it was received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What tells two addresses apart, without regard to how they are written.
    fn identity(&self) -> String {
        match self.network.family() {
            Family::Evm => self.text.to_ascii_lowercase(),
            Family::Solana => self.text.clone(),
            Family::Starknet => {
                let digits = self.text.get(2..).unwrap_or_default();
                digits.trim_start_matches('0').to_ascii_lowercase()
            }
        }
    }
}

impl PartialEq for DepositAddress {
    fn eq(&self, other: &Self) -> bool {
        self.network == other.network && self.identity() == other.identity()
    }
}

impl Eq for DepositAddress {}

fn check_evm(network: Network, text: &str) -> Result<(), ParseAddressError> {
    if !is_hex(text, 40..=40) {
        return Err(ParseAddressError::Form(network));
    }
    let digits = text.get(2..).unwrap_or_default();
    let has_upper = digits.bytes().any(|byte| byte.is_ascii_uppercase());
    let has_lower = digits.bytes().any(|byte| byte.is_ascii_lowercase());
    if has_upper && has_lower {
        Address::parse_checksummed(text, None).map_err(|_| ParseAddressError::Checksum(network))?;
    }
    Ok(())
}

fn is_hex(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    text.strip_prefix("0x").is_some_and(|rest| {
        digits.contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// The hash (or signature) of a transfer, in the form its network gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxHash(String);

/// A text that is not the hash of a transfer on its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the hash of a transfer on {0}")]
pub struct ParseTxHashError(pub Network);

impl TxHash {
    /// Reads a hash: `0x` and 64 hex digits, or a Solana signature of 64 bytes in base 58.
    ///
    /// Letters of a hex hash are made small, so that one transfer has one spelling.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn parse(network: Network, text: &str) -> Result<Self, ParseTxHashError> {
        let text = text.trim();
        match network.family() {
            Family::Evm if is_hex(text, 64..=64) => Ok(Self(text.to_ascii_lowercase())),
            Family::Starknet if is_hex(text, 1..=64) => Ok(Self(text.to_ascii_lowercase())),
            Family::Solana => {
                let mut bytes = [0; 64];
                match bs58::decode(text).onto(&mut bytes[..]) {
                    Ok(64) => Ok(Self(text.to_owned())),
                    Ok(_) | Err(_) => Err(ParseTxHashError(network)),
                }
            }
            Family::Evm | Family::Starknet => Err(ParseTxHashError(network)),
        }
    }

    /// As it is sent and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a QR code that a wallet understands: EIP-681 on EVM networks, Solana Pay on Solana.
///
/// There is none without a token contract, where the amount is not a whole number of the token's
/// smallest unit, or on a network that has no such standard.
///
/// ```
/// use offramp_domain::network::{payment_uri, DepositAddress, Network};
/// let usdc = DepositAddress::parse(Network::Pol, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359");
/// let to = DepositAddress::parse(Network::Pol, "0x7796d4f304bd84171ee6730ad0f69c07a47e786d");
/// assert_eq!(
///     payment_uri(&to.unwrap(), &usdc.unwrap(), "100".parse().unwrap(), 6).unwrap(),
///     "ethereum:0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359@137/transfer\
///      ?address=0x7796d4f304bd84171ee6730ad0f69c07a47e786d&uint256=100000000"
/// );
/// ```
pub fn payment_uri(
    to: &DepositAddress,
    token_contract: &DepositAddress,
    amount: Amount,
    decimals: u32,
) -> Option<String> {
    let network = to.network();
    if token_contract.network() != network {
        return None;
    }
    let atomic = amount.to_atomic(decimals)?;
    match network.family() {
        Family::Evm => Some(format!(
            "ethereum:{}@{}/transfer?address={}&uint256={atomic}",
            token_contract.as_str(),
            network.chain_id()?,
            to.as_str(),
        )),
        Family::Solana => Some(format!(
            "solana:{}?amount={}&spl-token={}",
            to.as_str(),
            amount.normalized(),
            token_contract.as_str(),
        )),
        Family::Starknet => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLANA_USDC: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

    #[track_caller]
    fn refused(network: Network, text: &str) -> ParseAddressError {
        DepositAddress::parse(network, text).unwrap_err()
    }

    /// The checksummed examples of EIP-55 itself.
    #[test]
    fn the_examples_of_eip_55_pass() {
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0xde709f2102306220921060314715629080e2fb77",
        ] {
            assert!(
                DepositAddress::parse(Network::Eth, address).is_ok(),
                "{address}"
            );
        }
    }

    #[test]
    fn addresses_of_another_network_are_refused() {
        assert_eq!(
            refused(Network::Pol, SOLANA_USDC),
            ParseAddressError::Form(Network::Pol)
        );
        assert_eq!(
            refused(Network::Sol, "0x7796d4f304bd84171ee6730ad0f69c07a47e786d"),
            ParseAddressError::Form(Network::Sol)
        );
        assert_eq!(
            refused(Network::Pol, "0x7796"),
            ParseAddressError::Form(Network::Pol)
        );
        assert_eq!(
            refused(Network::Pol, ""),
            ParseAddressError::Form(Network::Pol)
        );
        assert_eq!(
            refused(Network::Pol, "0xé"),
            ParseAddressError::Form(Network::Pol)
        );
    }

    #[test]
    fn the_same_account_is_equal_however_it_is_written() {
        let one = DepositAddress::parse(Network::Pol, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        let two = DepositAddress::parse(Network::Pol, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
        assert_eq!(one, two);
    }

    #[test]
    fn a_hash_has_the_form_of_its_network() {
        let hash = "0x9F2c00000000000000000000000000000000000000000000000000000000aBcD";
        assert_eq!(
            TxHash::parse(Network::Pol, hash).unwrap().as_str(),
            hash.to_ascii_lowercase()
        );
        assert_eq!(
            TxHash::parse(Network::Sol, hash),
            Err(ParseTxHashError(Network::Sol))
        );
        assert_eq!(
            TxHash::parse(Network::Pol, "0x12"),
            Err(ParseTxHashError(Network::Pol))
        );
        let signature = bs58::encode([7; 64]).into_string();
        assert!(TxHash::parse(Network::Sol, &signature).is_ok());
        assert_eq!(
            TxHash::parse(Network::Sol, "1111"),
            Err(ParseTxHashError(Network::Sol))
        );
    }

    #[test]
    fn a_solana_payment_names_the_token() {
        let mint = DepositAddress::parse(Network::Sol, SOLANA_USDC).unwrap();
        let to = DepositAddress::parse(Network::Sol, &bs58::encode([9; 32]).into_string()).unwrap();
        assert_eq!(
            payment_uri(&to, &mint, "25.50".parse().unwrap(), 6).unwrap(),
            format!("solana:{}?amount=25.5&spl-token={SOLANA_USDC}", to.as_str())
        );
    }

    #[test]
    fn nothing_is_guessed_in_a_payment_link() {
        let usdc =
            DepositAddress::parse(Network::Pol, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359")
                .unwrap();
        let to = DepositAddress::parse(Network::Pol, "0x7796d4f304bd84171ee6730ad0f69c07a47e786d")
            .unwrap();
        assert_eq!(
            payment_uri(&to, &usdc, "0.0000001".parse().unwrap(), 6),
            None
        );
        let elsewhere =
            DepositAddress::parse(Network::Base, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359")
                .unwrap();
        assert_eq!(payment_uri(&to, &elsewhere, "1".parse().unwrap(), 6), None);
    }
}
