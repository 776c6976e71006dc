//! What an error's body says, in its three shapes (contract 2). A body of none of them, or none at
//! all, says nothing.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// A code or a text, as far as there is any. They are the provider's own words: neither is printed,
/// but for a code that looks like one.
pub(super) struct Said {
    /// `error.code` (E1) or `data.error_key` (E2).
    pub(super) code: Option<String>,
    /// The text that names fields (E3).
    pub(super) text: String,
}

impl Said {
    pub(super) fn read(body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = json.get("error");
        let codes = [
            error.and_then(|error| error.get("code")),
            json.get("data").and_then(|data| data.get("error_key")),
        ];
        let code = codes.into_iter().flatten().find_map(Value::as_str);
        let text = error.and_then(Value::as_str);
        Self {
            code: code.map(str::to_owned),
            text: text.unwrap_or_default().to_owned(),
        }
    }

    /// Whether it is a text that names fields.
    pub(super) fn names_fields(&self) -> bool {
        self.code.is_none() && !self.text.is_empty()
    }

    /// The code, if it can be one and nothing private: there are no digits in it, for one.
    pub(super) fn printable_code(self) -> Option<String> {
        let is_code = |code: &String| {
            let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
            code.len() <= 60 && code.bytes().all(is_letter)
        };
        self.code.filter(is_code)
    }
}

/// Which of these fields a text names.
pub(super) fn named<'a>(text: &SecretString, keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words: Vec<_> = text
        .expose_secret()
        .split(|character| !is_part(character))
        .map(str::to_ascii_lowercase)
        .collect();
    keys.filter(|key| words.contains(&key.to_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> Option<String> {
        Said::read(body.as_bytes()).code
    }

    #[test]
    fn every_shape_is_read() {
        let coded =
            r#"{"success":false,"error":{"code":"QUOTE_EXPIRED","message":"Quote expired"}}"#;
        assert_eq!(code(coded).as_deref(), Some("QUOTE_EXPIRED"));
        let keyed = r#"{"success":false,"data":{"error_key":"unauthorized"}}"#;
        assert_eq!(code(keyed).as_deref(), Some("unauthorized"));
        let said =
            Said::read(br#"{"success":false,"error":"iban is invalid; full_name is required"}"#);
        assert!(said.names_fields());
        let keys = ["full_name", "name", "iban", "cbu"];
        assert_eq!(
            named(&said.text.into(), keys.into_iter()),
            ["full_name", "iban"]
        );
    }

    #[test]
    fn a_body_of_no_shape_says_nothing() {
        for body in [
            "",
            "<html></html>",
            "7",
            "[]",
            "{}",
            r#"{"error":7,"data":[]}"#,
        ] {
            let said = Said::read(body.as_bytes());
            assert!(said.code.is_none() && !said.names_fields(), "{body}");
        }
    }

    #[test]
    fn a_code_that_could_be_private_is_not_printed() {
        for private in ["DE89370400440532013000", "Ada Lovelace", "ada@example.com"] {
            let said = Said {
                code: Some(private.to_owned()),
                text: String::new(),
            };
            assert_eq!(said.printable_code(), None, "{private}");
        }
    }
}
