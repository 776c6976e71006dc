//! The files that the widget is made of, for stories in which they are not what they were.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

/// Also the folder of what never changes: all packages share one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// Where they were built, for every journey.
    #[default]
    Built,
    /// In a copy that one journey may spoil.
    Own,
}

/// A folder with everything in it, gone when it is dropped.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy(from: &Path) -> Result<TempDir> {
    let folder = TempDir::with_prefix("offramp-files-")?;
    copy_into(from, folder.path())?;
    Ok(folder)
}

fn copy_into(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&copy)?;
            copy_into(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), &copy)?;
        }
    }
    Ok(())
}

/// A file that is not what it was.
#[derive(Debug)]
pub struct Flipped {
    path: PathBuf,
    before: Vec<u8>,
}

impl Flipped {
    /// Flips a bit in the last byte of the file that begins and ends like this.
    ///
    /// The last byte is the end of a line of JavaScript or of words, of a section of the wasm that no
    /// browser reads, or of a rule of the stylesheet: nothing would go wrong by it, and only whoever compares
    /// the digest notices.
    ///
    /// # Errors
    /// When there is no such file, or more than one.
    pub fn new(files: &Path, beginning: &str, ending: &str) -> Result<Self> {
        let folder = files.join(VERSION);
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with(beginning) && name.ends_with(ending) {
                found.push(folder.join(name));
            }
        }
        let [path] = found.as_slice() else {
            bail!("{beginning}*{ending} is not one file, but {found:?}");
        };
        let before = fs::read(path)?;
        let mut after = before.clone();
        *after.last_mut().context("an empty file")? ^= 1;
        fs::write(path, after)?;
        // The compressed ones would be served in its place.
        for twin in ["br", "gz"] {
            fs::remove_file(format!("{}.{twin}", path.display()))?;
        }
        Ok(Self {
            path: path.clone(),
            before,
        })
    }

    /// Makes it what it was.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flip_back(self) -> Result<()> {
        fs::write(self.path, self.before)?;
        Ok(())
    }
}
