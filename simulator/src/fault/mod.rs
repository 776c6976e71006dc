//! Ways to fail that any test, and the demo, can switch on.
//!
//! A fault belongs to an operation and happens a number of times. Faults of one operation happen
//! in the order in which they were switched on.

mod fields;
mod kind;
mod spoil;

use std::collections::{BTreeMap, VecDeque};
use std::future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

pub use self::kind::{ANOTHER_ID, Fault, INWARDS, UNKNOWN_STATUS};

/// What a provider is asked to do, as far as faults and counters tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A price, locked or indicative.
    Quote,
    /// An order is created.
    Create,
    /// A payout is started.
    Execute,
    /// Orders are listed.
    List,
    /// An order is cancelled.
    Cancel,
    /// A user is created.
    Users,
    /// A user's verification is read.
    Kyc,
    /// The history of webhooks is listed.
    Notifications,
    /// One webhook of the history is read, or asked for once more.
    Notification,
    /// Keys are exchanged for a token.
    Authenticate,
    /// One order is read.
    Read,
    /// What is traded is listed.
    Assets,
    /// A user's document is uploaded.
    Documents,
    /// Webhooks are subscribed to.
    Subscribe,
    /// What is supported is read: currencies, rails, institutions.
    Catalogue,
    /// An indicative price, where that is another operation than [`Quote`](Self::Quote).
    Estimate,
    /// Accounts that are paid to are saved, read and removed.
    Accounts,
    /// What has to be signed to pay an order is read.
    Parameters,
    /// A signature pays an order.
    Authorise,
    /// The money's arrival is confirmed.
    Confirm,
    /// What has to be signed for a refund is read.
    RefundParameters,
    /// A signature brings the crypto back.
    Refund,
    /// A wallet is linked or looked at.
    Wallet,
    /// Where webhooks go is set or read.
    WebhookSettings,
}

/// How a provider words the failures that it would admit to.
pub trait Failures {
    /// Something broke inside.
    fn server_error(&self, operation: Operation) -> Response;
    /// The caller asks too often.
    fn too_many_requests(&self) -> Response;
    /// The status that every order begins with.
    fn first_status(&self) -> &'static str;
    /// What the member with the id of what is answered is called.
    fn id_member(&self) -> &'static str {
        "id"
    }
}

/// The faults of one provider that are switched on, and how often each operation was asked for.
#[derive(Debug, Default)]
pub struct Faults {
    lines: Mutex<BTreeMap<Operation, Line>>,
}

/// A fault that will happen a number of times more.
#[derive(Clone, Debug, Serialize)]
pub struct Pending {
    /// In which operation.
    pub operation: Operation,
    /// How.
    pub fault: Fault,
    /// How often.
    pub times: u32,
}

#[derive(Debug, Default)]
struct Line {
    requests: u64,
    /// What the last one called itself.
    request_id: Option<String>,
    pending: VecDeque<(Fault, u32)>,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 24] = [
        Self::Quote,
        Self::Create,
        Self::Execute,
        Self::List,
        Self::Cancel,
        Self::Users,
        Self::Kyc,
        Self::Notifications,
        Self::Notification,
        Self::Authenticate,
        Self::Read,
        Self::Assets,
        Self::Documents,
        Self::Subscribe,
        Self::Catalogue,
        Self::Estimate,
        Self::Accounts,
        Self::Parameters,
        Self::Authorise,
        Self::Confirm,
        Self::RefundParameters,
        Self::Refund,
        Self::Wallet,
        Self::WebhookSettings,
    ];
}

impl Faults {
    /// Makes an operation fail, so many times.
    pub fn switch_on(&self, operation: Operation, fault: Fault, times: u32) {
        if times > 0 {
            self.lines()
                .entry(operation)
                .or_default()
                .pending
                .push_back((fault, times));
        }
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.lines()
            .values_mut()
            .for_each(|line| line.pending.clear());
    }

    /// How often an operation was asked for, whatever the answer.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.lines().get(&operation).map_or(0, |line| line.requests)
    }

    /// What the last request for an operation called itself, in `x-request-id`.
    pub fn request_id(&self, operation: Operation) -> Option<String> {
        let lines = self.lines();
        lines.get(&operation)?.request_id.clone()
    }

    /// Notes what a request calls itself.
    fn note(&self, operation: Operation, request: &Request) {
        let id = request.headers().get("x-request-id");
        let id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        self.lines().entry(operation).or_default().request_id = id;
    }

    /// The faults that will happen.
    pub fn pending(&self) -> Vec<Pending> {
        let lines = self.lines();
        let of_line = |(operation, line): (&Operation, &Line)| {
            let operation = *operation;
            let pending = |(fault, times): &(Fault, u32)| Pending {
                operation,
                fault: fault.clone(),
                times: *times,
            };
            line.pending.iter().map(pending).collect::<Vec<_>>()
        };
        lines.iter().flat_map(of_line).collect()
    }

    /// Counts a request and says how it has to fail, if it has to.
    fn next(&self, operation: Operation) -> Option<Fault> {
        let mut lines = self.lines();
        let line = lines.entry(operation).or_default();
        line.requests += 1;
        let (fault, times) = line.pending.front_mut()?;
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            line.pending.pop_front();
        }
        Some(fault)
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<Operation, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a request through, or fails it the way that is switched on for its operation.
pub async fn answer(
    faults: &Faults,
    operation: Operation,
    failures: &impl Failures,
    request: Request,
    next: Next,
) -> Response {
    faults.note(operation, &request);
    let Some(fault) = faults.next(operation) else {
        return next.run(request).await;
    };
    tracing::info!(?operation, ?fault, "a fault is switched on");
    match fault {
        Fault::TimeoutBefore => future::pending().await,
        Fault::TimeoutAfter => {
            next.run(request).await;
            future::pending().await
        }
        Fault::ResetBefore => spoil::reset(),
        Fault::ResetAfter => {
            next.run(request).await;
            spoil::reset()
        }
        Fault::ServerErrorBefore => failures.server_error(operation),
        Fault::ServerErrorAfter => {
            next.run(request).await;
            failures.server_error(operation)
        }
        Fault::Truncated => spoil::truncate(next.run(request).await).await,
        Fault::CompressedBomb => spoil::bomb(next.run(request).await).await,
        Fault::Redirect => redirect("/elsewhere"),
        Fault::RedirectInwards => redirect(INWARDS),
        Fault::BadGateway => {
            let page = "<html><head><title>502 Bad Gateway</title></head></html>";
            (
                StatusCode::BAD_GATEWAY,
                [(header::CONTENT_TYPE, "text/html")],
                page,
            )
                .into_response()
        }
        Fault::RateLimited => {
            let mut response = failures.too_many_requests();
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            response
        }
        Fault::Canned { status, body } => spoil::canned(status, body),
        Fault::SlowDrip
        | Fault::MalformedJson
        | Fault::ResetInBody
        | Fault::WrongType
        | Fault::MissingField { .. }
        | Fault::NullField { .. }
        | Fault::ExtraFields
        | Fault::NumberAsString
        | Fault::NegativeAmount
        | Fault::HugeAmount
        | Fault::UnknownStatus
        | Fault::StatusBack
        | Fault::AnotherId
        | Fault::TenMegabytes
        | Fault::EmptyBody => {
            let response = next.run(request).await;
            let words = (failures.first_status(), failures.id_member());
            spoil::rewrite(response, |bytes| spoilt(&fault, bytes, words)).await
        }
    }
}

/// What a fault that changes only the body makes of it.
fn spoilt(fault: &Fault, bytes: Bytes, (first_status, id_member): (&str, &str)) -> Body {
    match fault {
        Fault::SlowDrip => spoil::drip(bytes),
        Fault::MalformedJson => spoil::break_off(bytes),
        Fault::ResetInBody => spoil::drop_in_the_middle(bytes),
        Fault::WrongType => fields::change_types(bytes),
        Fault::MissingField { nth } => fields::leave_out(bytes, *nth),
        Fault::NullField { nth } => fields::null(bytes, *nth),
        Fault::ExtraFields => fields::add_fields(bytes),
        Fault::NumberAsString => fields::quote_numbers(bytes),
        Fault::NegativeAmount => fields::negate(bytes),
        Fault::HugeAmount => fields::inflate(bytes),
        Fault::UnknownStatus => fields::hide_status(bytes),
        Fault::StatusBack => fields::go_back(bytes, first_status),
        Fault::AnotherId => fields::change_id(bytes, id_member),
        Fault::TenMegabytes => spoil::bloat(bytes),
        Fault::EmptyBody => Body::empty(),
        Fault::TimeoutBefore
        | Fault::TimeoutAfter
        | Fault::ResetBefore
        | Fault::ResetAfter
        | Fault::Truncated
        | Fault::ServerErrorBefore
        | Fault::ServerErrorAfter
        | Fault::CompressedBomb
        | Fault::Redirect
        | Fault::RedirectInwards
        | Fault::BadGateway
        | Fault::RateLimited
        | Fault::Canned { .. } => Body::from(bytes),
    }
}

fn redirect(location: &'static str) -> Response {
    (
        StatusCode::TEMPORARY_REDIRECT,
        [(header::LOCATION, location)],
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_happen_in_order_and_so_many_times() {
        let faults = Faults::default();
        faults.switch_on(Operation::List, Fault::EmptyBody, 2);
        faults.switch_on(Operation::List, Fault::Redirect, 1);
        assert_eq!(faults.next(Operation::List), Some(Fault::EmptyBody));
        assert_eq!(faults.next(Operation::Create), None);
        assert_eq!(faults.next(Operation::List), Some(Fault::EmptyBody));
        assert_eq!(faults.next(Operation::List), Some(Fault::Redirect));
        assert_eq!(faults.next(Operation::List), None);
        assert_eq!(faults.requests(Operation::List), 4);
    }

    #[test]
    fn clearing_keeps_the_counts() {
        let faults = Faults::default();
        faults.switch_on(Operation::Quote, Fault::ResetAfter, 9);
        assert_eq!(faults.next(Operation::Quote), Some(Fault::ResetAfter));
        faults.clear();
        assert_eq!(faults.next(Operation::Quote), None);
        assert_eq!(faults.requests(Operation::Quote), 2);
    }

    #[test]
    fn no_times_is_no_fault() {
        let faults = Faults::default();
        faults.switch_on(Operation::Quote, Fault::ResetAfter, 0);
        assert_eq!(faults.next(Operation::Quote), None);
    }

    #[test]
    fn faults_are_named_in_snake_case() {
        let fault: Fault = serde_json::from_str(r#"{"missing_field":{"nth":3}}"#).unwrap();
        assert_eq!(fault, Fault::MissingField { nth: 3 });
        let fault: Fault = serde_json::from_str("\"timeout_after\"").unwrap();
        assert_eq!(fault, Fault::TimeoutAfter);
        let fault: Fault = serde_json::from_str(r#"{"canned":{"status":418,"body":""}}"#).unwrap();
        assert_eq!(
            fault,
            Fault::Canned {
                status: 418,
                body: String::new()
            }
        );
    }
}
