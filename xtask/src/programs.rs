//! Simulator and proxy as programs of this machine.

use std::{
    collections::VecDeque,
    env,
    fmt::Write,
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use data_encoding::{BASE64, HEXLOWER};

use crate::{http, log, process, process::Running, system};

/// How long a program may take to answer its first request.
const START: Duration = Duration::from_secs(30);

/// Between two looks at a program that starts. Short, because the wait is measured.
const PAUSE: Duration = Duration::from_millis(1);

/// How many lines of a log are shown when its program ends by itself.
const LAST_LINES: usize = 20;

/// How the programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Soon there.
    Debug,
    /// As they are deployed.
    Release,
}

/// Whose time the proxy goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The simulator's, which the demo's panel holds and steps.
    Simulated,
    /// The system's, as it is deployed.
    System,
}

/// Whose wallet pays where the provider moves crypto by a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wallet {
    /// The shop's, from the customer's balance.
    Partner,
    /// The payer's own.
    External,
}

impl Wallet {
    fn mode(self) -> &'static str {
        match self {
            Self::Partner => "partner_wallet",
            Self::External => "external_wallet",
        }
    }

    /// How much it may pay on a day, in tokens. An empty variable is an absent one.
    fn daily_limit(self) -> &'static str {
        match self {
            Self::Partner => "10000",
            Self::External => "",
        }
    }

    fn signing_key(self) -> &'static str {
        match self {
            Self::Partner => SIGNING_KEY,
            Self::External => "",
        }
    }
}

/// The first account of the public development mnemonic, which the simulator's books know. Never to
/// be funded.
const SIGNING_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// One simulator and one proxy that know each other.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) build: Build,
    pub(crate) clock: Clock,
    /// Where simulator and shop listen.
    pub(crate) shop: u16,
    pub(crate) proxy: u16,
    /// Where else a page with the widget may be, besides the shop.
    pub(crate) pages: Vec<u16>,
    /// The widget's files, with the shop's page.
    pub(crate) widget: PathBuf,
    /// Where the database and the logs of the last run are.
    pub(crate) folder: PathBuf,
    pub(crate) keys: Keys,
    pub(crate) wallet: Wallet,
}

impl Site {
    /// Builds the programs and makes room: every run begins with no order.
    pub(crate) fn prepare(&self) -> Result<()> {
        log::step("building proxy and simulator", || {
            let mut build = process::cargo();
            build.args(["build", "--bins"]);
            build.args(["-p", "offramp-proxy", "-p", "offramp-simulator"]);
            match self.build {
                Build::Debug => {}
                Build::Release => {
                    build.arg("--release");
                }
            }
            process::run(&mut build)
        })?;
        fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        for ending in ["", "-wal", "-shm"] {
            let path = self.folder.join(format!("offramp.db{ending}"));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| path.display().to_string());
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Starts the simulator, which the proxy asks about its configuration.
    pub(crate) fn simulator(&self) -> Result<Program> {
        let proxy = origin(self.proxy);
        let simulator = self.start(
            "simulator",
            &[
                ("SIMULATOR_LISTEN", &format!("127.0.0.1:{}", self.shop)),
                ("SIMULATOR_CAPA_KEY", &self.keys.capa),
                ("SIMULATOR_WEBHOOK_URL", &format!("{proxy}/webhooks/capa")),
                ("SIMULATOR_WEBHOOK_SECRET", &self.keys.webhook),
                ("SIMULATOR_CRYPTOPOCKET_KEY", &self.keys.cryptopocket),
                ("SIMULATOR_CRYPTOPOCKET_SECRET", &self.keys.webhook),
                ("SIMULATOR_UNIGOX_KEY", &self.keys.unigox),
                (
                    "SIMULATOR_UNIGOX_WEBHOOK_URL",
                    &format!("{proxy}/webhooks/unigox"),
                ),
                ("SIMULATOR_UNIGOX_WEBHOOK_SECRET", &self.keys.webhook),
                ("SHOP_PROXY_URL", &proxy),
                ("SHOP_PAGE_DIR", system::text(&self.widget)?),
                ("SHOP_WALLET_MODE", self.wallet.mode()),
                ("OFFRAMP_SECRET_KEY", &self.keys.partner),
                ("OFFRAMP_NOTIFY_SECRET", &self.keys.notify),
            ],
        )?;
        // Not the shop's page, which trunk may still be building.
        simulator.wait_until_ready(self.shop, "/_sim/clock")?;
        Ok(simulator)
    }

    /// Starts the proxy.
    pub(crate) fn proxy(&self) -> Result<Program> {
        let shop = origin(self.shop);
        let pages: Vec<String> = [self.shop]
            .iter()
            .chain(&self.pages)
            .flat_map(|port| ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}")))
            .collect();
        let database = self.folder.join("offramp.db");
        let clock = match self.clock {
            Clock::Simulated => format!("{shop}/_sim/clock"),
            // An empty variable is an absent one.
            Clock::System => String::new(),
        };
        let proxy = self.start(
            "proxy",
            &[
                ("OFFRAMP_LISTEN", &format!("127.0.0.1:{}", self.proxy)),
                ("OFFRAMP_PUBLIC_URL", &origin(self.proxy)),
                ("OFFRAMP_SECRET_KEY", &self.keys.partner),
                ("OFFRAMP_ALLOWED_ORIGINS", &pages.join(",")),
                (
                    "OFFRAMP_DATABASE_URL",
                    &format!("sqlite://{}", database.display()),
                ),
                ("OFFRAMP_WIDGET_DIR", system::text(&self.widget)?),
                ("OFFRAMP_CLOCK_URL", &clock),
                ("OFFRAMP_RATE_LIMITS", self.build.rate_limits()),
                ("CAPA_BASE_URL", &shop),
                ("CAPA_API_KEY", &self.keys.capa),
                ("CAPA_WEBHOOK_SECRET", &self.keys.webhook),
                ("CRYPTOPOCKET_BASE_URL", &format!("{shop}/cryptopocket/api")),
                ("CRYPTOPOCKET_API_KEY", &self.keys.cryptopocket),
                ("CRYPTOPOCKET_API_SECRET", &self.keys.webhook),
                ("UNIGOX_BASE_URL", &format!("{shop}/unigox")),
                ("UNIGOX_API_KEY", &self.keys.unigox),
                ("UNIGOX_WEBHOOK_SECRET", &self.keys.webhook),
                ("UNIGOX_WALLET_MODE", self.wallet.mode()),
                ("UNIGOX_SIGNING_KEY", self.wallet.signing_key()),
                ("UNIGOX_DAILY_LIMIT", self.wallet.daily_limit()),
                (
                    "OFFRAMP_NOTIFY_URL",
                    &format!("{shop}/offramp/notifications"),
                ),
                ("OFFRAMP_NOTIFY_SECRET", &self.keys.notify),
            ],
        )?;
        proxy.wait_until_ready(self.proxy, "/readyz")?;
        Ok(proxy)
    }

    fn start(&self, name: &'static str, settings: &[(&str, &str)]) -> Result<Program> {
        let path = self.folder.join(format!("{name}.log"));
        let log = File::create(&path).with_context(|| path.display().to_string())?;
        let process = Running::start(
            process::command(self.build.program(name)?)
                .envs(settings.iter().copied())
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        Ok(Program {
            name,
            log: Some(path),
            process,
        })
    }
}

impl Build {
    /// What is measured is one payer who never pauses.
    fn rate_limits(self) -> &'static str {
        match self {
            Self::Debug => "on",
            Self::Release => "off",
        }
    }

    /// Cargo puts them beside this program, or beside its folder.
    pub(crate) fn program(self, name: &str) -> Result<PathBuf> {
        let this = env::current_exe()?;
        let folder = this.parent().context("a program lies in a folder")?;
        let file = format!("offramp-{name}");
        Ok(match self {
            Self::Debug => folder.join(file),
            Self::Release => folder.with_file_name("release").join(file),
        })
    }
}

/// The secrets that the programs share, new for each run.
#[derive(Debug)]
pub(crate) struct Keys {
    partner: String,
    capa: String,
    cryptopocket: String,
    unigox: String,
    webhook: String,
    notify: String,
}

impl Keys {
    pub(crate) fn random() -> Result<Self> {
        Ok(Self {
            partner: HEXLOWER.encode(&random()?),
            // The stand-in knows its keys by how they begin.
            capa: format!("sim_capa_{}", HEXLOWER.encode(&random()?)),
            cryptopocket: format!("sim_cryptopocket_{}", HEXLOWER.encode(&random()?)),
            unigox: format!("sim_unigox_{}", HEXLOWER.encode(&random()?)),
            webhook: HEXLOWER.encode(&random()?),
            notify: format!("whsec_{}", BASE64.encode(&random()?)),
        })
    }
}

/// 256 random bits.
fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("/dev/urandom")?;
    Ok(bytes)
}

/// The address of a port of this machine, as a page would be served from it.
pub(crate) fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A program that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Where it writes, if not to our own output.
    pub(crate) log: Option<PathBuf>,
    pub(crate) process: Running,
}

impl Program {
    /// An error if it has ended, with the last it said.
    pub(crate) fn still_runs(&self) -> Result<()> {
        let Some(status) = self.process.ended()? else {
            return Ok(());
        };
        let mut message = format!("the {} ended by itself ({status})", self.name);
        if let Some(path) = &self.log {
            let _ = write!(
                message,
                "; the end of {}:\n{}",
                path.display(),
                last_lines(path)
            );
        }
        bail!(message)
    }

    fn wait_until_ready(&self, port: u16, path: &str) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            self.still_runs()?;
            let answer = http::get(port, path);
            if matches!(
                answer,
                Ok(http::Answer {
                    status: 200..300,
                    ..
                })
            ) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "the {} did not answer on port {port} ({answer:?})",
                    self.name
                );
            }
            thread::sleep(PAUSE);
        }
    }
}

fn last_lines(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut last = VecDeque::with_capacity(LAST_LINES);
    for line in text.lines() {
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    last.make_contiguous().join("\n")
}
