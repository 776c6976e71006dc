//! Faults, switched on and off.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::fault::{Fault, Operation, Pending};
use crate::providers::capa::Refusal;

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    Json(simulator.capa().pending_faults())
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
    let capa = simulator.capa();
    let operations = body
        .operation
        .map_or(Operation::ALL.to_vec(), |operation| vec![operation]);
    let times = body.times.unwrap_or(1);
    match (body.fault, body.refuse) {
        (Some(fault), None) => {
            for operation in operations {
                capa.fault(operation, fault.clone(), times);
            }
        }
        (None, Some(refusal)) => {
            for operation in operations {
                capa.refuse_with(operation, &refusal, times);
            }
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(Refused::BadRequest(
                "exactly one of fault and refuse".to_owned(),
            ));
        }
    }
    Ok(Json(capa.pending_faults()))
}

pub(super) async fn clear(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    simulator.capa().clear_faults();
    Json(simulator.capa().pending_faults())
}
