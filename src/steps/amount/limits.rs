//! How little and how much one order may be, in both units.

use offramp_domain::{
    money::{Amount, Currency, ParseAmountError, Round},
    quote::{crypto_for, fiat_for},
};

use super::sale::{Paid, Sold};
use crate::steps::Side;

/// The least and the most of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) min: Amount,
    pub(super) max: Amount,
}

/// What both sides allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) crypto: Range,
    pub(super) fiat: Range,
    /// Whether a rate has made one out of the two.
    pub(super) are_linked: bool,
}

/// What is wrong with a typed amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AmountProblem {
    Empty,
    NotAnAmount,
    TooManyDecimals {
        max: u32,
    },
    TooLong,
    /// Either this, or a thousand times as much.
    Ambiguous(Amount),
    Below(Amount),
    Above(Amount),
}

impl Limits {
    /// The limits of a token and a country. With a rate, what one of them forbids is forbidden in
    /// the other one's unit too.
    pub(super) fn of(sold: Sold, paid: Paid, rate: Option<Amount>) -> Self {
        let (crypto, fiat) = (sold.range, paid.range);
        let linked = rate.and_then(|rate| linked(crypto, fiat, rate, paid.currency, sold.decimals));
        linked.unwrap_or(Self {
            crypto,
            fiat,
            are_linked: false,
        })
    }

    /// The limits of one side.
    pub(super) fn side(&self, side: Side) -> Range {
        match side {
            Side::Crypto => self.crypto,
            Side::Fiat => self.fiat,
        }
    }
}

impl Range {
    /// What is wrong with an amount, as far as this range goes.
    pub(super) fn refuse(self, amount: Amount) -> Option<AmountProblem> {
        if amount < self.min {
            Some(AmountProblem::Below(self.min))
        } else if amount > self.max {
            Some(AmountProblem::Above(self.max))
        } else {
            None
        }
    }
}

fn linked(
    crypto: Range,
    fiat: Range,
    rate: Amount,
    currency: Currency,
    decimals: u32,
) -> Option<Limits> {
    let least = readable(crypto_for(fiat.min, rate, decimals)?, decimals, Round::Up);
    let most = readable(fiat.max.checked_div(rate)?, decimals, Round::Down);
    Some(Limits {
        crypto: Range {
            min: crypto.min.max(least),
            max: crypto.max.min(most),
        },
        fiat: Range {
            min: fiat.min.max(fiat_for(crypto.min, rate, currency)?),
            max: fiat.max.min(fiat_for(crypto.max, rate, currency)?),
        },
        are_linked: true,
    })
}

/// An amount that follows from a rate, with no more digits than it takes to be within a hundredth
/// of it: `5.5` for `5.499139`.
fn readable(amount: Amount, decimals: u32, round: Round) -> Amount {
    let hundred = "100".parse().unwrap_or_default();
    let is_near = |rounded: &Amount| {
        let (less, more) = (amount.min(*rounded), amount.max(*rounded));
        let off = more
            .checked_sub(less)
            .and_then(|off| off.checked_mul(hundred));
        !rounded.is_zero() && off.is_some_and(|off| off <= amount)
    };
    let shorter = (0..decimals)
        .map(|decimals| amount.rounded(decimals, round))
        .find(is_near);
    shorter.unwrap_or_else(|| amount.rounded(decimals, round))
}

/// Reads what was typed.
pub(super) fn read(text: &str, mark: char, decimals: u32) -> Result<Amount, AmountProblem> {
    Amount::parse_typed(text, mark, decimals).map_err(|error| match error {
        ParseAmountError::Empty if text.trim().is_empty() => AmountProblem::Empty,
        ParseAmountError::Empty
        | ParseAmountError::UnexpectedCharacter(_)
        | ParseAmountError::MisplacedPoint => AmountProblem::NotAnAmount,
        ParseAmountError::TooManyDecimals { max } => AmountProblem::TooManyDecimals { max },
        ParseAmountError::TooLarge => AmountProblem::TooLong,
        ParseAmountError::Ambiguous(less) => AmountProblem::Ambiguous(less),
    })
}

#[cfg(test)]
mod tests {
    use offramp_domain::{bank::CountryCode, money::Token, network::Network};

    use super::*;

    #[track_caller]
    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn range(min: &str, max: &str) -> Range {
        Range {
            min: amount(min),
            max: amount(max),
        }
    }

    fn usdc(min: &str, max: &str) -> Sold {
        Sold {
            token: Token::Usdc,
            network: Network::Pol,
            decimals: 6,
            range: range(min, max),
        }
    }

    fn mexico(min: &str, max: &str) -> Paid {
        Paid {
            country: CountryCode::Mx,
            currency: Currency::Mxn,
            range: range(min, max),
        }
    }

    #[test]
    fn without_a_rate_each_side_has_its_own_limits() {
        let limits = Limits::of(usdc("5", "1000"), mexico("200", "9000"), None);
        assert_eq!(
            limits.crypto,
            Range {
                min: amount("5"),
                max: amount("1000")
            }
        );
        assert_eq!(
            limits.fiat,
            Range {
                min: amount("200"),
                max: amount("9000")
            }
        );
        assert!(!limits.are_linked);
    }

    #[test]
    fn with_a_rate_the_narrower_limit_holds_on_both_sides() {
        let limits = Limits::of(usdc("5", "1000"), mexico("200", "9000"), Some(amount("18")));
        assert_eq!(
            limits.crypto,
            Range {
                min: amount("11.2"),
                max: amount("500")
            }
        );
        assert_eq!(
            limits.fiat,
            Range {
                min: amount("200"),
                max: amount("9000")
            }
        );
        let limits = Limits::of(usdc("20", "400"), mexico("200", "9000"), Some(amount("18")));
        assert_eq!(
            limits.fiat,
            Range {
                min: amount("360"),
                max: amount("7200")
            }
        );
    }

    #[test]
    fn the_least_crypto_yields_the_least_money() {
        let rate = amount("18.184665");
        let limits = Limits::of(usdc("1", "1000"), mexico("200", "9000"), Some(rate));
        let least = fiat_for(limits.crypto.min, rate, Currency::Mxn).unwrap();
        assert!(least >= amount("200"), "{least:?}");
    }

    #[test]
    fn a_limit_that_follows_from_a_rate_has_no_more_digits_than_it_needs() {
        let up = |text| readable(amount(text), 6, Round::Up);
        assert_eq!(up("5.499139"), amount("5.5"));
        assert_eq!(up("0.001234"), amount("0.00124"));
        assert_eq!(up("5"), amount("5"));
        assert_eq!(up("0.000001"), amount("0.000001"));
        assert_eq!(
            readable(amount("21996.555889"), 6, Round::Down),
            amount("21996")
        );
    }

    #[test]
    fn a_rate_of_nothing_links_nothing() {
        let limits = Limits::of(usdc("5", "1000"), mexico("200", "9000"), Some(Amount::ZERO));
        assert!(!limits.are_linked);
    }

    #[test]
    fn an_amount_outside_its_range_is_told_the_limit_it_broke() {
        let range = Range {
            min: amount("5"),
            max: amount("100"),
        };
        assert_eq!(
            range.refuse(amount("4.99")),
            Some(AmountProblem::Below(amount("5")))
        );
        assert_eq!(
            range.refuse(amount("100.01")),
            Some(AmountProblem::Above(amount("100")))
        );
        assert_eq!(range.refuse(amount("5.00")), None);
        assert_eq!(range.refuse(amount("100")), None);
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        let read = |text: &str| read(text, '.', 6);
        assert_eq!(read(""), Err(AmountProblem::Empty));
        assert_eq!(read("  "), Err(AmountProblem::Empty));
        assert_eq!(read("cien"), Err(AmountProblem::NotAnAmount));
        assert_eq!(read("1e3"), Err(AmountProblem::NotAnAmount));
        assert_eq!(
            read("1.1234567"),
            Err(AmountProblem::TooManyDecimals { max: 6 })
        );
        assert_eq!(read(&"9".repeat(40)), Err(AmountProblem::TooLong));
        assert_eq!(read("1.234,5"), Ok(amount("1234.5")));
    }
}
