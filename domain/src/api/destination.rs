//! Bank accounts: given, saved, and masked.

use serde::{Deserialize, Serialize};

use super::{fields, problem::FieldProblem};
use crate::bank::{Answers, CountryCode, FieldKey, Problem as FieldProblemKind};

/// A bank account saved earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedDestination {
    /// Our id of it.
    pub id: String,
    /// Its country.
    pub country: CountryCode,
    /// Its bank, where known.
    pub bank_name: Option<String>,
    /// Its number, but for the last digits.
    pub masked: String,
}

/// `POST /v1/destinations`: an account to save, by the country's form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DestinationRequest {
    /// Its country.
    pub country: CountryCode,
    /// The form's answers.
    #[serde(with = "fields")]
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = std::collections::BTreeMap<String, String>)
    )]
    pub fields: Vec<(String, String)>,
}

/// Bank details never print.
impl std::fmt::Debug for DestinationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DestinationRequest")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// The answer to [`DestinationRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DestinationResponse {
    /// The account as it was saved.
    pub destination: SavedDestination,
}

/// The bank account that is paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Destination {
    /// Given now.
    BankAccount {
        /// Its country.
        country: CountryCode,
        /// The form's answers.
        #[serde(with = "fields")]
        #[cfg_attr(
            feature = "openapi",
            schema(value_type = std::collections::BTreeMap<String, String>)
        )]
        fields: Vec<(String, String)>,
    },
    /// Saved earlier.
    Saved {
        /// Our id of it.
        id: String,
    },
    /// Given when the payer was registered.
    Registered {
        /// What is asked for beside it.
        #[serde(default, with = "fields")]
        #[cfg_attr(
            feature = "openapi",
            schema(value_type = std::collections::BTreeMap<String, String>)
        )]
        fields: Vec<(String, String)>,
    },
}

/// Bank details never print.
impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::BankAccount { .. } => "bank_account",
            Self::Saved { .. } => "saved",
            Self::Registered { .. } => "registered",
        };
        f.debug_struct("Destination")
            .field("kind", &kind)
            .finish_non_exhaustive()
    }
}

/// The answers of a built-in form out of a request's `fields`.
///
/// # Errors
/// The keys that no form has.
pub fn answers(fields: &[(String, String)]) -> Result<Answers, Vec<FieldProblem>> {
    let mut answers = Answers::new();
    let mut unknown = Vec::new();
    for (key, value) in fields {
        match FieldKey::parse(key) {
            Some(known) => answers.insert(known, value.clone()),
            None => unknown.push(FieldProblem {
                key: key.chars().take(40).collect(),
                problem: FieldProblemKind::NotAsked,
            }),
        }
    }
    if unknown.is_empty() {
        Ok(answers)
    } else {
        Err(unknown)
    }
}

/// A bank account, but for what identifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MaskedDestination {
    /// Its country.
    pub country: CountryCode,
    /// Its bank, where known.
    pub bank_name: Option<String>,
    /// Its number, but for the last digits.
    pub masked: String,
}
