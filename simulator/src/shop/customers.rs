//! The shop's customers, each with the provider that pays them.

use serde::Serialize;

use crate::Simulator;
use crate::providers::cryptopocket::{self, Kyc};
use crate::providers::unigox::{self, KycStatus};
use crate::providers::{capa, cryptopocket::seed as pocket, unigox::seed as escrow};

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

/// A customer whom only the shop has a name for.
struct Known<User> {
    id: &'static str,
    name: &'static str,
    user: User,
    note: &'static str,
}

const POCKET: [Known<u64>; 4] = [
    Known {
        id: "pocket-1",
        name: "Inés Vega",
        user: pocket::EUROPEAN,
        note: "IBAN",
    },
    Known {
        id: "pocket-2",
        name: "Otto Blanco",
        user: pocket::UNVERIFIED,
        note: "sin verificar",
    },
    Known {
        id: "pocket-3",
        name: "Carlos Rojas",
        user: pocket::COLOMBIAN,
        note: "cuenta registrada en Colombia",
    },
    Known {
        id: "pocket-4",
        name: "María Cruz",
        user: pocket::MEXICAN,
        note: "cuenta registrada en México",
    },
];

const ESCROW: [Known<&str>; 3] = [
    Known {
        id: "escrow-1",
        name: "Ada Eze",
        user: escrow::ADA,
        note: "paga con su saldo en Cobalto",
    },
    Known {
        id: "escrow-2",
        name: "Ben Adeyemi",
        user: escrow::BEN,
        note: "en revisión",
    },
    Known {
        id: "escrow-3",
        name: "Cleo Obi",
        user: escrow::CLEO,
        note: "firma con su cartera",
    },
];

/// Everybody.
pub(super) fn all(simulator: &Simulator) -> Vec<Customer> {
    let first = simulator.capa().users().into_iter().filter_map(|user| {
        let id = user.external_id?;
        Some(Customer {
            name: named(&id).unwrap_or(&id).to_owned(),
            provider: "capa",
            user: user.id,
            verified: user.verification == capa::Verification::Verified,
            note: "",
            id,
        })
    });
    let pocket_users = simulator.cryptopocket().users();
    let is_valid = |user: &cryptopocket::UserView| user.verification == Kyc::Valid;
    let second = POCKET.iter().map(|known| Customer {
        id: known.id.to_owned(),
        name: known.name.to_owned(),
        provider: "cryptopocket",
        user: known.user.to_string(),
        verified: pocket_users
            .iter()
            .any(|user| user.id == known.user && is_valid(user)),
        note: known.note,
    });
    let escrow_users = simulator.unigox().users();
    let is_cleared = |user: &unigox::UserView| user.kyc_status == KycStatus::Verified;
    let third = ESCROW.iter().map(|known| Customer {
        id: known.id.to_owned(),
        name: known.name.to_owned(),
        provider: "unigox",
        user: known.user.to_owned(),
        verified: escrow_users
            .iter()
            .any(|user| user.uuid == known.user && is_cleared(user)),
        note: known.note,
    });
    first.chain(second).chain(third).collect()
}

fn named(id: &str) -> Option<&'static str> {
    match id {
        "cust-1" => Some("Ana López"),
        "cust-2" => Some("Luis Pérez"),
        "cust-3" => Some("Eva Gómez"),
        _ => None,
    }
}
