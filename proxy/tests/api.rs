//! The API by its router, before a simulated provider on a real socket: refusals as much as
//! successes, with exact codes and values.

#[path = "api/mod.rs"]
mod api;
#[expect(dead_code, reason = "what the tests of other providers need besides")]
mod support;
