//! The rails and what each has to be told (contract 6.2).

use serde::Deserialize;
use serde_json::Value;

use super::figure::Count;

/// What `GET /supported/payment-rails` answers.
#[derive(Deserialize)]
pub(in super::super) struct Rails {
    pub(in super::super) rails: Vec<Rail>,
}

/// A way to pay out.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct Rail {
    pub(in super::super) slug: String,
    #[serde(default)]
    pub(in super::super) institution_required: bool,
    #[serde(default)]
    pub(in super::super) fields: Vec<Field>,
    #[serde(default)]
    pub(in super::super) formats: Vec<Format>,
}

/// A question. Types that nobody knows are texts.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct Field {
    pub(in super::super) key: String,
    pub(in super::super) label: Option<String>,
    #[serde(rename = "type")]
    pub(in super::super) kind: Option<String>,
    #[serde(default)]
    pub(in super::super) required: bool,
    pub(in super::super) pattern: Option<String>,
    #[serde(default)]
    options: Option<Vec<Value>>,
}

impl Field {
    /// The choices, where they are plain texts.
    pub(in super::super) fn options(&self) -> Vec<String> {
        let options = self.options.iter().flatten().map(|option| match option {
            Value::String(text) => Some(text.clone()),
            Value::Object(members) => members.get("value")?.as_str().map(str::to_owned),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        });
        options.collect::<Option<_>>().unwrap_or_default()
    }
}

/// The questions for some institutions.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct Format {
    #[serde(default)]
    pub(in super::super) institution_types: Vec<String>,
    pub(in super::super) fields: Vec<Field>,
}

/// What `GET /supported/institutions` answers.
#[derive(Deserialize)]
pub(in super::super) struct Institutions {
    pub(in super::super) institutions: Vec<Institution>,
    pagination: Option<Pagination>,
}

/// A bank or a wallet.
#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct Institution {
    #[serde(rename = "institution_id", alias = "id", alias = "slug")]
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    #[serde(rename = "institution_type", alias = "type")]
    pub(in super::super) kind: Option<String>,
}

#[derive(Deserialize)]
struct Pagination {
    total: Count,
}

impl Institutions {
    /// Whether there are more than these.
    pub(in super::super) fn are_more(&self) -> bool {
        let total = self
            .pagination
            .as_ref()
            .map(|pagination| pagination.total.0);
        total.is_none_or(|total| total > self.institutions.len())
    }
}
