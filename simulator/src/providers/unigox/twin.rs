//! UNIGOX' stand-in as the simulator mounts it.

use axum::Router;

use super::{KycStatus, Unigox, UserView, WalletType, seed};
use crate::config::PayingWallet;
use crate::providers::{Customer, Life, Twin};
use crate::{Simulator, control};

/// The shop's id and name of each, the user, and what is different about them.
const CUSTOMERS: [(&str, &str, &str, &str); 3] = [
    (
        "escrow-1",
        "Ada Eze",
        seed::ADA,
        "paga con su saldo en Cobalto",
    ),
    ("escrow-2", "Ben Adeyemi", seed::BEN, "en revisión"),
    ("escrow-3", "Cleo Obi", seed::CLEO, "firma con su cartera"),
];

impl Twin for Unigox {
    fn name(&self) -> &'static str {
        "unigox"
    }

    fn label(&self) -> &'static str {
        "UNIGOX"
    }

    fn api(&self) -> Router {
        self.router()
    }

    fn control(&self, simulator: &Simulator) -> Router {
        control::unigox::router().with_state(simulator.clone())
    }

    fn life(&self) -> Life {
        let unigox = self.clone();
        Box::pin(async move { unigox.live().await })
    }

    /// Whose crypto somebody sells is settled when they are registered: only those who fit.
    fn customers(&self, paying: PayingWallet) -> Vec<Customer> {
        let users = self.users();
        let customer = |(id, name, uuid, note): (&str, &str, &str, &'static str)| {
            let user = users.iter().find(|user| user.uuid == uuid)?;
            is_paid_by(user, paying).then(|| Customer {
                id: id.to_owned(),
                name: name.to_owned(),
                user: uuid.to_owned(),
                verified: user.kyc_status == KycStatus::Verified,
                note,
            })
        };
        CUSTOMERS.into_iter().filter_map(customer).collect()
    }
}

fn is_paid_by(user: &UserView, paying: PayingWallet) -> bool {
    match user.wallet_type {
        WalletType::PartnerWallet => paying == PayingWallet::Partner,
        WalletType::ExternalWallet => paying == PayingWallet::External,
    }
}
