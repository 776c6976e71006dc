//! `cargo xtask demo` and `cargo xtask serve`: all programs together, on this machine only.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    thread,
    time::Duration,
};

use anyhow::{Result, bail};

use crate::{
    process::{self, Running},
    programs::{Build, Clock, Keys, Program, Site, Wallet, origin},
    trunk, widget,
};

/// Simulator and shop.
const SHOP: u16 = 4000;
const PROXY: u16 = 8080;
/// As Trunk.toml says.
const TRUNK: u16 = 8081;

/// Database and logs of the last run.
const FOLDER: &str = "target/demo";

/// The shop with the widget as it would be deployed.
pub(crate) fn demo(wallet: Wallet) -> Result<()> {
    free(&[SHOP, PROXY])?;
    let programs = start(widget::build()?, wallet)?;
    println!(
        "\n  {}/\n\nCtrl-C stops everything. Logs are in {FOLDER}/.",
        origin(SHOP)
    );
    watch(&programs)
}

/// The shop behind `trunk serve`, which rebuilds the widget on every change.
pub(crate) fn serve() -> Result<()> {
    free(&[SHOP, PROXY, TRUNK])?;
    let mut trunk = trunk::serve()?;
    let mut programs = start(trunk::SERVED.into(), Wallet::Partner)?;
    programs.push(Program {
        name: "trunk",
        log: None,
        process: Running::start(&mut trunk)?,
    });
    println!(
        "\n  {}/ as soon as trunk says so\n\nCtrl-C stops everything.",
        origin(TRUNK)
    );
    watch(&programs)
}

/// Simulator and proxy.
fn start(widget: PathBuf, wallet: Wallet) -> Result<Vec<Program>> {
    let site = Site {
        build: Build::Debug,
        clock: Clock::Simulated,
        shop: SHOP,
        proxy: PROXY,
        pages: vec![TRUNK],
        widget,
        folder: FOLDER.into(),
        keys: Keys::random()?,
        wallet,
    };
    site.prepare()?;
    Ok(vec![site.simulator()?, site.proxy()?])
}

/// Waits until one of them ends, which is an error. Ctrl-C never gets here.
fn watch(programs: &[Program]) -> Result<()> {
    process::ctrl_c_is_success();
    loop {
        for program in programs {
            program.still_runs()?;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Refuses to start where something else listens already.
fn free(ports: &[u16]) -> Result<()> {
    for port in ports {
        if TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err() {
            bail!("port {port} is taken: is another demo running? Stop it and start again");
        }
    }
    Ok(())
}
