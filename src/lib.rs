//! The widget: five steps from "how much" to "paid", in an element that any page can hold.
//!
//! Reading order: [`element`] (what the loader calls), [`config`] (what the page may set),
//! [`app`] (which step is shown), [`wizard`] (what is settled by then), [`steps`], [`order`] (an
//! order kept up to date), [`api`] (the only file that speaks HTTP), [`i18n`] and [`mod@format`]
//! (words and figures), [`view`] (how markup becomes nodes, and one view follows another). [`ui`]
//! and [`hooks`] know nothing about off-ramps.
//!
//! The program itself is `main.rs`; this is a library so that the tests can mount what it mounts.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes public what is only used within the crate"
)]

mod api;
mod app;
mod clock;
mod config;
mod context;
mod element;
mod format;
mod hooks;
mod i18n;
mod order;
mod state;
mod steps;
#[doc(hidden)]
pub mod test_support;
mod ui;
mod view;
mod wallet;
mod wizard;

pub use element::{Handle, mount};

/// Gives out memory, in the browser.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
