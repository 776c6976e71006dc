//! However often a request comes, and whatever becomes of the provider's answer: one effect.
//!
//! `OFFRAMP_CAMPAIGN=full` runs the numbers of `docs/reliability.md`, `OFFRAMP_SEED` another seed.

#[path = "campaigns/campaign.rs"]
mod campaign;
#[path = "exactly_once/mod.rs"]
mod exactly_once;
#[expect(dead_code, reason = "what the tests of one provider need besides")]
#[path = "cryptopocket/shop.rs"]
mod pocket_shop;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
#[expect(dead_code, reason = "what the tests of one provider need besides")]
#[path = "unigox/shop.rs"]
mod unigox_shop;
