//! One file for each thing that is forged.

mod campaign;
mod foreign;
mod forgery;
mod origins;
mod tokens;
mod webhooks;
