//! The API by its router, before a simulated provider on a real socket: refusals as much as
//! successes, with exact codes and values.

mod support;

#[path = "api/attention.rs"]
mod attention;
#[path = "api/auth.rs"]
mod auth;
#[path = "api/cancel.rs"]
mod cancel;
#[path = "api/checkout.rs"]
mod checkout;
#[path = "api/cors.rs"]
mod cors;
#[path = "api/create.rs"]
mod create;
#[path = "api/happy.rs"]
mod happy;
#[path = "api/idempotency.rs"]
mod idempotency;
#[path = "api/input.rs"]
mod input;
#[path = "api/list.rs"]
mod list;
#[path = "api/lost.rs"]
mod lost;
#[path = "api/mismatch.rs"]
mod mismatch;
#[path = "api/planted.rs"]
mod planted;
#[path = "api/quotes.rs"]
mod quotes;
#[path = "api/reading.rs"]
mod reading;
#[path = "api/report.rs"]
mod report;
#[path = "api/service.rs"]
mod service;
#[path = "api/sessions.rs"]
mod sessions;
#[path = "api/time.rs"]
mod time;
#[path = "api/walk.rs"]
mod walk;
#[path = "api/webhooks.rs"]
mod webhooks;
