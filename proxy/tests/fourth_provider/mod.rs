//! Tinta, a provider that is made up, added as `docs/adding-a-provider.md` says: an adapter, a line of
//! the proxy's registry, a stand-in and a line of the simulator's.

pub(crate) mod adapter;
pub(crate) mod twin;

use std::sync::Arc;

use offramp_proxy::providers::{self, Entry, at_once};
use offramp_simulator::providers::{self as twins, Mount};

/// The proxy's registry, with the line of the fourth.
pub(crate) fn registry() -> Vec<Entry> {
    let mut all = providers::ALL.to_vec();
    all.push(Entry::new(adapter::NAME, |lookup, clock| {
        at_once(adapter::from_env(lookup, clock))
    }));
    all
}

/// The simulator's, with the line of the fourth.
pub(crate) fn mounted() -> Vec<Mount> {
    let mut all = twins::ALL.to_vec();
    all.push(|simulator| Arc::new(twin::Tinta::new(simulator.clock().clone())));
    all
}
