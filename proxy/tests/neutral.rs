//! Nobody but an adapter knows which providers there are: no line of the proxy outside `providers/`, of
//! the domain or of the widget names one, not even in a comment.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use regex::Regex;

/// Where no provider is named, from the root of the repository.
const NEUTRAL: [&str; 3] = ["proxy/src", "domain/src", "src"];

/// Where they are.
const ADAPTERS: &str = "proxy/src/providers";

/// A provider's name, alone, in a longer one or in an identifier; not as the start of another word, as
/// in "capacity".
const NAMES: &str = "(?i:cryptopocket|unigox|(?:^|[^a-z])capa(?:[^a-z]|$))|Capa[A-Z]";

fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root
        .context("the proxy is in a folder of the repository")?
        .to_owned())
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// The lines of a folder that name a provider.
fn named_below(folder: &Path, except: &Path) -> Result<Vec<String>> {
    let names = Regex::new(NAMES)?;
    let mut found = Vec::new();
    for path in files(folder)? {
        if path.starts_with(except) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        let lines = (1..).zip(text.lines());
        let lines = lines.filter(|(_, line)| names.is_match(line));
        found.extend(lines.map(|(number, line)| format!("{}:{number}: {line}", path.display())));
    }
    Ok(found)
}

#[test]
fn nothing_but_an_adapter_names_a_provider() -> Result<()> {
    let root = root()?;
    let mut named = Vec::new();
    for folder in NEUTRAL {
        named.extend(named_below(&root.join(folder), &root.join(ADAPTERS))?);
    }
    ensure!(
        named.is_empty(),
        "a provider is named:\n{}",
        named.join("\n")
    );
    Ok(())
}

#[test]
fn a_name_is_found_however_it_is_written() -> Result<()> {
    let names = Regex::new(NAMES)?;
    for line in [
        "\"capa\"",
        "// As Capa does.",
        "CAPA_API_KEY",
        "sim_capa_key",
        "struct CapaClient;",
        "fn cryptopocket_url()",
        "CryptoPocket",
        "Unigox's orders",
    ] {
        ensure!(names.is_match(line), "{line}");
    }
    for line in ["with_capacity(3)", "Capabilities", "capable", "escapade"] {
        ensure!(!names.is_match(line), "{line}");
    }
    Ok(())
}

#[test]
fn every_adapter_is_looked_for_by_its_name() -> Result<()> {
    let names = Regex::new(NAMES)?;
    for entry in fs::read_dir(root()?.join(ADAPTERS))? {
        let path = entry?.path();
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ensure!(names.is_match(&name), "{name} is not among the names");
        }
    }
    Ok(())
}
