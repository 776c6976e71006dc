//! Webhooks are asked for at start, where callers can reach the proxy. A failure holds nothing up:
//! orders are read all the same, only later.

use std::{sync::Arc, time::Duration};

use tracing::{info, warn};
use url::Url;

use super::{
    CryptoPocket, NAME, assumptions,
    client::{self, Client, Operation},
    wire,
};
use crate::providers::failure::Failure;

/// How long after a failure it is tried again, for the first time and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// Where the proxy takes webhooks.
pub(super) fn address(public_url: &Url) -> Option<Url> {
    let mut url = public_url.clone();
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(["webhooks", NAME]);
    Some(url)
}

/// Subscribes until it has worked, without keeping anybody waiting.
pub(super) fn subscribe_in_background(pocket: &Arc<CryptoPocket>, url: Url) {
    let pocket = Arc::clone(pocket);
    tokio::spawn(async move {
        let mut pause = FIRST_PAUSE;
        while let Err(failure) = subscribe(&pocket.client, &url).await {
            warn!(
                provider = NAME,
                error = &failure as &dyn std::error::Error,
                retry_in_secs = pause.as_secs(),
                "webhooks could not be subscribed to"
            );
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        info!(provider = NAME, "webhooks are subscribed to");
    });
}

/// Subscribes to every event, each under the first of its names that is taken.
pub(super) async fn subscribe(client: &Client, url: &Url) -> Result<(), Failure> {
    for names in assumptions::EVENTS {
        let mut taken = Err(Failure::Misfit("no name of an event"));
        for name in names {
            taken = subscribe_to(client, name, url).await;
            // Only a name that was refused makes the other one worth asking for.
            if !matches!(taken, Err(Failure::Refused(_))) {
                break;
            }
        }
        taken?;
    }
    Ok(())
}

async fn subscribe_to(client: &Client, event: &str, url: &Url) -> Result<(), Failure> {
    let form = [("type", event), ("url", url.as_str())];
    let call = client::form(Operation::Subscribe, &["subscribeToWebhook"], &form);
    let answer = client.send(call).await?;
    wire::data::<String>(&answer)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_come_below_the_public_address() {
        for (public, expected) in [
            (
                "https://pay.example",
                "https://pay.example/webhooks/cryptopocket",
            ),
            (
                "https://pay.example/offramp/",
                "https://pay.example/offramp/webhooks/cryptopocket",
            ),
        ] {
            let address = address(&public.parse().unwrap()).unwrap();
            assert_eq!(address.as_str(), expected);
        }
    }
}
