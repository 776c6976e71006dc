//! Controls that know nothing about off-ramps. Each has a stylesheet of its name in `style/`.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::state::Signal;

mod ask;
mod button;
mod choice;
mod copy_button;
mod field;
mod icon;
mod notice;
mod progress;
mod qr_code;
mod select;
mod skeleton;

pub(crate) use ask::{Ask, Extra, Question};
pub(crate) use button::{Button, ButtonKind, ButtonType};
pub(crate) use choice::Choice;
pub(crate) use copy_button::CopyButton;
pub(crate) use field::{FieldSize, Keyboard, TextField};
pub(crate) use icon::{Icon, Picture};
pub(crate) use notice::{Notice, NoticeKind};
pub(crate) use progress::Progress;
pub(crate) use qr_code::QrCode;
pub(crate) use select::Select;
pub(crate) use skeleton::{Skeleton, SkeletonSize};

/// An attribute that is `"true"` or not there.
pub(crate) fn flag(is_set: Signal<bool>) -> Signal<Option<String>> {
    Signal::derive(move || is_set.get().then(|| "true".to_owned()))
}

/// An `id` that no other element of the page's checkouts has.
pub(crate) fn unique_id(name: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    ["checkout-", name, "-", &number.to_string()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ids_are_the_same() {
        assert_ne!(unique_id("field"), unique_id("field"));
    }
}
