//! What only the operating system can install: a browser, npm.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result, bail};

use crate::{log, process};

/// The first of `names` that is on the search path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    first_file(names, &search_path(), Path::is_file)
}

/// The folders in which programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect()
}

/// The first of `names` that is a file in one of `folders`.
pub(crate) fn first_file(
    names: &[&str],
    folders: &[PathBuf],
    is_file: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| is_file(path))
}

/// The search path with `folders` in front of it.
pub(crate) fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    Ok(env::join_paths(folders.iter().chain(&search_path()))?)
}

/// Something that is missing, and how to get it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missing {
    /// As a sentence begins.
    pub(crate) what: &'static str,
    /// The packages of Debian and Ubuntu.
    pub(crate) packages: &'static [&'static str],
    /// What a person does on macOS, behind "install it with".
    pub(crate) on_macos: &'static str,
}

impl Missing {
    /// Installs it, or says in one sentence how.
    pub(crate) fn install(&self) -> Result<()> {
        let Some(mut apt) = Apt::available() else {
            bail!(self.sentence(System::this()));
        };
        apt.update()?;
        let packages = self.packages.join(", ");
        log::step(&format!("installing {packages} with apt-get"), || {
            apt.install(self.packages)
        })
        .with_context(|| self.sentence(System::Linux))
    }

    fn sentence(&self, system: System) -> String {
        let packages = self.packages.join(" ");
        let how = match system {
            System::MacOs => format!("with {}", self.on_macos),
            System::Debian => format!("with `sudo apt-get install {packages}`"),
            System::Linux => format!("(on Debian: {packages})"),
        };
        format!("{} is missing; install it {how} and start again", self.what)
    }
}

/// What is known about how programs are installed here.
#[derive(Debug, Clone, Copy)]
enum System {
    MacOs,
    /// Or Ubuntu, which has the same tools.
    Debian,
    Linux,
}

impl System {
    fn this() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if find(&["apt-get"]).is_some() {
            Self::Debian
        } else {
            Self::Linux
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const NPM: Missing = Missing {
        what: "npm",
        packages: &["npm", "nodejs"],
        on_macos: "`brew install node`",
    };

    #[test]
    fn each_system_is_told_its_own_way() {
        for (system, expected) in [
            (
                System::MacOs,
                "npm is missing; install it with `brew install node` and start again",
            ),
            (
                System::Debian,
                "npm is missing; install it with `sudo apt-get install npm nodejs` and start again",
            ),
            (
                System::Linux,
                "npm is missing; install it (on Debian: npm nodejs) and start again",
            ),
        ] {
            assert_eq!(NPM.sentence(system), expected);
        }
    }

    #[test]
    fn the_first_name_counts_before_the_first_folder() {
        let folders = ["/usr/bin", "/opt/bin"].map(PathBuf::from);
        let there = ["/usr/bin/second", "/opt/bin/first", "/opt/bin/second"];
        let is_file = |path: &Path| there.iter().any(|there| path == Path::new(there));
        let found = first_file(&["first", "second"], &folders, is_file);
        assert_eq!(found, Some(PathBuf::from("/opt/bin/first")));
        assert_eq!(first_file(&["third"], &folders, is_file), None);
    }
}
