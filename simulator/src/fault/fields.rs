//! What a fault does to the members of an answer.

use axum::body::{Body, Bytes};
use serde_json::{Number, Value};

use super::kind::{ANOTHER_ID, UNKNOWN_STATUS};

/// What an envelope calls its own status, which is no order's.
const ENVELOPES: [&str; 4] = ["ok", "success", "sucess", "error"];

/// The body with its JSON changed; as it is, where it is none.
fn changed(bytes: Bytes, change: impl FnOnce(&mut Value)) -> Body {
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut value) => {
            change(&mut value);
            Body::from(value.to_string())
        }
        Err(_) => Body::from(bytes),
    }
}

pub(super) fn change_types(bytes: Bytes) -> Body {
    changed(bytes, |value| {
        each(value, &|value| match value {
            Value::String(_) => *value = Value::from(7),
            Value::Number(_) => *value = Value::from(true),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
        });
    })
}

pub(super) fn add_fields(bytes: Bytes) -> Body {
    changed(bytes, |value| {
        each(value, &|value| {
            if let Value::Object(members) = value {
                let known = members.values().next().cloned().unwrap_or_default();
                members.insert("addedLater".to_owned(), known);
                members.insert("__proto__".to_owned(), Value::Null);
            }
        });
    })
}

pub(super) fn quote_numbers(bytes: Bytes) -> Body {
    numbers(bytes, |number| Value::from(number.to_string()))
}

pub(super) fn negate(bytes: Bytes) -> Body {
    numbers(bytes, |number| {
        let negative = format!("-{number}").parse::<Number>();
        negative.map_or(Value::Null, Value::Number)
    })
}

pub(super) fn inflate(bytes: Bytes) -> Body {
    numbers(bytes, |_| Value::from(1e60))
}

fn numbers(bytes: Bytes, change: impl Fn(&Number) -> Value) -> Body {
    changed(bytes, |value| {
        each(value, &|value| {
            if let Value::Number(number) = &*value {
                *value = change(number);
            }
        });
    })
}

/// Every value, the outermost last.
fn each(value: &mut Value, change: &impl Fn(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    change(value);
}

pub(super) fn leave_out(bytes: Bytes, nth: u64) -> Body {
    changed(bytes, |value| {
        if let Some((object, key)) = nth_member(value, nth) {
            object.remove(&key);
        }
    })
}

pub(super) fn null(bytes: Bytes, nth: u64) -> Body {
    changed(bytes, |value| {
        if let Some((object, key)) = nth_member(value, nth) {
            object.insert(key, Value::Null);
        }
    })
}

/// The object that holds the nth member of all, and the member's name.
fn nth_member(
    value: &mut Value,
    nth: u64,
) -> Option<(&mut serde_json::Map<String, Value>, String)> {
    let mut places = Vec::new();
    list_members(value, "", &mut places);
    let count = u64::try_from(places.len()).ok()?;
    let nth = usize::try_from(nth.checked_rem(count)?).ok()?;
    let (place, key) = places.into_iter().nth(nth)?;
    Some((value.pointer_mut(&place)?.as_object_mut()?, key))
}

fn list_members(value: &Value, place: &str, places: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                places.push((place.to_owned(), key.clone()));
                list_members(member, &format!("{place}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                list_members(item, &format!("{place}/{index}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(super) fn hide_status(bytes: Bytes) -> Body {
    replace(bytes, "\"status\":\"", UNKNOWN_STATUS)
}

pub(super) fn go_back(bytes: Bytes, first_status: &str) -> Body {
    replace(bytes, "\"status\":\"", first_status)
}

pub(super) fn change_id(bytes: Bytes, member: &str) -> Body {
    replace(bytes, &format!("\"{member}\":\""), ANOTHER_ID)
}

/// Works on the text, so that every amount keeps its digits.
fn replace(bytes: Bytes, key: &str, new: &str) -> Body {
    let Ok(text) = str::from_utf8(&bytes) else {
        return Body::from(bytes);
    };
    let mut parts = text.split(key);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (old, rest) = part.split_once('"').unwrap_or_default();
        let new = if ENVELOPES.contains(&old) { old } else { new };
        for piece in [key, new, "\"", rest] {
            replaced.push_str(piece);
        }
    }
    Body::from(replaced)
}

#[cfg(test)]
mod tests {
    use axum::body;
    use serde_json::json;

    use super::*;

    const BODY: &str = r#"{"success":true,"data":{"id":"a","status":"PAID","rate":18.184665,"list":[{"id":"b"}]}}"#;

    async fn text(body: Body) -> String {
        let bytes = body::to_bytes(body, 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    async fn json(body: Body) -> Value {
        serde_json::from_str(&text(body).await).unwrap()
    }

    #[tokio::test]
    async fn a_replaced_word_leaves_every_other_digit() {
        let body = || Bytes::from(BODY);
        assert_eq!(
            text(hide_status(body())).await,
            BODY.replace("PAID", UNKNOWN_STATUS)
        );
        assert_eq!(
            text(go_back(body(), "PENDING")).await,
            BODY.replace("PAID", "PENDING")
        );
        let other = format!("\"id\":\"{ANOTHER_ID}\"");
        assert_eq!(
            text(change_id(body(), "id")).await,
            BODY.replace("\"id\":\"a\"", &other)
                .replace("\"id\":\"b\"", &other)
        );
    }

    #[tokio::test]
    async fn the_status_of_an_envelope_stays() {
        let body = Bytes::from(r#"{"status":"ok","data":{"status":"finished"}}"#);
        let expected = r#"{"status":"ok","data":{"status":"started"}}"#;
        assert_eq!(text(go_back(body, "started")).await, expected);
    }

    #[tokio::test]
    async fn changed_types_keep_the_shape() {
        let value = json!({ "a": "b", "c": [1, null], "d": { "e": true } });
        let changed = json!({ "a": 7, "c": [true, null], "d": { "e": true } });
        assert_eq!(json(change_types(value.to_string().into())).await, changed);
    }

    #[tokio::test]
    async fn numbers_are_quoted_negated_and_blown_up() {
        let rate = async |body: Body| json(body).await["data"]["rate"].clone();
        let body = || Bytes::from(BODY);
        assert_eq!(rate(quote_numbers(body())).await, json!("18.184665"));
        assert_eq!(rate(negate(body())).await, json!(-18.184_665));
        assert_eq!(rate(inflate(body())).await, json!(1e60));
    }

    #[tokio::test]
    async fn every_member_can_be_missing_or_null() {
        let mut missing = Vec::new();
        for nth in 0..7 {
            let left = json(leave_out(Bytes::from(BODY), nth)).await;
            let nulled = json(null(Bytes::from(BODY), nth)).await;
            assert_ne!(left, nulled);
            assert!(!missing.contains(&left), "{left}");
            missing.push(left);
        }
        let again = json(leave_out(Bytes::from(BODY), 7)).await;
        assert_eq!(missing.first(), Some(&again));
        assert_eq!(text(leave_out(Bytes::from("[]"), 3)).await, "[]");
    }

    #[tokio::test]
    async fn added_members_change_no_other() {
        let mut added = json(add_fields(Bytes::from(BODY))).await;
        assert!(added["data"]["list"][0]["addedLater"].is_string());
        each(&mut added, &|value| {
            if let Value::Object(members) = value {
                members.remove("addedLater");
                members.remove("__proto__");
            }
        });
        assert_eq!(added, serde_json::from_str::<Value>(BODY).unwrap());
    }
}
