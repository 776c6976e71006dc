//! Knobs, some or all.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::Refused;
use crate::Simulator;
use crate::providers::capa::Knobs;

pub(super) async fn show(State(simulator): State<Simulator>) -> Json<Knobs> {
    Json(simulator.capa().knobs())
}

/// Only the named knobs change.
pub(super) async fn turn(
    State(simulator): State<Simulator>,
    Json(changes): Json<BTreeMap<String, Value>>,
) -> Result<Json<Knobs>, Refused> {
    let refused = |error: serde_json::Error| Refused::BadRequest(error.to_string());
    let mut knobs = serde_json::to_value(simulator.capa().knobs()).map_err(refused)?;
    if let Some(members) = knobs.as_object_mut() {
        members.extend(changes);
    }
    let knobs: Knobs = serde_json::from_value(knobs).map_err(refused)?;
    simulator.capa().set_knobs(knobs.clone());
    Ok(Json(knobs))
}
