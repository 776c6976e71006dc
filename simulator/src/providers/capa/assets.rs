//! What is traded: currencies, tokens, blockchains, and which of them go together.

use super::knobs::AssetList;

/// A currency that is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fiat {
    Mxn,
    Dop,
    Usd,
    Eur,
}

/// What kind of address a blockchain has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Evm,
    Svm,
    Stk,
}

/// Whether a token keeps its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Stable,
    Volatile,
}

/// A token on a blockchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    pub(super) token: &'static str,
    pub(super) kind: Kind,
    pub(super) chain: &'static Chain,
}

/// A blockchain by the names that Capa gives it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) symbol: &'static str,
    /// The name that webhooks use.
    pub(super) name: &'static str,
    pub(super) family: Family,
}

impl Fiat {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Mxn => "MXN",
            Self::Dop => "DOP",
            Self::Usd => "USD",
            Self::Eur => "EUR",
        }
    }

    pub(super) fn with_code(code: &str) -> Option<Self> {
        [Self::Mxn, Self::Dop, Self::Usd, Self::Eur]
            .into_iter()
            .find(|fiat| fiat.code() == code)
    }
}

/// The pair, if the list in force has it.
pub(super) fn find(list: AssetList, token: &str, chain: &str) -> Option<Asset> {
    let narrow = NARROW.iter();
    let wide = match list {
        AssetList::Narrow => &[],
        AssetList::Wide => WIDE,
    };
    let (chain, tokens) = narrow
        .chain(wide)
        .find(|(on, tokens)| on.symbol == chain && tokens.contains(&token))?;
    let token = tokens.iter().find(|listed| **listed == token)?;
    Some(Asset {
        token,
        kind: kind(token),
        chain,
    })
}

fn kind(token: &str) -> Kind {
    const VOLATILE: [&str; 11] = [
        "SOL", "ETH", "wBTC", "cbBTC", "POL", "BNB", "WLD", "STK", "CORE", "CoreBTC", "MATIC",
    ];
    if VOLATILE.contains(&token) {
        Kind::Volatile
    } else {
        Kind::Stable
    }
}

static POL: Chain = Chain {
    symbol: "POL",
    name: "Polygon PoS",
    family: Family::Evm,
};
static SOL: Chain = Chain {
    symbol: "SOL",
    name: "Solana",
    family: Family::Svm,
};
static ETH: Chain = Chain {
    symbol: "ETH",
    name: "Ethereum",
    family: Family::Evm,
};
static BASE: Chain = Chain {
    symbol: "BASE",
    name: "Base",
    family: Family::Evm,
};
static ARB: Chain = Chain {
    symbol: "ARB",
    name: "Arbitrum One",
    family: Family::Evm,
};
static BSC: Chain = Chain {
    symbol: "BSC",
    name: "BNB Smart Chain",
    family: Family::Evm,
};
static OP: Chain = Chain {
    symbol: "OP",
    name: "Optimism",
    family: Family::Evm,
};
static WLD: Chain = Chain {
    symbol: "WLD",
    name: "World Chain",
    family: Family::Evm,
};
static STK: Chain = Chain {
    symbol: "STK",
    name: "Starknet",
    family: Family::Stk,
};

type Listing = (&'static Chain, &'static [&'static str]);

/// The newer list.
static NARROW: &[Listing] = &[
    (&POL, &["USDC", "USDT"]),
    (&SOL, &["USDC"]),
    (&ETH, &["USDC"]),
];

/// What the older guides have besides. No pair is named for `MTN` and `CORE`.
static WIDE: &[Listing] = &[
    (&POL, &["POL", "MATIC"]),
    (&BSC, &["BNB", "USDT"]),
    (
        &BASE,
        &["USDC", "USDC.e", "USDbC", "ETH", "MXNe", "cbBTC", "wUSDL"],
    ),
    (&OP, &["USDC", "ETH"]),
    (&ARB, &["USDC", "ETH"]),
    (&SOL, &["SOL", "USDY", "PYSUD"]),
    (&WLD, &["WLD"]),
    (&STK, &["USDC", "STK"]),
    (&ETH, &["ETH", "wBTC"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::usd_price;

    #[test]
    fn the_narrow_list_is_the_newer_one() {
        assert!(find(AssetList::Narrow, "USDC", "POL").is_some());
        assert!(find(AssetList::Narrow, "USDT", "POL").is_some());
        assert_eq!(find(AssetList::Narrow, "USDC", "BASE"), None);
        assert_eq!(find(AssetList::Narrow, "USDT", "SOL"), None);
    }

    #[test]
    fn the_wide_list_keeps_the_narrow_one() {
        assert!(find(AssetList::Wide, "USDC", "POL").is_some());
        assert!(find(AssetList::Wide, "USDC", "BASE").is_some());
        assert_eq!(find(AssetList::Wide, "CORE", "CORE"), None);
        assert_eq!(find(AssetList::Wide, "usdc", "POL"), None);
    }

    #[test]
    fn every_listed_token_has_a_price() {
        for (chain, tokens) in NARROW.iter().chain(WIDE) {
            for token in *tokens {
                assert!(usd_price(token).is_some(), "{token} on {}", chain.symbol);
            }
        }
    }

    #[test]
    fn currencies_are_written_in_capitals() {
        assert_eq!(Fiat::with_code("MXN"), Some(Fiat::Mxn));
        assert_eq!(Fiat::with_code("mxn"), None);
        assert_eq!(Fiat::with_code("BRL"), None);
    }
}
