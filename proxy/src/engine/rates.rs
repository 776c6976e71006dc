//! Rates shown lately, and the budget of locked quotes.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use offramp_domain::{
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};

use super::{Engine, limits::named_range, pricing::Ask};
use crate::error::ApiError;

/// How long a rate is shown to others who ask.
const RATE_IS_FRESH: Duration = Duration::from_secs(5);

/// What rates are known by: they are the same for everybody within a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct RateKey {
    provider: &'static str,
    token: Token,
    network: Network,
    currency: Currency,
    tier: u8,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) fiat_per_token: Amount,
    /// The partner's spread in it.
    pub(super) spread: Amount,
    /// The tier it is for, which need not be the one that was asked about.
    pub(super) tier: u8,
    at: Timestamp,
}

/// A rate that one caller asks for while the others wait.
type Slot = Arc<tokio::sync::Mutex<Option<Rate>>>;

/// Rates shown lately, and each provider's budget of locked quotes.
#[derive(Debug)]
pub struct Prices {
    rates: Mutex<HashMap<RateKey, Slot>>,
    budgets: HashMap<&'static str, DefaultDirectRateLimiter>,
}

impl Prices {
    /// With so many locked quotes a second of each provider.
    pub fn new(
        quotes_per_second: NonZeroU32,
        providers: impl Iterator<Item = &'static str>,
    ) -> Self {
        let budget = || RateLimiter::direct(Quota::per_second(quotes_per_second));
        Self {
            rates: Mutex::default(),
            budgets: providers.map(|provider| (provider, budget())).collect(),
        }
    }

    /// Takes one locked quote out of a provider's budget, if there is one left.
    pub(super) fn spend(&self, provider: &str) -> bool {
        self.budgets
            .get(provider)
            .is_some_and(|budget| budget.check().is_ok())
    }

    fn slot(&self, key: RateKey) -> Slot {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rates.entry(key).or_default())
    }
}

impl Engine {
    /// The rate of a tier, as it was shown lately or as the provider says now for `amount`.
    pub(super) async fn rate(
        &self,
        ask: &Ask<'_>,
        tier: u8,
        amount: Amount,
    ) -> Result<Rate, ApiError> {
        let key = RateKey {
            provider: ask.provider.name(),
            token: ask.asset.token,
            network: ask.asset.network,
            currency: ask.currency,
            tier,
        };
        let slot = self.prices.slot(key);
        let mut known = slot.lock().await;
        if let Some(rate) = known.filter(|rate| self.now().since(rate.at) < RATE_IS_FRESH) {
            return Ok(rate);
        }
        let answer = ask
            .provider
            .quote(&ask.of(QuoteKind::Indicative, amount))
            .await
            .map_err(|error| named_range(error, ask.asset, ask.currency))?;
        let rate = Rate {
            fiat_per_token: answer.rate,
            spread: answer.spread,
            tier: ask.provider.tier(ask.currency, answer.fiat_amount),
            at: self.now(),
        };
        if rate.tier == tier {
            *known = Some(rate);
        } else if let Ok(mut other) = self
            .prices
            .slot(RateKey {
                tier: rate.tier,
                ..key
            })
            .try_lock()
        {
            *other = Some(rate);
        }
        Ok(rate)
    }
}
