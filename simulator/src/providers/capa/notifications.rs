//! `/webhook-notifications`: the history of what was told, and a failed notification once more
//! (section 7.5), and `PUT /webhook-settings` (section 7.1).

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::{Notification, NotificationStatus};
use super::knobs::{ExecuteAnswer, Knobs};
use super::refusal::Refusal;
use super::wire::AddedLater;
use super::{Capa, read};
use crate::clock::Moment;

/// The query of the list as it was written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    status: Option<String>,
    skip: Option<String>,
    limit: Option<String>,
}

/// A notification in the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    status: NotificationStatus,
    event_type: &'static str,
    retry_attempts: u32,
    manual_retry_count: u32,
    created_at: Moment,
    updated_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// A notification by itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    id: String,
    status: NotificationStatus,
    retry_attempts: u32,
    manual_retry_count: u32,
    payload: Value,
    latest_error_payload: Option<Value>,
    last_manual_retry_at: Option<Moment>,
    version: u32,
    created_at: Moment,
    updated_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// A page: `count` is its own size, `total` that of all pages together (examples 10 and 42).
#[derive(Debug, Serialize)]
struct Page {
    count: usize,
    total: usize,
    data: Vec<Listed>,
}

/// What the partner sets.
#[derive(Debug, Deserialize)]
pub(super) struct SettingsBody {
    #[serde(deserialize_with = "Option::deserialize")]
    url: Option<String>,
}

/// What is set, with dates as only this endpoint writes them (section 1.6).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    id: &'static str,
    partner_id: &'static str,
    url: Option<String>,
    created_at: String,
    updated_at: String,
}

/// `GET /webhook-notifications`. No source names an order: newest first, as transactions are.
pub(super) async fn list(
    State(capa): State<Capa>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let page = query
        .map_err(|_| Refusal::InvalidInput)
        .and_then(|Query(query)| capa.notifications(&query));
    capa.reply(StatusCode::OK, page)
}

/// `GET /webhook-notifications/{id}`.
pub(super) async fn detail(State(capa): State<Capa>, Path(id): Path<String>) -> Response {
    let knobs = capa.current_knobs();
    let found = capa.inner.post.act(|desk, _| {
        let found = desk.notifications().find(|one| one.id == id);
        found.map(|one| Detail::new(one, &knobs))
    });
    let found = found.ok_or(Refusal::NotificationNotFound);
    capa.reply(StatusCode::OK, found)
}

/// `POST /webhook-notifications/{id}/retry`.
pub(super) async fn retry(State(capa): State<Capa>, Path(id): Path<String>) -> Response {
    let knobs = capa.current_knobs();
    let retried = capa.inner.post.act(|desk, now| desk.retry(&id, now));
    let retried = retried.map(|notification| Detail::new(&notification, &knobs));
    // Assumption U5: like execute.
    let status = match knobs.execute_answer {
        ExecuteAnswer::Created => StatusCode::CREATED,
        ExecuteAnswer::Ok => StatusCode::OK,
    };
    capa.reply(status, retried)
}

/// `PUT /webhook-settings`.
pub(super) async fn set_url(State(capa): State<Capa>, body: Bytes) -> Response {
    let set = read::<SettingsBody>(&body).and_then(|SettingsBody { url }| {
        if !url.as_deref().is_none_or(is_address) {
            return Err(Refusal::InvalidInput);
        }
        let written = capa.inner.world.clock().now().to_string();
        let written = written.replace('T', " ").replace('Z', "");
        capa.inner.post.act(|desk, _| desk.redirect(url.clone()));
        Ok(Settings {
            id: "6b0f8f3e-6f0e-4d8c-9a55-0f6c3f5f7a01",
            partner_id: "2f3d3c52-8f0b-4f0f-8b51-3f0c7ad6a002",
            url,
            created_at: written.clone(),
            updated_at: written,
        })
    });
    capa.reply(StatusCode::OK, set)
}

impl Capa {
    fn notifications(&self, query: &ListQuery) -> Result<Page, Refusal> {
        let status = match query.status.as_deref() {
            None => None,
            Some("PENDING") => Some(NotificationStatus::Pending),
            Some("SENT") => Some(NotificationStatus::Sent),
            Some("FAILED") => Some(NotificationStatus::Failed),
            Some("NOT_SENT") => Some(NotificationStatus::NotSent),
            Some(_) => return Err(Refusal::InvalidInput),
        };
        let skip = number(query.skip.as_deref(), 0)?;
        let limit = number(query.limit.as_deref(), 20)?;
        if !(1..=100).contains(&limit) {
            return Err(Refusal::InvalidInput);
        }
        let knobs = self.current_knobs();
        Ok(self.inner.post.act(|desk, _| {
            let matching: Vec<&Notification> = desk
                .notifications()
                .rev()
                .filter(|one| status.is_none_or(|status| one.status == status))
                .collect();
            let shown = matching.iter().skip(skip).take(limit);
            let data: Vec<Listed> = shown.map(|one| Listed::new(one, &knobs)).collect();
            Page {
                count: data.len(),
                total: matching.len(),
                data,
            }
        }))
    }

    /// The knobs, once everything has happened that should have by now.
    fn current_knobs(&self) -> Knobs {
        self.with_books(|books, _| books.knobs.clone())
    }
}

impl Listed {
    fn new(notification: &Notification, knobs: &Knobs) -> Self {
        Self {
            id: notification.id.clone(),
            status: notification.status,
            event_type: notification.letter.event,
            retry_attempts: notification.retry_attempts,
            manual_retry_count: notification.manual_retries,
            created_at: notification.created_at,
            updated_at: notification.updated_at,
            added_later: AddedLater::new(knobs),
        }
    }
}

impl Detail {
    fn new(notification: &Notification, knobs: &Knobs) -> Self {
        Self {
            id: notification.id.clone(),
            status: notification.status,
            retry_attempts: notification.retry_attempts,
            manual_retry_count: notification.manual_retries,
            payload: serde_json::from_str(&notification.letter.body).unwrap_or_default(),
            latest_error_payload: notification.latest_error.clone(),
            last_manual_retry_at: notification.last_manual_retry_at,
            version: notification.version,
            created_at: notification.created_at,
            updated_at: notification.updated_at,
            added_later: AddedLater::new(knobs),
        }
    }
}

fn is_address(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
}

fn number(text: Option<&str>, otherwise: usize) -> Result<usize, Refusal> {
    text.map_or(Ok(otherwise), |text| {
        text.parse().map_err(|_| Refusal::InvalidInput)
    })
}
