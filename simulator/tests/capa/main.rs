//! Capa's stand-in on a real socket, against the contract: refusals as much as successes.

mod bench;
mod create;
mod execute;
mod faults;
mod keys;
mod list;
mod notifications;
mod progress;
mod quotes;
mod users;
mod webhooks;
