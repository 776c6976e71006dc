//! Amounts: exact decimals, with the currency or token they are in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::{decimal::Decimal, names::names};

/// Most digits after the point that any provider or chain uses.
const MAX_DECIMALS: u32 = 18;

/// Most digits of an amount altogether that is read: those of a product of two usual ones fit as
/// well.
const MAX_DIGITS: usize = 28;

/// As many digits as every `uint256` has room for.
const MAX_ATOMIC_DIGITS: usize = 77;

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
    /// `1,234` where a point is the decimal mark: a thousand and more, or this.
    #[error("either {0} or a thousand times as much")]
    Ambiguous(Amount),
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

    /// The number with so many of its digits after the point, if it can be kept: `(995, 3)` is
    /// `0.995`.
    pub const fn new(number: u128, decimals: u32) -> Option<Self> {
        match Decimal::new(number, decimals) {
            Some(decimal) => Some(Self(decimal)),
            None => None,
        }
    }

    /// So many of a token's smallest units: `1500000` with six decimals is `1.500000`.
    pub fn from_atomic(units: &str, decimals: u32) -> Option<Self> {
        let Self(whole) = units.parse().ok()?;
        (whole.scale() == 0).then(|| Self::new(whole.number(), decimals))?
    }

    /// Whether there is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Digits after the point, trailing zeros not counted.
    pub fn decimals(self) -> u32 {
        self.0.normalized().scale()
    }

    /// The same amount without trailing zeros.
    #[must_use]
    pub fn normalized(self) -> Self {
        Self(self.0.normalized())
    }

    /// The sum, if it can be kept exactly.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if there is enough.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
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
        Self(self.0.rounded(decimals, round == Round::Up))
    }

    /// The amount as a text with exactly `decimals` digits after the point, rounded.
    pub fn to_fixed(self, decimals: u32, round: Round) -> String {
        let rounded = self.rounded(decimals, round).0;
        let mut text = rounded.to_string();
        let missing = decimals.saturating_sub(rounded.scale()) as usize;
        if missing > 0 && rounded.scale() == 0 {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', missing));
        text
    }

    /// The whole number of the token's smallest unit, if the amount is one and a contract can count
    /// that far: `1.5` with six decimals is `1500000`.
    pub fn to_atomic(self, decimals: u32) -> Option<String> {
        let number = self.0.normalized();
        let zeros = decimals.checked_sub(number.scale())? as usize;
        let mut text = number.to_string();
        text.retain(|character| character != '.');
        if text.len() + zeros > MAX_ATOMIC_DIGITS {
            return None;
        }
        text.extend(std::iter::repeat_n('0', zeros));
        let trimmed = text.trim_start_matches('0');
        Some(if trimmed.is_empty() {
            "0".to_owned()
        } else {
            trimmed.to_owned()
        })
    }

    /// Reads what a person typed or pasted: `1,234.5`, `1.234,5`, `1 234.5`, `$ 100`, `100 USDC`.
    ///
    /// A point and a comma, or one of them twice, tell by themselves which of them groups thousands.
    /// So does a single one, unless exactly three digits follow: there the language's own decimal
    /// mark is one, and the other mark is refused as ambiguous wherever it could be one. Reading too
    /// little is seen and mended; a thousandfold too much is money lost.
    ///
    /// ```
    /// use offramp_domain::money::{Amount, ParseAmountError};
    /// let read = |text| Amount::parse_typed(text, '.', 6).map(|amount| amount.to_string());
    /// assert_eq!(read("1,234.5"), Ok("1234.5".to_owned()));
    /// assert_eq!(read("1.234,5"), Ok("1234.5".to_owned()));
    /// assert_eq!(read("MX$ 1 000"), Ok("1000".to_owned()));
    /// let less = "1.234".parse().unwrap();
    /// assert_eq!(read("1,234"), Err(ParseAmountError::Ambiguous(less)));
    /// ```
    ///
    /// # Errors
    /// The first thing that does not belong in an amount.
    pub fn parse_typed(
        text: &str,
        decimal_mark: char,
        max_decimals: u32,
    ) -> Result<Self, ParseAmountError> {
        let body =
            text.trim_matches(|character: char| !character.is_ascii_digit() && !is_mark(character));
        let compact: String = body
            .chars()
            .filter(|character| {
                !matches!(
                    character,
                    ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}' | '_'
                )
            })
            .collect();
        let last = compact.rfind(is_mark);
        let (before, behind) = last.map_or((compact.as_str(), ""), |last| {
            (&compact[..last], &compact[last + 1..])
        });
        let is_repeated = last.is_some_and(|last| {
            let mark = compact.as_bytes()[last];
            before.bytes().any(|byte| byte == mark)
        });
        let may_group = is_grouped(&compact) && last.is_some();
        let (whole, fraction) = if is_repeated {
            (compact.as_str(), "")
        } else if may_group && !compact.chars().any(|mark| mark == decimal_mark) {
            if behind.len() <= max_decimals as usize {
                let less = [before, ".", behind].concat().parse()?;
                return Err(ParseAmountError::Ambiguous(less));
            }
            (compact.as_str(), "")
        } else {
            (before, behind)
        };
        if whole.contains(is_mark) && !is_grouped(whole) {
            return Err(ParseAmountError::MisplacedPoint);
        }
        let mut plain: String = whole.chars().filter(|c| !is_mark(*c)).collect();
        if !fraction.is_empty() {
            if plain.is_empty() {
                plain.push('0');
            }
            plain.push('.');
            plain.push_str(fraction);
        }
        let amount = plain.parse()?;
        // Zeros count: `2.000` may have been meant as thousands.
        if fraction.len() > max_decimals as usize {
            return Err(ParseAmountError::TooManyDecimals { max: max_decimals });
        }
        Ok(amount)
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, '.' | ',')
}

/// Whether thousands are told apart by one kind of mark: three digits behind each, one to three
/// before the first, and no zero in front.
fn is_grouped(text: &str) -> bool {
    let mark = text.chars().find(|character| is_mark(*character));
    let mut groups = text.split(mark.unwrap_or('.'));
    let head = groups.next().unwrap_or_default();
    (1..=3).contains(&head.len()) && !head.starts_with('0') && groups.all(|group| group.len() == 3)
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
            || fraction
                .is_some_and(|digits| digits.is_empty() || digits.bytes().any(|byte| byte == b'.'))
        {
            return Err(ParseAmountError::MisplacedPoint);
        }
        let fraction = fraction.unwrap_or_default();
        if fraction.len() > MAX_DECIMALS as usize {
            return Err(ParseAmountError::TooManyDecimals { max: MAX_DECIMALS });
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() + fraction.len() > MAX_DIGITS {
            return Err(ParseAmountError::TooLarge);
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let number = digits.fold(0, |number, digit| number * 10 + u128::from(digit - b'0'));
        let scale = u32::try_from(fraction.len()).unwrap_or(MAX_DECIMALS);
        Self::new(number, scale).ok_or(ParseAmountError::TooLarge)
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
    /// Pound sterling.
    Gbp,
    /// Colombian peso.
    Cop,
    /// Chilean peso.
    Clp,
    /// Peruvian sol.
    Pen,
    /// Argentine peso.
    Ars,
    /// Nigerian naira.
    Ngn,
    /// Ghanaian cedi.
    Ghs,
    /// Indian rupee.
    Inr,
}

names! { Currency::code {
    Mxn => "MXN",
    Dop => "DOP",
    Usd => "USD",
    Eur => "EUR",
    Gbp => "GBP",
    Cop => "COP",
    Clp => "CLP",
    Pen => "PEN",
    Ars => "ARS",
    Ngn => "NGN",
    Ghs => "GHS",
    Inr => "INR",
} }

impl Currency {
    /// Digits after the point on a bank account (ISO 4217's minor unit).
    pub fn decimals(self) -> u32 {
        match self {
            Self::Clp => 0,
            Self::Mxn
            | Self::Dop
            | Self::Usd
            | Self::Eur
            | Self::Gbp
            | Self::Cop
            | Self::Pen
            | Self::Ars
            | Self::Ngn
            | Self::Ghs
            | Self::Inr => 2,
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
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn sums_and_differences_are_exact() {
        assert_eq!(
            amount("0.1").checked_add(amount("0.2")),
            Some(amount("0.3"))
        );
        assert_eq!(
            amount("100").checked_sub(amount("0.01")),
            Some(amount("99.99"))
        );
        assert_eq!(amount("1").checked_sub(amount("1")), Some(Amount::ZERO));
        assert_eq!(
            amount("1").checked_sub(amount("1.01")),
            None,
            "less than nothing"
        );
    }

    #[test]
    fn digits_behind_the_point_are_counted_without_trailing_zeros() {
        assert_eq!(amount("100").decimals(), 0);
        assert_eq!(amount("1.50").decimals(), 1);
        assert_eq!(amount("0.000001").decimals(), 6);
    }

    #[test]
    fn nothing_is_told_from_something() {
        assert!(amount("0.00").is_zero());
        assert!(!amount("0.01").is_zero());
        assert_eq!(Amount::new(1818, 2), Some(amount("18.18")));
    }

    #[test]
    fn currencies_and_tokens_print_as_they_are_written() {
        assert_eq!(Currency::Mxn.to_string(), "MXN");
        assert_eq!(Token::UsdbC.to_string(), "USDbC");
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
    fn atomic_units_are_read_as_they_are_written() {
        let read = |units| Amount::from_atomic(units, 6).map(|amount| amount.to_string());
        assert_eq!(read("1500000").as_deref(), Some("1.500000"));
        assert_eq!(read("1").as_deref(), Some("0.000001"));
        for refused in ["", "1.5", "-1", "1e3", "+1"] {
            assert_eq!(read(refused), None, "{refused}");
        }
        assert_eq!(Amount::from_atomic("1", u32::MAX), None);
    }

    #[test]
    fn atomic_units_have_every_digit_or_are_none() {
        let most = "9".repeat(28);
        let atomic = amount(&most).to_atomic(18);
        assert_eq!(atomic, Some(most.clone() + &"0".repeat(18)));
        assert_eq!(amount(&most).to_atomic(49).map(|text| text.len()), Some(77));
        assert_eq!(amount(&most).to_atomic(50), None);
        assert_eq!(amount("1").to_atomic(u32::MAX), None);
    }

    #[track_caller]
    fn typed(
        text: &str,
        decimal_mark: char,
        max_decimals: u32,
    ) -> Result<String, ParseAmountError> {
        Amount::parse_typed(text, decimal_mark, max_decimals).map(|amount| amount.to_string())
    }

    #[test]
    fn what_a_person_types_is_read_kindly() {
        for (text, expected) in [
            ("100", "100"),
            ("100.", "100"),
            ("100,", "100"),
            (".5", "0.5"),
            (",5", "0.5"),
            ("1,5", "1.5"),
            ("1.5", "1.5"),
            ("1,23", "1.23"),
            ("0,125", "0.125"),
            ("0.125", "0.125"),
            (",125", "0.125"),
            ("1234,567", "1234.567"),
            ("1234.567", "1234.567"),
            ("1,2345", "1.2345"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1.234.567,89", "1234567.89"),
            ("1,234,567.89", "1234567.89"),
            ("1,234.567", "1234.567"),
            ("1.234,567", "1234.567"),
            ("1.234,", "1234"),
            ("$1,000.50", "1000.50"),
            ("USDC 25", "25"),
            ("1\u{a0}000", "1000"),
            ("1\u{2019}000", "1000"),
            ("1 234,567", "1234.567"),
        ] {
            for decimal_mark in ['.', ','] {
                let read = typed(text, decimal_mark, 6);
                assert_eq!(read.as_deref(), Ok(expected), "{text} with {decimal_mark}");
            }
        }
    }

    #[test]
    fn a_decimal_mark_of_the_language_is_one() {
        assert_eq!(typed("1.234", '.', 6).as_deref(), Ok("1.234"));
        assert_eq!(typed("1,234", ',', 6).as_deref(), Ok("1.234"));
        assert_eq!(typed("100.000", '.', 6).as_deref(), Ok("100.000"));
        let cents = Err(ParseAmountError::TooManyDecimals { max: 2 });
        assert_eq!(typed("1.234", '.', 2), cents);
        assert_eq!(typed("1,234", ',', 2), cents);
        assert_eq!(typed("2.000", '.', 2), cents);
    }

    #[test]
    fn what_may_be_a_thousandfold_too_much_is_not_read() {
        let ambiguous = |less| Err(ParseAmountError::Ambiguous(amount(less)));
        assert_eq!(typed("1,234", '.', 6), ambiguous("1.234"));
        assert_eq!(typed("1.234", ',', 6), ambiguous("1.234"));
        assert_eq!(typed("100,000", '.', 3), ambiguous("100"));
        assert_eq!(typed("USDC 12.345", ',', 6), ambiguous("12.345"));
    }

    #[test]
    fn cents_leave_one_reading_of_three_digits() {
        assert_eq!(typed("1,234", '.', 2).as_deref(), Ok("1234"));
        assert_eq!(typed("1.234", ',', 2).as_deref(), Ok("1234"));
        assert_eq!(typed("$ 12,000", '.', 2).as_deref(), Ok("12000"));
    }

    #[test]
    fn groups_that_are_none_are_not_guessed_at() {
        for text in [
            "1,23.4",
            "12,34,567",
            "1,2,3",
            "1,234.567.8",
            "1.234,5.6",
            "1,234,56",
            "0,123.5",
            ",123.5",
            "1234,567.8",
        ] {
            for decimal_mark in ['.', ','] {
                let read = typed(text, decimal_mark, 6);
                assert_eq!(read, Err(ParseAmountError::MisplacedPoint), "{text}");
            }
        }
    }

    /// `1234567` in groups: `1,234,567`.
    fn in_groups(whole: u64) -> String {
        match whole {
            0..1_000 => whole.to_string(),
            _ => format!("{},{:03}", in_groups(whole / 1_000), whole % 1_000),
        }
    }

    /// The other notation: a comma for each point and the other way round.
    fn swapped(text: &str) -> String {
        let swap = |character| match character {
            '.' => ',',
            ',' => '.',
            digit => digit,
        };
        text.chars().map(swap).collect()
    }

    proptest! {
        #[test]
        fn a_written_amount_is_read_back_or_asked_about(
            whole in 0_u64..1_000_000_000,
            fraction in "([.][0-9]{1,6})?",
        ) {
            let plain = format!("{whole}{fraction}");
            let value = amount(&plain);
            prop_assert_eq!(Amount::parse_typed(&plain, '.', 6), Ok(value));
            prop_assert_eq!(Amount::parse_typed(&swapped(&plain), ',', 6), Ok(value));

            let grouped = in_groups(whole) + &fraction;
            for text in [&grouped, &swapped(&grouped)] {
                for decimal_mark in ['.', ','] {
                    let read = Amount::parse_typed(text, decimal_mark, 6);
                    let is_asked = matches!(read, Err(ParseAmountError::Ambiguous(_)));
                    // In the notation of another language it may be less, and never is it more.
                    prop_assert!(
                        is_asked || read.is_ok_and(|read| read <= value),
                        "{} with {}", text, decimal_mark
                    );
                }
            }
        }
    }

    #[test]
    fn what_a_person_types_may_still_be_no_amount() {
        assert_eq!(typed("", '.', 6), Err(ParseAmountError::Empty));
        assert_eq!(typed("abc", '.', 6), Err(ParseAmountError::Empty));
        assert_eq!(typed(".", '.', 6), Err(ParseAmountError::Empty));
        assert_eq!(
            typed("1e5", '.', 6),
            Err(ParseAmountError::UnexpectedCharacter('e'))
        );
        assert_eq!(
            typed("0.0000001", '.', 6),
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
