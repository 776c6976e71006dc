//! Faults, switched on and off.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::fault::{Fault, Operation, Pending};
use crate::providers::unigox::Refusal;

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    Json(simulator.unigox().pending_faults())
}

/// A fault for one operation or for all of them, once if it is not said how often.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultBody {
    operation: Option<Operation>,
    fault: Option<Fault>,
    refuse: Option<Refusal>,
    times: Option<u32>,
}

pub(super) async fn switch_on(
    State(simulator): State<Simulator>,
    Json(body): Json<FaultBody>,
) -> Result<Json<Vec<Pending>>, Refused> {
    let unigox = simulator.unigox();
    let every = || Operation::ALL.to_vec();
    let operations = body
        .operation
        .map_or_else(every, |operation| vec![operation]);
    let times = body.times.unwrap_or(1);
    for operation in operations {
        match (&body.fault, &body.refuse) {
            (Some(fault), None) => unigox.fault(operation, fault.clone(), times),
            (None, Some(refusal)) => unigox.refuse_with(operation, refusal, times),
            (None, None) | (Some(_), Some(_)) => {
                let problem = "exactly one of fault and refuse";
                return Err(Refused::BadRequest(problem.to_owned()));
            }
        }
    }
    Ok(Json(unigox.pending_faults()))
}

pub(super) async fn clear(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    simulator.unigox().clear_faults();
    Json(simulator.unigox().pending_faults())
}
