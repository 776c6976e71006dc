//! `cargo xtask check`: what needs no running program.

use std::process::Command;

use anyhow::Result;

use crate::{
    log, process, reasons,
    tools::{self, Tool, WASM},
};

pub(crate) fn run() -> Result<()> {
    tools::ensure_wasm_target()?;
    tools::ensure_components()?;

    log::step("rustfmt", || {
        process::run(process::cargo().args(["fmt", "--all", "--check"]))?;
        let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
        process::run(process::cargo().args(fuzz))
    })?;
    let leptosfmt = Tool::Leptosfmt.program()?;
    log::step("leptosfmt", || {
        process::run(process::command(leptosfmt).args(["--check", "src", "tests"]))
    })?;

    log::step("clippy", || clippy(&["--workspace", "--all-targets"]))?;
    log::step("clippy for the browser", || {
        clippy(&["--target", WASM, "-p", "offramp-checkout", "--all-targets"])?;
        // Without its tests, which use what no browser has.
        clippy(&["--target", WASM, "-p", "offramp-domain"])
    })?;
    log::step("rustdoc", || {
        // For the people who change it, so private items are shown and may be linked to.
        let flags = "-Dwarnings -Arustdoc::private_intra_doc_links";
        let mut doc = process::cargo();
        doc.args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ]);
        process::run(doc.env("RUSTDOCFLAGS", flags))
    })?;

    log::step("reasons of dependencies", reasons::check)?;

    let deny = Tool::CargoDeny.program()?;
    log::step("cargo deny", || {
        process::run(process::command(&deny).args([
            "--workspace",
            "check",
            "licenses",
            "bans",
            "sources",
        ]))
    })?;
    advisories(|| process::command(&deny))
}

/// Warnings are errors here and in CI only. Passed behind `--`, because `RUSTFLAGS` would make
/// Cargo build every dependency once more.
fn clippy(what: &[&str]) -> Result<()> {
    process::run(
        process::cargo()
            .arg("clippy")
            .args(what)
            .args(["--", "-D", "warnings"]),
    )
}

fn advisories(deny: impl Fn() -> Command) -> Result<()> {
    log::say("fetching the advisory database");
    if !process::succeeds(deny().args(["fetch", "db"])) {
        log::say(
            "known vulnerabilities were not checked: github.com/RustSec/advisory-db is out of reach",
        );
        return Ok(());
    }
    log::step("known vulnerabilities", || {
        process::run(deny().args(["--workspace", "check", "--disable-fetch", "advisories"]))
    })
}
