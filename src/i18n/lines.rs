//! In which order a file of words has the sentences of its language, one a line.
//!
//! Not a module of the widget: `build.rs`, which has the widget read such a file, and `xtask`, which
//! writes it, are both compiled with this, so that they cannot disagree.

use serde_json::{Map, Value};

/// The first one defines which sentences there are.
pub(crate) const LANGUAGES: [&str; 2] = ["es", "en"];

/// What one object of the JSON says, in order: its own sentences first, so that they are read in one
/// go.
pub(crate) struct Parts<'a> {
    pub(crate) sentences: Vec<(&'a str, &'a str)>,
    pub(crate) objects: Vec<(&'a str, &'a Map<String, Value>)>,
}

impl<'a> Parts<'a> {
    /// By their keys, whatever order the map keeps.
    pub(crate) fn of(object: &'a Map<String, Value>) -> Result<Self, String> {
        let mut parts = Self {
            sentences: Vec::new(),
            objects: Vec::new(),
        };
        for (key, value) in object {
            match value {
                Value::String(sentence) if sentence.contains(char::is_control) => {
                    return Err(format!("{key} is more than one line"));
                }
                Value::String(sentence) => parts.sentences.push((key, sentence)),
                Value::Object(object) => parts.objects.push((key, object)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                    return Err(format!("{key} is not a sentence"));
                }
            }
        }
        parts.sentences.sort_unstable_by_key(|(key, _)| *key);
        parts.objects.sort_unstable_by_key(|(key, _)| *key);
        Ok(parts)
    }
}

/// Every sentence, each with the end of its line.
pub(crate) fn file(object: &Map<String, Value>) -> Result<String, String> {
    let parts = Parts::of(object)?;
    let mut file = String::new();
    for (_, sentence) in parts.sentences {
        file.push_str(sentence);
        file.push('\n');
    }
    for (key, object) in parts.objects {
        file += &self::file(object).map_err(|error| format!("{key}: {error}"))?;
    }
    Ok(file)
}
