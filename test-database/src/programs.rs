//! Where PostgreSQL's programs are: Debian keeps the server's out of the search path.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Folders that hold one folder for each version, and in it a `bin`.
const VERSIONED: [&str; 3] = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

/// The folder of PostgreSQL's programs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The newest that is installed.
    pub(crate) fn find() -> Result<Self> {
        let mut folders: Vec<PathBuf> = VERSIONED
            .iter()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten())
            .map(|version| version.path().join("bin"))
            .collect();
        folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        folders
            .into_iter()
            .find(|folder| folder.join("initdb").is_file())
            .map(|folder| Self { folder })
            .context(
                "PostgreSQL is not installed: `cargo xtask setup` installs Debian's package; \
                 elsewhere install PostgreSQL 14 or newer",
            )
    }

    /// Where a program is.
    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// The version in `…/postgresql/15/bin` or `…/postgresql@15/bin`.
fn version(folder: &Path) -> u32 {
    let digits: String = folder
        .parent()
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_off_the_folder() {
        assert_eq!(version(Path::new("/usr/lib/postgresql/15/bin")), 15);
        assert_eq!(
            version(Path::new("/opt/homebrew/opt/postgresql@17/bin")),
            17
        );
        assert_eq!(version(Path::new("/opt/homebrew/opt/git/bin")), 0);
    }
}
