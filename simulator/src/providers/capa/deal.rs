//! A priced exchange, its tier and its limits.

use rust_decimal::RoundingStrategy::{AwayFromZero as Up, MidpointAwayFromZero as ToNearest};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

use super::assets::{Asset, Fiat, Kind};
use super::knobs::{Knobs, MockAmounts};
use super::refusal::{Range, Refusal};
use crate::world;

/// A priced exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deal {
    pub(super) direction: Direction,
    pub(super) asset: Asset,
    pub(super) fiat: Fiat,
    pub(super) crypto_amount: Decimal,
    pub(super) fiat_amount: Decimal,
    pub(super) rate: Decimal,
    pub(super) spread: Decimal,
    pub(super) flow: Flow,
    /// Which of the two amounts was asked for.
    pub(super) anchor: Anchor,
}

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Direction {
    #[serde(rename = "ON_RAMP")]
    On,
    #[serde(rename = "OFF_RAMP")]
    Off,
    #[serde(rename = "CROSS_RAMP")]
    Cross,
}

/// Capa's pricing tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Regular,
    Otc,
}

/// The amount that was asked for; the other one follows from the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Crypto,
    Fiat,
}

impl Deal {
    /// The rules that hold for an off-ramp and not yet for its quote.
    pub(super) fn check_for_off_ramp(&self, knobs: &Knobs) -> Result<(), Refusal> {
        match (self.flow, self.asset.kind) {
            (Flow::Otc, Kind::Volatile) => return Err(Refusal::TokenNotForOtc),
            (Flow::Otc, Kind::Stable) | (Flow::Regular, Kind::Stable | Kind::Volatile) => {}
        }
        let (token, fiat) = (self.token_limits(knobs), fiat_limits(self.fiat, knobs));
        let token = within(self.crypto_amount, token).map_err(Refusal::TokenOutOfRange);
        let fiat = within(self.fiat_amount, fiat).map_err(Refusal::FiatOutOfRange);
        match self.anchor {
            Anchor::Crypto => token.and(fiat),
            Anchor::Fiat => fiat.and(token),
        }
    }

    /// Five to twenty-five thousand dollars' worth, in whole tokens where the price is stable.
    fn token_limits(&self, knobs: &Knobs) -> Range {
        let min = match knobs.mock_amounts {
            MockAmounts::Current | MockAmounts::Off => Decimal::from(5),
            MockAmounts::Older => Decimal::ONE,
        };
        let max = Decimal::from(25_000);
        match self.asset.kind {
            Kind::Stable => Range { min, max },
            Kind::Volatile => {
                let price = world::usd_price(self.asset.token).unwrap_or(Decimal::ONE);
                Range {
                    min: round(min / price, 6, Up),
                    max: round(max / price, 6, ToNearest),
                }
            }
        }
    }
}

impl Direction {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::On => "ON_RAMP",
            Self::Off => "OFF_RAMP",
            Self::Cross => "CROSS_RAMP",
        }
    }

    /// What a spread leaves of the rate. It is at the user's cost, which for an off-ramp means less
    /// fiat (assumption U20).
    pub(super) fn share(self, spread: Decimal) -> Decimal {
        match self {
            Self::On => Decimal::ONE + spread,
            Self::Off | Self::Cross => Decimal::ONE - spread,
        }
    }
}

impl Flow {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Regular => "REGULAR",
            Self::Otc => "OTC",
        }
    }

    pub(super) fn of(fiat: Fiat, amount: Decimal) -> Self {
        let threshold = Decimal::from(50_000);
        if fiat == Fiat::Mxn && amount > threshold {
            Self::Otc
        } else {
            Self::Regular
        }
    }
}

fn fiat_limits(fiat: Fiat, knobs: &Knobs) -> Range {
    let (min, max) = match fiat {
        Fiat::Mxn => (100, 500_000),
        Fiat::Dop => (300, 1_500_000),
        Fiat::Usd | Fiat::Eur => (5, 25_000),
    };
    let min = match knobs.mock_amounts {
        MockAmounts::Current | MockAmounts::Off => Decimal::from(min),
        MockAmounts::Older => Decimal::new(5, 1),
    };
    Range {
        min,
        max: Decimal::from(max),
    }
}

fn within(amount: Decimal, range: Range) -> Result<(), Range> {
    if (range.min..=range.max).contains(&amount) {
        Ok(())
    } else {
        Err(range)
    }
}

pub(super) const fn decimals(kind: Kind) -> u32 {
    match kind {
        Kind::Stable => 6,
        Kind::Volatile => 9,
    }
}

pub(super) fn round(value: Decimal, places: u32, strategy: RoundingStrategy) -> Decimal {
    value.round_dp_with_strategy(places, strategy).normalize()
}
