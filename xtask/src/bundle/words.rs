//! The words of one language, as the widget reads them: one file for each, of which a browser loads
//! one.

#[path = "../../../src/i18n/lines.rs"]
mod lines;

use std::{fs, path::Path};

use anyhow::{Context, Error, Result};

pub(super) use lines::LANGUAGES;

/// From the JSON in which they are written.
pub(super) fn file(folder: &Path, language: &str) -> Result<String> {
    let path = folder.join(format!("{language}.json"));
    let name = || path.display().to_string();
    let text = fs::read_to_string(&path).with_context(name)?;
    let sentences = serde_json::from_str(&text).with_context(name)?;
    lines::file(&sentences)
        .map_err(Error::msg)
        .with_context(name)
}
