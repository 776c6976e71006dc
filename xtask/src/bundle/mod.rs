//! The last steps of a build: from what wasm-bindgen wrote to the files that a partner serves.
//!
//! ```text
//! offramp.js                     the loader, naming those below with their digests
//! 0.1.0/glue.<hash>.js           JavaScript around the wasm
//! 0.1.0/widget.<hash>.wasm
//! 0.1.0/style.<hash>.css
//! 0.1.0/wallet.<hash>.js        what asks wallets of the browser, fetched when an order needs one
//! 0.1.0/words-es.<hash>.txt      and one for each other language; a browser loads one of them
//! index.html                     the demo's page
//! ```
//!
//! Everything under a version never changes and may be cached for ever. A release has each file
//! compressed beside it (`.br`, `.gz`); a debug build skips that and is there sooner.

mod arrange;
mod loader;
mod script;
mod shrink;
mod style;
mod types;
mod words;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use brotli::enc::backward_references::BrotliEncoderMode;
use data_encoding::{BASE64, HEXLOWER};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use loader::Asset;
use shrink::Program;

/// Also the version of the widget: all packages share one.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The file that a partner's page names.
pub(crate) const LOADER: &str = "offramp.js";

/// The compressed twins of a file: their extensions.
pub(crate) const GZIP: &str = "gz";
pub(crate) const BROTLI: &str = "br";

/// The bytes of a brotli window, as a power of two: what every browser takes.
const WINDOW_BITS: i32 = 22;

/// The bytes that are compressed at a time, as a power of two. With this the program is
/// smallest, and without the distances of fonts.
const BLOCK_BITS: i32 = 16;

/// Whether files are compressed beside themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    Debug,
    Release,
}

/// From what wasm-bindgen wrote to the files of a release, in the same folder. `before` has the
/// files of the last one.
pub(crate) fn release(staging: &Path, before: &Path) -> Result<()> {
    bundle(
        Path::new("."),
        &Output {
            staging: staging.to_owned(),
            before: before.to_owned(),
            profile: Profile::Release,
        },
    )
}

/// Trunk's `post_build` hook.
pub(crate) fn run() -> Result<()> {
    let folder = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .with_context(|| format!("{name} is not set: trunk calls this, as Trunk.toml says"))
    };
    let staging = folder("TRUNK_STAGING_DIR")?;
    let before = folder("TRUNK_DIST_DIR")?;
    let profile = match env::var("TRUNK_PROFILE").context("TRUNK_PROFILE")?.as_str() {
        "release" => Profile::Release,
        "debug" => Profile::Debug,
        other => bail!("unknown TRUNK_PROFILE `{other}`"),
    };
    bundle(
        Path::new("."),
        &Output {
            staging,
            before,
            profile,
        },
    )
}

/// Where files go.
struct Output {
    staging: PathBuf,
    /// What the last build left, where compressed twins of unchanged files may be found.
    before: PathBuf,
    profile: Profile,
}

fn bundle(source: &Path, output: &Output) -> Result<()> {
    let staging = &output.staging;
    if staging.join("snippets").exists() {
        bail!("wasm-bindgen wrote JavaScript snippets, which the loader would not check");
    }
    let glue = String::from_utf8(take(staging, ".js")?).context("the glue is not UTF-8")?;
    let wasm = take(staging, ".wasm")?;
    let program = Program { glue, wasm };
    let program = match output.profile {
        Profile::Debug => program,
        Profile::Release => program.shrunk()?.arranged()?,
    };
    let wallet = fs::read_to_string(source.join("src/wallet.js")).context("src/wallet.js")?;
    let wallet = script::smaller(&wallet)?.into_bytes();
    let wallet_asset = named("wallet", "js", &wallet);
    let glue = [
        &script::smaller(&program.glue)?,
        &exported(&wallet_asset)[..],
    ]
    .concat();
    let mut files = vec![
        ("glue".to_owned(), "js", glue.into_bytes()),
        ("widget".to_owned(), "wasm", program.wasm),
        (
            "style".to_owned(),
            "css",
            style::joined(&source.join("style"))?.into_bytes(),
        ),
    ];
    for language in words::LANGUAGES {
        let file = words::file(&source.join("src/i18n"), language)?;
        files.push((format!("words-{language}"), "txt", file.into_bytes()));
    }
    let loader = fs::read_to_string(source.join("src/offramp.js")).context("src/offramp.js")?;

    fs::create_dir_all(staging.join(VERSION))?;
    output.write(&wallet_asset.path, &wallet)?;
    let mut assets = Vec::new();
    for (name, extension, content) in &files {
        let asset = named(name, extension, content);
        output.write(&asset.path, content)?;
        assets.push(asset);
    }
    let loader = loader::filled_in(&loader, &assets)?;
    output.write(LOADER, loader.as_bytes())
}

/// What a file is called, and how the loader checks it. The digests do not compress, and the loader
/// has all of them: these are no longer than they have to be.
fn named(name: &str, extension: &str, content: &[u8]) -> Asset {
    let digest = Sha256::digest(content);
    let hash = HEXLOWER.encode(&digest[..4]);
    Asset {
        name: name.to_owned(),
        path: format!("{VERSION}/{name}.{hash}.{extension}"),
        integrity: format!("sha256-{}", BASE64.encode(&digest)),
    }
}

/// How the glue names a file that only some payers need: the loader has no room for it.
fn exported(
    Asset {
        name,
        path,
        integrity,
    }: &Asset,
) -> String {
    format!("export const {name}=[\"{path}\",\"{integrity}\"];\n")
}

/// The one file that Trunk wrote with this ending, taken out of its folder.
fn take(staging: &Path, ending: &str) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(staging).with_context(|| staging.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("offramp-checkout-") && name.ends_with(ending) {
            found.push(path);
        }
    }
    let [path] = found.as_slice() else {
        bail!(
            "expected one offramp-checkout-*{ending} from trunk, found {}",
            found.len()
        );
    };
    let content = fs::read(path)?;
    fs::remove_file(path)?;
    Ok(content)
}

impl Output {
    fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        fs::write(self.staging.join(name), content).with_context(|| name.to_owned())?;
        match self.profile {
            Profile::Debug => Ok(()),
            Profile::Release => {
                self.write_twin(name, GZIP, content, gzip)?;
                self.write_twin(name, BROTLI, content, brotli)
            }
        }
    }

    /// Compressing takes seconds, so it is done once for each content.
    fn write_twin(
        &self,
        name: &str,
        extension: &str,
        content: &[u8],
        compress: fn(&[u8]) -> Result<Vec<u8>>,
    ) -> Result<()> {
        let twin = format!("{name}.{extension}");
        let is_unchanged = fs::read(self.before.join(name)).is_ok_and(|old| old == content);
        let compressed = match fs::read(self.before.join(&twin)) {
            Ok(known) if is_unchanged => known,
            Ok(_) | Err(_) => compress(content)?,
        };
        fs::write(self.staging.join(&twin), compressed).with_context(|| twin)
    }
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: WINDOW_BITS,
        lgblock: BLOCK_BITS,
        mode: BrotliEncoderMode::BROTLI_MODE_GENERIC,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed when the test is over.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("stage")).unwrap();
            fs::create_dir_all(path.join("src/i18n")).unwrap();
            fs::create_dir_all(path.join("style")).unwrap();
            Self(path)
        }

        fn put(&self, file: &str, content: &[u8]) {
            fs::write(self.0.join(file), content).unwrap();
        }

        fn bundle(&self, profile: Profile) -> Result<()> {
            let staging = self.0.join("stage");
            let before = self.0.join("dist");
            bundle(
                &self.0,
                &Output {
                    staging,
                    before,
                    profile,
                },
            )
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn source(name: &str) -> Folder {
        let folder = Folder::new(name);
        folder.put("src/offramp.js", include_bytes!("../../../src/offramp.js"));
        folder.put("src/wallet.js", include_bytes!("../../../src/wallet.js"));
        for language in words::LANGUAGES {
            let sentences = format!("{{ \"a\": {{ \"b\": \"1\" }}, \"c\": \"{language}\" }}");
            folder.put(&format!("src/i18n/{language}.json"), sentences.as_bytes());
        }
        folder.put("style/tokens.css", b":host { --a: 1px }");
        folder.put("style/base.css", b".b { margin: 0 }");
        folder
    }

    #[test]
    fn a_release_names_each_file_by_its_content_and_compresses_it() {
        let folder = source("release");
        folder.put("stage/offramp-checkout-12.js", shrink::STARTS.as_bytes());
        folder.put("stage/offramp-checkout-12_bg.wasm", arrange::EMPTY);
        folder.bundle(Profile::Release).unwrap();

        let loader = fs::read_to_string(folder.0.join("stage/offramp.js")).unwrap();
        let mut names: Vec<String> = fs::read_dir(folder.0.join("stage").join(VERSION))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), 18, "{names:?}");
        for (start, ending) in [
            ("glue.", ".js"),
            ("style.", ".css"),
            ("widget.", ".wasm"),
            ("words-en.", ".txt"),
            ("words-es.", ".txt"),
        ] {
            let name = names
                .iter()
                .find(|n| n.starts_with(start) && n.ends_with(ending))
                .unwrap();
            assert!(loader.contains(&format!("{VERSION}/{name}")), "{loader}");
            assert!(names.contains(&format!("{name}.gz")));
            assert!(names.contains(&format!("{name}.br")));
        }
        let beginning = |start: &str| names.iter().find(|name| name.starts_with(start)).unwrap();
        let version = folder.0.join("stage").join(VERSION);
        let glue = fs::read_to_string(version.join(beginning("glue."))).unwrap();
        let wallet = beginning("wallet.");
        assert!(glue.contains(&format!("\"{VERSION}/{wallet}\"")), "{glue}");
        assert!(!folder.0.join("stage/offramp-checkout-12.js").exists());
    }

    #[test]
    fn an_unchanged_file_keeps_its_compressed_twin() {
        let folder = source("unchanged");
        fs::create_dir_all(folder.0.join("dist")).unwrap();
        let output = Output {
            staging: folder.0.join("stage"),
            before: folder.0.join("dist"),
            profile: Profile::Release,
        };
        folder.put("dist/a.js", b"a");
        folder.put("dist/a.js.gz", b"known");
        folder.put("dist/b.js", b"other");
        folder.put("dist/b.js.gz", b"of the other");
        output.write("a.js", b"a").unwrap();
        output.write("b.js", b"b").unwrap();
        assert_eq!(fs::read(folder.0.join("stage/a.js.gz")).unwrap(), b"known");
        assert_eq!(
            fs::read(folder.0.join("stage/b.js.gz")).unwrap(),
            gzip(b"b").unwrap()
        );
    }

    #[test]
    fn a_debug_build_is_not_compressed() {
        let folder = source("debug");
        folder.put("stage/offramp-checkout-12.js", b"export default 1;");
        folder.put("stage/offramp-checkout-12_bg.wasm", arrange::EMPTY);
        folder.bundle(Profile::Debug).unwrap();
        assert_eq!(
            fs::read_dir(folder.0.join("stage").join(VERSION))
                .unwrap()
                .count(),
            6
        );
    }

    #[test]
    fn a_file_of_words_has_a_sentence_a_line_and_those_within_others_last() {
        let folder = source("words");
        let file = |language| words::file(&folder.0.join("src/i18n"), language);
        assert_eq!(file("es").unwrap(), "es\n1\n");
        folder.put("src/i18n/en.json", br#"{ "a": { "b": "1\n2" } }"#);
        let error = file("en").unwrap_err();
        assert_eq!(error.root_cause().to_string(), "a: b is more than one line");
    }

    #[test]
    fn output_without_a_wasm_is_refused() {
        let folder = source("lost");
        folder.put("stage/offramp-checkout-12.js", b"export default 1;");
        let error = folder.bundle(Profile::Debug).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected one offramp-checkout-*.wasm from trunk, found 0"
        );
    }
}
