//! Nobody but an adapter and its stand-in knows which providers there are: no other line names one, not
//! even in a comment. The names are those of the registry, so a new one is looked for by itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use offramp_proxy::providers;
use regex::Regex;

/// Where no provider is named, from the root of the repository.
const NEUTRAL: [&str; 11] = [
    "build.rs",
    "demo",
    "domain/src",
    "e2e/src",
    "index.html",
    "proxy/migrations",
    "proxy/src",
    "simulator/src",
    "src",
    "view-macro/src",
    "xtask/src",
];

/// Where they are named all the same, and why.
const EXCEPT: [(&str, &str); 10] = [
    ("proxy/src/providers", "the adapters and their registry"),
    ("simulator/src/providers", "the stand-ins and their list"),
    (
        "simulator/src/control",
        "what is done to one stand-in alone, at its own path",
    ),
    (
        "simulator/src/config.rs",
        "the keys of the stand-ins that are told them",
    ),
    (
        "simulator/src/lib.rs",
        "the handles that tests drive them by",
    ),
    ("simulator/src/main.rs", "the addresses that it prints"),
    (
        "simulator/src/shop/wallet.rs",
        "the demo's wallet holds tokens in the books of the one who takes its signatures",
    ),
    (
        "index.html",
        "the demo's buttons for what only one stand-in can do",
    ),
    (
        "xtask/src/programs.rs",
        "the variables that switch a provider on in the demo",
    ),
    (
        "e2e/src",
        "the variables that switch a provider on in a journey, and the handles on the stand-ins",
    ),
];

/// Where the adapters are.
const ADAPTERS: &str = "proxy/src/providers";

fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root
        .context("the proxy is in a folder of the repository")?
        .to_owned())
}

/// Every provider's name, alone, in a longer one or in an identifier; not within another word, as in
/// "capacity".
fn names() -> Result<Regex> {
    let each = providers::ALL.iter().map(|entry| entry.name);
    let each = each.map(|name| {
        let (first, rest) = name.split_at(1);
        let capital = first.to_ascii_uppercase();
        let begins = format!("(?:^|[^a-zA-Z])(?i:{name})|[a-z]{capital}(?i:{rest})");
        format!("(?:{begins})(?:[^a-zA-Z]|[A-Z][a-z]|$)")
    });
    Ok(Regex::new(&each.collect::<Vec<_>>().join("|"))?)
}

/// A file, or every file below a folder.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
        found.extend(files(&entry?.path())?);
    }
    Ok(found)
}

/// The lines below a path that name a provider.
fn named_below(path: &Path, except: &[PathBuf]) -> Result<Vec<String>> {
    let names = names()?;
    let mut found = Vec::new();
    for path in files(path)? {
        if except.iter().any(|except| path.starts_with(except)) {
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
    let except = EXCEPT.map(|(path, _)| root.join(path));
    let mut named = Vec::new();
    for folder in NEUTRAL {
        named.extend(named_below(&root.join(folder), &except)?);
    }
    ensure!(
        named.is_empty(),
        "a provider is named:\n{}",
        named.join("\n")
    );
    Ok(())
}

#[test]
fn every_exception_is_one() -> Result<()> {
    for (path, reason) in EXCEPT {
        let named = named_below(&root()?.join(path), &[])?;
        ensure!(!named.is_empty(), "{path} names nobody any more: {reason}");
    }
    Ok(())
}

#[test]
fn a_name_is_found_however_it_is_written() -> Result<()> {
    let names = names()?;
    for line in [
        "\"capa\"",
        "// As Capa does.",
        "CAPA_API_KEY",
        "sim_capa_key",
        "struct CapaClient;",
        "fn cryptopocket_url()",
        "CryptoPocket",
        "CryptoPocketKeys",
        "Unigox's orders",
        "struct UnigoxClient;",
        "let myCapaKey",
    ] {
        ensure!(names.is_match(line), "{line}");
    }
    for line in [
        "with_capacity(3)",
        "Capabilities",
        "capable",
        "escapade",
        "const CAPACITY",
    ] {
        ensure!(!names.is_match(line), "{line}");
    }
    Ok(())
}

/// In a folder or in one file, whoever is an adapter is registered, and looked for.
#[test]
fn every_adapter_is_registered_by_its_name() -> Result<()> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root()?.join(ADAPTERS))? {
        let path = entry?.path();
        let sources = files(&path)?;
        let is_adapter = sources.iter().any(|source| {
            let text = fs::read_to_string(source).unwrap_or_default();
            text.contains("impl Provider for ")
        });
        if path.is_dir() || is_adapter {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            found.insert(name.into_owned());
        }
    }
    let registered = providers::ALL.iter().map(|entry| entry.name.to_owned());
    assert_eq!(found, registered.collect());
    Ok(())
}
