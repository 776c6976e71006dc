//! What a payer's browser downloads, and how much of it is allowed.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::bundle::{BROTLI, GZIP, LOADER};

/// What loader, glue, wasm, stylesheet and the words of one language together may become, compressed
/// with brotli.
const LIMIT_BYTES: u64 = 130_000;

/// The sizes of the widget in `dist`, as a table.
pub(crate) fn report(dist: &Path) -> Result<String> {
    Ok(table(&measured(dist)?))
}

/// Prints the sizes of the widget in `dist`. Larger than allowed is an error.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let parts = measured(dist)?;
    println!("{}", table(&parts));
    let total: u64 = parts.iter().map(|part| part.brotli).sum();
    if total > LIMIT_BYTES {
        bail!(
            "the widget is {} kB in brotli, more than the {} kB that are allowed",
            kilobytes(total),
            kilobytes(LIMIT_BYTES)
        );
    }
    Ok(())
}

/// One file of the widget, in bytes.
#[derive(Debug, Clone, Copy)]
struct Part {
    name: &'static str,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

fn measured(dist: &Path) -> Result<Vec<Part>> {
    let version = dist.join(env!("CARGO_PKG_VERSION"));
    Ok(vec![
        part("loader", &dist.join(LOADER))?,
        only("glue", &version, "glue.", "js")?,
        only("wasm", &version, "widget.", "wasm")?,
        only("stylesheet", &version, "style.", "css")?,
        // A browser loads one language. This is the one with the most to say.
        all("words", &version, "words-", "txt")?
            .into_iter()
            .max_by_key(|part| part.brotli)
            .context("there are no words")?,
    ])
}

fn part(name: &'static str, path: &Path) -> Result<Part> {
    let size = |path: &Path| {
        fs::metadata(path)
            .map(|file| file.len())
            .with_context(|| path.display().to_string())
    };
    let beside = |extension: &str| PathBuf::from(format!("{}.{extension}", path.display()));
    Ok(Part {
        name,
        raw: size(path)?,
        gzip: size(&beside(GZIP))?,
        brotli: size(&beside(BROTLI))?,
    })
}

fn only(name: &'static str, folder: &Path, start: &str, extension: &str) -> Result<Part> {
    match all(name, folder, start, extension)?.as_slice() {
        [part] => Ok(*part),
        parts => bail!(
            "expected one {start}*.{extension} in {}, found {}",
            folder.display(),
            parts.len()
        ),
    }
}

fn all(name: &'static str, folder: &Path, start: &str, extension: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file.starts_with(start) && path.extension().is_some_and(|found| found == extension) {
            parts.push(part(name, &path)?);
        }
    }
    Ok(parts)
}

fn table(parts: &[Part]) -> String {
    let sum = |size: fn(&Part) -> u64| parts.iter().map(size).sum();
    let total = Part {
        name: "total",
        raw: sum(|part| part.raw),
        gzip: sum(|part| part.gzip),
        brotli: sum(|part| part.brotli),
    };
    let mut table = format!(
        "{:<12}{:>12}{:>12}{:>12}",
        "widget, kB", "raw", "gzip", "brotli"
    );
    for Part {
        name,
        raw,
        gzip,
        brotli,
    } in parts.iter().chain([&total])
    {
        let (raw, gzip, brotli) = (kilobytes(*raw), kilobytes(*gzip), kilobytes(*brotli));
        let _ = write!(table, "\n{name:<12}{raw:>12}{gzip:>12}{brotli:>12}");
    }
    let _ = write!(table, "\n{:<36}{:>12}", "allowed", kilobytes(LIMIT_BYTES));
    table
}

/// Thousands of bytes, rounded up to a tenth: a budget must not be met by rounding.
fn kilobytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_the_parts_and_their_sum() {
        let parts = [
            Part {
                name: "loader",
                raw: 6_000,
                gzip: 2_001,
                brotli: 1_800,
            },
            Part {
                name: "wasm",
                raw: 279_000,
                gzip: 110_000,
                brotli: 90_193,
            },
        ];
        let expected = "\
widget, kB           raw        gzip      brotli
loader               6.0         2.1         1.8
wasm               279.0       110.0        90.2
total              285.0       112.1        92.0
allowed                                    130.0";
        assert_eq!(table(&parts), expected);
    }
}
