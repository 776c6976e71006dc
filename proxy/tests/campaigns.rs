//! Forged webhooks, tokens and origins, and other people's orders, by the thousand: none gets in.
//!
//! `OFFRAMP_CAMPAIGN=full` runs the numbers of `docs/reliability.md`, `OFFRAMP_SEED` another seed.

#[path = "campaigns/mod.rs"]
mod campaigns;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
