//! Values that are kept and watched, by Leptos' reactive graph.
//!
//! Leptos compiles its graph anew for each type that a signal holds, about four kilobytes a type.
//! These are the same handles with the same names, of which it sees one type only; see
//! `docs/decisions/0008`. As in Leptos they are `Copy`, belong to the owner that made them, and
//! say nothing any more when it is gone.

mod callback;
mod effect;
mod keep;
mod node_ref;
mod signal;
mod slot;
mod stored;
mod task;
mod work;

pub(crate) use callback::Callback;
pub(crate) use effect::{effect, follow};
pub(crate) use node_ref::NodeRef;
pub(crate) use signal::{ArcRwSignal, RwSignal, Signal};
pub(crate) use stored::StoredValue;
pub(crate) use task::Task;
pub(crate) use work::{Act, Handle};
