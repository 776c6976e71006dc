//! Where the money goes (contract 6.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figure::Text;

/// The body of `POST …/payment-details`.
#[derive(Serialize)]
pub(in super::super) struct AccountRequest<'a> {
    pub(in super::super) currency: &'static str,
    pub(in super::super) rail: &'static str,
    pub(in super::super) details: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) institution_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) country_code: Option<&'static str>,
}

/// What was saved. Its id is a string here, and an integer in quotes.
#[derive(Deserialize)]
pub(in super::super) struct SavedDetails {
    pub(in super::super) payment_details_id: Text,
    pub(in super::super) institution_name: Option<String>,
}
