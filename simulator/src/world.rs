//! What every provider has in common: one clock and one market.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rust_decimal::{Decimal, RoundingStrategy};

use crate::clock::Clock;

/// The clock and the market behind every provider. Clones are the same world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    clock: Clock,
    market: Arc<Mutex<Market>>,
}

/// Which pairs a movement of the market touches. An absent side means every one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) token: Option<String>,
    pub(crate) currency: Option<String>,
}

/// The price of a pair has moved by so much from where it began, in basis points.
#[derive(Clone, Debug, Default)]
struct Market {
    shifts: BTreeMap<(String, String), i32>,
}

impl World {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            market: Arc::default(),
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What one token is worth in a currency now, with six decimals.
    pub(crate) fn rate(&self, token: &str, currency: &str) -> Option<Decimal> {
        let base = base_rate(token, currency)?;
        let factor = Decimal::new(i64::from(10_000 + self.shift(token, currency)), 4);
        Some(round_rate(base * factor))
    }

    /// How far a pair has moved from where it began, in basis points.
    pub(crate) fn shift(&self, token: &str, currency: &str) -> i32 {
        let key = (token.to_owned(), currency.to_owned());
        self.market().shifts.get(&key).copied().unwrap_or(0)
    }

    /// Moves the market. Movements add up; no pair loses more than 99 % of its price.
    pub(crate) fn move_rates(&self, pairs: &Pairs, by_bps: i32) {
        const LOWEST: i32 = -9_900;
        const HIGHEST: i32 = 1_000_000;
        let mut market = self.market();
        for token in TOKENS.iter().filter(|token| pairs.names_token(token)) {
            for currency in CURRENCIES
                .iter()
                .filter(|currency| pairs.names_currency(currency))
            {
                let key = ((*token).to_owned(), (*currency).to_owned());
                let shift = market.shifts.entry(key).or_default();
                *shift = shift.saturating_add(by_bps).clamp(LOWEST, HIGHEST);
            }
        }
    }

    /// Every pair of the market.
    pub(crate) fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
        TOKENS
            .iter()
            .flat_map(|token| CURRENCIES.iter().map(|currency| (*token, *currency)))
    }

    fn market(&self) -> MutexGuard<'_, Market> {
        self.market.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pairs {
    fn names_token(&self, token: &str) -> bool {
        self.token.as_deref().is_none_or(|named| named == token)
    }

    fn names_currency(&self, currency: &str) -> bool {
        self.currency
            .as_deref()
            .is_none_or(|named| named == currency)
    }
}

/// What a token is worth in dollars when nothing has moved.
pub(crate) fn usd_price(token: &str) -> Option<Decimal> {
    let cents_of_cents = match token {
        "USDC" | "USDC.e" | "USDbC" | "PYSUD" | "wUSDL" => 10_000,
        "USDT" => 9_995,
        "USDY" => 10_900,
        "MXNe" => 549,
        "POL" | "MATIC" => 4_200,
        "WLD" => 9_000,
        "STK" => 1_500,
        "CORE" => 6_000,
        "SOL" => 1_500_000,
        "BNB" => 6_500_000,
        "ETH" => 31_000_000,
        "wBTC" | "cbBTC" | "CoreBTC" => 950_000_000,
        _ => return None,
    };
    Some(Decimal::new(cents_of_cents, 4))
}

fn base_rate(token: &str, currency: &str) -> Option<Decimal> {
    let per_dollar = match currency {
        "MXN" => Decimal::new(18_184_665, 6),
        "DOP" => Decimal::new(6_025, 2),
        "USD" => Decimal::new(9_985, 4),
        "EUR" => Decimal::new(9_120, 4),
        "GBP" => Decimal::new(7_610, 4),
        "COP" => Decimal::new(4_105, 0),
        "CLP" => Decimal::new(9_482, 1),
        "PEN" => Decimal::new(3_712, 3),
        "ARS" => Decimal::new(1_385, 0),
        "NGN" => Decimal::new(153_012, 2),
        "KES" => Decimal::new(1_292, 1),
        "GHS" => Decimal::new(1_085, 2),
        "INR" => Decimal::new(8_790, 2),
        _ => return None,
    };
    Some(round_rate(per_dollar * usd_price(token)?))
}

fn round_rate(rate: Decimal) -> Decimal {
    rate.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

const TOKENS: [&str; 19] = [
    "USDC", "USDT", "MXNe", "SOL", "ETH", "wBTC", "cbBTC", "PYSUD", "POL", "BNB", "WLD", "STK",
    "USDY", "CORE", "USDC.e", "wUSDL", "CoreBTC", "MATIC", "USDbC",
];

const CURRENCIES: [&str; 13] = [
    "MXN", "DOP", "USD", "EUR", "GBP", "COP", "CLP", "PEN", "ARS", "NGN", "KES", "GHS", "INR",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(world: &World, token: &str, currency: &str) -> String {
        world.rate(token, currency).unwrap().to_string()
    }

    #[test]
    fn the_market_begins_at_known_rates() {
        let world = World::new(Clock::system());
        assert_eq!(rate(&world, "USDC", "MXN"), "18.184665");
        assert_eq!(rate(&world, "USDT", "MXN"), "18.175573");
        assert_eq!(rate(&world, "USDC", "EUR"), "0.912");
    }

    #[test]
    fn every_pair_has_a_price() {
        let world = World::new(Clock::system());
        for (token, currency) in World::pairs() {
            assert!(
                world.rate(token, currency).is_some(),
                "{token} in {currency}"
            );
        }
    }

    #[test]
    fn movements_add_up_and_touch_only_the_named_pairs() {
        let world = World::new(Clock::system());
        let pesos = Pairs {
            currency: Some("MXN".to_owned()),
            ..Pairs::default()
        };
        world.move_rates(&pesos, -100);
        world.move_rates(&pesos, -100);
        assert_eq!(rate(&world, "USDC", "MXN"), "17.820972");
        assert_eq!(rate(&world, "USDC", "EUR"), "0.912");
    }

    #[test]
    fn a_price_never_reaches_zero() {
        let world = World::new(Clock::system());
        world.move_rates(&Pairs::default(), i32::MIN);
        assert_eq!(rate(&world, "USDC", "MXN"), "0.181847");
    }

    #[test]
    fn what_is_not_traded_has_no_price() {
        let world = World::new(Clock::system());
        assert_eq!(world.rate("DOGE", "MXN"), None);
        assert_eq!(world.rate("USDC", "JPY"), None);
    }
}
