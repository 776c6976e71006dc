//! `/webhooks`: where they go; and `/verify-auth` (section 12).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::knobs::WebhookUrls;
use super::letters::Letter;
use super::refusal::{Refusal, Shape};
use super::{Unigox, read};

/// `GET /verify-auth`.
pub(super) async fn verify_auth(State(unigox): State<Unigox>) -> Response {
    let answer = json!({ "authenticated": true, "partner": "simulator" });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

#[derive(Debug, Deserialize)]
struct HookBody {
    #[serde(default)]
    url: String,
}

/// `POST /webhooks`. One address for each partner: a new one overwrites.
pub(super) async fn register(State(unigox): State<Unigox>, body: Bytes) -> Response {
    let rule = unigox.knobs().webhook_urls;
    let result = read::<HookBody>(&body).and_then(|HookBody { url }| {
        check_url(&url, rule)?;
        unigox.inner.post.redirect(Some(url.clone()));
        Ok(json!({ "url": url, "enabled": true }))
    });
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

/// `GET /webhooks`.
pub(super) async fn show(State(unigox): State<Unigox>) -> Response {
    let url = unigox.inner.post.url();
    let answer = json!({ "url": url, "enabled": url.is_some() });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `DELETE /webhooks/{id}`. Any id will do.
pub(super) async fn remove(State(unigox): State<Unigox>, Path(_): Path<String>) -> Response {
    unigox.inner.post.redirect(None);
    let answer = json!({ "url": null, "enabled": false });
    unigox.reply(Shape::Keyed, StatusCode::OK, Ok(answer))
}

/// `POST /webhooks/test`.
pub(super) async fn test(State(unigox): State<Unigox>) -> Response {
    let now = unigox.inner.world.clock().now();
    let result = if unigox.inner.post.url().is_none() {
        Err(Refusal::WebhookUrlNotSet)
    } else {
        let answered = unigox.inner.post.send_now(&Letter::test(now)).await;
        match answered {
            Some(status) if (200..300).contains(&status) => {
                Ok(json!({ "delivered": true, "http_status": status }))
            }
            Some(_) | None => Err(Refusal::WebhookDeliveryFailed),
        }
    };
    unigox.reply(Shape::Keyed, StatusCode::OK, result)
}

fn check_url(url: &str, rule: WebhookUrls) -> Result<(), Refusal> {
    if url.is_empty() {
        return Err(Refusal::key("webhook URL is required"));
    }
    let insecure = || Refusal::key("webhook URL must use HTTPS");
    let url = Url::parse(url).map_err(|_| insecure())?;
    let host = url.host_str().unwrap_or_default();
    let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match (rule, url.scheme(), is_local) {
        (WebhookUrls::LoopbackToo, "http" | "https", true) | (_, "https", false) => Ok(()),
        (_, _, _) => Err(insecure()),
    }
}
