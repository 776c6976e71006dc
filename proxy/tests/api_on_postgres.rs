//! The API's tests once more, on PostgreSQL, and what only PostgreSQL is asked for. The crate's name
//! tells `support` which database to make.

#[path = "api/mod.rs"]
mod api;
#[path = "api_on_postgres/broken_off.rs"]
mod broken_off;
#[path = "api_on_postgres/several_proxies.rs"]
mod several_proxies;
#[expect(dead_code, reason = "what the tests of other providers need besides")]
mod support;
