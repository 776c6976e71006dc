//! `/v1/orders`: creating one, reading one (and waiting for it to change), listing them.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use offramp_domain::{
    api::{ErrorCode, OrderList, OrderRequest, OrderResponse, Problem},
    order::OrderState,
    time::Timestamp,
};
use serde::Deserialize;
use tokio::time::Instant;
use tracing::error;

use super::extract::{Caller, IdempotencyKey, JsonBody, Named, PayerSession, may_quote};
use crate::{
    engine::{Claim, Engine, create::Confirmed},
    error::ApiError,
    metrics::UnderWay,
    store::{KeyUse, OrderFilter, OrderRecord, StoredSession},
    view::{Viewer, etag, view},
};

/// How long a caller waits for a create, from its first byte on, before it is told to ask later.
const ANSWERS_WITHIN: Duration = Duration::from_secs(14);

/// The longest wait of a long poll.
const LONGEST_WAIT_SECS: u64 = 25;

/// Orders on a page, when the caller does not say.
const PAGE: u32 = 20;

/// Orders on a page at most.
const LONGEST_PAGE: u32 = 100;

/// Creates an order, exactly once for one key.
#[utoipa::path(
    post, path = "/v1/orders", tag = "orders", security(("client_token" = [])),
    params(("Idempotency-Key" = String, Header, description = "1 to 200 visible characters, new for every order")),
    request_body = OrderRequest,
    responses(
        (status = 201, body = OrderResponse),
        (status = 202, body = OrderResponse, description = "the provider's answer is not known yet"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem, description = "`quote_not_found`"),
        (status = 409, body = Problem, description = "`order_open`, `quote_changed`, `in_progress`"),
        (status = 422, body = Problem, description = "`invalid_fields`, `idempotency_conflict`, …"),
        (status = 502, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(crate) async fn create_order(
    PayerSession(session): PayerSession,
    State(engine): State<Arc<Engine>>,
    key: IdempotencyKey,
    JsonBody {
        value: request,
        hash,
    }: JsonBody<OrderRequest>,
) -> Result<Response, ApiError> {
    let deadline = Instant::now() + ANSWERS_WITHIN;
    let key = key.bound("POST /v1/orders", hash);
    let claim = match first_use(&engine, &session.payer.id, &key).await? {
        Use::Again(order) => return Ok(created(&engine, &order)),
        Use::First(claim) => claim,
    };
    may_quote(&session, engine.now())?;
    let payer_id = &session.payer.id;
    let confirmed = match confirmed(&engine, &session, request, key.clone(), claim).await {
        Ok(confirmed) => confirmed,
        Err(error)
            if matches!(
                error.code(),
                ErrorCode::OrderOpen | ErrorCode::QuoteNotFound
            ) =>
        {
            // It may be this very request that another proxy answered meanwhile.
            let order = engine.replayed(payer_id, &key).await?;
            return order.map_or(Err(error), |order| Ok(created(&engine, &order)));
        }
        Err(error) => return Err(error),
    };
    let under_way = engine.create(&session, confirmed).await?;
    match tokio::time::timeout_at(deadline, under_way).await {
        Ok(Ok(answered)) => answered.map(|order| created(&engine, &order)),
        Ok(Err(panic)) => {
            error!(%panic, "creating an order panicked");
            Err(ApiError::new(ErrorCode::Internal))
        }
        Err(_still_under_way) => {
            let order = engine.store.unfunded_order(&session.payer.id).await?;
            let order = order.ok_or_else(|| ApiError::new(ErrorCode::InProgress))?;
            Ok(created(&engine, &order))
        }
    }
}

/// What a payer confirmed, checked as far as it can be without the provider.
async fn confirmed(
    engine: &Engine,
    session: &StoredSession,
    request: OrderRequest,
    key: KeyUse,
    claim: Claim,
) -> Result<Confirmed, ApiError> {
    if let Some(open) = engine.store.unfunded_order(&session.payer.id).await? {
        return Err(ApiError::order_open(open.id));
    }
    let quote = engine
        .store
        .quote(&session.payer.id, &request.quote_id)
        .await?
        .ok_or_else(|| ApiError::new(ErrorCode::QuoteNotFound))?;
    let provider = engine.session_provider(session)?;
    let payee = engine
        .payee(session, provider, &quote, request.destination)
        .await?;
    Ok(Confirmed {
        quote,
        floor: request.min_fiat_amount,
        payee,
        key,
        claim,
    })
}

/// How a request uses its key.
pub(super) enum Use {
    /// For the first time; nobody else uses it until the claim is dropped.
    First(Claim),
    /// As before, when it made or changed this order.
    Again(Box<OrderRecord>),
}

/// One request of a key at a time: the second one finds what the first has stored.
pub(super) async fn first_use(
    engine: &Arc<Engine>,
    payer_id: &str,
    key: &KeyUse,
) -> Result<Use, ApiError> {
    let claim = engine.claim(&format!("{payer_id} {} {}", key.route, key.key));
    match (engine.replayed(payer_id, key).await?, claim) {
        (Some(order), _) => Ok(Use::Again(Box::new(order))),
        (None, Some(claim)) => Ok(Use::First(claim)),
        (None, None) => Err(ApiError::new(ErrorCode::InProgress)),
    }
}

fn created(engine: &Engine, order: &OrderRecord) -> Response {
    let status = if order.state == OrderState::Creating {
        StatusCode::ACCEPTED
    } else {
        StatusCode::CREATED
    };
    (status, shown(engine, order, Viewer::Payer)).into_response()
}

/// An order in an answer, with its entity tag.
pub(super) fn shown(engine: &Engine, order: &OrderRecord, viewer: Viewer) -> Response {
    shown_with(engine, order, viewer, None)
}

/// The same with where the payer goes on to verify who they are.
pub(super) fn shown_with(
    engine: &Engine,
    order: &OrderRecord,
    viewer: Viewer,
    verification_url: Option<String>,
) -> Response {
    let body = OrderResponse {
        verification_url,
        order: view(order, viewer, &engine.catalogs, engine.store.secrets()),
        server_time: engine.now(),
    };
    let mut response = Json(body).into_response();
    tag(&mut response, order, viewer);
    response
}

fn tag(response: &mut Response, order: &OrderRecord, viewer: Viewer) {
    if let Ok(value) = HeaderValue::from_str(&etag(order, viewer)) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

/// An order that the caller may see; every other one looks absent.
pub(super) async fn visible(
    engine: &Engine,
    caller: &Caller,
    id: &str,
) -> Result<OrderRecord, ApiError> {
    let absent = || ApiError::new(ErrorCode::NotFound);
    let order = engine.store.order(id).await?.ok_or_else(absent)?;
    let may_see = match caller {
        Caller::Payer(session) => session.payer.id == order.payer_id,
        Caller::Partner => true,
        Caller::Resume(token) => {
            let ended = order.ended_at.filter(|_| order.is_closed());
            let is_over = ended.is_some_and(|at| engine.now() > at.plus(RESUMES_FOR));
            engine.store.secrets().resumes(token, id) && !is_over
        }
    };
    if may_see { Ok(order) } else { Err(absent()) }
}

/// How long a resume link works after its order has closed.
const RESUMES_FOR: Duration = Duration::from_hours(30 * 24);

/// Reads an order. With `If-None-Match` and `Prefer: wait=25` the answer is held until the order
/// changes or the time is over.
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "orders",
    security(("client_token" = []), ("partner_key" = []), ("resume_token" = [])),
    params(
        ("id" = String, Path, description = "the order"),
        ("If-None-Match" = Option<String>, Header, description = "the entity tag that is known"),
        ("Prefer" = Option<String>, Header, description = "`wait=25`: seconds to wait for a change, at most 25"),
    ),
    responses(
        (status = 200, body = OrderResponse),
        (status = 304, description = "not changed"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    ),
)]
pub(crate) async fn read_order(
    caller: Caller,
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let viewer = caller.viewer();
    let mut changes = engine.wake.subscribe(&id);
    let mut order = visible(&engine, &caller, &id).await?;
    let has_known = headers.contains_key(header::IF_NONE_MATCH);
    let is_known = |order: &OrderRecord| knows(&headers, &etag(order, viewer));
    let wait_secs = wait_secs(&headers).filter(|_| has_known);
    if let Some(secs) = wait_secs {
        let _waiting = UnderWay::count(&engine.metrics.long_polls);
        let deadline = Instant::now() + Duration::from_secs(secs);
        let mut stopping = engine.stopping();
        while is_known(&order) {
            tokio::select! {
                () = changes.changed() => order = visible(&engine, &caller, &id).await?,
                _ = stopped(&mut stopping) => break,
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
    }
    let mut response = if is_known(&order) {
        let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
        tag(&mut unchanged, &order, viewer);
        unchanged
    } else {
        shown(&engine, &order, viewer)
    };
    if let Some(secs) = wait_secs
        && let Ok(value) = HeaderValue::from_str(&format!("wait={secs}"))
    {
        response.headers_mut().insert("preference-applied", value);
    }
    Ok(response)
}

/// Whether `If-None-Match` names an entity tag. The comparison is the weak one (RFC 9110): whoever
/// compresses answers on the way makes their tags weak.
pub(crate) fn knows(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

/// Comes back when the proxy is going down.
async fn stopped(stopping: &mut tokio::sync::watch::Receiver<bool>) -> bool {
    stopping.wait_for(|stopping| *stopping).await.is_ok()
}

/// The seconds that `Prefer: wait=…` asks for (RFC 7240), as far as they are granted.
pub(crate) fn wait_secs(headers: &HeaderMap) -> Option<u64> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .filter_map(|preference| preference.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, secs)| secs.trim().trim_matches('"').parse().ok())
        .map(|secs: u64| secs.min(LONGEST_WAIT_SECS))
        .filter(|secs| *secs > 0)
}

/// Which orders to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only in this state.
    state: Option<OrderState>,
    /// Only this payer's, by the partner's id. For the partner's backend.
    payer: Option<String>,
    /// Only what changed at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<Timestamp>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists orders, newest first: a payer's own, or any for the partner's backend.
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders",
    security(("client_token" = []), ("partner_key" = [])), params(ListQuery),
    responses((status = 200, body = OrderList), (status = 400, body = Problem), (status = 401, body = Problem)),
)]
pub(crate) async fn list_orders(
    caller: Caller,
    State(engine): State<Arc<Engine>>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<OrderList>, ApiError> {
    let undocumented = || ApiError::invalid_request("a query parameter is not as documented");
    let Query(query) = query.map_err(|_| undocumented())?;
    let texts = [&query.payer, &query.cursor];
    if texts.into_iter().flatten().any(|text| text.contains('\0')) {
        return Err(undocumented());
    }
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(ApiError::invalid_request(format!(
            "limit is 1 to {LONGEST_PAGE}"
        )));
    }
    let payer_id = match &caller {
        Caller::Payer(_) if query.payer.is_some() => {
            return Err(ApiError::invalid_request(
                "payer is for the partner's backend",
            ));
        }
        Caller::Payer(session) => Some(session.payer.id.clone()),
        Caller::Partner => None,
        Caller::Resume(_) => return Err(ApiError::new(ErrorCode::Unauthorized)),
    };
    let before = query.cursor.as_deref().map(read_cursor).transpose()?;
    let filter = OrderFilter {
        payer_id,
        partner_payer_id: query.payer,
        state: query.state,
        updated_since: query.updated_since,
        before,
        limit: limit + 1,
    };
    let mut orders = engine.store.orders(&filter).await?;
    let has_more = orders.len() > limit as usize;
    orders.truncate(limit as usize);
    let next_cursor = orders
        .last()
        .filter(|_| has_more)
        .map(|order| format!("{}.{}", order.created_at.as_millis(), order.id));
    let viewer = caller.viewer();
    let orders = orders
        .iter()
        .map(|order| view(order, viewer, &engine.catalogs, engine.store.secrets()))
        .collect();
    Ok(Json(OrderList {
        orders,
        next_cursor,
    }))
}

pub(crate) fn read_cursor(cursor: &str) -> Result<(Timestamp, String), ApiError> {
    cursor
        .split_once('.')
        .and_then(|(at, id)| Some((Timestamp::from_millis(at.parse().ok()?), id.to_owned())))
        .ok_or_else(|| ApiError::invalid_request("cursor is not one of ours"))
}
