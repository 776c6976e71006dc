//! The body of a request, field by field: what has the wrong form is named.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::figure::Figure;

/// A JSON object. An empty text and null are absent.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let members = serde_json::from_slice(body);
        members
            .map(Self)
            .map_err(|_| Refusal::invalid("body", "The body must be a JSON object."))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                let problem = format!("The {name} field must be a string.");
                Err(Refusal::invalid(name, &problem))
            }
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        let problem = || format!("The {name} field is required.");
        self.text(name)?
            .ok_or_else(|| Refusal::invalid(name, &problem()))
    }

    /// A JSON number, to the last digit.
    pub(super) fn number(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        let wrong = || {
            let problem = format!("The {name} field must be a number.");
            Refusal::invalid(name, &problem)
        };
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => match number.to_string().parse() {
                Ok(Figure(decimal)) => Ok(Some(decimal)),
                Err(_) => Err(wrong()),
            },
            Some(Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err(wrong())
            }
        }
    }

    /// The id of a user, as a number or as a string.
    pub(super) fn id(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let read = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
        };
        let problem = || format!("The {name} field must be an integer.");
        read.map(Some)
            .ok_or_else(|| Refusal::invalid(name, &problem()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        let body = br#"{"a":0.1234567890123456789,"b":"7","c":" ","d":null,"e":[]}"#;
        Fields::read(body).unwrap()
    }

    #[test]
    fn a_number_keeps_its_digits() {
        let number = fields().number("a").unwrap().unwrap();
        assert_eq!(number.to_string(), "0.1234567890123456789");
        assert_eq!(
            fields().number("b"),
            Err(Refusal::invalid("b", "The b field must be a number."))
        );
    }

    #[test]
    fn an_id_is_a_number_or_a_string() {
        assert_eq!(fields().id("b"), Ok(Some(7)));
        assert_eq!(fields().id("d"), Ok(None));
        let refused = Refusal::invalid("a", "The a field must be an integer.");
        assert_eq!(fields().id("a"), Err(refused));
    }

    #[test]
    fn what_is_empty_is_absent() {
        assert_eq!(fields().text("c"), Ok(None));
        let refused = Refusal::invalid("d", "The d field is required.");
        assert_eq!(fields().required("d"), Err(refused));
        let refused = Refusal::invalid("e", "The e field must be a string.");
        assert_eq!(fields().text("e"), Err(refused));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "[]", "{", "7"] {
            assert!(Fields::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
