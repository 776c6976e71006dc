//! The id that a line of the log, a problem and a call to a provider have in common: a request's, or
//! a duty's.

use std::{future::Future, sync::Arc};

use http::{HeaderName, HeaderValue};
use tracing::{Instrument as _, Span, error_span};

use crate::secrets::new_id;

/// The header that carries it, to the caller and to the provider.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// How long a caller's own id may be.
const CALLERS: std::ops::RangeInclusive<usize> = 16..=64;

tokio::task_local! {
    static ID: Arc<str>;
}

/// Does `work` under an id, in a span of the log that names it.
///
/// Spans are errors, so that the lines of a log that shows nothing else still have the id.
pub(crate) fn within<T>(
    id: impl Into<Arc<str>>,
    span: Span,
    work: impl Future<Output = T>,
) -> impl Future<Output = T> {
    ID.scope(id.into(), work.instrument(span))
}

/// Does what nobody asked for just now, for an order where it is for one.
pub(crate) fn duty<T>(
    kind: &'static str,
    order_id: Option<&str>,
    work: impl Future<Output = T>,
) -> impl Future<Output = T> {
    let id = new_id("dut");
    let span = error_span!("duty", request.id = id, kind, order.id = order_id);
    within(id, span, work)
}

/// The same work in a task of its own: it keeps the id and the span of whoever began it.
pub(crate) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let id = ID.try_with(Arc::clone).ok();
    let work = work.instrument(Span::current());
    async move {
        match id {
            Some(id) => ID.scope(id, work).await,
            None => work.await,
        }
    }
}

/// The id of what is being done, as a header's value.
pub(crate) fn header() -> Option<HeaderValue> {
    let id = ID.try_with(Arc::clone).ok()?;
    HeaderValue::from_str(&id).ok()
}

/// A caller's own id, if it looks like what load balancers make up: lower-case hexadecimal digits,
/// not all of them figures. Whatever else stands in the header may be a name or a bank account.
pub(crate) fn callers(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    let is_random = text.bytes().any(|byte| byte.is_ascii_lowercase());
    (CALLERS.contains(&text.len()) && is_random && text.bytes().all(is_plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_id_is_random_or_dropped() {
        let callers = |text| {
            let value = HeaderValue::from_static(text);
            callers(&value).map(str::to_owned)
        };
        for id in [
            "0af7651916cd43dd8448eb211c80319c",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        ] {
            assert_eq!(callers(id).as_deref(), Some(id));
        }
        for other in [
            "",
            "abc",
            "014680260346007120",
            "DE89370400440532013000",
            "ana-lopez-1234567890",
            "0af7651916cd43dd8448eb211c80319c 0af7651916cd43dd",
            "0af7651916cd43dd8448eb211c80319c0af7651916cd43dd8448eb211c80319c0",
        ] {
            assert_eq!(callers(other), None, "{other}");
        }
    }

    #[tokio::test]
    async fn a_task_keeps_the_id_of_whoever_began_it() {
        let id = || header().map(|value| value.to_str().unwrap_or_default().to_owned());
        assert_eq!(id(), None);
        let asked = within("req_1", Span::none(), async move {
            let alone = tokio::spawn(async move { id() }).await.unwrap();
            let carried = tokio::spawn(carried(async move { id() })).await.unwrap();
            (id(), alone, carried)
        });
        let req = Some("req_1".to_owned());
        assert_eq!(asked.await, (req.clone(), None, req));
        assert!(
            duty("check", Some("ord_1"), async move { id() })
                .await
                .is_some_and(|id| id.starts_with("dut_"))
        );
    }
}
