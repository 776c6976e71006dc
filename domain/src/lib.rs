//! The rules of Offramp Checkout: pure, without I/O and without a clock, shared by the widget in
//! the browser, the proxy and the simulator.
//!
//! Reading order: [`money`] (exact amounts), [`network`] (where crypto travels), [`bank`] (which
//! account is paid), [`quote`] (what a price promises), [`order`] (the state machine), and
//! [`api`], the wire types in which the three programs speak of all that.

pub mod api;
pub mod bank;
mod decimal;
pub mod money;
mod names;
pub mod network;
pub mod order;
pub mod quote;
pub mod time;
