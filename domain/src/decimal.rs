//! A decimal that is not negative, exact to the digit: a whole number and how many of its digits
//! stand after the point. What cannot be kept exactly is refused, not rounded; only a quotient has
//! an end of its own.
//!
//! Why it is not a library's: `docs/decisions/0001`.

use std::{
    cmp::Ordering,
    fmt::{self, Write as _},
    hash::{Hash, Hasher},
};

/// What every number is below: ten to the power of 38, the most digits that any `u128` has room for.
const LIMIT: u128 = 10_u128.pow(MAX_SCALE);

/// Most digits after the point.
const MAX_SCALE: u32 = 38;

/// Most digits after the point of a quotient, which may have no end.
const QUOTIENT_SCALE: u32 = 28;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decimal {
    /// A `u128`, in bytes: as itself it would have an amount take up 32 of them, not 17.
    number: [u8; 16],
    scale: u8,
}

impl Decimal {
    pub(crate) const ZERO: Self = Self {
        number: [0; 16],
        scale: 0,
    };

    /// The number with so many of its digits after the point.
    pub(crate) const fn new(number: u128, scale: u32) -> Option<Self> {
        if number < LIMIT && scale <= MAX_SCALE {
            Some(Self::kept(number, scale))
        } else {
            None
        }
    }

    /// The same, where both are known to be no more than that.
    #[expect(clippy::cast_possible_truncation, reason = "no scale is above 38")]
    const fn kept(number: u128, scale: u32) -> Self {
        Self {
            number: number.to_ne_bytes(),
            scale: scale as u8,
        }
    }

    /// The digits, without the point.
    pub(crate) const fn number(self) -> u128 {
        u128::from_ne_bytes(self.number)
    }

    /// How many of them stand after it.
    pub(crate) const fn scale(self) -> u32 {
        self.scale as u32
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.number() == 0
    }

    /// The same without zeros at the end.
    pub(crate) fn normalized(self) -> Self {
        let (mut number, mut scale) = (self.number(), self.scale());
        while scale > 0
            && let (shorter, 0) = divided(number, 10)
        {
            number = shorter;
            scale -= 1;
        }
        Self::kept(number, scale)
    }

    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale().max(other.scale());
        Self::new(self.at(scale)?.checked_add(other.at(scale)?)?, scale)
    }

    /// Nothing where the difference is less than zero.
    pub(crate) fn checked_sub(self, other: Self) -> Option<Self> {
        let scale = self.scale().max(other.scale());
        Self::new(self.at(scale)?.checked_sub(other.at(scale)?)?, scale)
    }

    pub(crate) fn checked_mul(self, factor: Self) -> Option<Self> {
        let (left, right) = (self.normalized(), factor.normalized());
        let number = left.number().checked_mul(right.number())?;
        Self::new(number, left.scale() + right.scale())
    }

    /// The quotient, cut off where there are no more digits to be had.
    pub(crate) fn checked_div(self, divisor: Self) -> Option<Self> {
        let (whole, divisor) = (self.normalized(), divisor.normalized());
        let (mut number, mut scale) = (whole.number(), whole.scale());
        // Each further digit of what is divided is one of the quotient.
        while scale < divisor.scale() + QUOTIENT_SCALE
            && let Some(longer) = ten_times(number)
        {
            number = longer;
            scale += 1;
        }
        let scale = scale.checked_sub(divisor.scale())?;
        let (quotient, _) = (!divisor.is_zero()).then(|| divided(number, divisor.number()))?;
        Self::new(quotient, scale).map(Self::normalized)
    }

    /// With at most so many digits after the point; upwards if anything is lost and `up` is said.
    pub(crate) fn rounded(self, decimals: u32, up: bool) -> Self {
        let (mut number, mut scale) = (self.number(), self.scale());
        let mut is_more = false;
        while scale > decimals {
            let (shorter, digit) = divided(number, 10);
            is_more |= digit > 0;
            number = shorter;
            scale -= 1;
        }
        // Wherever there was a digit to lose, there is room for one more.
        Self::kept(number + u128::from(up && is_more), scale)
    }

    /// The digits as they are with more of them after the point.
    fn at(self, scale: u32) -> Option<u128> {
        (self.scale()..scale).try_fold(self.number(), |number, _| ten_times(number))
    }
}

/// The quotient of two whole numbers below the limit and what is left over, bit by bit: the widget
/// has no other use for a division of 128 bits, which is 0.3 kB to download.
fn divided(mut number: u128, divisor: u128) -> (u128, u128) {
    let mut rest = 0;
    for _ in 0..u128::BITS {
        rest = rest << 1 | number >> (u128::BITS - 1);
        number <<= 1;
        if rest >= divisor {
            rest -= divisor;
            number |= 1;
        }
    }
    (number, rest)
}

fn ten_times(number: u128) -> Option<u128> {
    (number < LIMIT / 10).then(|| number * 10)
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale().max(other.scale());
        match (self.at(scale), other.at(scale)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // The one with the most digits after the point has its own number, below the limit.
            (None, _) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { number, scale } = self.normalized();
        number.hash(state);
        scale.hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // From the last digit to the first, and at least one before the point.
        let mut text = String::new();
        let (mut rest, mut place) = (self.number(), 0);
        while rest > 0 || place <= self.scale() {
            if place == self.scale() && place > 0 {
                text.push('.');
            }
            let (others, digit) = divided(rest, 10);
            text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
            rest = others;
            place += 1;
        }
        text.chars()
            .rev()
            .try_for_each(|character| f.write_char(character))
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, RandomState};

    use proptest::prelude::*;
    use rust_decimal::{Decimal as Reference, RoundingStrategy};

    use super::*;

    fn decimal(number: u128, scale: u32) -> Decimal {
        Decimal::new(number, scale).unwrap()
    }

    fn reference(decimal: Decimal) -> Reference {
        Reference::from_i128_with_scale(decimal.number().try_into().unwrap(), decimal.scale())
    }

    fn text(decimal: Option<Decimal>) -> Option<String> {
        decimal.map(|decimal| decimal.normalized().to_string())
    }

    fn reference_text(reference: Option<Reference>) -> Option<String> {
        reference.map(|reference| reference.normalize().to_string())
    }

    /// So small that the reference keeps every digit of a sum and of a product.
    fn small() -> impl Strategy<Value = Decimal> {
        (0..1_000_000_000_000_u128, 0..9_u32).prop_map(|(number, scale)| decimal(number, scale))
    }

    fn any() -> impl Strategy<Value = Decimal> {
        (0..LIMIT, 0..=MAX_SCALE).prop_map(|(number, scale)| decimal(number, scale))
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        assert_eq!(Decimal::new(LIMIT, 0), None);
        assert_eq!(Decimal::new(1, MAX_SCALE + 1), None);
        let most = decimal(LIMIT - 1, 0);
        assert_eq!(most.checked_add(decimal(1, 0)), None);
        assert_eq!(most.checked_add(decimal(1, 1)), None);
        assert_eq!(most.checked_sub(decimal(1, 1)), None);
        assert_eq!(most.checked_mul(decimal(2, 0)), None);
        assert_eq!(most.checked_mul(most), None);
        assert_eq!(most.checked_div(decimal(1, 1)), None);
        let least = decimal(1, MAX_SCALE);
        assert_eq!(least.checked_mul(least), None);
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!(decimal(1, 0).checked_div(Decimal::ZERO), None);
        assert_eq!(decimal(1, 0).checked_div(decimal(0, 6)), None);
    }

    #[test]
    fn a_quotient_ends_or_is_cut_off() {
        let quotient = |left, right| text(decimal(left, 0).checked_div(decimal(right, 0)));
        assert_eq!(quotient(10, 4).as_deref(), Some("2.5"));
        assert_eq!(quotient(100, 10).as_deref(), Some("10"));
        assert_eq!(quotient(0, 7).as_deref(), Some("0"));
        assert_eq!(quotient(2, 3), Some("0.".to_owned() + &"6".repeat(28)));
    }

    #[test]
    fn a_large_and_a_small_one_are_compared() {
        assert!(decimal(LIMIT - 1, 0) > decimal(1, MAX_SCALE));
        assert!(decimal(1, MAX_SCALE) < decimal(LIMIT - 1, 0));
        assert!(decimal(LIMIT - 1, MAX_SCALE) < decimal(1, 0));
    }

    #[test]
    fn every_digit_is_written() {
        for (number, scale, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (500, 2, "5.00"),
            (1, MAX_SCALE, "0.00000000000000000000000000000000000001"),
            (LIMIT - 1, 0, "99999999999999999999999999999999999999"),
        ] {
            assert_eq!(decimal(number, scale).to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn it_counts_as_a_library_does(left in small(), right in small()) {
            let (one, two) = (reference(left), reference(right));
            prop_assert_eq!(left.to_string(), one.to_string());
            prop_assert_eq!(left.cmp(&right), one.cmp(&two));
            prop_assert_eq!(text(left.checked_add(right)), reference_text(one.checked_add(two)));
            let positive = one.checked_sub(two).filter(|rest| !rest.is_sign_negative() || rest.is_zero());
            prop_assert_eq!(text(left.checked_sub(right)), reference_text(positive));
            prop_assert_eq!(text(left.checked_mul(right)), reference_text(one.checked_mul(two)));
        }

        #[test]
        fn it_rounds_as_a_library_does(one in small(), scale in 0..9_u32) {
            for (up, strategy) in [
                (false, RoundingStrategy::ToZero),
                (true, RoundingStrategy::AwayFromZero),
            ] {
                let expected = reference(one).round_dp_with_strategy(scale, strategy);
                prop_assert_eq!(one.rounded(scale, up).to_string(), expected.to_string());
            }
        }

        #[test]
        fn a_quotient_is_that_of_a_library_to_the_fifteenth_digit(
            (left, right) in ((0..1_000_000_u128, 0..5_u32), (1..1_000_000_u128, 0..5_u32)),
        ) {
            let (left, right) = (decimal(left.0, left.1), decimal(right.0, right.1));
            let expected = reference(left) / reference(right);
            let expected = decimal(expected.mantissa().try_into().unwrap(), expected.scale());
            let quotient = left.checked_div(right).unwrap();
            let apart = quotient.checked_sub(expected).or_else(|| expected.checked_sub(quotient));
            prop_assert!(apart.unwrap() < decimal(1, 15), "{quotient} {expected}");
        }

        #[test]
        fn equal_ones_are_hashed_alike(one in any(), zeros in 0..5_u32) {
            let scale = one.scale() + zeros;
            let longer = one.at(scale).and_then(|number| Decimal::new(number, scale));
            if let Some(longer) = longer {
                prop_assert_eq!(one, longer);
                let hasher = RandomState::new();
                prop_assert_eq!(hasher.hash_one(one), hasher.hash_one(longer));
            }
        }

        #[test]
        fn whole_numbers_are_divided_as_the_machine_does(
            number in 0..LIMIT,
            divisor in prop_oneof![1..LIMIT, 1..1_000_u128],
        ) {
            prop_assert_eq!(divided(number, divisor), (number / divisor, number % divisor));
        }

        #[test]
        fn nothing_panics(left in any(), right in any(), scale in 0..50_u32, up: bool) {
            let results = [
                left.checked_add(right),
                left.checked_sub(right),
                left.checked_mul(right),
                left.checked_div(right),
                Some(left.rounded(scale, up)),
            ];
            for result in results.into_iter().flatten() {
                prop_assert!(result.number() < LIMIT && result.scale() <= MAX_SCALE);
                prop_assert_eq!(result.to_string().len(), result.to_string().trim().len());
            }
            prop_assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
        }
    }
}
