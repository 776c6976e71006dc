//! The shape of something that is still on its way.

use crate::view::{View, view};
use leptos::prelude::*;

/// How much room the content will take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SkeletonSize {
    /// A word within a line.
    #[default]
    Word,
    /// A block of a few lines.
    Block,
}

impl SkeletonSize {
    fn class(self) -> &'static str {
        match self {
            Self::Word => "checkout-skeleton checkout-skeleton--word",
            Self::Block => "checkout-skeleton checkout-skeleton--block",
        }
    }
}

/// A grey shape that keeps the place. Whoever shows it says in words what is loading.
#[component]
pub(crate) fn Skeleton(
    /// How much room it takes.
    #[prop(optional)]
    size: SkeletonSize,
) -> View {
    view! { <span class=size.class() aria-hidden="true"></span> }
}
