//! How often which requests may be made: the one table.

use std::time::Duration;

use axum::http::Method;

/// Kinds of requests that cost alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Reading orders and the checkout: one query each, and every long poll.
    Read,
    /// Asking for a price: a write, and sometimes a call of the provider.
    Quote,
    /// Making an order.
    Create,
    /// Acting on an order.
    Act,
    /// Opening a session, by the partner's backend.
    Session,
    /// A provider's notification.
    Webhook,
    /// The widget's files.
    File,
    /// Everything else, paths that do not exist among it.
    Other,
}

impl Class {
    /// All of them.
    pub(super) const ALL: [Self; 8] = [
        Self::Read,
        Self::Quote,
        Self::Create,
        Self::Act,
        Self::Session,
        Self::Webhook,
        Self::File,
        Self::Other,
    ];

    /// The word for it in the metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Quote => "quote",
            Self::Create => "create",
            Self::Act => "act",
            Self::Session => "session",
            Self::Webhook => "webhook",
            Self::File => "file",
            Self::Other => "other",
        }
    }

    /// What kind of request this is, by its method and by the pattern of its route.
    pub(super) fn of(method: &Method, route: Option<&str>) -> Self {
        let version = concat!("/", env!("CARGO_PKG_VERSION"));
        let is = |wanted: &Method| method == wanted;
        match route {
            Some("/v1/orders") if is(&Method::POST) => Self::Create,
            Some("/v1/checkout" | "/v1/orders" | "/v1/orders/{id}") => Self::Read,
            Some("/v1/orders/{id}/actions/{action}") => Self::Act,
            Some("/v1/quotes") => Self::Quote,
            Some("/v1/sessions") => Self::Session,
            Some("/webhooks/{provider}") => Self::Webhook,
            Some("/offramp.js") => Self::File,
            Some(route) if route.starts_with(version) => Self::File,
            Some(_) | None => Self::Other,
        }
    }

    /// What one address may do. Many payers share one: a family, an office, a mobile network. The
    /// partner's backend has one too.
    pub(super) fn of_an_address(self) -> Limit {
        match self {
            Self::Read | Self::File => Limit::new(2_000, per_second(500)),
            Self::Quote => Limit::new(300, per_second(50)),
            Self::Create => Limit::new(60, per_second(2)),
            Self::Act => Limit::new(120, per_second(10)),
            Self::Webhook => Limit::new(1_000, per_second(100)),
            Self::Session | Self::Other => Limit::new(200, per_second(20)),
        }
    }

    /// What one session may do: one payer, in one tab, and whatever reloads it.
    pub(super) fn of_a_session(self) -> Limit {
        match self {
            Self::Read => Limit::new(60, per_second(10)),
            Self::Quote => Limit::new(30, per_second(3)),
            Self::Create => Limit::new(10, Duration::from_secs(10)),
            Self::Act => Limit::new(20, per_second(1)),
            Self::Session | Self::Webhook | Self::File | Self::Other => {
                Limit::new(20, per_second(2))
            }
        }
    }
}

/// What is refused because of who seems to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgery {
    /// A key or a token that nobody was given.
    Credentials,
    /// A webhook that the provider did not sign.
    Signature,
}

impl Forgery {
    /// How often one address may try.
    pub(super) fn of_an_address(self) -> Limit {
        match self {
            Self::Credentials => Limit::new(20, Duration::from_secs(3)),
            Self::Signature => Limit::new(10, Duration::from_secs(6)),
        }
    }
}

/// So many at once, and then one more each time this has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) at_once: u32,
    pub(super) one_more_after: Duration,
}

impl Limit {
    const fn new(at_once: u32, one_more_after: Duration) -> Self {
        Self {
            at_once,
            one_more_after,
        }
    }
}

const fn per_second(requests: u32) -> Duration {
    Duration::from_nanos(1_000_000_000 / requests as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_its_class() {
        for (method, route, class) in [
            (Method::GET, "/v1/orders/{id}", Class::Read),
            (Method::GET, "/v1/orders", Class::Read),
            (Method::POST, "/v1/orders", Class::Create),
            (Method::POST, "/v1/orders/{id}/actions/{action}", Class::Act),
            (Method::POST, "/v1/sessions", Class::Session),
            (Method::POST, "/webhooks/{provider}", Class::Webhook),
            (Method::GET, "/offramp.js", Class::File),
            (
                Method::GET,
                concat!("/", env!("CARGO_PKG_VERSION"), "/{*file}"),
                Class::File,
            ),
            (Method::GET, "/readyz", Class::Other),
        ] {
            assert_eq!(Class::of(&method, Some(route)), class, "{method} {route}");
        }
        assert_eq!(Class::of(&Method::GET, None), Class::Other);
    }

    #[test]
    fn an_address_may_do_more_than_one_of_its_sessions() {
        for class in [Class::Read, Class::Quote, Class::Create, Class::Act] {
            let (address, session) = (class.of_an_address(), class.of_a_session());
            assert!(address.at_once > session.at_once, "{class:?}");
            assert!(address.one_more_after < session.one_more_after, "{class:?}");
        }
    }
}
