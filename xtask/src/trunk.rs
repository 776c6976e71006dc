//! The inner loop of whoever changes the widget, by Trunk.

use std::{env, fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    log, process, system,
    tools::{self, Tool},
};

/// Where what is served is kept: builds and tests may go on meanwhile.
pub(crate) const SERVED: &str = "target/serve";

/// Rebuilds and reloads on every change.
pub(crate) fn serve() -> Result<Command> {
    fs::create_dir_all(SERVED).context(SERVED)?;
    let mut trunk = prepared()?;
    trunk.args(["serve", "--offline=true", "--dist", SERVED]);
    Ok(trunk)
}

/// `trunk`, with the `wasm-bindgen` of exactly the locked version on its search path.
fn prepared() -> Result<Command> {
    tools::ensure_wasm_target()?;
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
