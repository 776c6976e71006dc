//! The commands of README and CI: `cargo xtask` lists them.
//!
//! Reading order: [`tools`] (what has to be installed, and where), [`process`] (children that are
//! always stopped), then one module per command.

#![expect(
    clippy::print_stdout,
    reason = "what a command was asked for goes to standard output"
)]

mod bench;
mod browser;
mod bundle;
mod chaos;
mod check;
mod demo;
mod fuzz;
mod http;
mod lock;
mod log;
mod process;
mod programs;
mod reasons;
mod size;
mod system;
mod test;
mod tools;
mod trunk;
mod widget;

use std::{env, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};

use crate::programs::Wallet;

const USAGE: &str = "\
cargo xtask demo                 simulator, proxy and demo shop together, with the widget in it
                                 (--external-wallet: the payer's own wallet signs, not the shop's)
cargo xtask serve                the same behind `trunk serve`: rebuilds the widget as you change it
cargo xtask test [words]         every test there is; with words, the tests whose names contain them
cargo xtask test --only <part>   one part: domain, proxy, xtask, size, widget or e2e
cargo xtask check                formatting, lints for both targets, docs, licences, reasons
cargo xtask chaos [part]         kills (unless told otherwise), campaigns, slow, polls or all, in full;
                                 --rounds n: kills at each point of an order's life (50), --seed n
cargo xtask bench                sizes and times, as docs/performance.md has them
cargo xtask fuzz [60s] [20000] [target]
                                 wrong input for every parser, for so long or so often, whichever is
                                 over first, with libFuzzer
cargo xtask build                the widget, as a partner deploys it, into dist/
cargo xtask setup                only installs what the others would install on their way
cargo xtask bundle               the last steps of a build, called by trunk

Each command installs what it is missing. Tools are kept in ~/.cache/offramp-checkout
(or $XDG_CACHE_HOME/offramp-checkout, or $OFFRAMP_TOOLS), so a second clone is fast.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    process::stop_children_on_signals()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("xtask lies inside the workspace")?;
    env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            eprintln!("{USAGE}");
            Ok(())
        }
        ["check"] => check::run(),
        ["test", rest @ ..] => test::run(&test::Selection::parse(rest)?),
        ["bench"] => bench::run(),
        ["chaos", rest @ ..] => chaos::run(&chaos::Campaign::parse(rest)?),
        ["fuzz", rest @ ..] => fuzz::run(&fuzz::Plan::parse(rest)?),
        ["demo"] => demo::demo(Wallet::Partner),
        ["demo", "--external-wallet"] => demo::demo(Wallet::External),
        ["serve"] => demo::serve(),
        ["build"] => widget::build().map(|_| ()),
        ["setup"] => tools::setup(),
        ["bundle"] => bundle::run(),
        [unknown, ..] => bail!("`{unknown}` is not a command here\n\n{USAGE}"),
    }
}
