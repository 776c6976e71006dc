//! The clock: read, held, stepped, sped up, run.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::Simulator;
use crate::clock::{Clock, Moment, Motion};

/// What the clock shows.
#[derive(Debug, Serialize)]
pub(super) struct ClockView {
    now: Moment,
    motion: Motion,
    speed: u32,
}

pub(super) async fn show(State(simulator): State<Simulator>) -> Json<ClockView> {
    Json(ClockView::of(simulator.clock()))
}

pub(super) async fn hold(State(simulator): State<Simulator>) -> Json<ClockView> {
    simulator.clock().hold();
    Json(ClockView::of(simulator.clock()))
}

pub(super) async fn run(State(simulator): State<Simulator>) -> Json<ClockView> {
    simulator.clock().resume();
    Json(ClockView::of(simulator.clock()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Step {
    ms: u64,
}

pub(super) async fn step(
    State(simulator): State<Simulator>,
    Json(by): Json<Step>,
) -> Json<ClockView> {
    simulator.clock().step(Duration::from_millis(by.ms));
    Json(ClockView::of(simulator.clock()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Speed {
    factor: u32,
}

pub(super) async fn speed(
    State(simulator): State<Simulator>,
    Json(to): Json<Speed>,
) -> Json<ClockView> {
    simulator.clock().speed(to.factor);
    Json(ClockView::of(simulator.clock()))
}

impl ClockView {
    fn of(clock: &Clock) -> Self {
        Self {
            now: clock.now(),
            motion: clock.motion(),
            speed: clock.pace(),
        }
    }
}
