//! People, verified or not.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::providers::capa::{AddUser, UnknownUser, UserView, Verification};

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<UserView>> {
    Json(simulator.capa().users())
}

#[derive(Debug, Deserialize)]
pub(super) struct UserBody {
    verified: bool,
}

pub(super) async fn add(
    State(simulator): State<Simulator>,
    Json(body): Json<UserBody>,
) -> Result<(StatusCode, Json<UserView>), Refused> {
    let id = simulator.capa().add_user(AddUser {
        verified: body.verified,
    });
    let user = simulator
        .capa()
        .users()
        .into_iter()
        .find(|user| user.id == id);
    Ok((StatusCode::CREATED, Json(user.ok_or(UnknownUser(id))?)))
}

#[derive(Debug, Deserialize)]
pub(super) struct VerificationBody {
    verification: Verification,
}

pub(super) async fn verify(
    State(simulator): State<Simulator>,
    Path(user): Path<String>,
    Json(body): Json<VerificationBody>,
) -> Result<Json<Vec<UserView>>, Refused> {
    simulator.capa().verify(&user, body.verification)?;
    Ok(Json(simulator.capa().users()))
}
