//! The API's tests once more, on PostgreSQL: the crate's name tells `support` which database to make.

#[path = "api/mod.rs"]
mod api;
mod support;
