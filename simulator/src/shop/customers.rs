//! The shop's customers, each with the provider that pays them.

use serde::Serialize;

use crate::Simulator;
use crate::config::PayingWallet;
use crate::providers;

/// A customer of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Customer {
    /// The shop's id of them.
    pub(super) id: String,
    /// Their name, as the shop greets them.
    pub(super) name: String,
    /// Who pays them.
    pub(super) provider: &'static str,
    /// The provider's id of them. No page ever sees it.
    #[serde(skip)]
    pub(super) user: String,
    /// Whether the provider calls them verified.
    pub(super) verified: bool,
    /// What is different about them.
    pub(super) note: &'static str,
}

/// Everybody, as far as this wallet pays for them.
pub(super) fn all(simulator: &Simulator, paying: PayingWallet) -> Vec<Customer> {
    let of_one = |twin: &dyn providers::Twin| {
        let provider = twin.name();
        let known = twin.customers(paying).into_iter();
        known.map(move |known| Customer::of(known, provider))
    };
    let twins = simulator.twins().iter();
    twins.flat_map(|twin| of_one(twin.as_ref())).collect()
}

impl Customer {
    fn of(known: providers::Customer, provider: &'static str) -> Self {
        let providers::Customer {
            id,
            name,
            user,
            verified,
            note,
        } = known;
        Self {
            id,
            name,
            provider,
            user,
            verified,
            note,
        }
    }
}
