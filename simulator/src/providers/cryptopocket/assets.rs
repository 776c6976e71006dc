//! `GET /available-assets`: which tokens are bought, on which chains (assumption A-18).

use axum::extract::State;
use axum::response::Response;
use rust_decimal::Decimal;

use super::knobs::AssetList;
use super::refusal::Refusal;
use super::{CryptoPocket, assumptions, wire};

/// `GET /available-assets`.
pub(super) async fn list(State(pocket): State<CryptoPocket>) -> Response {
    let answer = pocket.with_books(|books, _| {
        let assets = Asset::all(books.knobs.assets);
        Ok(assets.map(wire::AvailableAsset::new).collect::<Vec<_>>())
    });
    pocket.reply(answer)
}

/// A token on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    /// In upper case.
    pub(super) token: &'static str,
    pub(super) chain: Chain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    Polygon,
    Bsc,
    Ethereum,
}

const TOKENS: [&str; 2] = ["USDC", "USDT"];

impl Chain {
    /// What is meant where no chain is named, as for on-ramps.
    pub(super) const DEFAULT: &'static str = "polygon";

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Polygon => "polygon",
            Self::Bsc => "bsc",
            Self::Ethereum => "ethereum",
        }
    }

    /// How many decimals the tokens have there.
    pub(super) const fn decimals(self) -> u32 {
        match self {
            Self::Polygon | Self::Ethereum => 6,
            Self::Bsc => 18,
        }
    }
}

impl AssetList {
    const fn chains(self) -> &'static [Chain] {
        match self {
            Self::Narrow => &[Chain::Polygon, Chain::Bsc],
            Self::Wide => &[Chain::Polygon, Chain::Bsc, Chain::Ethereum],
        }
    }
}

impl Asset {
    /// The asset with these names, in any case, if it is traded.
    pub(super) fn find(token: &str, chain: &str, list: AssetList) -> Result<Self, Refusal> {
        Self::all(list)
            .find(|asset| {
                asset.token.eq_ignore_ascii_case(token)
                    && asset.chain.name().eq_ignore_ascii_case(chain)
            })
            .ok_or(Refusal::CoinNotSupported)
    }

    fn all(list: AssetList) -> impl Iterator<Item = Self> {
        list.chains().iter().flat_map(|chain| {
            TOKENS.map(|token| Self {
                token,
                chain: *chain,
            })
        })
    }

    /// An amount of whole tokens in the smallest unit.
    pub(super) fn atomic(self, mut amount: Decimal) -> String {
        amount.rescale(self.chain.decimals());
        amount.mantissa().to_string()
    }
}

/// The currency with this name, if it is paid.
pub(super) fn currency(name: &str) -> Result<&'static str, Refusal> {
    assumptions::CURRENCIES
        .into_iter()
        .find(|currency| *currency == name)
        .ok_or(Refusal::CoinNotSupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atomic(chain: &str, amount: &str) -> String {
        let asset = Asset::find("usdt", chain, AssetList::Wide).unwrap();
        asset.atomic(amount.parse().unwrap())
    }

    #[test]
    fn atomic_units_depend_on_the_chain() {
        assert_eq!(atomic("polygon", "100"), "100000000");
        assert_eq!(atomic("ethereum", "0.000001"), "1");
        assert_eq!(atomic("bsc", "100"), "100000000000000000000");
        assert_eq!(
            atomic("BSC", "10000.000000000000000001"),
            "10000000000000000000001"
        );
    }

    #[test]
    fn what_is_not_traded_is_refused() {
        let refused = Err(Refusal::CoinNotSupported);
        assert_eq!(Asset::find("USDC", "ethereum", AssetList::Narrow), refused);
        assert_eq!(Asset::find("DAI", "polygon", AssetList::Wide), refused);
        assert_eq!(currency("USD"), Err(Refusal::CoinNotSupported));
        assert_eq!(currency("COP"), Ok("COP"));
    }
}
