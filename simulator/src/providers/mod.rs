//! The providers that are stood in for, one folder each.

pub mod capa;
pub mod common;
pub mod cryptopocket;
pub mod unigox;
