//! The door, shut for a while: nobody could ask for it to be opened.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::Refused;
use crate::{Shut, Simulator};

/// The longest that a door stays shut, in milliseconds.
const LONGEST_MS: u64 = 600_000;

/// How the door is shut, and until when in real time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoorBody {
    shut: Shut,
    for_ms: u64,
}

/// Answers before the door is shut, so that the answer gets out.
pub(super) async fn shut(
    State(simulator): State<Simulator>,
    Json(body): Json<DoorBody>,
) -> Result<StatusCode, Refused> {
    /// How long the answer may take to get out.
    const ANSWERED: Duration = Duration::from_millis(50);

    if body.for_ms > LONGEST_MS {
        let problem = format!("for_ms is more than {LONGEST_MS}");
        return Err(Refused::BadRequest(problem));
    }
    let door = simulator.door().clone();
    tokio::spawn(async move {
        tokio::time::sleep(ANSWERED).await;
        door.shut(body.shut).await;
        tokio::time::sleep(Duration::from_millis(body.for_ms)).await;
        door.open().await;
    });
    Ok(StatusCode::ACCEPTED)
}
