//! Behaviour without markup: timers, the clipboard, whether the page is seen.

mod clipboard;
mod countdown;
mod interval;
mod pause;
mod visibility;

pub(crate) use clipboard::{Copied, copy};
pub(crate) use countdown::use_countdown;
pub(crate) use interval::use_interval;
pub(crate) use pause::{pause, sleep};
pub(crate) use visibility::use_visibility;
