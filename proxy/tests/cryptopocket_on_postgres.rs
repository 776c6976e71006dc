//! From a price to money on the account once more, on PostgreSQL, and what takes two proxies. The crate's name tells `support` which
//! database to make.

#[path = "cryptopocket/died.rs"]
mod died;
#[path = "cryptopocket/happy.rs"]
mod happy;
#[expect(dead_code, reason = "what the other tests need besides")]
#[path = "cryptopocket/shop.rs"]
mod shop;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
