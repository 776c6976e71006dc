//! The labels of the metrics: words of closed lists, and the patterns of routes. Never an id, an
//! address or anything that somebody sends.

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

use crate::store::Age;

/// Implements the label's value by a word for each variant.
macro_rules! words {
    ($label:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl EncodeLabelValue for $label {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
                let word = match self {
                    $(Self::$variant => $word,)+
                };
                EncodeLabelValue::encode(&word, encoder)
            }
        }
    };
}

/// Requests that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Request {
    /// The pattern of its route.
    pub(crate) route: String,
    pub(crate) method: Verb,
    pub(crate) status: StatusClass,
}

/// A method that some route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Other,
}

words! { Verb {
    Get => "GET", Head => "HEAD", Post => "POST", Put => "PUT", Delete => "DELETE",
    Options => "OPTIONS", Other => "other",
} }

impl Verb {
    pub(crate) fn of(method: &Method) -> Self {
        [
            (Method::GET, Self::Get),
            (Method::HEAD, Self::Head),
            (Method::POST, Self::Post),
            (Method::PUT, Self::Put),
            (Method::DELETE, Self::Delete),
            (Method::OPTIONS, Self::Options),
        ]
        .into_iter()
        .find_map(|(known, verb)| (known == method).then_some(verb))
        .unwrap_or(Self::Other)
    }
}

/// The first digit of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StatusClass {
    Informational,
    Success,
    Redirection,
    ClientError,
    ServerError,
}

words! { StatusClass {
    Informational => "1xx", Success => "2xx", Redirection => "3xx", ClientError => "4xx",
    ServerError => "5xx",
} }

impl StatusClass {
    pub(crate) fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            0..200 => Self::Informational,
            200..300 => Self::Success,
            300..400 => Self::Redirection,
            400..500 => Self::ClientError,
            500.. => Self::ServerError,
        }
    }
}

/// Calls to a provider that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ProviderCall {
    pub(crate) provider: &'static str,
    pub(crate) operation: Operation,
    pub(crate) outcome: Outcome,
}

/// What a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Register,
    Verification,
    Quote,
    Create,
    Read,
    List,
    Execute,
    Cancel,
    History,
    Notice,
    Form,
    SaveAccount,
    RemoveAccount,
    Wallet,
    ToSign,
    HandIn,
    Confirm,
    Provide,
}

words! { Operation {
    Register => "register", Verification => "verification", Quote => "quote", Create => "create",
    Read => "read", List => "list", Execute => "execute", Cancel => "cancel", History => "history",
    Notice => "notice", Form => "form", SaveAccount => "save_account",
    RemoveAccount => "remove_account", Wallet => "wallet", ToSign => "to_sign",
    HandIn => "hand_in", Confirm => "confirm", Provide => "provide",
} }

/// How a call to a provider ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// With an answer.
    Answered,
    /// With a refusal that is certain.
    Refused,
    /// It was not sent.
    NotSent,
    /// Nobody knows: no answer, or none that can be read.
    NoAnswer,
    /// Too many calls.
    RateLimited,
    /// The partner's key is not accepted.
    Key,
}

words! { Outcome {
    Answered => "answered", Refused => "refused", NotSent => "not_sent", NoAnswer => "no_answer",
    RateLimited => "rate_limited", Key => "key",
} }

/// What became of a create that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct LostCreate {
    pub(crate) end: LostEnd,
}

/// See [`LostCreate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LostEnd {
    /// The provider had made the order, and it goes on.
    Adopted,
    /// The provider never made it.
    Absent,
    /// It cannot be told from another: a person has to look.
    Doubtful,
}

words! { LostEnd { Adopted => "adopted", Absent => "absent", Doubtful => "doubtful" } }

/// Requests that were refused because there were too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Limited {
    pub(crate) class: &'static str,
}

/// Open orders that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Orders {
    pub(crate) state: String,
    pub(crate) funded: Answer,
    /// Empty where none is needed.
    pub(crate) reason: String,
    pub(crate) age: crate::store::Age,
}

/// Orders that are alike but for their age.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OrdersOfAnyAge {
    pub(crate) state: String,
    pub(crate) funded: Answer,
    pub(crate) reason: String,
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Yes,
    No,
}

words! { Answer { Yes => "yes", No => "no" } }

impl From<bool> for Answer {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

words! { Age {
    UpToOneMinute => "up_to_1m", UpToTenMinutes => "up_to_10m", UpToOneHour => "up_to_1h",
    UpToOneDay => "up_to_1d", OverOneDay => "over_1d",
} }

/// A kind of thing that the proxy does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Duty {
    pub(crate) duty: &'static str,
}

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Notification {
    pub(crate) state: &'static str,
}

/// One provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfProvider {
    pub(crate) provider: &'static str,
}

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Build {
    pub(crate) version: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_nobody_takes_makes_no_series_of_its_own() {
        assert_eq!(Verb::of(&Method::DELETE), Verb::Delete);
        let made_up = Method::from_bytes(b"MADEUP").unwrap();
        assert_eq!(Verb::of(&made_up), Verb::Other);
    }

    #[test]
    fn a_status_counts_by_its_first_digit() {
        for (status, class) in [
            (101, StatusClass::Informational),
            (200, StatusClass::Success),
            (304, StatusClass::Redirection),
            (429, StatusClass::ClientError),
            (503, StatusClass::ServerError),
        ] {
            assert_eq!(
                StatusClass::of(StatusCode::from_u16(status).unwrap()),
                class
            );
        }
    }
}
