//! From an account that is saved to money on it once more, on PostgreSQL, and what takes two proxies.
//! The crate's name tells `support` which database to make.

#[path = "unigox/happy.rs"]
mod happy;
#[path = "unigox/limit.rs"]
mod limit;
#[path = "unigox/nonces.rs"]
mod nonces;
#[expect(dead_code, reason = "what the other tests need besides")]
#[path = "unigox/shop.rs"]
mod shop;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
#[path = "unigox/two_proxies.rs"]
mod two_proxies;
