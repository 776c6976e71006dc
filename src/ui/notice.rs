//! Something to be read: a picture and a few words, never a colour alone.

use leptos::prelude::*;

use super::{Icon, Picture};
use crate::view::{Children, View, view};

/// What a notice is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Take care.
    Warning,
    /// Something is wrong, or must not be done.
    Danger,
}

impl NoticeKind {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "checkout-notice checkout-notice--info",
            Self::Success => "checkout-notice checkout-notice--success",
            Self::Warning => "checkout-notice checkout-notice--warning",
            Self::Danger => "checkout-notice checkout-notice--danger",
        }
    }

    fn picture(self) -> Picture {
        match self {
            Self::Info => Picture::Info,
            Self::Success => Picture::Check,
            Self::Warning => Picture::Warning,
            Self::Danger => Picture::Cross,
        }
    }
}

/// A notice. Whoever shows it in answer to the payer adds `attr:role="alert"`.
#[component]
pub(crate) fn Notice(
    /// What it is about.
    #[prop(optional)]
    kind: NoticeKind,
    /// What it says.
    children: Children,
) -> View {
    view! {
        <div class=kind.class() part="notice">
            <Icon picture=kind.picture() />
            <div class="checkout-notice__body">{children()}</div>
        </div>
    }
}
