//! Which provider a bench is with: its variables, and the adapter made of them.

use std::{net::SocketAddr, sync::Arc};

use offramp_proxy::{
    clock::Clock,
    config::Lookup,
    provider::Provider,
    providers::{
        capa::{self, Capa},
        cryptopocket::{self, CryptoPocket},
    },
};

use super::{Outcome, PROVIDER_KEY, WEBHOOK_SECRET};

/// The keys of the simulator's default.
pub(crate) const POCKET_KEY: &str = "sim_cryptopocket_key";
pub(crate) const POCKET_SECRET: &str = "sim_cryptopocket_secret";

/// Which provider a bench is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Capa,
    CryptoPocket,
}

impl Backend {
    /// The name of the provider of sessions that name none.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Capa => "capa",
            Self::CryptoPocket => "cryptopocket",
        }
    }

    pub(super) fn adapter(
        self,
        lookup: Lookup<'_>,
        capa: capa::Settings,
        clock: &Clock,
    ) -> Outcome<Arc<dyn Provider>> {
        Ok(match self {
            Self::Capa => Arc::new(Capa::on_clock(capa, clock.clone())?),
            Self::CryptoPocket => {
                let settings = cryptopocket::Settings::from_env(lookup)?;
                let mut settings = settings.ok_or("the provider is off")?;
                // A fault that is switched on once is to be seen once.
                settings.policy.repeats = 0;
                Arc::new(CryptoPocket::new(settings, clock.clone())?)
            }
        })
    }
}

/// The variables of every provider, at the simulator.
pub(super) fn variable(name: &str, provider: SocketAddr) -> Option<String> {
    match name {
        "CAPA_BASE_URL" => Some(format!("http://{provider}")),
        "CAPA_API_KEY" => Some(PROVIDER_KEY.to_owned()),
        "CAPA_WEBHOOK_SECRET" => Some(WEBHOOK_SECRET.to_owned()),
        "CRYPTOPOCKET_BASE_URL" => Some(format!("http://{provider}/cryptopocket")),
        "CRYPTOPOCKET_API_KEY" => Some(POCKET_KEY.to_owned()),
        "CRYPTOPOCKET_API_SECRET" => Some(POCKET_SECRET.to_owned()),
        _ => None,
    }
}
