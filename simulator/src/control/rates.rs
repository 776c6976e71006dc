//! Rates, and how they move.

use axum::Json;
use axum::extract::State;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Simulator;
use crate::world::{Pairs, World};

#[derive(Debug, Serialize)]
pub(super) struct RateView {
    token: &'static str,
    currency: &'static str,
    #[serde(with = "rust_decimal::serde::str")]
    rate: Decimal,
    shift_bps: i32,
}

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<RateView>> {
    Json(RateView::all(&simulator.world))
}

/// A movement in basis points of where the rates began; without names, of every pair.
#[derive(Debug, Deserialize)]
pub(super) struct RateBody {
    bps: i32,
    token: Option<String>,
    currency: Option<String>,
}

pub(super) async fn shift(
    State(simulator): State<Simulator>,
    Json(body): Json<RateBody>,
) -> Json<Vec<RateView>> {
    let RateBody {
        bps,
        token,
        currency,
    } = body;
    simulator.world.move_rates(&Pairs { token, currency }, bps);
    Json(RateView::all(&simulator.world))
}

impl RateView {
    fn all(world: &World) -> Vec<Self> {
        let view = |(token, currency)| {
            let rate = world.rate(token, currency)?;
            Some(Self {
                token,
                currency,
                rate,
                shift_bps: world.shift(token, currency),
            })
        };
        World::pairs().filter_map(view).collect()
    }
}
