//! CryptoPocket's stand-in as the simulator mounts it.

use axum::Router;

use super::{CryptoPocket, Kyc, seed};
use crate::config::PayingWallet;
use crate::providers::{Customer, Life, Twin};
use crate::{Simulator, control};

/// The shop's id and name of each, the user, and what is different about them.
const CUSTOMERS: [(&str, &str, u64, &str); 4] = [
    ("pocket-1", "Inés Vega", seed::EUROPEAN, "IBAN"),
    ("pocket-2", "Otto Blanco", seed::UNVERIFIED, "sin verificar"),
    (
        "pocket-3",
        "Carlos Rojas",
        seed::COLOMBIAN,
        "cuenta registrada en Colombia",
    ),
    (
        "pocket-4",
        "María Cruz",
        seed::MEXICAN,
        "cuenta registrada en México",
    ),
];

impl Twin for CryptoPocket {
    fn name(&self) -> &'static str {
        "cryptopocket"
    }

    fn label(&self) -> &'static str {
        "CryptoPocket"
    }

    fn api(&self) -> Router {
        self.router()
    }

    fn control(&self, _: &Simulator) -> Router {
        control::cryptopocket::routes(self)
    }

    fn life(&self) -> Life {
        let pocket = self.clone();
        Box::pin(async move { pocket.live().await })
    }

    fn customers(&self, _: PayingWallet) -> Vec<Customer> {
        let users = self.users();
        let is_valid = |id| {
            let mut valid = users.iter().filter(|user| user.verification == Kyc::Valid);
            valid.any(|user| user.id == id)
        };
        let customer = |(id, name, user, note): (&str, &str, u64, &'static str)| Customer {
            id: id.to_owned(),
            name: name.to_owned(),
            user: user.to_string(),
            verified: is_valid(user),
            note,
        };
        CUSTOMERS.map(customer).into()
    }
}
