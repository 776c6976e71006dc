//! One file for each thing that may happen once only.

mod actions;
mod creates;
mod crowd;
mod keys;
mod lost;

use crate::support::Outcome;

/// An error with these words, unless it is so.
fn ensure(is_so: bool, otherwise: &str) -> Outcome {
    if is_so { Ok(()) } else { Err(otherwise.into()) }
}
