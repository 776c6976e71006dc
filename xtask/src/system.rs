//! What only the operating system can install: a browser, npm.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Result, bail};

use crate::{log, process};

/// The first of `names` that is on the search path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> =
        env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// The search path with `folders` in front of it.
pub(crate) fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&inherited));
    Ok(env::join_paths(all)?)
}

/// Installs Debian packages, or says in one sentence what is missing and how to get it.
pub(crate) fn install(missing: &str, packages: &[&str], on_macos: &str) -> Result<()> {
    let Some(mut apt) = Apt::available() else {
        if cfg!(target_os = "macos") {
            bail!("{missing} is missing; install it with `{on_macos}` and start again");
        }
        bail!(
            "{missing} is missing; install it (on Debian and Ubuntu: `apt-get install {}`) and start again",
            packages.join(" ")
        );
    };
    apt.update()?;
    log::step(
        &format!("installing {} with apt-get", packages.join(", ")),
        || apt.install(packages),
    )
}

/// Debian's package manager, where we may use it.
struct Apt {
    prefix: &'static [&'static str],
}

static UPDATED: OnceLock<()> = OnceLock::new();

impl Apt {
    fn available() -> Option<Self> {
        find(&["apt-get"])?;
        if process::output(process::command("id").arg("-u")).is_ok_and(|id| id.stdout == b"0\n") {
            return Some(Self { prefix: &[] });
        }
        process::succeeds(process::command("sudo").args(["-n", "true"])).then_some(Self {
            prefix: &["sudo", "-n"],
        })
    }

    fn update(&mut self) -> Result<()> {
        if UPDATED.set(()).is_err() {
            return Ok(());
        }
        log::step("apt-get update", || self.run(&["update", "-qq"]))
    }

    fn install(&mut self, packages: &[&str]) -> Result<()> {
        let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
        arguments.extend(packages);
        self.run(&arguments)
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let words: Vec<&str> = self
            .prefix
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .chain(["-o", "DPkg::Lock::Timeout=300"])
            .chain(arguments.iter().copied())
            .collect();
        process::run(process::command(words[0]).args(&words[1..]))
    }
}

/// `path`, as text for a child's environment or a URL.
pub(crate) fn text(path: &Path) -> Result<&str> {
    match path.to_str() {
        Some(text) => Ok(text),
        None => bail!("{} is not UTF-8", path.display()),
    }
}
