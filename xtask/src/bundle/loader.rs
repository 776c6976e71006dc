//! The loader: `src/offramp.js` with names and digests filled in, and its comments left out.

use anyhow::{Result, bail};

use super::script;

/// A file that the loader fetches and checks.
#[derive(Debug)]
pub(super) struct Asset {
    /// From the loader's own folder.
    pub(super) path: String,
    /// As the `integrity` attribute wants it.
    pub(super) integrity: String,
}

#[derive(Debug)]
pub(super) struct Assets {
    pub(super) glue: Asset,
    pub(super) wasm: Asset,
    pub(super) style: Asset,
}

pub(super) fn filled_in(source: &str, assets: &Assets) -> Result<String> {
    let mut loader = script::smaller(source)?;
    for (name, asset) in [
        ("glue", &assets.glue),
        ("wasm", &assets.wasm),
        ("style", &assets.style),
    ] {
        for (part, value) in [("path", &asset.path), ("integrity", &asset.integrity)] {
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
    use data_encoding::BASE64;
    use sha2::{Digest, Sha384};

    use super::*;

    fn assets() -> Assets {
        let asset = |name: &str| Asset {
            path: format!("1/{name}"),
            integrity: format!("sha384-{}", BASE64.encode(&Sha384::digest(name))),
        };
        Assets {
            glue: asset("g.js"),
            wasm: asset("w.wasm"),
            style: asset("s.css"),
        }
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
