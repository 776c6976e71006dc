//! What a provider calls people, orders and accounts.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

/// A provider's id of a payer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderUserId(pub String);

/// The id never prints: it must not reach a log.
impl Debug for ProviderUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderUserId(…)")
    }
}

/// A provider's id of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderRef(pub String);

/// A provider's id of a saved account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountRef(pub String);

/// The id never prints: it leads to an account.
impl Debug for AccountRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountRef(…)")
    }
}
