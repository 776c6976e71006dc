//! Reading answers without derived code, which would be the heaviest part of the widget.
//!
//! What the proxy writes is read, and what is missing or of another type is refused, as by serde's
//! derived code on the types of the domain. Nothing says why, because nobody asks.

use std::cell::Cell;

use offramp_domain::{money::Amount, time::Timestamp};

use super::json::Json;

/// An answer while it is read.
///
/// A part that is missing or wrong makes all of it unreadable. It is read to its end even so, with
/// something in the place of that part: to stop anywhere would cost code for each member.
pub(crate) struct Reading {
    is_refused: Cell<bool>,
}

/// A type that can be read out of JSON.
pub(crate) trait Read: Sized {
    /// The value, or any value if the JSON is refused.
    fn read(json: &Json, reading: &Reading) -> Self;
}

/// Reads a whole body.
pub(crate) fn body<T: Read>(text: &str) -> Option<T> {
    let reading = Reading {
        is_refused: Cell::new(false),
    };
    let value = T::read(&serde_json::from_str(text).ok()?, &reading);
    (!reading.is_refused.get()).then_some(value)
}

impl Reading {
    /// The answer is unreadable; this stands where its part would have stood.
    pub(super) fn refuse<T>(&self, instead: T) -> T {
        self.is_refused.set(true);
        instead
    }

    /// What was read, unless it is refused.
    pub(super) fn accept<T>(&self, read: Option<T>, otherwise: T) -> T {
        read.unwrap_or_else(|| self.refuse(otherwise))
    }

    /// A member of an object; null where there is none, as readers make no difference.
    pub(super) fn member<'a>(&self, json: &'a Json, name: &str) -> &'a Json {
        self.member_or(json, name, &Json::Null)
    }

    /// A member of an object that may be absent. A null is still refused.
    pub(super) fn member_or<'a>(
        &self,
        json: &'a Json,
        name: &str,
        absent: &'static Json,
    ) -> &'a Json {
        if !matches!(json, Json::Object(_)) {
            self.refuse(());
        }
        json.member(name).unwrap_or(absent)
    }

    fn number(&self, json: &Json) -> u64 {
        if let Json::Whole(number) = json {
            *number
        } else {
            self.refuse(0)
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &Json, reading: &Reading) -> Self {
        if matches!(json, Json::Null) {
            None
        } else {
            Some(T::read(json, reading))
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Json, reading: &Reading) -> Self {
        if let Json::List(entries) = json {
            entries.iter().map(|json| T::read(json, reading)).collect()
        } else {
            reading.refuse(Self::new())
        }
    }
}

impl Read for String {
    fn read(json: &Json, reading: &Reading) -> Self {
        reading.accept(json.text(), "").to_owned()
    }
}

impl Read for bool {
    fn read(json: &Json, reading: &Reading) -> Self {
        if let Json::Flag(flag) = json {
            *flag
        } else {
            reading.refuse(false)
        }
    }
}

impl Read for u16 {
    fn read(json: &Json, reading: &Reading) -> Self {
        reading.accept(reading.number(json).try_into().ok(), 0)
    }
}

impl Read for u32 {
    fn read(json: &Json, reading: &Reading) -> Self {
        reading.accept(reading.number(json).try_into().ok(), 0)
    }
}

impl Read for u64 {
    fn read(json: &Json, reading: &Reading) -> Self {
        reading.number(json)
    }
}

impl Read for Amount {
    fn read(json: &Json, reading: &Reading) -> Self {
        let amount = json.text().and_then(|text| text.parse().ok());
        reading.accept(amount, Self::ZERO)
    }
}

impl Read for Timestamp {
    fn read(json: &Json, reading: &Reading) -> Self {
        let time = json.text().and_then(|text| text.parse().ok());
        reading.accept(time, Self::from_millis(0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: Read>(json: &Value) -> Option<T> {
        body(&json.to_string())
    }

    #[test]
    fn a_body_is_one_json_value_and_no_more() {
        assert_eq!(body::<u64>(" 7 "), Some(7));
        assert_eq!(body::<u64>("7 7"), None);
        assert_eq!(body::<u64>(""), None);
        assert_eq!(body::<u64>("<html>"), None);
    }

    #[test]
    fn null_is_nothing_only_where_there_may_be_nothing() {
        assert_eq!(read::<Option<String>>(&Value::Null), Some(None));
        assert_eq!(read::<Option<String>>(&json!(7)), None);
        assert_eq!(read::<String>(&Value::Null), None);
        assert_eq!(read::<Vec<String>>(&Value::Null), None);
    }

    #[test]
    fn one_unreadable_entry_makes_a_list_unreadable() {
        assert_eq!(read::<Vec<u64>>(&json!([1, 2])), Some(vec![1, 2]));
        assert_eq!(read::<Vec<u64>>(&json!([1, "2"])), None);
    }

    #[test]
    fn a_number_is_whole_and_in_range() {
        assert_eq!(read::<u16>(&json!(65_535)), Some(65_535));
        assert_eq!(read::<u16>(&json!(65_536)), None);
        assert_eq!(read::<u32>(&json!(-1)), None);
        assert_eq!(read::<u64>(&json!(1.0)), None);
        assert_eq!(read::<u64>(&json!(u64::MAX)), Some(u64::MAX));
    }

    #[test]
    fn an_amount_and_a_time_are_texts() {
        assert_eq!(read::<Amount>(&json!("1.50")), "1.50".parse().ok());
        assert_eq!(read::<Amount>(&json!(1)), None);
        assert_eq!(read::<Amount>(&json!("-1")), None);
        assert_eq!(read::<Timestamp>(&json!("tomorrow")), None);
    }

    /// A flag that may be absent.
    #[derive(Debug, PartialEq)]
    struct Optional(bool);

    impl Read for Optional {
        fn read(json: &Json, reading: &Reading) -> Self {
            Self(bool::read(
                reading.member_or(json, "flag", &Json::Flag(true)),
                reading,
            ))
        }
    }

    #[test]
    fn a_default_is_for_what_is_absent() {
        assert_eq!(read(&json!({})), Some(Optional(true)));
        assert_eq!(read(&json!({ "flag": false })), Some(Optional(false)));
        assert_eq!(read::<Optional>(&json!({ "flag": null })), None);
        assert_eq!(read::<Optional>(&json!([])), None);
    }

    #[test]
    fn of_two_members_of_one_name_the_later_one_counts() {
        let twice = r#"{ "flag": true, "flag": false }"#;
        assert_eq!(body(twice), Some(Optional(false)));
    }
}
