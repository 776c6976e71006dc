//! Amounts: exact decimals, with the currency or token they are in.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::names::names;

/// Most digits after the point that any provider or chain uses.
const MAX_DECIMALS: u32 = 18;

/// Most digits of an amount altogether: what an exact decimal holds without rounding.
const MAX_DIGITS: usize = 28;

/// An amount that is not negative, exact to the digit. A decimal string in JSON, never a number.
///
/// ```
/// use offramp_domain::money::{Amount, ParseAmountError};
/// let amount: Amount = "1818.4665".parse().unwrap();
/// assert_eq!(amount.to_string(), "1818.4665");
/// assert_eq!("1e3".parse::<Amount>(), Err(ParseAmountError::UnexpectedCharacter('e')));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "1818.46"))]
pub struct Amount(Decimal);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseAmountError {
    /// Nothing there.
    #[error("an amount without digits")]
    Empty,
    /// Something other than digits and one point.
    #[error("unexpected character {0:?} in an amount")]
    UnexpectedCharacter(char),
    /// A second decimal point, or a point without digits on both sides.
    #[error("misplaced decimal point in an amount")]
    MisplacedPoint,
    /// More digits after the point than are kept.
    #[error("an amount with more than {max} decimals")]
    TooManyDecimals {
        /// How many there may be.
        max: u32,
    },
    /// More digits than are kept exactly.
    #[error("an amount with more than {MAX_DIGITS} digits")]
    TooLarge,
}

/// Which way to round, said at every place that rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Towards zero: what somebody receives.
    Down,
    /// Away from zero: what somebody has to send so that it is enough.
    Up,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Takes a decimal that is not negative.
    pub fn from_decimal(decimal: Decimal) -> Option<Self> {
        (!decimal.is_sign_negative() || decimal.is_zero()).then_some(Self(decimal.abs()))
    }

    /// The exact decimal.
    pub fn as_decimal(self) -> Decimal {
        self.0
    }

    /// Whether there is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Digits after the point, trailing zeros not counted.
    pub fn decimals(self) -> u32 {
        self.0.normalize().scale()
    }

    /// The same amount without trailing zeros.
    #[must_use]
    pub fn normalized(self) -> Self {
        Self(self.0.normalize())
    }

    /// The sum, if it can be kept exactly.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if there is enough.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::from_decimal)
    }

    /// The product, if it can be kept.
    pub fn checked_mul(self, factor: Self) -> Option<Self> {
        self.0.checked_mul(factor.0).map(Self)
    }

    /// The quotient, to as many digits as are kept; nothing when dividing by nothing.
    pub fn checked_div(self, divisor: Self) -> Option<Self> {
        self.0.checked_div(divisor.0).map(Self)
    }

    /// The amount with at most `decimals` digits after the point.
    #[must_use]
    pub fn rounded(self, decimals: u32, round: Round) -> Self {
        let strategy = match round {
            Round::Down => RoundingStrategy::ToZero,
            Round::Up => RoundingStrategy::AwayFromZero,
        };
        Self(self.0.round_dp_with_strategy(decimals, strategy))
    }

    /// The amount as a text with exactly `decimals` digits after the point, rounded.
    pub fn to_fixed(self, decimals: u32, round: Round) -> String {
        let mut decimal = self.rounded(decimals, round).0;
        decimal.rescale(decimals);
        decimal.to_string()
    }

    /// The whole number of the token's smallest unit, if the amount is one: `1.5` with six
    /// decimals is `1500000`.
    pub fn to_atomic(self, decimals: u32) -> Option<String> {
        if self.decimals() > decimals {
            return None;
        }
        let mut text = self.to_fixed(decimals, Round::Down);
        text.retain(|character| character != '.');
        let trimmed = text.trim_start_matches('0');
        Some(if trimmed.is_empty() {
            "0".to_owned()
        } else {
            trimmed.to_owned()
        })
    }

    /// Reads what a person typed or pasted: `1,234.5`, `1.234,5`, `1 234.5`, `$ 100`, `100 USDC`.
    ///
    /// The last point or comma is the decimal mark, unless the same mark also stands before it. A
    /// single mark before exactly three digits is therefore a decimal mark: reading too little is
    /// seen and mended, a thousandfold too much is money lost.
    ///
    /// ```
    /// use offramp_domain::money::Amount;
    /// let read = |text| Amount::parse_typed(text, 6).map(|amount| amount.to_string());
    /// assert_eq!(read("1,234.5"), Ok("1234.5".to_owned()));
    /// assert_eq!(read("1.234,5"), Ok("1234.5".to_owned()));
    /// assert_eq!(read("MX$ 1 000"), Ok("1000".to_owned()));
    /// ```
    ///
    /// # Errors
    /// The first thing that does not belong in an amount.
    pub fn parse_typed(text: &str, max_decimals: u32) -> Result<Self, ParseAmountError> {
        let is_mark = |character: char| character == '.' || character == ',';
        let body =
            text.trim_matches(|character: char| !character.is_ascii_digit() && !is_mark(character));
        let compact: String = body
            .chars()
            .filter(|character| !matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '_'))
            .collect();
        let decimal_mark = compact.rfind(is_mark).filter(|&last| {
            let mark = &compact[last..=last];
            // A mark that appears twice groups thousands.
            compact.matches(mark).count() == 1
        });
        let mut plain = String::with_capacity(compact.len());
        for (index, character) in compact.char_indices() {
            if Some(index) == decimal_mark {
                if plain.is_empty() {
                    plain.push('0');
                }
                plain.push('.');
            } else if !is_mark(character) {
                plain.push(character);
            }
        }
        let plain = plain.strip_suffix('.').unwrap_or(&plain);
        let amount: Self = plain.parse()?;
        if amount.decimals() > max_decimals {
            return Err(ParseAmountError::TooManyDecimals { max: max_decimals });
        }
        Ok(amount)
    }
}

impl FromStr for Amount {
    type Err = ParseAmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(found) = text.chars().find(|c| !c.is_ascii_digit() && *c != '.') {
            return Err(ParseAmountError::UnexpectedCharacter(found));
        }
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text, None), |(w, f)| (w, Some(f)));
        if whole.is_empty() && fraction.is_none_or(str::is_empty) {
            return Err(ParseAmountError::Empty);
        }
        if whole.is_empty()
            || fraction.is_some_and(|digits| digits.is_empty() || digits.contains('.'))
        {
            return Err(ParseAmountError::MisplacedPoint);
        }
        let fraction = fraction.unwrap_or_default();
        if fraction.len() > MAX_DECIMALS as usize {
            return Err(ParseAmountError::TooManyDecimals { max: MAX_DECIMALS });
        }
        if whole.trim_start_matches('0').len() + fraction.len() > MAX_DIGITS {
            return Err(ParseAmountError::TooLarge);
        }
        Decimal::from_str_exact(text)
            .map(Self)
            .map_err(|_| ParseAmountError::TooLarge)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A currency of a bank account, by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Mexican peso.
    Mxn,
    /// Dominican peso.
    Dop,
    /// United States dollar.
    Usd,
    /// Euro.
    Eur,
}

names! { Currency::code {
    Mxn => "MXN",
    Dop => "DOP",
    Usd => "USD",
    Eur => "EUR",
} }

impl Currency {
    /// Digits after the point on a bank account (ISO 4217's minor unit).
    pub fn decimals(self) -> u32 {
        match self {
            Self::Mxn | Self::Dop | Self::Usd | Self::Eur => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Money on a bank account: an amount and its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// Two amounts that cannot be added or compared: of different currencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{left} and {right} do not mix")]
pub struct CurrencyMismatch {
    /// One currency.
    pub left: Currency,
    /// The other.
    pub right: Currency,
}

impl Money {
    /// Whether this is at least `floor`.
    ///
    /// # Errors
    /// When they are of different currencies.
    pub fn covers(self, floor: Self) -> Result<bool, CurrencyMismatch> {
        if self.currency == floor.currency {
            Ok(self.amount >= floor.amount)
        } else {
            Err(CurrencyMismatch {
                left: self.currency,
                right: floor.currency,
            })
        }
    }
}

/// A crypto token, spelled as providers spell it.
///
/// ```
/// use offramp_domain::money::Token;
/// assert_eq!(Token::parse("USDC.e"), Some(Token::UsdcE));
/// assert_eq!(Token::parse("usdc"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Token {
    /// USD Coin.
    #[serde(rename = "USDC")]
    Usdc,
    /// Tether USD.
    #[serde(rename = "USDT")]
    Usdt,
    /// A Mexican peso token.
    #[serde(rename = "MXNe")]
    Mxne,
    /// Solana's own token.
    #[serde(rename = "SOL")]
    Sol,
    /// Ether.
    #[serde(rename = "ETH")]
    Eth,
    /// Wrapped Bitcoin.
    #[serde(rename = "wBTC")]
    Wbtc,
    /// Coinbase wrapped Bitcoin.
    #[serde(rename = "cbBTC")]
    Cbbtc,
    /// Paypal's dollar; `PYSUD` is how the provider spells it.
    #[serde(rename = "PYSUD")]
    Pysud,
    /// Polygon's own token.
    #[serde(rename = "POL")]
    Pol,
    /// BNB.
    #[serde(rename = "BNB")]
    Bnb,
    /// Worldcoin.
    #[serde(rename = "WLD")]
    Wld,
    /// Starknet's own token.
    #[serde(rename = "STK")]
    Stk,
    /// Ondo US Dollar Yield.
    #[serde(rename = "USDY")]
    Usdy,
    /// Core's own token.
    #[serde(rename = "CORE")]
    Core,
    /// Bridged USD Coin.
    #[serde(rename = "USDC.e")]
    UsdcE,
    /// Wrapped Mountain USD.
    #[serde(rename = "wUSDL")]
    Wusdl,
    /// Core's Bitcoin.
    #[serde(rename = "CoreBTC")]
    CoreBtc,
    /// Polygon's former token.
    #[serde(rename = "MATIC")]
    Matic,
    /// Bridged USD Coin on Base.
    #[serde(rename = "USDbC")]
    UsdbC,
}

names! { Token::symbol {
    Usdc => "USDC",
    Usdt => "USDT",
    Mxne => "MXNe",
    Sol => "SOL",
    Eth => "ETH",
    Wbtc => "wBTC",
    Cbbtc => "cbBTC",
    Pysud => "PYSUD",
    Pol => "POL",
    Bnb => "BNB",
    Wld => "WLD",
    Stk => "STK",
    Usdy => "USDY",
    Core => "CORE",
    UsdcE => "USDC.e",
    Wusdl => "wUSDL",
    CoreBtc => "CoreBTC",
    Matic => "MATIC",
    UsdbC => "USDbC",
} }

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[track_caller]
    fn refusal(text: &str) -> ParseAmountError {
        text.parse::<Amount>().unwrap_err()
    }

    #[test]
    fn amounts_keep_their_digits() {
        for text in [
            "0",
            "100",
            "100.00",
            "0.260000",
            "18.184665",
            "1.000000000000000001",
        ] {
            assert_eq!(amount(text).to_string(), text);
        }
    }

    #[test]
    fn equal_amounts_are_equal_whatever_their_zeros() {
        assert_eq!(amount("100"), amount("100.000000"));
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        assert_eq!(refusal(""), ParseAmountError::Empty);
        assert_eq!(refusal("."), ParseAmountError::Empty);
        assert_eq!(refusal("-1"), ParseAmountError::UnexpectedCharacter('-'));
        assert_eq!(refusal("+1"), ParseAmountError::UnexpectedCharacter('+'));
        assert_eq!(refusal("1e3"), ParseAmountError::UnexpectedCharacter('e'));
        assert_eq!(refusal("NaN"), ParseAmountError::UnexpectedCharacter('N'));
        assert_eq!(refusal("1,5"), ParseAmountError::UnexpectedCharacter(','));
        assert_eq!(refusal(" 1"), ParseAmountError::UnexpectedCharacter(' '));
        assert_eq!(refusal("١"), ParseAmountError::UnexpectedCharacter('١'));
        assert_eq!(refusal("1."), ParseAmountError::MisplacedPoint);
        assert_eq!(refusal(".5"), ParseAmountError::MisplacedPoint);
        assert_eq!(refusal("1.2.3"), ParseAmountError::MisplacedPoint);
        assert_eq!(
            refusal("0.12345678901234567890"),
            ParseAmountError::TooManyDecimals { max: 18 }
        );
        assert_eq!(
            refusal("99999999999999999999999999999"),
            ParseAmountError::TooLarge
        );
    }

    #[test]
    fn rounding_says_which_way() {
        assert_eq!(amount("1818.4665").to_fixed(2, Round::Down), "1818.46");
        assert_eq!(amount("1818.4665").to_fixed(2, Round::Up), "1818.47");
        assert_eq!(amount("5").to_fixed(2, Round::Up), "5.00");
    }

    #[test]
    fn atomic_units_are_whole_or_nothing() {
        assert_eq!(amount("1.5").to_atomic(6).as_deref(), Some("1500000"));
        assert_eq!(amount("0.000001").to_atomic(6).as_deref(), Some("1"));
        assert_eq!(
            amount("100.000000").to_atomic(6).as_deref(),
            Some("100000000")
        );
        assert_eq!(amount("0").to_atomic(6).as_deref(), Some("0"));
        assert_eq!(amount("0.0000001").to_atomic(6), None);
    }

    #[test]
    fn what_a_person_types_is_read_kindly() {
        #[track_caller]
        fn reads(text: &str, expected: &str) {
            assert_eq!(
                Amount::parse_typed(text, 6).map(|a| a.to_string()),
                Ok(expected.to_owned())
            );
        }
        reads("100", "100");
        reads("100.", "100");
        reads(".5", "0.5");
        reads("1,5", "1.5");
        reads("1,234,567", "1234567");
        reads("1.234.567,89", "1234567.89");
        reads("1,234,567.89", "1234567.89");
        reads("$1,000.50", "1000.50");
        reads("USDC 25", "25");
        reads("1\u{a0}000", "1000");
        reads("1.000", "1.000");
    }

    #[test]
    fn what_a_person_types_may_still_be_no_amount() {
        assert_eq!(Amount::parse_typed("", 6), Err(ParseAmountError::Empty));
        assert_eq!(Amount::parse_typed("abc", 6), Err(ParseAmountError::Empty));
        assert_eq!(
            Amount::parse_typed("1e5", 6),
            Err(ParseAmountError::UnexpectedCharacter('e'))
        );
        assert_eq!(
            Amount::parse_typed("0.0000001", 6),
            Err(ParseAmountError::TooManyDecimals { max: 6 })
        );
    }

    #[test]
    fn currencies_do_not_mix() {
        let pesos = Money {
            amount: amount("1"),
            currency: Currency::Mxn,
        };
        let euros = Money {
            amount: amount("1"),
            currency: Currency::Eur,
        };
        assert_eq!(
            pesos.covers(euros),
            Err(CurrencyMismatch {
                left: Currency::Mxn,
                right: Currency::Eur
            })
        );
        assert_eq!(pesos.covers(pesos), Ok(true));
    }
}
