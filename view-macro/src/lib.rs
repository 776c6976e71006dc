//! The `view!` of the widget.
//!
//! It reads the markup that Leptos' own `view!` reads, and turns it into calls of `crate::view`
//! instead of one type for each element. See `docs/decisions/0008`.

mod markup;

use proc_macro::TokenStream;

/// Markup, as in Leptos: elements with static, dynamic and reactive attributes, `class:`, `prop:`,
/// `on:` and `node_ref`, blocks, and components of `#[component]` with `attr:`.
///
/// The value is a `crate::view::View`.
#[proc_macro]
pub fn view(tokens: TokenStream) -> TokenStream {
    markup::expand(tokens.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
