//! The same on PostgreSQL, where two proxies share the requests. The crate's name tells `support` which
//! database to make.

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
