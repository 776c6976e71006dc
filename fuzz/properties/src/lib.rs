//! What every parser that faces the outside has to keep, whatever it is given.
//!
//! One function for each: it takes any bytes, and panics where the promise is broken. The targets of
//! `cargo fuzz` call them (`fuzz/fuzz_targets/`), and so does a test that repeats what the corpora
//! hold, with a fixed number of variations of it.

#![expect(
    clippy::missing_panics_doc,
    reason = "a panic is how a broken promise is told"
)]

mod address;
mod amount;
mod bank;
mod catalog;
mod config;
mod headers;
mod payment_uri;
mod pocket_answer;
mod provider_answer;
mod request;
mod secret;
mod time;
mod typed_amount;
mod unigox_answer;
mod webhook;

pub use self::{
    address::address, amount::amount, bank::bank, catalog::catalog, config::config,
    headers::headers, payment_uri::payment_uri, pocket_answer::pocket_answer,
    provider_answer::provider_answer, request::request, time::time, typed_amount::typed_amount,
    unigox_answer::unigox_answer, webhook::webhook,
};

/// A parser's promise, by the name of its target and of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 14] = [
    ("address", address),
    ("amount", amount),
    ("bank", bank),
    ("catalog", catalog),
    ("config", config),
    ("headers", headers),
    ("payment_uri", payment_uri),
    ("pocket_answer", pocket_answer),
    ("provider_answer", provider_answer),
    ("request", request),
    ("time", time),
    ("typed_amount", typed_amount),
    ("unigox_answer", unigox_answer),
    ("webhook", webhook),
];

/// The first line, which says what the others are, and the others.
fn headed(data: &[u8]) -> Option<(&str, &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = data.split_at(end);
    Some((str::from_utf8(head).ok()?, rest.get(1..)?))
}
