//! `/v1/notifications`: what the partner's backend was told, and what it asks for again.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use offramp_domain::{
    api::{
        ErrorCode, Notification, NotificationList, NotificationResponse, NotificationState, Problem,
    },
    time::Timestamp,
};
use serde::Deserialize;

use super::extract::{Named, PartnerKey};
use crate::{
    engine::Engine,
    error::ApiError,
    store::{NotificationCursor, NotificationFilter, Resend},
};

/// Notifications on a page, when the caller does not say, and at most.
const PAGE: u32 = 20;
const LONGEST_PAGE: u32 = 100;

/// Which notifications to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NotificationQuery {
    /// Only in this state.
    state: Option<NotificationState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists notifications, oldest first: with `state=dead`, those that were given up.
#[utoipa::path(
    get, path = "/v1/notifications", tag = "partner",
    security(("partner_key" = [])), params(NotificationQuery),
    responses(
        (status = 200, body = NotificationList),
        (status = 400, body = Problem), (status = 401, body = Problem),
    ),
)]
pub(crate) async fn list_notifications(
    PartnerKey: PartnerKey,
    State(engine): State<Arc<Engine>>,
    query: Result<Query<NotificationQuery>, QueryRejection>,
) -> Result<Json<NotificationList>, ApiError> {
    let Query(query) =
        query.map_err(|_| ApiError::invalid_request("a query parameter is not as documented"))?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(ApiError::invalid_request(format!(
            "limit is 1 to {LONGEST_PAGE}"
        )));
    }
    let filter = NotificationFilter {
        state: query.state,
        after: query.cursor.as_deref().map(read_cursor).transpose()?,
        limit: limit + 1,
    };
    let mut notifications = engine.store.notifications(&filter).await?;
    let has_more = notifications.len() > limit as usize;
    notifications.truncate(limit as usize);
    let next_cursor = notifications.last().filter(|_| has_more).map(write_cursor);
    Ok(Json(NotificationList {
        notifications,
        next_cursor,
    }))
}

/// Sends a dead notification again, under its id and with its body, before newer ones of its order
/// that still wait.
#[utoipa::path(
    post, path = "/v1/notifications/{id}/resend", tag = "partner",
    security(("partner_key" = [])),
    params(("id" = String, Path, description = "the notification")),
    responses(
        (status = 200, body = NotificationResponse),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`action_not_allowed`: it is not dead"),
    ),
)]
pub(crate) async fn resend_notification(
    PartnerKey: PartnerKey,
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
) -> Result<Json<NotificationResponse>, ApiError> {
    let refused = |detail| Err(ApiError::new(ErrorCode::ActionNotAllowed).detail(detail));
    if engine.config.notify.is_none() {
        return refused("nothing is sent: OFFRAMP_NOTIFY_URL is not set".to_owned());
    }
    match engine.store.resend_notification(&id, engine.now()).await? {
        Resend::Pending(notification) => {
            engine.hurry();
            Ok(Json(NotificationResponse { notification }))
        }
        Resend::NotDead(state) => refused(format!(
            "it is {}, and only a dead one is sent again",
            state.as_str()
        )),
        Resend::Absent => Err(ApiError::new(ErrorCode::NotFound)),
    }
}

fn write_cursor(last: &Notification) -> String {
    let created_at = last.created_at.as_millis();
    format!("{created_at}.{}.{}", last.sequence, last.id)
}

fn read_cursor(cursor: &str) -> Result<NotificationCursor, ApiError> {
    let read = |cursor: &str| {
        let (at, rest) = cursor.split_once('.')?;
        let (sequence, id) = rest.split_once('.')?;
        (!id.contains('\0')).then_some(())?;
        Some(NotificationCursor {
            created_at: Timestamp::from_millis(at.parse().ok()?),
            sequence: sequence.parse().ok()?,
            id: id.to_owned(),
        })
    };
    read(cursor).ok_or_else(|| ApiError::invalid_request("cursor is not one of ours"))
}
