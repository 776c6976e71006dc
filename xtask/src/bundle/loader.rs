//! The loader: `src/offramp.js` with names and digests filled in, and its comments left out.

use anyhow::{Result, bail};

use super::script;

/// A file that the loader fetches and checks.
#[derive(Debug)]
pub(super) struct Asset {
    /// What the loader calls it.
    pub(super) name: String,
    /// From the loader's own folder.
    pub(super) path: String,
    /// As the `integrity` attribute wants it.
    pub(super) integrity: String,
}

pub(super) fn filled_in(source: &str, assets: &[Asset]) -> Result<String> {
    let mut loader = script::smaller(source)?;
    for Asset {
        name,
        path,
        integrity,
    } in assets
    {
        for (part, value) in [("path", path), ("integrity", integrity)] {
            let blank = format!("{{{{{name}.{part}}}}}");
            if loader.matches(&blank).count() != 1 {
                bail!("src/offramp.js must contain {blank} exactly once");
            }
            loader = loader.replace(&blank, value);
        }
    }
    if loader.contains("{{") {
        bail!("src/offramp.js has a blank that nobody fills in");
    }
    Ok(loader)
}

#[cfg(test)]
mod tests {
    use super::{super::named, *};

    fn assets() -> Vec<Asset> {
        [
            ("glue", "js"),
            ("widget", "wasm"),
            ("style", "css"),
            ("words-es", "txt"),
            ("words-en", "txt"),
        ]
        .map(|(name, extension)| named(name, extension, name.as_bytes()))
        .into()
    }

    #[test]
    fn the_loader_fits_three_kilobytes_compressed() {
        let loader = filled_in(include_str!("../../../src/offramp.js"), &assets()).unwrap();
        let compressed = super::super::gzip(loader.as_bytes()).unwrap().len();
        assert!(compressed < 3_000, "{compressed} bytes");
    }

    #[test]
    fn a_missing_blank_is_refused() {
        let error = filled_in("let a;", &assets()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "src/offramp.js must contain {{glue.path}} exactly once"
        );
    }
}
