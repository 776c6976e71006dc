//! The API with CryptoPocket behind it, simulated on a real socket: what is other than with a provider
//! that locks prices, is told of transfers and can call orders off.

#[path = "cryptopocket/ends.rs"]
mod ends;
#[path = "cryptopocket/happy.rs"]
mod happy;
#[path = "cryptopocket/lost.rs"]
mod lost;
#[path = "cryptopocket/operator.rs"]
mod operator;
#[path = "cryptopocket/payers.rs"]
mod payers;
#[path = "cryptopocket/prices.rs"]
mod prices;
#[path = "cryptopocket/shop.rs"]
mod shop;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
#[path = "cryptopocket/tokens.rs"]
mod tokens;
#[path = "cryptopocket/webhooks.rs"]
mod webhooks;
