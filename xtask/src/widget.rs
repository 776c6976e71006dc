//! The widget as a partner deploys it.
//!
//! Trunk serves the inner loop (`cargo xtask serve`). What a payer downloads is built here in four
//! steps, because Trunk cannot pass what makes the program small: the standard library is built
//! with it, for size, and without words about panics. See `docs/decisions/0009`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    bundle, lock, log, process,
    tools::{self, Tool},
};

/// Where the finished files are.
const DIST: &str = "dist";

/// Where they are put together. Beside [`DIST`], so that they can be moved.
const STAGE: &str = "target/widget-stage";

/// Held while the widget is built, whatever cargo's target folder is.
const LOCK: &str = "target/widget.lock";

const PROFILE: &str = "wasm-release";
const PROGRAM: &str = "offramp-checkout";

/// What `bundle` looks for.
const BUNDLED: &str = "offramp-checkout-release";

/// For the program and the standard library, and for nothing else. Without LLVM's strength
/// reduction, loops count as they are written.
const RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none \
     -Zfmt-debug=none -Cllvm-args=-disable-lsr";

/// Builds the widget and says where it is. Quick when nothing changed.
pub(crate) fn build() -> Result<PathBuf> {
    tools::ensure_wasm_target()?;
    tools::ensure_standard_library_source()?;
    let wasm_bindgen = Tool::WasmBindgen.ensure()?;
    fs::create_dir_all("target").context("target")?;
    let _lock = lock::hold(Path::new(LOCK), || {
        log::say("waiting: another process is building the widget");
    })?;
    log::step("building the widget", || {
        let wasm = compiled()?;
        if Path::new(STAGE).exists() {
            fs::remove_dir_all(STAGE).context(STAGE)?;
        }
        process::run(
            process::command(wasm_bindgen.join("wasm-bindgen"))
                .args(["--target", "web", "--no-typescript"])
                .args(["--out-name", BUNDLED, "--out-dir", STAGE])
                .arg(&wasm),
        )?;
        page()?;
        bundle::release(Path::new(STAGE), Path::new(DIST))?;
        if Path::new(DIST).exists() {
            fs::remove_dir_all(DIST).context(DIST)?;
        }
        fs::rename(STAGE, DIST).context(DIST)
    })?;
    Ok(PathBuf::from(DIST).canonicalize()?)
}

/// Compiles the program, with a target folder of its own: flags of its own would have everything
/// else compiled anew each time.
fn compiled() -> Result<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let target = target.join("widget");
    process::run(
        process::cargo()
            .args(["build", "--package", PROGRAM, "--bin", PROGRAM])
            .args(["--target", tools::WASM, "--profile", PROFILE])
            .args([
                "-Zbuild-std=std,panic_abort",
                "-Zbuild-std-features=optimize_for_size",
            ])
            .arg("--target-dir")
            .arg(&target)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS)
            // The toolchain is pinned, so what it can do does not change under these flags.
            .env("RUSTC_BOOTSTRAP", "1"),
    )?;
    let mut wasm = target.join(tools::WASM).join(PROFILE).join(PROGRAM);
    wasm.set_extension("wasm");
    Ok(wasm)
}

/// The demo's page, without what is meant for Trunk.
fn page() -> Result<()> {
    let page = fs::read_to_string("index.html").context("index.html")?;
    let page: String = page
        .lines()
        .filter(|line| !line.contains("data-trunk"))
        .flat_map(|line| [line, "\n"])
        .collect();
    fs::write(Path::new(STAGE).join("index.html"), page).context("index.html")?;
    copy(Path::new("demo"), &Path::new(STAGE).join("demo"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| from.display().to_string())?;
        }
    }
    Ok(())
}
