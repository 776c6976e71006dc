//! The providers that are stood in for, one folder each.

pub mod capa;
pub mod common;
pub mod cryptopocket;
pub mod unigox;

use std::any::Any;
use std::fmt::Debug;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;

use crate::Simulator;
use crate::config::PayingWallet;

/// Every stand-in that there is, one line each. The shop's default customer is the first one's.
pub const ALL: [Mount; 3] = [
    |simulator| Arc::new(simulator.capa().clone()),
    |simulator| Arc::new(simulator.cryptopocket().clone()),
    |simulator| Arc::new(simulator.unigox().clone()),
];

/// Makes a stand-in for a simulator, with its clock and its market.
pub type Mount = fn(&Simulator) -> Arc<dyn Twin>;

/// What a stand-in does for as long as it is polled.
pub type Life = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One provider's stand-in, as the simulator mounts it.
pub trait Twin: Any + Debug + Send + Sync {
    /// The name that a session gives the provider, and its part of the control plane has.
    fn name(&self) -> &'static str;

    /// The name as people read it.
    fn label(&self) -> &'static str;

    /// The provider's own routes, under a prefix of its own.
    fn api(&self) -> Router;

    /// What a test or the demo may do to it, under `/_sim/{name}`.
    fn control(&self, _simulator: &Simulator) -> Router {
        Router::new()
    }

    /// What happens without a request: time, and webhooks.
    fn life(&self) -> Life {
        Box::pin(ready(()))
    }

    /// The people in its books whom the demo shop has as customers, where this wallet pays.
    fn customers(&self, _paying: PayingWallet) -> Vec<Customer> {
        Vec::new()
    }
}

/// Somebody whom both a provider and the demo shop know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The shop's id of them.
    pub id: String,
    /// Their name, as the shop greets them.
    pub name: String,
    /// The provider's id of them.
    pub user: String,
    /// Whether the provider calls them verified.
    pub verified: bool,
    /// What is different about them.
    pub note: &'static str,
}
