//! `POST /v1/orders/{id}/actions/{action}`: what a payer can do about an order.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::Response,
};
use offramp_domain::api::{
    Action, AuthoriseTransfer, ErrorCode, NoFields, OrderResponse, Problem, ProvideInformation,
    ReportNotReceived, ReportSent, Signed,
};
use serde::de::DeserializeOwned;

use super::{
    extract::{Caller, IdempotencyKey, JsonBody, Named},
    orders::{Use, first_use, shown, shown_with, visible},
};
use crate::{
    engine::Engine,
    error::ApiError,
    provider::{DepositKind, Purpose},
    store::{KeyUse, OrderRecord},
    view::Viewer,
};

/// The bodies of the actions that take one.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is read for the API's description only")]
pub(crate) enum ActionBody {
    /// `report_sent`
    ReportSent(ReportSent),
    /// `authorise_transfer` and `authorise_refund`, from the payer's wallet
    Signed(Signed),
    /// `authorise_transfer`, from the partner's backend
    AuthoriseTransfer(AuthoriseTransfer),
    /// `report_not_received`
    ReportNotReceived(ReportNotReceived),
    /// `provide_information`
    ProvideInformation(ProvideInformation),
    /// every other
    Nothing(NoFields),
}

/// How long a caller waits for the provider's answer before it sees the order as it is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(4);

/// Acts on an order, exactly once for one key. A second request for what is under way gets the
/// order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/actions/{action}", tag = "orders", security(("client_token" = [])),
    params(
        ("id" = String, Path, description = "the order"),
        ("action" = Action, Path, description = "one of the order's `actions`"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 visible characters"),
    ),
    request_body(content = ActionBody, description = "by the action; those that take nothing take `{}`"),
    responses(
        (status = 200, body = OrderResponse),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`action_not_allowed`"),
        (status = 422, body = Problem, description = "`invalid_fields`, `idempotency_conflict`"),
    ),
)]
pub(crate) async fn act(
    caller: Caller,
    State(engine): State<Arc<Engine>>,
    Named((id, name)): Named<(String, String)>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Response, ApiError> {
    let viewer = caller.viewer();
    let order = visible(&engine, &caller, &id).await?;
    let action = Action::parse(&name).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let acting = Acting {
        route: format!("POST /v1/orders/{id}/actions/{name}"),
        engine,
        order,
        key,
    };
    match viewer {
        Viewer::Payer => acting.payer(action, request).await,
        Viewer::Partner => acting.partner(action, request).await,
        Viewer::Resume => Err(ApiError::new(ErrorCode::Unauthorized)),
    }
}

/// One action on one order.
struct Acting {
    engine: Arc<Engine>,
    order: OrderRecord,
    route: String,
    key: IdempotencyKey,
}

impl Acting {
    /// What a browser may do. It never moves the partner's money: the engine refuses a signature
    /// where the partner's own wallet pays.
    async fn payer(self, action: Action, request: Request) -> Result<Response, ApiError> {
        let engine = Arc::clone(&self.engine);
        let order = self.order.clone();
        let (engine, order) = (&engine, &order);
        match action {
            Action::ReportSent => {
                self.once(request, Viewer::Payer, async |body: &ReportSent, key| {
                    engine.report_sent(order, body, key).await
                })
                .await
            }
            Action::Cancel => {
                self.once(request, Viewer::Payer, async |_: &NoFields, key| {
                    let order = engine.cancel(order, key).await?;
                    answered(engine, order).await
                })
                .await
            }
            Action::AuthoriseTransfer | Action::AuthoriseRefund => {
                let purpose = if action == Action::AuthoriseRefund {
                    Purpose::Refund
                } else {
                    Purpose::Transfer
                };
                // Before the body is looked at: it is not a browser's to say.
                if order.deposit != DepositKind::SignTypedData {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                self.once(request, Viewer::Payer, async |body: &Signed, key| {
                    let order = engine
                        .authorise_by_wallet(order, purpose, body, key)
                        .await?;
                    answered(engine, order).await
                })
                .await
            }
            Action::ConfirmReceived => {
                self.once(request, Viewer::Payer, async |_: &NoFields, key| {
                    let order = engine.confirm_received(order, key).await?;
                    answered(engine, order).await
                })
                .await
            }
            Action::ReportNotReceived => {
                self.once(
                    request,
                    Viewer::Payer,
                    async |body: &ReportNotReceived, key| {
                        engine.report_not_received(order, body, key).await
                    },
                )
                .await
            }
            Action::ProvideInformation => {
                self.once(
                    request,
                    Viewer::Payer,
                    async |body: &ProvideInformation, key| {
                        engine.provide_information(order, body, key).await
                    },
                )
                .await
            }
            Action::CompleteVerification => self.verify(request).await,
            Action::ChangeDestination => Err(ApiError::new(ErrorCode::ActionNotAllowed)),
        }
    }

    /// What the partner's backend may do: pay from its own wallet, and have that back.
    async fn partner(self, action: Action, request: Request) -> Result<Response, ApiError> {
        let engine = Arc::clone(&self.engine);
        let order = self.order.clone();
        let (engine, order) = (&engine, &order);
        match action {
            Action::AuthoriseTransfer => {
                self.once(
                    request,
                    Viewer::Partner,
                    async |body: &AuthoriseTransfer, key| {
                        let order = engine.authorise_by_partner(order, body, key).await?;
                        answered(engine, order).await
                    },
                )
                .await
            }
            Action::AuthoriseRefund => {
                self.once(request, Viewer::Partner, async |_: &NoFields, key| {
                    let order = engine.refund_by_partner(order, key).await?;
                    answered(engine, order).await
                })
                .await
            }
            Action::ReportSent
            | Action::ConfirmReceived
            | Action::ReportNotReceived
            | Action::ProvideInformation
            | Action::CompleteVerification
            | Action::ChangeDestination
            | Action::Cancel => Err(ApiError::new(ErrorCode::ActionNotAllowed)),
        }
    }

    /// Acts once for one key; again, it answers with the order as it is now.
    async fn once<T: DeserializeOwned>(
        self,
        request: Request,
        viewer: Viewer,
        act: impl AsyncFnOnce(&T, KeyUse) -> Result<OrderRecord, ApiError>,
    ) -> Result<Response, ApiError> {
        let body = JsonBody::<T>::or_nothing(request).await?;
        let key = self.key.bound(self.route, body.hash);
        let acted = match first_use(&self.engine, &self.order.payer_id, &key).await? {
            Use::Again(order) => *order,
            Use::First(_claim) => act(&body.value, key).await?,
        };
        Ok(shown(&self.engine, &acted, viewer))
    }

    /// Where the payer goes on with the verification. It changes nothing about the order.
    async fn verify(self, request: Request) -> Result<Response, ApiError> {
        JsonBody::<NoFields>::or_nothing(request).await?;
        let url = self.engine.verification_url(&self.order).await?;
        Ok(shown_with(
            &self.engine,
            &self.order,
            Viewer::Payer,
            Some(url),
        ))
    }
}

/// Waits a little for the provider's answer to an action that is under way.
async fn answered(engine: &Engine, order: OrderRecord) -> Result<OrderRecord, ApiError> {
    let mut changes = engine.wake.subscribe(&order.id);
    let wait = async {
        let mut now = order.clone();
        while now.pending_action.is_some() {
            match engine.store.order(&order.id).await? {
                Some(read) if read.pending_action.is_none() => return Ok(read),
                Some(read) => now = read,
                None => return Err(ApiError::new(ErrorCode::NotFound)),
            }
            changes.changed().await;
        }
        Ok(now)
    };
    match tokio::time::timeout(ANSWERS_WITHIN, wait).await {
        Ok(answered) => answered,
        Err(_not_yet) => engine
            .store
            .order(&order.id)
            .await?
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound)),
    }
}
