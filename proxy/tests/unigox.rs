//! The API with UNIGOX behind it, simulated on a real socket: what is other than with a provider that
//! names an address and pays by itself.

#[path = "unigox/create.rs"]
mod create;
#[path = "unigox/ends.rs"]
mod ends;
#[path = "unigox/happy.rs"]
mod happy;
#[path = "unigox/nonces.rs"]
mod nonces;
#[path = "unigox/shop.rs"]
mod shop;
#[path = "unigox/signatures.rs"]
mod signatures;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
#[path = "unigox/told.rs"]
mod told;
#[path = "unigox/turns.rs"]
mod turns;
#[path = "unigox/wallet.rs"]
mod wallet;
#[path = "unigox/webhooks.rs"]
mod webhooks;
