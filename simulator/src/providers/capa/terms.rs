//! What a request asks for, and what it comes to on today's market.

use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::{AwayFromZero as Up, MidpointAwayFromZero as ToNearest};
use serde::Deserialize;

use super::assets::{self, Fiat};
use super::deal::{Anchor, Deal, Direction, Flow, decimals, round};
use super::knobs::Knobs;
use super::refusal::Refusal;
use crate::figure::Figure;
use crate::world::World;

/// What a caller names when it asks for a price, still as it was written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Terms {
    pub(super) token_symbol: Option<String>,
    pub(super) blockchain_symbol: Option<String>,
    pub(super) fiat_currency: Option<String>,
    pub(super) crypto_amount: Option<Figure>,
    pub(super) fiat_amount: Option<Figure>,
    pub(super) premium_spread: Option<Figure>,
}

/// Terms whose amounts make sense. What they name may still not be traded.
#[derive(Clone, Debug)]
pub(super) struct CheckedTerms {
    token: String,
    chain: String,
    currency: String,
    anchor: Anchor,
    amount: Decimal,
    spread: Decimal,
}

impl Terms {
    /// Refuses what no market could make right: a missing name, no amount or two, a bad spread.
    pub(super) fn check(&self) -> Result<CheckedTerms, Refusal> {
        let (Some(token), Some(chain), Some(currency)) = (
            &self.token_symbol,
            &self.blockchain_symbol,
            &self.fiat_currency,
        ) else {
            return Err(Refusal::InvalidInput);
        };
        let (anchor, amount) = self.amount()?;
        Ok(CheckedTerms {
            token: token.clone(),
            chain: chain.clone(),
            currency: currency.clone(),
            anchor,
            amount,
            spread: self.spread()?,
        })
    }

    /// Whether everything is there that a transaction without a quote needs.
    pub(super) fn are_complete(&self) -> bool {
        let names = [
            &self.token_symbol,
            &self.blockchain_symbol,
            &self.fiat_currency,
        ];
        names.into_iter().all(Option::is_some)
            && (self.crypto_amount.is_some() || self.fiat_amount.is_some())
    }

    fn amount(&self) -> Result<(Anchor, Decimal), Refusal> {
        let (anchor, Figure(amount)) = match (self.crypto_amount, self.fiat_amount) {
            (Some(crypto), None) => (Anchor::Crypto, crypto),
            (None, Some(fiat)) => (Anchor::Fiat, fiat),
            (None, None) | (Some(_), Some(_)) => return Err(Refusal::InvalidInput),
        };
        if amount > Decimal::ZERO {
            Ok((anchor, amount))
        } else {
            Err(Refusal::InvalidInput)
        }
    }

    fn spread(&self) -> Result<Decimal, Refusal> {
        let highest = Decimal::new(1, 1);
        let spread = self
            .premium_spread
            .map_or(Decimal::ZERO, |Figure(spread)| spread);
        let allowed = Decimal::ZERO..=highest;
        if allowed.contains(&spread) {
            Ok(spread)
        } else {
            Err(Refusal::InvalidInput)
        }
    }
}

impl CheckedTerms {
    /// The price on today's market.
    pub(super) fn price(
        &self,
        direction: Direction,
        world: &World,
        knobs: &Knobs,
    ) -> Result<Deal, Refusal> {
        let fiat = Fiat::with_code(&self.currency).ok_or(Refusal::FiatDisabled)?;
        let asset =
            assets::find(knobs.assets, &self.token, &self.chain).ok_or(Refusal::AssetDisabled)?;
        let base = world
            .rate(asset.token, fiat.code())
            .ok_or(Refusal::AssetDisabled)?;
        let rate = round(base * direction.share(self.spread), 6, ToNearest);
        let (crypto_amount, fiat_amount) = match self.anchor {
            Anchor::Crypto => {
                let fiat = self.amount.checked_mul(rate).ok_or(Refusal::InvalidInput)?;
                (self.amount, round(fiat, 6, ToNearest))
            }
            Anchor::Fiat => {
                let crypto = self.amount.checked_div(rate).ok_or(Refusal::InvalidInput)?;
                (round(crypto, decimals(asset.kind), Up), self.amount)
            }
        };
        let (spread, anchor) = (self.spread, self.anchor);
        let flow = Flow::of(fiat, fiat_amount);
        Ok(Deal {
            direction,
            asset,
            fiat,
            crypto_amount,
            fiat_amount,
            rate,
            spread,
            flow,
            anchor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::refusal::Range;
    use super::*;
    use crate::clock::Clock;

    fn terms(token: &str, chain: &str, currency: &str) -> Terms {
        Terms {
            token_symbol: Some(token.to_owned()),
            blockchain_symbol: Some(chain.to_owned()),
            fiat_currency: Some(currency.to_owned()),
            ..Terms::default()
        }
    }

    fn figure(text: &str) -> Figure {
        text.parse().unwrap()
    }

    fn crypto(text: &str) -> Terms {
        Terms {
            crypto_amount: Some(figure(text)),
            ..terms("USDC", "POL", "MXN")
        }
    }

    fn price(terms: &Terms, knobs: &Knobs) -> Result<Deal, Refusal> {
        terms
            .check()?
            .price(Direction::Off, &World::new(Clock::system()), knobs)
    }

    #[track_caller]
    fn priced(terms: &Terms) -> (String, String, String) {
        let deal = price(terms, &Knobs::default()).unwrap();
        (
            deal.crypto_amount.to_string(),
            deal.fiat_amount.to_string(),
            deal.rate.to_string(),
        )
    }

    fn accepted(terms: &Terms) -> Result<(), Refusal> {
        price(terms, &Knobs::default())?.check_for_off_ramp(&Knobs::default())
    }

    #[test]
    fn fiat_is_crypto_times_rate_with_six_decimals() {
        let (crypto, fiat, rate) = priced(&crypto("0.26"));
        assert_eq!(
            (&*crypto, &*fiat, &*rate),
            ("0.26", "4.728013", "18.184665")
        );
    }

    #[test]
    fn a_fiat_amount_is_kept_and_its_crypto_rounded_up() {
        let asked = Terms {
            fiat_amount: Some(figure("1000")),
            ..terms("USDC", "POL", "MXN")
        };
        let (crypto, fiat, _) = priced(&asked);
        assert_eq!((&*crypto, &*fiat), ("54.99139", "1000"));
    }

    #[test]
    fn a_spread_is_at_the_cost_of_who_sells() {
        let asked = Terms {
            premium_spread: Some(figure("0.01")),
            ..crypto("100")
        };
        let (_, fiat, rate) = priced(&asked);
        assert_eq!((&*fiat, &*rate), ("1800.2818", "18.002818"));
    }

    #[test]
    fn a_spread_stays_between_nothing_and_a_tenth() {
        for spread in ["-0.01", "0.11"] {
            let asked = Terms {
                premium_spread: Some(figure(spread)),
                ..crypto("100")
            };
            assert_eq!(accepted(&asked), Err(Refusal::InvalidInput));
        }
    }

    #[test]
    fn exactly_one_amount_is_asked_for() {
        let both = Terms {
            fiat_amount: Some(figure("100")),
            ..crypto("100")
        };
        assert_eq!(accepted(&both), Err(Refusal::InvalidInput));
        assert_eq!(
            accepted(&terms("USDC", "POL", "MXN")),
            Err(Refusal::InvalidInput)
        );
        assert_eq!(accepted(&crypto("0")), Err(Refusal::InvalidInput));
    }

    #[test]
    fn an_amount_too_large_to_multiply_is_refused() {
        let asked = crypto("79228162514264337593543950335");
        assert_eq!(accepted(&asked), Err(Refusal::InvalidInput));
    }

    #[test]
    fn limits_are_in_tokens_and_in_fiat() {
        let tokens = Range {
            min: Decimal::from(5),
            max: Decimal::from(25_000),
        };
        assert_eq!(
            accepted(&crypto("4.999999")),
            Err(Refusal::TokenOutOfRange(tokens))
        );
        assert_eq!(
            accepted(&crypto("25000.01")),
            Err(Refusal::TokenOutOfRange(tokens))
        );
        let pesos = Range {
            min: Decimal::from(100),
            max: Decimal::from(500_000),
        };
        assert_eq!(accepted(&crypto("5")), Err(Refusal::FiatOutOfRange(pesos)));
        assert_eq!(accepted(&crypto("10.01")), Ok(()));
    }

    #[test]
    fn above_fifty_thousand_pesos_only_stable_coins_are_sold() {
        let knobs = Knobs {
            assets: super::super::knobs::AssetList::Wide,
            ..Knobs::default()
        };
        let asked = Terms {
            crypto_amount: Some(figure("3")),
            ..terms("ETH", "ETH", "MXN")
        };
        let deal = price(&asked, &knobs).unwrap();
        assert_eq!(deal.flow, Flow::Otc);
        assert_eq!(
            deal.check_for_off_ramp(&knobs),
            Err(Refusal::TokenNotForOtc)
        );
        assert_eq!(accepted(&crypto("3000")), Ok(()));
    }

    #[test]
    fn what_is_not_traded_is_refused_by_name() {
        let asked = Terms {
            crypto_amount: Some(figure("100")),
            ..terms("USDC", "POL", "BRL")
        };
        assert_eq!(accepted(&asked), Err(Refusal::FiatDisabled));
        let asked = Terms {
            crypto_amount: Some(figure("100")),
            ..terms("USDC", "BASE", "MXN")
        };
        assert_eq!(accepted(&asked), Err(Refusal::AssetDisabled));
    }
}
