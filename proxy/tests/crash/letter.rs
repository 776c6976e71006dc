//! News about an order, signed as each provider signs.

use anyhow::{Result, ensure};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_simulator::Clock;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    backend::{Adapter, Backend, POCKET_KEY, POCKET_SECRET},
    program::WEBHOOK_SECRET,
};

/// Tells the proxy at this address that something happened to one of the provider's orders.
pub(crate) async fn deliver(
    client: &Client,
    url: &str,
    backend: Backend,
    clock: &Clock,
    (order, payer): (&str, &str),
) -> Result<()> {
    let request = client.post(format!("{url}/webhooks/{}", backend.name()));
    let seconds = (clock.now().unix_millis() / 1_000).to_string();
    let request = match backend.adapter() {
        Adapter::Capa => {
            let body = json!({
                "type": "TRANSACTION", "event": "CRYPTO_RECEIVED_OFF_RAMP",
                "externalUserId": payer, "transactionId": order,
                "firstName": "ANA", "lastName": "LOPEZ",
            });
            let signature = signature(WEBHOOK_SECRET, &[&body.to_string()])?;
            with_body(request, &body).header("capa-signature", signature)
        }
        Adapter::CryptoPocket => {
            let body = json!({ "type": "CRYPTO_RECEIVED", "data": { "id": order } });
            let signature = signature(POCKET_SECRET, &[&body.to_string(), &seconds])?;
            with_body(request, &body)
                .header("x-api-key", POCKET_KEY)
                .header("x-timestamp", seconds)
                .header("x-signature", signature)
        }
        Adapter::Unigox => {
            let body = json!({
                "event_id": format!("evt-{order}"), "event_type": "order.status.changed",
                "data": { "order_id": order },
            });
            let signature = signature(WEBHOOK_SECRET, &[&seconds, ".", &body.to_string()])?;
            with_body(request, &body)
                .header("x-unigox-timestamp", seconds)
                .header("x-unigox-signature", format!("sha256={signature}"))
        }
    };
    let status = request.send().await?.status();
    ensure!(status.is_success(), "the webhook was refused: {status}");
    Ok(())
}

fn with_body(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// The HMAC-SHA256 of the parts, one after another.
fn signature(secret: &str, parts: &[&str]) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    for part in parts {
        mac.update(part.as_bytes());
    }
    Ok(HEXLOWER.encode(&mac.finalize().into_bytes()))
}
