//! People, verified or not.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::providers::unigox::{AddUser, KycStatus, UserView, WalletType};

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<UserView>> {
    Json(simulator.unigox().users())
}

#[derive(Debug, Deserialize)]
pub(super) struct UserBody {
    kyc_status: KycStatus,
    #[serde(default)]
    wallet_type: WalletType,
}

pub(super) async fn add(
    State(simulator): State<Simulator>,
    Json(body): Json<UserBody>,
) -> Result<(StatusCode, Json<UserView>), Refused> {
    let UserBody {
        kyc_status,
        wallet_type,
    } = body;
    let uuid = simulator.unigox().add_user(AddUser {
        kyc_status,
        wallet_type,
    });
    Ok((StatusCode::CREATED, Json(simulator.unigox().user(&uuid)?)))
}

#[derive(Debug, Deserialize)]
pub(super) struct VerificationBody {
    kyc_status: KycStatus,
}

pub(super) async fn verify(
    State(simulator): State<Simulator>,
    Path(user): Path<String>,
    Json(body): Json<VerificationBody>,
) -> Result<Json<UserView>, Refused> {
    Ok(Json(simulator.unigox().verify(&user, body.kyc_status)?))
}
