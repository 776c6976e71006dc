//! Faults, switched on and off.

use axum::Json;
use axum::extract::State;

use super::Refused;
use crate::Simulator;
use crate::control::faults::FaultBody;
use crate::fault::Pending;
use crate::providers::unigox::Refusal;

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    Json(simulator.unigox().pending_faults())
}

pub(super) async fn switch_on(
    State(simulator): State<Simulator>,
    Json(body): Json<FaultBody<Refusal>>,
) -> Result<Json<Vec<Pending>>, Refused> {
    let unigox = simulator.unigox();
    body.switch_on(
        |operation, fault, times| unigox.fault(operation, fault, times),
        |operation, refusal, times| unigox.refuse_with(operation, refusal, times),
    )?;
    Ok(Json(unigox.pending_faults()))
}

pub(super) async fn clear(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    simulator.unigox().clear_faults();
    Json(simulator.unigox().pending_faults())
}
