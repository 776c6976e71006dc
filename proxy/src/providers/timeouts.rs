//! How long a provider is waited for that is asked with a key.

use std::time::Duration;

use crate::outgoing::Limits;

/// How long each kind of call may take, from the first byte sent to the last one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until the head of an answer is there, where the whole call may take longer.
    pub headers: Duration,
    /// A price: the payer is watching.
    pub quote: Duration,
    /// A new order. Below the fifteen seconds in which the proxy answers its own caller.
    pub create: Duration,
    /// Everything else.
    pub other: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            headers: Duration::from_secs(9),
            quote: Duration::from_secs(8),
            create: Duration::from_secs(12),
            other: Duration::from_secs(10),
        }
    }
}

impl Timeouts {
    /// The limits of a call that may take so long as a whole.
    pub fn limits(self, whole: Duration) -> Limits {
        Limits {
            headers: self.headers.min(whole),
            whole,
        }
    }
}
