//! A payer's journeys through the real widget, the real proxy and a simulated provider, in a real
//! browser.
//!
//! Reading order: [`journey()`] (how a story is told), [`stack`] (the programs behind it),
//! [`browser`] (the window in front), [`checkout`] (what a payer sees and does there),
//! [`accounts`] (whom the money goes to), [`axe`] and [`gallery`] (every screen, checked and
//! pictured), [`files`] (what is downloaded). The stories themselves are in `tests/journeys`.

pub mod accounts;
pub mod axe;
pub mod browser;
pub mod checkout;
pub mod environment;
pub mod eventually;
pub mod files;
pub mod gallery;
pub mod journey;
pub mod stack;

pub use self::{
    accounts::Account,
    browser::{Browser, Device, Network, Theme},
    checkout::{Checkout, Screen, Step, WalletAnswer},
    environment::Environment,
    eventually::eventually,
    journey::{Journey, Settings, journey},
    stack::{Stack, Wallet},
};
