//! Capa's stand-in as the simulator mounts it.

use axum::Router;

use super::{Capa, Verification};
use crate::config::PayingWallet;
use crate::providers::{Customer, Life, Twin};
use crate::{Simulator, control};

impl Twin for Capa {
    fn name(&self) -> &'static str {
        "capa"
    }

    fn label(&self) -> &'static str {
        "Capa"
    }

    fn api(&self) -> Router {
        self.router()
    }

    fn control(&self, simulator: &Simulator) -> Router {
        control::capa().with_state(simulator.clone())
    }

    fn life(&self) -> Life {
        let capa = self.clone();
        Box::pin(async move { capa.live().await })
    }

    /// Whoever was added is a customer, too.
    fn customers(&self, _: PayingWallet) -> Vec<Customer> {
        let known = self.users().into_iter().filter_map(|user| {
            let id = user.external_id?;
            Some(Customer {
                name: named(&id).unwrap_or(&id).to_owned(),
                user: user.id,
                verified: user.verification == Verification::Verified,
                note: "",
                id,
            })
        });
        known.collect()
    }
}

fn named(id: &str) -> Option<&'static str> {
    match id {
        "cust-1" => Some("Ana López"),
        "cust-2" => Some("Luis Pérez"),
        "cust-3" => Some("Eva Gómez"),
        _ => None,
    }
}
