//! Where an order stands, and what only we know of it.

use offramp_domain::{
    api::Action,
    order::{Custody, OrderState, Reason},
};

/// What only we know about an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub struct LocalFacts {
    /// Whether the provider took an `execute` at least once.
    pub executed: bool,
    /// Whether the crypto is on its way: the payer said so, or some was seen.
    pub reported: bool,
    /// Whether that is longer ago than the provider should need to see it.
    pub report_is_stale: bool,
    /// Whether the provider was ever seen to hold the crypto.
    pub ever_funded: bool,
    /// Whether we asked the provider to call it off.
    pub cancel_asked: bool,
    /// Whether the deposit was still being offered when last looked at.
    pub offer_is_over: bool,
    /// Whether a signature for the transfer was handed in, whatever became of it.
    pub transfer_signed: bool,
    /// Whether the provider took a signature for the refund.
    pub refund_signed: bool,
    /// Whether the payer said that the money did not arrive.
    pub not_received: bool,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// What the payer can do about it; the first is what the order waits for.
    pub actions: Vec<Action>,
    /// Why, where that needs saying.
    pub reason: Option<Reason>,
    /// Whether the provider is seen to hold, or to have held, the crypto.
    pub funded: bool,
    /// Whether a deposit is seen, so that `execute` is due even without a report.
    pub deposit_seen: bool,
    /// Whether the provider still waits for the deposit, so that `execute` is worth repeating.
    pub waits_for_deposit: bool,
}
