//! `POST /subscribeToWebhook` and `POST /updateWebhookSubscription`: form-urlencoded, and a string
//! for `data` (section 11.1).

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::CryptoPocket;
use super::letters::EventType;
use super::refusal::Refusal;

/// The form as it was written.
#[derive(Debug, Deserialize)]
pub(super) struct SubscriptionForm {
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
}

type Body = Result<Form<SubscriptionForm>, FormRejection>;

/// `POST /subscribeToWebhook`. Subscribing again changes the address.
pub(super) async fn subscribe(State(pocket): State<CryptoPocket>, body: Body) -> Response {
    let answer = check(&pocket, body).map(|(event, url)| {
        pocket.inner.post.subscribe(event, url);
        "subscription_created"
    });
    pocket.reply(answer)
}

/// `POST /updateWebhookSubscription`.
pub(super) async fn update(State(pocket): State<CryptoPocket>, body: Body) -> Response {
    let answer = check(&pocket, body).and_then(|(event, url)| {
        let post = &pocket.inner.post;
        post.subscription(event)
            .ok_or(Refusal::SubscriptionNotFound)?;
        post.subscribe(event, url);
        Ok("subscription_updated")
    });
    pocket.reply(answer)
}

fn check(pocket: &CryptoPocket, body: Body) -> Result<(EventType, String), Refusal> {
    let required = |name: &str| Refusal::invalid(name, &format!("The {name} field is required."));
    let Form(form) = body.map_err(|_| required("type"))?;
    let kind = form.kind.ok_or_else(|| required("type"))?;
    let event = EventType::live(&kind, pocket.knobs().event_names);
    let event = event.ok_or_else(|| Refusal::invalid("type", "The selected type is invalid."))?;
    let url = form.url.ok_or_else(|| required("url"))?;
    match reqwest::Url::parse(&url) {
        Ok(parsed) if ["http", "https"].contains(&parsed.scheme()) => Ok((event, url)),
        Ok(_) | Err(_) => Err(Refusal::invalid(
            "url",
            "The url field must be a valid URL.",
        )),
    }
}
