//! Why each dependency is there: a word behind every line of the root manifest, and no dependency
//! that is declared anywhere else.

use std::fs;

use anyhow::{Context as _, Result, ensure};

/// The table in which everything is declared once.
const DECLARED: &str = "[workspace.dependencies]";

/// Fails with every dependency that nobody gave a reason for.
pub(crate) fn check() -> Result<()> {
    let root = read("Cargo.toml")?;
    let mut wrong: Vec<String> = without_reason(&root)
        .into_iter()
        .map(|name| format!("{name}: no reason behind its line in Cargo.toml (`# why`)"))
        .collect();
    let mut manifests = vec!["Cargo.toml".to_owned()];
    manifests.extend(members(&root).map(|member| format!("{member}/Cargo.toml")));
    for path in manifests {
        let elsewhere = declared_elsewhere(&read(&path)?);
        let says = |name| format!("{name}: {path} declares it by itself, not `workspace = true`");
        wrong.extend(elsewhere.into_iter().map(says));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

/// The lines of a manifest with the table they stand in.
fn entries(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut table = "";
    manifest.lines().filter_map(move |line| {
        if line.starts_with('[') {
            table = line.trim();
        }
        let is_entry = line.starts_with(|first: char| first.is_ascii_alphanumeric());
        is_entry.then_some((table, line))
    })
}

fn name(entry: &str) -> String {
    let name = entry.split(['=', '.', ' ']).next().unwrap_or_default();
    name.to_owned()
}

/// What is declared once for all, without a word of why. The workspace's own crates need none.
fn without_reason(root: &str) -> Vec<String> {
    entries(root)
        .filter(|(table, line)| *table == DECLARED && !line.contains("path ="))
        .filter(|(_, line)| {
            let reason = line.rsplit_once('#').map(|(_, reason)| reason.trim());
            reason.is_none_or(str::is_empty)
        })
        .map(|(_, line)| name(line))
        .collect()
}

fn members(root: &str) -> impl Iterator<Item = &str> {
    let line = root
        .lines()
        .find_map(|line| line.strip_prefix("members = "));
    let listed = line.unwrap_or_default().trim_matches(['[', ']']);
    listed
        .split(',')
        .map(|member| member.trim().trim_matches('"'))
}

/// What a crate takes from somewhere else than the one table.
fn declared_elsewhere(manifest: &str) -> Vec<String> {
    entries(manifest)
        .filter(|(table, _)| table.ends_with("dependencies]") && *table != DECLARED)
        .filter(|(_, line)| !line.replace(' ', "").contains("workspace=true"))
        .map(|(_, line)| name(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
[dependencies]
leptos.workspace = true
web-sys = { workspace = true, features = [
    "Window",
] }

[workspace]
members = ["domain", "proxy"]

[workspace.dependencies]
domain = { path = "domain" }
serde = "1" # the wire types
bytes = "1"
http = "1" #

[profile.dev]
debug = 0
"#;

    #[test]
    fn a_dependency_without_a_word_is_named() {
        assert_eq!(without_reason(ROOT), ["bytes", "http"]);
        assert!(declared_elsewhere(ROOT).is_empty());
        assert!(members(ROOT).eq(["domain", "proxy"]));
    }

    #[test]
    fn a_dependency_of_one_crates_own_is_named() {
        let manifest = "[dev-dependencies]\nserde = \"1\"\nbytes = { workspace = true }\n";
        assert_eq!(declared_elsewhere(manifest), ["serde"]);
    }
}
