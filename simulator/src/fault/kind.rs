//! The ways to fail, by name.

use serde::{Deserialize, Serialize};

/// One way to fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Does nothing and never answers.
    TimeoutBefore,
    /// Acts, then never answers.
    TimeoutAfter,
    /// Drops the connection without acting.
    ResetBefore,
    /// Acts, then drops the connection.
    ResetAfter,
    /// Acts, then drops the connection in the middle of a body of unknown length.
    ResetInBody,
    /// Acts, then ends the connection before the length it has named.
    Truncated,
    /// Answers 500 without acting.
    ServerErrorBefore,
    /// Acts, then answers 500.
    ServerErrorAfter,
    /// Acts, then answers a byte a second.
    SlowDrip,
    /// Acts, then breaks its JSON off in the middle.
    MalformedJson,
    /// Acts, then answers numbers where text belongs, and booleans where numbers belong.
    WrongType,
    /// Acts, then leaves out one member of its answer.
    MissingField {
        /// Which one, counted round and round.
        nth: u64,
    },
    /// Acts, then answers null for one member.
    NullField {
        /// Which one, counted round and round.
        nth: u64,
    },
    /// Acts, then adds members that nobody knows to every object.
    ExtraFields,
    /// Acts, then writes every number as a string.
    NumberAsString,
    /// Acts, then writes every number with a minus.
    NegativeAmount,
    /// Acts, then writes every number with sixty digits.
    HugeAmount,
    /// Acts, then answers a status that nobody has heard of.
    UnknownStatus,
    /// Acts, then answers the status that every order began with.
    StatusBack,
    /// Acts, then answers with the id of something else.
    AnotherId,
    /// Acts, then answers ten megabytes.
    TenMegabytes,
    /// Acts, then answers a few kilobytes that unfold to a hundred megabytes.
    CompressedBomb,
    /// Answers a redirect without acting.
    Redirect,
    /// Answers a redirect to an address inside the caller's network, without acting.
    RedirectInwards,
    /// Acts, then answers without a body.
    EmptyBody,
    /// Answers 502 with a page of HTML, as a gateway in front would, without acting.
    BadGateway,
    /// Answers 429 without acting.
    RateLimited,
    /// Answers what it was told to, without acting.
    Canned {
        /// The HTTP status.
        status: u16,
        /// The body, JSON or not.
        body: String,
    },
}

/// The status that [`Fault::UnknownStatus`] answers.
pub const UNKNOWN_STATUS: &str = "SETTLING_IN_THE_DARK";

/// The id that [`Fault::AnotherId`] answers.
pub const ANOTHER_ID: &str = "00000000-0000-4000-8000-0000000a11e7";

/// Where [`Fault::RedirectInwards`] leads: the address that clouds keep their machines' secrets at.
pub const INWARDS: &str = "http://169.254.169.254/latest/meta-data/";
