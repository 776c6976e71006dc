//! `cargo xtask bench`: the figures of `docs/performance.md`. They are printed, and nothing fails
//! because of them; the limit on the widget's size is `cargo xtask test --only size`.
//!
//! Everything is built before anything is measured, and what is measured is what is deployed: the
//! release builds of widget and proxy, talking over sockets of this machine.

mod first_step;
mod load;
mod server;

use anyhow::Result;

use crate::{
    http, log,
    programs::{Build, Clock, Keys, Site, Wallet},
    size, widget,
};
use first_step::Visitor;

/// Database and logs of the last run.
const FOLDER: &str = "target/bench";

pub(crate) fn run() -> Result<()> {
    let site = Site {
        build: Build::Release,
        clock: Clock::System,
        shop: http::free_port()?,
        proxy: http::free_port()?,
        pages: Vec::new(),
        widget: widget::build()?,
        folder: FOLDER.into(),
        keys: Keys::random()?,
        wallet: Wallet::Partner,
    };
    site.prepare()?;
    let visitor = Visitor::prepare(FOLDER.as_ref())?;

    println!("\n{}", size::report(&site.widget)?);
    let _simulator = site.simulator()?;
    let at_rest = log::step("starting the proxy", || server::at_rest(&site))?;
    println!("\n{at_rest}");
    let proxy = site.proxy()?;
    let load = log::step("asking the proxy", || server::under_load(&site, &proxy))?;
    println!("\n{load}\n");
    log::step("opening the page", || visitor.open(site.shop))
}
