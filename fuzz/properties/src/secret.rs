//! What must not be repeated.

use serde_json::Value;

/// The texts and numbers in a JSON body that may be somebody's: those with six digits in a row. Our
/// own words have fewer, and what they name is the body's keys.
pub(crate) fn private_values(body: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut keys = Vec::new();
    if let Ok(json) = serde_json::from_slice(body) {
        collect(&json, &mut found, &mut keys);
    }
    found.retain(|value| !keys.iter().any(|key| key.contains(value)));
    found
}

fn collect(json: &Value, found: &mut Vec<String>, keys: &mut Vec<String>) {
    match json {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => found.extend(private(&number.to_string())),
        Value::String(text) => found.extend(private(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, keys)),
        Value::Object(members) => {
            for (key, value) in members {
                keys.push(key.clone());
                collect(value, found, keys);
            }
        }
    }
}

fn private(text: &str) -> Option<String> {
    let is_long = |part: &str| part.len() >= 6;
    text.split(|c: char| !c.is_ascii_digit())
        .any(is_long)
        .then(|| text.to_owned())
}
