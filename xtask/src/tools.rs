//! What has to be installed, which version, and where it is kept.
//!
//! Tools live outside the clone, one folder per name and version, so that a second clone finds
//! them and two clones can want different versions.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    browser::Browser,
    lock, log, process,
    system::{self, Missing},
};

/// The target of the widget.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The npm package that checks accessibility.
const AXE_CORE: &str = "4.14.1";

/// A program that `cargo install` builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Trunk,
    WasmBindgen,
    Leptosfmt,
    CargoDeny,
    CargoFuzz,
}

/// How a [`Tool`] is installed.
struct Recipe {
    package: &'static str,
    version: String,
    programs: &'static [&'static str],
    arguments: &'static [&'static str],
    /// Without optimisation an install takes a third of the time; what runs often gets a little.
    opt_level: &'static str,
}

impl Tool {
    fn recipe(self) -> Result<Recipe> {
        Ok(match self {
            // It never downloads anything for us, so it needs no TLS and no news of updates.
            Self::Trunk => Recipe {
                package: "trunk",
                version: "0.21.14".into(),
                programs: &["trunk"],
                arguments: &["--locked", "--no-default-features"],
                opt_level: "0",
            },
            // Its lock file names a version that is not in the index: no `--locked`.
            Self::WasmBindgen => Recipe {
                package: "wasm-bindgen-cli",
                version: locked_version(&read("Cargo.lock")?, "wasm-bindgen")?.to_owned(),
                programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
                arguments: &[],
                opt_level: "1",
            },
            Self::Leptosfmt => Recipe {
                package: "leptosfmt",
                version: "0.1.33".into(),
                programs: &["leptosfmt"],
                arguments: &["--locked"],
                opt_level: "0",
            },
            Self::CargoDeny => Recipe {
                package: "cargo-deny",
                version: "0.20.2".into(),
                programs: &["cargo-deny"],
                arguments: &["--locked"],
                opt_level: "0",
            },
            Self::CargoFuzz => Recipe {
                package: "cargo-fuzz",
                version: "0.13.2".into(),
                programs: &["cargo-fuzz"],
                arguments: &["--locked"],
                opt_level: "0",
            },
        })
    }

    /// The folder of its programs, after installing them if they are missing.
    pub(crate) fn ensure(self) -> Result<PathBuf> {
        let recipe = self.recipe()?;
        let name = format!("{}-{}", recipe.package, recipe.version);
        let folder = root()?.join(&name);
        let bin = folder.join("bin");
        let is_there = || {
            recipe
                .programs
                .iter()
                .all(|program| bin.join(program).is_file())
        };
        if is_there() {
            return Ok(bin);
        }
        let _lock = lock(&name)?;
        if is_there() {
            return Ok(bin);
        }
        let what = format!(
            "installing {} {} (once per machine)",
            recipe.package, recipe.version
        );
        log::step(&what, || {
            let mut install = process::cargo();
            install
                .args(["install", recipe.package, "--version", &recipe.version])
                .args(recipe.arguments)
                .args(["--force", "--root", system::text(&folder)?]);
            for (name, value) in [
                ("OPT_LEVEL", recipe.opt_level),
                ("LTO", "off"),
                ("CODEGEN_UNITS", "16"),
                ("DEBUG", "0"),
                ("STRIP", "symbols"),
            ] {
                install.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
            }
            // Outside the clone, whose settings are for another program.
            install.current_dir(root()?);
            process::run(&mut install)
        })?;
        if is_there() {
            return Ok(bin);
        }
        bail!(
            "{} was installed, but its programs are not in {}",
            recipe.package,
            bin.display()
        )
    }

    /// The path of its (first) program, installed if missing.
    pub(crate) fn program(self) -> Result<PathBuf> {
        Ok(self.ensure()?.join(self.recipe()?.programs[0]))
    }
}

/// Everything that any command would install on its way.
pub(crate) fn setup() -> Result<()> {
    ensure_wasm_target()?;
    ensure_standard_library_source()?;
    ensure_components()?;
    for tool in [
        Tool::WasmBindgen,
        Tool::Trunk,
        Tool::Leptosfmt,
        Tool::CargoDeny,
        Tool::CargoFuzz,
    ] {
        tool.ensure()?;
    }
    ensure_postgres()?;
    Browser::ensure()?;
    ensure_axe()?;
    Ok(())
}

/// The database of the tests that run on both.
pub(crate) fn ensure_postgres() -> Result<()> {
    if offramp_test_database::is_installed() {
        return Ok(());
    }
    let postgres = Missing {
        what: "PostgreSQL",
        packages: &["postgresql"],
        on_macos: "`brew install postgresql@17`",
    };
    postgres.install()
}

/// The standard library for the browser.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    ensure_part(WASM, &["target", "add", WASM])
}

/// The source of the standard library, which is compiled for the browser with the widget.
pub(crate) fn ensure_standard_library_source() -> Result<()> {
    ensure_part("src/rust/library", &["component", "add", "rust-src"])
}

/// A folder of the toolchain, and how rustup adds it.
fn ensure_part(folder: &str, rustup: &[&str]) -> Result<()> {
    let sysroot = process::output(process::command("rustc").args(["--print", "sysroot"]))?;
    let sysroot = String::from_utf8(sysroot.stdout).context("rustc's sysroot is not UTF-8")?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(folder);
    if folder.is_dir() {
        return Ok(());
    }
    let what = rustup.join(" ");
    if system::find(&["rustup"]).is_none() {
        bail!(
            "{} is missing; install Rust with rustup (https://rustup.rs) and start again",
            folder.display()
        );
    }
    log::step(&format!("rustup {what}"), || {
        process::run(process::command("rustup").args(rustup))
    })
}

/// Formatter and linter, which a minimal installation of Rust leaves out.
pub(crate) fn ensure_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if process::succeeds(process::cargo().args([subcommand, "--version"])) {
            continue;
        }
        if system::find(&["rustup"]).is_none() {
            bail!(
                "{component} is missing; install Rust with rustup (https://rustup.rs) and start again"
            );
        }
        log::step(&format!("adding {component}"), || {
            process::run(process::command("rustup").args(["component", "add", component]))
        })?;
    }
    Ok(())
}

/// The path of `axe.min.js`, installed from npm if missing.
pub(crate) fn ensure_axe() -> Result<PathBuf> {
    let name = format!("axe-core-{AXE_CORE}");
    let folder = root()?.join(&name);
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    let _lock = lock(&name)?;
    if script.is_file() {
        return Ok(script);
    }
    if system::find(&["npm"]).is_none() {
        let npm = Missing {
            what: "npm",
            packages: &["npm"],
            on_macos: "`brew install node`",
        };
        npm.install()?;
    }
    log::step(
        &format!("installing axe-core {AXE_CORE} (once per machine)"),
        || {
            // In one move, so that an interrupted install is repeated.
            let fresh = root()?.join(format!("{name}.new"));
            if fresh.exists() {
                fs::remove_dir_all(&fresh)?;
            }
            fs::create_dir_all(&fresh)?;
            process::run(
                process::command("npm")
                    .args(["install", "--prefix", system::text(&fresh)?])
                    .args([
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--loglevel=error",
                    ])
                    .arg(format!("axe-core@{AXE_CORE}")),
            )?;
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::rename(&fresh, &folder).context("cannot move axe-core to its place")
        },
    )?;
    Ok(script)
}

/// The folder of all tools.
fn root() -> Result<PathBuf> {
    let folder = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let root = folder("OFFRAMP_TOOLS")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("offramp-checkout")))
        .or_else(|| env::home_dir().map(|home| home.join(".cache/offramp-checkout")))
        .context("neither HOME nor OFFRAMP_TOOLS says where tools can be kept")?;
    fs::create_dir_all(&root).with_context(|| format!("cannot create {}", root.display()))?;
    root.canonicalize()
        .with_context(|| format!("cannot open {}", root.display()))
}

/// Two clones may miss the same tool at the same time: the second waits for the first.
fn lock(name: &str) -> Result<File> {
    lock::hold(&root()?.join(format!("{name}.lock")), || {
        log::say(&format!("waiting: another process is installing {name}"));
    })
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

/// The version of `package` in the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines
        .find(|line| *line == name)
        .and_then(|_| lines.next())
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .with_context(|| format!("Cargo.lock does not name {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
[[package]]
name = "wasm-bindgen-futures"
version = "0.4.50"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "somewhere"
"#;

    #[test]
    fn the_locked_version_is_the_one_of_the_exact_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").unwrap(), "0.2.130");
    }

    #[test]
    fn a_package_that_is_not_locked_is_refused() {
        let error = locked_version(LOCK, "wasm").unwrap_err();
        assert_eq!(error.to_string(), "Cargo.lock does not name wasm");
    }
}
