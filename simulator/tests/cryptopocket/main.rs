//! CryptoPocket's stand-in on a real socket, against the contract: refusals as much as successes.

mod authenticate;
mod bench;
mod control;
mod create;
mod customers;
mod faults;
mod progress;
mod read;
mod register;
mod webhooks;
