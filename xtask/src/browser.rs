//! Chromium and the driver that tests talk to.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    http,
    process::{self, Running},
    system::{self, Missing},
};

/// How long the driver may take to be ready.
const START: Duration = Duration::from_secs(30);

/// A browser and the driver that belongs to it.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds both, and installs what is missing and may be installed.
    pub(crate) fn ensure() -> Result<Self> {
        Ok(Self {
            chromium: CHROMIUM.ensure()?,
            driver: CHROMEDRIVER.ensure()?,
        })
    }
}

/// A running chromedriver.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) url: String,
    _process: Running,
}

impl Driver {
    /// Starts it on a free port and waits until it says that it is ready.
    pub(crate) fn start(browser: &Browser, logs: &Path) -> Result<Self> {
        fs::create_dir_all(logs)?;
        let path = logs.join("chromedriver.log");
        let log = File::create(&path).with_context(|| path.display().to_string())?;
        let port = http::free_port()?;
        let process = Running::start(
            process::command(&browser.driver)
                .arg(format!("--port={port}"))
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        let deadline = Instant::now() + START;
        while !is_ready(port) {
            if let Some(status) = process.ended()? {
                bail!(
                    "chromedriver ended at once ({status}); see {}",
                    path.display()
                );
            }
            if Instant::now() > deadline {
                bail!(
                    "chromedriver was not ready after {START:?}; see {}",
                    path.display()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        })
    }
}

fn is_ready(port: u16) -> bool {
    let Ok(answer) = http::get(port, "/status") else {
        return false;
    };
    serde_json::from_str::<serde_json::Value>(&answer.body)
        .is_ok_and(|body| body["value"]["ready"] == true)
}

/// One of the two programs, and where it may be.
struct Program {
    /// The variable that names it where the search would find the wrong one.
    variable: &'static str,
    /// What it is called on the search path.
    names: &'static [&'static str],
    /// Where it is on macOS, which has its applications beside the search path.
    on_macos: &'static [&'static str],
    missing: Missing,
}

const CHROMIUM: Program = Program {
    variable: "CHROME",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    on_macos: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    missing: Missing {
        what: "Chromium or Google Chrome",
        packages: &["chromium"],
        on_macos: "`brew install --cask google-chrome`",
    },
};

const CHROMEDRIVER: Program = Program {
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    on_macos: &[],
    missing: Missing {
        what: "chromedriver",
        packages: &["chromium-driver"],
        // Homebrew's is not signed, so macOS does not start it.
        on_macos: "`npx @puppeteer/browsers install chromedriver@stable --path ~/.cache/puppeteer`, \
                   set CHROMEDRIVER to the path it prints",
    },
};

impl Program {
    /// Where it is, after installing it if it is missing and may be installed.
    fn ensure(&self) -> Result<PathBuf> {
        if let Some(found) = self.find()? {
            return Ok(found);
        }
        self.missing.install()?;
        self.find()?
            .with_context(|| format!("{} was installed, but is not on PATH", self.missing.what))
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        let named = env::var_os(self.variable);
        self.find_in(named, &system::search_path(), Path::is_file)
    }

    /// What the variable names comes first, and has to be there.
    fn find_in(
        &self,
        named: Option<OsString>,
        folders: &[PathBuf],
        is_file: impl Fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>> {
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            let named = PathBuf::from(named);
            ensure!(
                is_file(&named),
                "{} names {}, which is not there",
                self.variable,
                named.display()
            );
            return Ok(Some(named));
        }
        let on_macos = || {
            self.on_macos
                .iter()
                .map(PathBuf::from)
                .find(|path| is_file(path))
        };
        Ok(system::first_file(self.names, folders, &is_file).or_else(on_macos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME_ON_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

    /// Looks for `program` where these files are, and `/usr/bin` is the search path.
    fn look(program: &Program, named: Option<&str>, files: &[&str]) -> Result<Option<PathBuf>> {
        let is_file = |path: &Path| files.iter().any(|file| path == Path::new(file));
        program.find_in(named.map(OsString::from), &["/usr/bin".into()], is_file)
    }

    #[test]
    fn chrome_is_found_where_macos_has_its_applications() {
        let found = look(&CHROMIUM, None, &[CHROME_ON_MACOS]).unwrap();
        assert_eq!(found, Some(CHROME_ON_MACOS.into()));
        let both = ["/usr/bin/google-chrome", CHROME_ON_MACOS];
        let found = look(&CHROMIUM, None, &both).unwrap();
        assert_eq!(found, Some("/usr/bin/google-chrome".into()));
    }

    #[test]
    fn a_variable_comes_first() {
        let files = ["/usr/bin/chromedriver", "/opt/driver"];
        let found = look(&CHROMEDRIVER, Some("/opt/driver"), &files).unwrap();
        assert_eq!(found, Some("/opt/driver".into()));
        let found = look(&CHROMEDRIVER, Some(""), &files).unwrap();
        assert_eq!(found, Some("/usr/bin/chromedriver".into()));
    }

    #[test]
    fn a_variable_that_names_nothing_is_refused() {
        let error = look(&CHROMIUM, Some("/opt/chrome"), &[CHROME_ON_MACOS]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "CHROME names /opt/chrome, which is not there"
        );
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(look(&CHROMEDRIVER, None, &[CHROME_ON_MACOS]).unwrap(), None);
    }
}
