//! Which provider a bench is with: its variables, and the adapter made of them.

use std::{net::SocketAddr, sync::Arc};

use offramp_proxy::{
    clock::Clock,
    config::Lookup,
    provider::Provider,
    providers::{
        capa::{self, Capa},
        cryptopocket::{self, CryptoPocket},
        unigox::{self, Unigox},
    },
};

use super::{Outcome, PROVIDER_KEY, WEBHOOK_SECRET};

/// The keys of the simulator's default.
pub(crate) const POCKET_KEY: &str = "sim_cryptopocket_key";
pub(crate) const POCKET_SECRET: &str = "sim_cryptopocket_secret";

/// What UNIGOX signs webhooks with.
pub(crate) const UNIGOX_WEBHOOK_SECRET: &str = "whsec_test_unigox";

/// The first account of the public development mnemonic.
const UNIGOX_SIGNING_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// Which provider a bench is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Capa,
    CryptoPocket,
    /// The partner's wallet pays.
    Unigox,
    /// The payer's own wallet pays.
    UnigoxByWallet,
}

impl Backend {
    /// The name of the provider of sessions that name none.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Capa => "capa",
            Self::CryptoPocket => "cryptopocket",
            Self::Unigox | Self::UnigoxByWallet => "unigox",
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
            Self::Unigox => unigox(lookup, clock)?,
            Self::UnigoxByWallet => unigox(
                &|name| match name {
                    "UNIGOX_WALLET_MODE" => Some("external_wallet".to_owned()),
                    "UNIGOX_SIGNING_KEY" | "UNIGOX_DAILY_LIMIT" => None,
                    _ => lookup(name),
                },
                clock,
            )?,
        })
    }
}

fn unigox(lookup: Lookup<'_>, clock: &Clock) -> Outcome<Arc<dyn Provider>> {
    let mut settings = unigox::Settings::from_env(lookup)?.ok_or("the provider is off")?;
    // A fault that is switched on once is to be seen once.
    settings.policy.repeats = 0;
    Ok(Arc::new(Unigox::new(settings, clock.clone())?))
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
        "UNIGOX_BASE_URL" => Some(format!("http://{provider}/unigox")),
        "UNIGOX_API_KEY" => Some("sim_unigox_key".to_owned()),
        "UNIGOX_WEBHOOK_SECRET" => Some(UNIGOX_WEBHOOK_SECRET.to_owned()),
        "UNIGOX_SIGNING_KEY" => Some(UNIGOX_SIGNING_KEY.to_owned()),
        "UNIGOX_DAILY_LIMIT" => Some("1000".to_owned()),
        _ => None,
    }
}
