//! Amounts on their way in and out of JSON, to the last digit and never through a float.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use thiserror::Error;

/// An amount as a caller sent it: a JSON number or a JSON string, read from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figure(pub(crate) Decimal);

/// An amount as it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A JSON number, with exactly the digits of the decimal.
    Number(Decimal),
    /// A JSON string, with at least so many decimal places.
    Text(Decimal, usize),
}

/// The text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an amount")]
pub(crate) struct NotAnAmount;

impl FromStr for Figure {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let decimal = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        decimal.map(Self).map_err(|_| NotAnAmount)
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with('"') {
            let inside: String = serde_json::from_str(text).map_err(D::Error::custom)?;
            inside.parse().map_err(D::Error::custom)
        } else {
            text.parse().map_err(D::Error::custom)
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(decimal) => RawValue::from_string(decimal.normalize().to_string())
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Self::Text(decimal, places) => {
                serializer.serialize_str(&with_places(*decimal, *places))
            }
        }
    }
}

/// The decimal with at least `places` digits after the point.
pub(crate) fn with_places(decimal: Decimal, places: usize) -> String {
    let decimal = decimal.normalize();
    let written = usize::try_from(decimal.scale())
        .unwrap_or(places)
        .max(places);
    format!("{decimal:.written$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(json: &str) -> String {
        serde_json::from_str::<Figure>(json).unwrap().0.to_string()
    }

    #[track_caller]
    fn refused(json: &str) -> String {
        serde_json::from_str::<Figure>(json)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_number_keeps_every_digit() {
        assert_eq!(read("0.1234567890123456789"), "0.1234567890123456789");
        assert_eq!(read("123456789012345678.01"), "123456789012345678.01");
    }

    #[test]
    fn numbers_strings_and_exponents_are_read() {
        assert_eq!(read("100"), "100");
        assert_eq!(read("\"100.50\""), "100.50");
        assert_eq!(read("1.5e2"), "150");
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for json in ["true", "[]", "{}", "\"\"", "\"1,5\"", "\"ten\"", "1e99"] {
            assert!(
                refused(json).starts_with("not an amount"),
                "{json}: {}",
                refused(json)
            );
        }
    }

    #[test]
    fn a_decimal_is_answered_as_number_or_as_string() {
        let amount = Decimal::new(1_818_466_500, 6);
        let json = serde_json::to_string(&Shown::Number(amount)).unwrap();
        assert_eq!(json, "1818.4665");
        let json = serde_json::to_string(&Shown::Text(amount, 6)).unwrap();
        assert_eq!(json, "\"1818.466500\"");
        let json = serde_json::to_string(&Shown::Text(amount, 0)).unwrap();
        assert_eq!(json, "\"1818.4665\"");
    }
}
