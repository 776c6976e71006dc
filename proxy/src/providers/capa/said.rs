//! What an error's body says. No source shows its shape, so it is read in all three that are assumed
//! (contract U1), and one of none of them says nothing.

use offramp_domain::money::Amount;
use serde_json::Value;

/// A code and a message, as far as there are any. They are the provider's own words: neither is
/// printed, but for a code that looks like one.
pub(super) struct Said {
    pub(super) code: Option<String>,
    message: String,
}

impl Said {
    pub(super) fn read(body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = json.get("error");
        let in_error = |key| error.and_then(|error| error.get(key));
        let codes = [json.get("code"), json.get("errorCode"), in_error("code")];
        let messages = [json.get("message"), in_error("message"), error];
        Self {
            code: codes
                .into_iter()
                .flatten()
                .find_map(Value::as_str)
                .map(str::to_owned),
            message: messages
                .into_iter()
                .flatten()
                .find_map(text)
                .unwrap_or_default(),
        }
    }

    /// The code, if it can be one and nothing private: there are no digits in it, for one.
    pub(super) fn printable_code(self) -> Option<String> {
        let is_code = |code: &String| {
            code.len() <= 60
                && code
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        self.code.filter(is_code)
    }

    /// Whether the message begins like this, whatever its capitals.
    pub(super) fn begins(&self, expected: &str) -> bool {
        let start = self.message.get(..expected.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(expected))
    }

    /// The numbers of "… Should be between `<min>` and `<max>`", where they are plain decimals. How
    /// they are written is not documented (3.2), so whatever else stands there is no limit.
    pub(super) fn limits(&self) -> (Option<Amount>, Option<Amount>) {
        let range = self
            .message
            .rsplit_once("between ")
            .map_or("", |(_, range)| range);
        let (min, max) = range.split_once(" and ").unwrap_or_default();
        (limit(min), limit(max))
    }
}

fn limit(text: &str) -> Option<Amount> {
    let number = text.split_whitespace().next()?;
    number
        .trim_matches(['`', '"', '\'', '<', '>', '.'])
        .parse()
        .ok()
}

/// A string, or several of them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(
            lines
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("; "),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_message(message: &str) -> Said {
        Said {
            code: None,
            message: message.to_owned(),
        }
    }

    #[test]
    fn an_error_is_read_in_every_shape() {
        for body in [
            r#"{"success":false,"code":"QUOTE_EXPIRED","message":"Quote has expired"}"#,
            r#"{"success":false,"errorCode":"QUOTE_EXPIRED","error":"Quote has expired"}"#,
            r#"{"error":{"code":"QUOTE_EXPIRED","message":"Quote has expired"}}"#,
            r#"{"code":"QUOTE_EXPIRED","message":["Quote has expired","try again"]}"#,
            r#"{"code":400,"errorCode":"QUOTE_EXPIRED","message":"quote has expired"}"#,
        ] {
            let said = Said::read(body.as_bytes());
            assert!(said.begins("Quote has expired"), "{body}");
            assert_eq!(
                said.printable_code().as_deref(),
                Some("QUOTE_EXPIRED"),
                "{body}"
            );
        }
    }

    #[test]
    fn a_body_of_no_shape_says_nothing() {
        for body in [
            "",
            "<html></html>",
            "7",
            "[]",
            "{}",
            r#"{"error":7,"message":{}}"#,
        ] {
            let said = Said::read(body.as_bytes());
            assert_eq!((said.code, said.message), (None, String::new()), "{body}");
        }
    }

    #[test]
    fn a_code_that_could_be_private_is_not_printed() {
        for code in ["014680260346007120", "Ana Lopez", "cust-1"] {
            let said = Said {
                code: Some(code.to_owned()),
                message: String::new(),
            };
            assert_eq!(said.printable_code(), None, "{code}");
        }
    }

    #[test]
    fn limits_are_read_where_they_are_plain() {
        let limits = |range: &str| {
            let (min, max) = with_message(&format!("Should be {range}")).limits();
            (
                min.map(|min| min.to_string()),
                max.map(|max| max.to_string()),
            )
        };
        let pair = |min: &str, max: &str| (Some(min.to_owned()), Some(max.to_owned()));
        assert_eq!(limits("between 100 and 500000"), pair("100", "500000"));
        assert_eq!(
            limits("between `100.50` and `500000`."),
            pair("100.50", "500000")
        );
        assert_eq!(
            limits("between 100 MXN and 5,000 MXN"),
            (Some("100".to_owned()), None)
        );
        assert_eq!(limits("between  and "), (None, None));
        assert_eq!(limits("sensible"), (None, None));
    }
}
