//! Waiting for something to become true.

use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::{Instant, sleep};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Looks until there is an answer.
///
/// # Errors
/// After [`PATIENCE`], with what was waited for and the last failure to look.
pub async fn eventually<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = None;
    loop {
        match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
        if Instant::now() >= deadline {
            let late = format!("waited {} s in vain: {what}", PATIENCE.as_secs());
            return Err(match last {
                Some(error) => error.context(late),
                None => anyhow!(late),
            });
        }
        sleep(PAUSE).await;
    }
}
