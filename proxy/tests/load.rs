//! The real program before more connections than it likes: slow clients, and long polls by the
//! thousand.
//!
//! `OFFRAMP_CAMPAIGN=full` runs the numbers of `docs/reliability.md`. `cargo xtask chaos` sets it, and
//! measures the release build.

#[path = "load/figures.rs"]
mod figures;
#[path = "load/polls.rs"]
mod polls;
#[expect(dead_code, reason = "what the crash harness needs besides")]
#[path = "crash/program.rs"]
mod program;
#[path = "load/slow_clients.rs"]
mod slow_clients;
#[expect(dead_code, reason = "what the API's tests need besides")]
mod support;
