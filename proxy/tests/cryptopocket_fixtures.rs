//! CryptoPocket's documented JSON, read by the real client from a real socket, and what the client
//! sends.

#[path = "cryptopocket_fixtures/calls.rs"]
mod calls;
#[path = "cryptopocket_fixtures/start.rs"]
mod start;
#[path = "cryptopocket_fixtures/stub.rs"]
mod stub;

/// One of the files of `fixtures/cryptopocket`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/cryptopocket/",
            $name,
            ".json"
        ))
    };
}
use fixture;
