//! Reading JSON without derived code, which would be the heaviest part of the widget.
//!
//! What the proxy writes is read, and what is missing or of another type is refused, as by serde's
//! derived code on the types of the domain. Nothing says why, because nobody asks.

use offramp_domain::{money::Amount, time::Timestamp};
use serde_json::{Map, Value};

/// A type that can be read out of JSON.
pub(super) trait Read: Sized {
    /// The value, if the JSON is one.
    fn read(json: &Value) -> Option<Self>;
}

/// Reads a whole body.
pub(super) fn body<T: Read>(text: &str) -> Option<T> {
    T::read(&serde_json::from_str(text).ok()?)
}

/// A member of an object; null where there is none, as readers make no difference.
pub(super) fn member<'a>(object: &'a Map<String, Value>, key: &str) -> &'a Value {
    object.get(key).unwrap_or(&Value::Null)
}

/// A member of an object that has a default where there is none. A null is still refused.
pub(super) fn member_or_default<T: Read + Default>(
    object: &Map<String, Value>,
    key: &str,
) -> Option<T> {
    match object.get(key) {
        Some(json) => T::read(json),
        None => Some(T::default()),
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &Value) -> Option<Self> {
        if json.is_null() {
            Some(None)
        } else {
            T::read(json).map(Some)
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Value) -> Option<Self> {
        json.as_array()?.iter().map(T::read).collect()
    }
}

impl Read for String {
    fn read(json: &Value) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl Read for bool {
    fn read(json: &Value) -> Option<Self> {
        json.as_bool()
    }
}

impl Read for u16 {
    fn read(json: &Value) -> Option<Self> {
        json.as_u64()?.try_into().ok()
    }
}

impl Read for u32 {
    fn read(json: &Value) -> Option<Self> {
        json.as_u64()?.try_into().ok()
    }
}

impl Read for u64 {
    fn read(json: &Value) -> Option<Self> {
        json.as_u64()
    }
}

impl Read for Amount {
    fn read(json: &Value) -> Option<Self> {
        json.as_str()?.parse().ok()
    }
}

impl Read for Timestamp {
    fn read(json: &Value) -> Option<Self> {
        json.as_str()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_one_json_value_and_no_more() {
        assert_eq!(body::<u64>(" 7 "), Some(7));
        assert_eq!(body::<u64>("7 7"), None);
        assert_eq!(body::<u64>(""), None);
        assert_eq!(body::<u64>("<html>"), None);
    }

    #[test]
    fn null_is_nothing_only_where_there_may_be_nothing() {
        assert_eq!(Option::<String>::read(&Value::Null), Some(None));
        assert_eq!(Option::<String>::read(&json!(7)), None);
        assert_eq!(String::read(&Value::Null), None);
        assert_eq!(Vec::<String>::read(&Value::Null), None);
    }

    #[test]
    fn one_unreadable_entry_makes_a_list_unreadable() {
        assert_eq!(Vec::<u64>::read(&json!([1, 2])), Some(vec![1, 2]));
        assert_eq!(Vec::<u64>::read(&json!([1, "2"])), None);
    }

    #[test]
    fn a_number_is_whole_and_in_range() {
        assert_eq!(u16::read(&json!(65_535)), Some(65_535));
        assert_eq!(u16::read(&json!(65_536)), None);
        assert_eq!(u32::read(&json!(-1)), None);
        assert_eq!(u64::read(&json!(1.0)), None);
        assert_eq!(u64::read(&json!(u64::MAX)), Some(u64::MAX));
    }

    #[test]
    fn an_amount_and_a_time_are_texts() {
        assert_eq!(Amount::read(&json!("1.50")), "1.50".parse().ok());
        assert_eq!(Amount::read(&json!(1)), None);
        assert_eq!(Amount::read(&json!("-1")), None);
        assert_eq!(Timestamp::read(&json!("tomorrow")), None);
    }

    #[test]
    fn a_default_is_for_what_is_absent() {
        let (Value::Object(absent), Value::Object(null)) = (json!({}), json!({ "flag": null }))
        else {
            panic!("two objects");
        };
        assert_eq!(member_or_default::<bool>(&absent, "flag"), Some(false));
        assert_eq!(member_or_default::<bool>(&null, "flag"), None);
        assert_eq!(member(&absent, "flag"), &Value::Null);
    }
}
