//! Orders: where they stand, and what they play.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::control::orders::StatusBody;
use crate::providers::unigox::{OrderView, Profile, Status};

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<OrderView>> {
    Json(simulator.unigox().orders())
}

pub(super) async fn show(
    State(simulator): State<Simulator>,
    Path(order): Path<String>,
) -> Result<Json<OrderView>, Refused> {
    Ok(Json(simulator.unigox().order(order)?))
}

pub(super) async fn force_status(
    State(simulator): State<Simulator>,
    Path(order): Path<String>,
    Json(body): Json<StatusBody>,
) -> Result<Json<OrderView>, Refused> {
    let Ok::<Status, _>(status) = body.status.parse();
    Ok(Json(simulator.unigox().force_status(order, status)?))
}

#[derive(Debug, Deserialize)]
pub(super) struct ProfileBody {
    profile: Profile,
}

pub(super) async fn set_profile(
    State(simulator): State<Simulator>,
    Path(order): Path<String>,
    Json(body): Json<ProfileBody>,
) -> Result<Json<OrderView>, Refused> {
    Ok(Json(simulator.unigox().set_profile(order, body.profile)?))
}
