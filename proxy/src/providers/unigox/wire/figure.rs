//! Figures on their way out of JSON: to the digit, never through a float. UNIGOX writes strings, and
//! numbers in some places (contract 7.2), and its lists are read order by order, so that raw JSON is no
//! longer there to be read.

use offramp_domain::money::Amount;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Figure(pub(super) Amount);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?.0;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

/// A text, or a number as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Text(pub(in super::super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(de::Error::custom("neither a text nor a number"))
            }
        }
    }
}

/// A count, whichever of the two it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Count(pub(in super::super) usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?.0;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_string_keep_their_digits() {
        for text in ["100", "99.024390", "1530.12", "0.975610"] {
            for json in [text.to_owned(), format!("\"{text}\"")] {
                let figure: Figure = serde_json::from_str(&json).unwrap();
                assert_eq!(figure.0.to_string(), text);
            }
        }
    }

    #[test]
    fn a_count_is_a_number_or_a_text() {
        let count = |json| serde_json::from_str::<Count>(json).ok();
        assert_eq!(
            (count("7"), count("\"7\"")),
            (Some(Count(7)), Some(Count(7)))
        );
        for json in ["-1", "\"-1\"", "1.5", "null", "\"\"", "1e60"] {
            assert_eq!(count(json), None, "{json}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for json in ["-1", "true", "null", "[]", "\"\"", "\"1,5\"", "\"-1\""] {
            assert!(serde_json::from_str::<Figure>(json).is_err(), "{json}");
        }
    }
}
