//! A payer's journeys, one story per file. How they are told is in the crate's documentation.

mod at_a_desk;
mod cancelled_then_paid;
mod copying;
mod cryptopocket;
mod deposit_never_comes;
mod failed_load;
mod flipped_byte;
mod happy_path;
mod host_page;
mod keyboard;
mod large_code;
mod lost_answer;
mod penny_test;
mod provider_down;
mod quote_expires;
mod refused_bank;
mod reload;
mod reported_early;
mod second_tab;
mod session_expires;
mod strict_policy;
mod tab_closed;
mod tour;
mod tour_of_providers;
mod unigox_by_the_shop;
mod unigox_by_wallet;
mod worse_quote;
mod wrong_deposit;

use std::time::Duration;

/// More often than anything is tried in a test.
const ALWAYS: u32 = 10_000;

/// Longer than a price of Capa's lives.
const READING: Duration = Duration::from_secs(15);

/// The hash of a transfer on Polygon.
const HASH: &str = "0x8d4fae0194ca4e858d763f904c9fbc43b0d3f1a26f5e4a7c9b1d2e8c4a6f0d13";

/// The hash of another one.
const OTHER_HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
