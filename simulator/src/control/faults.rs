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
pub(super) struct FaultBody<R> {
    operation: Option<Operation>,
    fault: Option<Fault>,
    refuse: Option<R>,
    times: Option<u32>,
}

impl<R> FaultBody<R> {
    /// Switches on what it asks for, in every operation that it names.
    ///
    /// # Errors
    ///
    /// Unless it asks for one thing.
    pub(super) fn switch_on(
        self,
        fault: impl Fn(Operation, Fault, u32),
        refuse_with: impl Fn(Operation, &R, u32),
    ) -> Result<(), Refused> {
        let operations = self
            .operation
            .map_or(Operation::ALL.to_vec(), |operation| vec![operation]);
        let times = self.times.unwrap_or(1);
        for operation in operations {
            match (&self.fault, &self.refuse) {
                (Some(how), None) => fault(operation, how.clone(), times),
                (None, Some(refusal)) => refuse_with(operation, refusal, times),
                (None, None) | (Some(_), Some(_)) => {
                    let problem = "exactly one of fault and refuse";
                    return Err(Refused::BadRequest(problem.to_owned()));
                }
            }
        }
        Ok(())
    }
}

pub(super) async fn switch_on(
    State(simulator): State<Simulator>,
    Json(body): Json<FaultBody<Refusal>>,
) -> Result<Json<Vec<Pending>>, Refused> {
    let capa = simulator.capa();
    body.switch_on(
        |operation, fault, times| capa.fault(operation, fault, times),
        |operation, refusal, times| capa.refuse_with(operation, refusal, times),
    )?;
    Ok(Json(capa.pending_faults()))
}

pub(super) async fn clear(State(simulator): State<Simulator>) -> Json<Vec<Pending>> {
    simulator.capa().clear_faults();
    Json(simulator.capa().pending_faults())
}
