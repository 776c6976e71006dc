//! UNIGOX' stand-in on a real socket, against the contract: refusals as much as successes.

mod bench;
mod control;
mod corridors;
mod endings;
mod life;
mod list;
mod people;
mod prices;
mod signatures;
mod wallets;
mod webhooks;
