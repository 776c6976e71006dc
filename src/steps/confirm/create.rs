//! From a press to an order: sent once, and asked after with the same key until there is an answer.

use std::rc::Rc;

use offramp_domain::api::{ErrorCode, Order, OrderRequest};

use crate::{
    api::{Api, ApiError, IdempotencyKey},
    hooks::sleep,
    state::RwSignal,
};

/// How long to wait before the same press is sent again.
const RESEND_AFTER_MS: [u32; 4] = [150, 1_000, 3_000, 6_000];

/// A press on "confirm": what it asks for, told apart from every other press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Press {
    pub(super) request: OrderRequest,
    key: IdempotencyKey,
}

impl Press {
    pub(super) fn new(request: OrderRequest) -> Self {
        Self {
            request,
            key: IdempotencyKey::random(),
        }
    }
}

/// What came of a press.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    /// A new order.
    New(Rc<Order>),
    /// The one that the payer has to finish first.
    Open(Rc<Order>),
}

/// Makes the order, or says why there is none. While the answer is not known, `is_checking` says
/// so, and the same press is sent again: the proxy makes one order of it.
pub(super) async fn create(
    api: Api,
    press: Press,
    is_checking: RwSignal<bool>,
) -> Result<Made, ApiError> {
    let mut answer = api.create_order(&press.request, &press.key).await;
    for millis in RESEND_AFTER_MS {
        if !answer.as_ref().is_err_and(is_unknown) {
            break;
        }
        is_checking.set(true);
        sleep(millis).await;
        answer = api.create_order(&press.request, &press.key).await;
    }
    is_checking.set(false);
    match answer {
        Err(ApiError::Problem(problem)) if problem.code == ErrorCode::OrderOpen => {
            match &problem.order_id {
                Some(id) => api.order(id).await.map(Made::Open),
                None => Err(ApiError::Problem(problem)),
            }
        }
        answer => answer.map(Made::New),
    }
}

/// Whether there may be an order all the same.
pub(super) fn is_unknown(error: &ApiError) -> bool {
    match error {
        ApiError::Problem(problem) => problem.code == ErrorCode::InProgress,
        ApiError::Network | ApiError::Unreadable => true,
    }
}
