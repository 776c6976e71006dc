//! Answers by the names of their questions: an object in JSON, and a list here.
//!
//! A form has few of them, and a map of its own would be a kilobyte of the widget.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(
    fields: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, answer)| (name, answer)))
}

/// In the order of the names.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, String)>, D::Error> {
    let fields = BTreeMap::deserialize(deserializer)?;
    Ok(fields.into_iter().collect())
}
