//! Amounts and rates on their way in and out of JSON: to the digit, never through a float.

use offramp_domain::money::{Amount, ParseAmountError, Round};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// A decimal as providers write it: a JSON number here, a string there. Written as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Figure(pub(super) Amount);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let amount = if text.starts_with('"') {
            serde_json::from_str::<String>(text)
                .map_err(de::Error::custom)?
                .parse()
        } else {
            parse_number(text)
        };
        amount.map(Self).map_err(de::Error::custom)
    }
}

/// JSON numbers may have an exponent: `1e-7` is how JavaScript writes a small one.
fn parse_number(text: &str) -> Result<Amount, ParseAmountError> {
    if text.contains(['e', 'E']) {
        Decimal::from_scientific(text)
            .ok()
            .ok_or(ParseAmountError::TooLarge)?
            .to_string()
            .parse()
    } else {
        text.parse()
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string())
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }
}

/// How many digits a rate has behind its point.
const RATE_DIGITS: u32 = 12;

/// What one token comes to with every fee, cut off where it has no end.
pub(super) fn effective_rate(fiat: Amount, crypto: Amount) -> Option<Amount> {
    readable(fiat.checked_div(crypto)?.rounded(RATE_DIGITS, Round::Down))
}

/// A figure that was computed, where it is read again as it is written: others have more digits.
pub(super) fn readable(amount: Amount) -> Option<Amount> {
    amount.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(json: &str) -> String {
        serde_json::from_str::<Figure>(json).unwrap().0.to_string()
    }

    #[test]
    fn a_number_and_a_string_keep_their_digits() {
        for text in [
            "100",
            "4.728013",
            "0.260000",
            "18.184665",
            "0.1234567890123456",
        ] {
            assert_eq!(read(text), text);
            assert_eq!(read(&format!("\"{text}\"")), text);
        }
    }

    #[test]
    fn a_number_may_have_an_exponent() {
        assert_eq!(read("1e-7"), "0.0000001");
        assert_eq!(read("1.5E2"), "150");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for json in [
            "-1", "true", "null", "[]", "\"\"", "\"1,5\"", "\"1e3\"", "1e40", "1e-19",
        ] {
            assert!(serde_json::from_str::<Figure>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_amount_is_written_as_a_number_with_its_digits() {
        for text in ["100", "0.260000", "123456789012345678.01"] {
            let json = serde_json::to_string(&Figure(text.parse().unwrap())).unwrap();
            assert_eq!(json, text);
        }
    }
}
