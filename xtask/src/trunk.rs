//! The widget, built by Trunk.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    lock, log, process, system,
    tools::{self, Tool},
};

/// Where Trunk puts what it built.
pub(crate) const DIST: &str = "dist";

/// Held while Trunk builds. Beside [`DIST`], where two builds would meet, whatever cargo's target
/// folder is.
const LOCK: &str = "target/widget.lock";

/// Builds the widget as a partner deploys it and says where it is. Quick when nothing changed.
pub(crate) fn build() -> Result<PathBuf> {
    let mut trunk = prepared()?;
    fs::create_dir_all("target").context("target")?;
    let _lock = lock::hold(Path::new(LOCK), || {
        log::say("waiting: another process is building the widget");
    })?;
    log::step("building the widget", || {
        // Everything is at hand by now, so a build that would reach out is a mistake.
        process::run(trunk.args(["build", "--release", "--offline=true"]))
    })?;
    Ok(PathBuf::from(DIST).canonicalize()?)
}

/// The inner loop: rebuilds and reloads on every change.
pub(crate) fn serve() -> Result<Command> {
    fs::create_dir_all(DIST).context(DIST)?;
    let mut trunk = prepared()?;
    trunk.args(["serve", "--offline=true"]);
    Ok(trunk)
}

/// `trunk`, with the `wasm-bindgen` of exactly the locked version on its search path.
fn prepared() -> Result<Command> {
    tools::ensure_wasm_target()?;
    system::ensure_c_compiler()?;
    let trunk = Tool::Trunk.ensure()?;
    let wasm_bindgen = Tool::WasmBindgen.ensure()?;
    log::step("fetching dependencies", || {
        process::run(process::cargo().args(["fetch", "--quiet"]))
    })?;
    let mut command = process::command(trunk.join("trunk"));
    command.env("PATH", system::path_with(&[wasm_bindgen, trunk])?);
    if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        // Any value counts (https://no-color.org), but Trunk wants one of its own.
        command.env("NO_COLOR", "true");
    }
    Ok(command)
}
