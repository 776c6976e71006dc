//! The widget as a program for the browser.

use offramp_checkout as _;

fn main() {}
