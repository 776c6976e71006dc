//! Knobs, some or all.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Refused;
use crate::Simulator;
use crate::providers::capa::Knobs;

pub(super) async fn show(State(simulator): State<Simulator>) -> Json<Knobs> {
    Json(simulator.capa().knobs())
}

/// The knobs that change, by their names.
pub(super) type Changes = BTreeMap<String, Value>;

/// The knobs as they are then: only the named ones change.
///
/// # Errors
///
/// When there is no such knob or position.
pub(super) fn turned<K: Serialize + DeserializeOwned>(
    knobs: &K,
    changes: Changes,
) -> Result<K, Refused> {
    let refused = |error: serde_json::Error| Refused::BadRequest(error.to_string());
    let mut knobs = serde_json::to_value(knobs).map_err(refused)?;
    if let Some(members) = knobs.as_object_mut() {
        members.extend(changes);
    }
    serde_json::from_value(knobs).map_err(refused)
}

pub(super) async fn turn(
    State(simulator): State<Simulator>,
    Json(changes): Json<Changes>,
) -> Result<Json<Knobs>, Refused> {
    let knobs = turned(&simulator.capa().knobs(), changes)?;
    simulator.capa().set_knobs(knobs.clone());
    Ok(Json(knobs))
}
