//! Small pictures beside words, never instead of them.

use crate::view::{View, view};
use leptos::prelude::*;

/// Which picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    /// Done.
    Check,
    /// Take care.
    Warning,
    /// Wrong, or stop.
    Cross,
    /// Good to know.
    Info,
    /// Two sheets of paper.
    Copy,
    /// An arrow out of a box.
    External,
}

impl Picture {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 13l4 4L19 7",
            Self::Warning => "M12 3L2 20h20zM12 10v4M12 17v.1",
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Info => "M12 3a9 9 0 1 0 .1 0M12 11v6M12 7.5v.1",
            Self::Copy => "M9 9h11v11H9zM15 9V4H4v11h5",
            Self::External => "M14 4h6v6M20 4l-9 9M10 5H5v14h14v-5",
        }
    }
}

/// A picture as high as the text beside it, hidden from screen readers.
#[component]
pub(crate) fn Icon(
    /// Which picture.
    picture: Picture,
) -> View {
    view! {
        <svg class="checkout-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=picture.path() />
        </svg>
    }
}
