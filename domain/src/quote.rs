//! Prices: what a quote promises, and when a new one is as good as the old.

use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Currency, Round},
    names::names,
};

/// How binding a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuoteKind {
    /// Nothing is locked.
    Indicative,
    /// The provider holds the price until the quote expires.
    Firm,
    /// The provider holds the price within a tolerance.
    Tolerance,
}

names! { QuoteKind::as_str {
    Indicative => "indicative",
    Firm => "firm",
    Tolerance => "tolerance",
} }

/// What the fiat amount of a quote or an order promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Guarantee {
    /// This much arrives.
    Exact,
    /// At least the minimum arrives.
    AtLeast,
    /// Nobody promises anything.
    Estimate,
}

names! { Guarantee::as_str {
    Exact => "exact",
    AtLeast => "at_least",
    Estimate => "estimate",
} }

/// What a fee is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// The partner's spread on the rate.
    Spread,
    /// The provider's fee.
    Provider,
    /// The network's fee, where the provider charges it.
    Network,
}

names! { FeeKind::as_str {
    Spread => "spread",
    Provider => "provider",
    Network => "network",
} }

/// Fiat for an amount of crypto at a rate, rounded down to the currency's cents: what arrives.
pub fn fiat_for(crypto: Amount, rate: Amount, currency: Currency) -> Option<Amount> {
    Some(
        crypto
            .checked_mul(rate)?
            .rounded(currency.decimals(), Round::Down),
    )
}

/// The least crypto, rounded up to the token's digits, that yields at least `fiat` at a rate.
///
/// ```
/// use offramp_domain::{money::Currency, quote::{crypto_for, fiat_for}};
/// let rate = "18.184665".parse().unwrap();
/// let wanted = "1818.46".parse().unwrap();
/// let crypto = crypto_for(wanted, rate, 6).unwrap();
/// assert!(fiat_for(crypto, rate, Currency::Mxn).unwrap() >= wanted);
/// ```
pub fn crypto_for(fiat: Amount, rate: Amount, decimals: u32) -> Option<Amount> {
    let crypto = fiat.checked_div(rate)?.rounded(decimals, Round::Up);
    if crypto.checked_mul(rate)? >= fiat {
        return Some(crypto);
    }
    // The division itself was rounded: one more of the smallest unit is enough.
    let smallest = Amount::new(1, decimals)?;
    crypto.checked_add(smallest)
}

/// The floor that a payer may accept instead of a figure that lives ten seconds: half a percent
/// below it, rounded down.
///
/// ```
/// use offramp_domain::{money::Currency, quote::floor_below};
/// let floor = floor_below("1818.46".parse().unwrap(), Currency::Mxn);
/// assert_eq!(floor, "1809.36".parse().ok());
/// ```
pub fn floor_below(fiat: Amount, currency: Currency) -> Option<Amount> {
    let factor = Amount::new(995, 3)?;
    Some(
        fiat.checked_mul(factor)?
            .rounded(currency.decimals(), Round::Down),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_arrives_is_rounded_down() {
        let fiat = fiat_for(
            "100".parse().unwrap(),
            "18.184665".parse().unwrap(),
            Currency::Mxn,
        );
        assert_eq!(fiat, "1818.46".parse().ok());
    }

    proptest! {
        #[test]
        fn the_crypto_for_a_fiat_amount_always_yields_it(
            fiat in 1_u64..50_000_000,
            rate in 1_u64..100_000_000_u64,
        ) {
            let fiat = Amount::new(fiat.into(), 2).unwrap();
            let rate = Amount::new(rate.into(), 6).unwrap();
            let crypto = crypto_for(fiat, rate, 6).unwrap();
            prop_assert!(fiat_for(crypto, rate, Currency::Mxn).unwrap() >= fiat);
        }
    }
}
