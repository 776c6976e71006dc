//! What every component may ask for.
//!
//! Leptos keeps a map of types for this. Here it is one type, given to a view and to every region
//! in it.

use std::cell::Cell;

use crate::{
    api::Api,
    clock::ServerClock,
    element::Host,
    i18n::{Locale, Words},
};

/// What every component may ask for while it is made.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    /// The payer's language.
    pub(crate) locale: Locale,
    /// The custom element.
    pub(crate) host: Host,
    /// The server's clock.
    pub(crate) clock: ServerClock,
    /// The proxy.
    pub(crate) api: Api,
}

thread_local! {
    static HERE: Cell<Option<Context>> = const { Cell::new(None) };
}

/// Makes a view whose components have this context.
pub(crate) fn within<V>(context: Option<Context>, view: impl FnOnce() -> V) -> V {
    let outside = HERE.replace(context);
    let view = view();
    HERE.set(outside);
    view
}

/// What there is where a view is being made, if that is within a context.
#[inline(never)]
pub(crate) fn here() -> Option<Context> {
    HERE.get()
}

/// What there is where a component is being made.
#[inline(never)]
#[track_caller]
pub(crate) fn context() -> Context {
    let Some(context) = here() else {
        panic!("only a component that is being made has a context")
    };
    context
}

/// Every sentence, in the payer's language.
#[inline(never)]
#[track_caller]
pub(crate) fn words() -> Words {
    context().locale.words
}
