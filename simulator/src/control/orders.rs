//! Orders: what arrives for them, and where they stand.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::Refused;
use crate::Simulator;
use crate::figure::Figure;
use crate::providers::capa::{Deposit, Status, TransactionView};

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<TransactionView>> {
    Json(simulator.capa().transactions())
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum DepositBody {
    Exact,
    Amount { amount: String },
    WrongToken,
}

pub(super) async fn deposit(
    State(simulator): State<Simulator>,
    Path(order): Path<String>,
    Json(body): Json<DepositBody>,
) -> Result<Json<TransactionView>, Refused> {
    Ok(Json(
        simulator.capa().deposit(order, Deposit::try_from(body)?)?,
    ))
}

#[derive(Debug, Deserialize)]
pub(super) struct StatusBody {
    pub(super) status: String,
}

pub(super) async fn force_status(
    State(simulator): State<Simulator>,
    Path(order): Path<String>,
    Json(body): Json<StatusBody>,
) -> Result<Json<TransactionView>, Refused> {
    let Ok::<Status, _>(status) = body.status.parse();
    Ok(Json(simulator.capa().force_status(order, status)?))
}

impl TryFrom<DepositBody> for Deposit {
    type Error = Refused;

    fn try_from(body: DepositBody) -> Result<Self, Refused> {
        match body {
            DepositBody::Exact => Ok(Self::Exact),
            DepositBody::Amount { amount } => match amount.parse() {
                Ok(Figure(amount)) => Ok(Self::Amount(amount)),
                Err(error) => Err(Refused::BadRequest(format!("`{amount}` is {error}"))),
            },
            DepositBody::WrongToken => Ok(Self::WrongToken),
        }
    }
}
