//! One file for each thing that is asked of the API.

mod attention;
mod auth;
mod away;
mod cancel;
mod checkout;
mod connections;
mod cors;
mod create;
mod happy;
mod idempotency;
mod input;
mod list;
mod lost;
mod mismatch;
mod operator;
mod planted;
mod quotes;
mod reading;
mod report;
mod rotation;
mod service;
mod sessions;
mod slow_clients;
mod time;
mod walk;
mod webhooks;
