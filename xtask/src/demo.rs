//! `cargo xtask demo` and `cargo xtask serve`: all programs together, on this machine only.

use std::{
    collections::VecDeque,
    env,
    fmt::Write,
    fs::{self, File},
    io::{ErrorKind, Read},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;

use crate::{http, log, process, process::Running, trunk, widget};

/// Simulator and shop.
const SHOP: u16 = 4000;
const PROXY: u16 = 8080;
/// As Trunk.toml says.
const TRUNK: u16 = 8081;

/// Database and logs of the last run.
const FOLDER: &str = "target/demo";

/// How long a program may take to answer its first request.
const START: Duration = Duration::from_secs(30);

/// How many lines of a log are shown when its program ends by itself.
const LAST_LINES: usize = 20;

/// The shop with the widget as it would be deployed.
pub(crate) fn demo() -> Result<()> {
    free(&[SHOP, PROXY])?;
    widget::build()?;
    let programs = Programs::start(widget::DIST)?;
    println!("\n  http://127.0.0.1:{SHOP}/\n\nCtrl-C stops everything. Logs are in {FOLDER}/.");
    programs.watch()
}

/// The shop behind `trunk serve`, which rebuilds the widget on every change.
pub(crate) fn serve() -> Result<()> {
    free(&[SHOP, PROXY, TRUNK])?;
    let mut trunk = trunk::serve()?;
    let mut programs = Programs::start(trunk::SERVED)?;
    programs.all.push(Program {
        name: "trunk",
        log: None,
        process: Running::start(&mut trunk)?,
    });
    println!("\n  http://127.0.0.1:{TRUNK}/ as soon as trunk says so\n\nCtrl-C stops everything.");
    programs.watch()
}

/// A program that belongs to the demo.
struct Program {
    name: &'static str,
    /// Where it writes, if not to our own output.
    log: Option<PathBuf>,
    process: Running,
}

impl Program {
    fn start(name: &'static str, settings: &[(&str, &str)]) -> Result<Self> {
        let path = Path::new(FOLDER).join(format!("{name}.log"));
        let log = File::create(&path).with_context(|| path.display().to_string())?;
        let program = env::current_exe()?.with_file_name(format!("offramp-{name}"));
        let process = Running::start(
            process::command(program)
                .envs(settings.iter().copied())
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        Ok(Self {
            name,
            log: Some(path),
            process,
        })
    }

    /// An error if it has ended, with the last it said.
    fn still_runs(&self) -> Result<()> {
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
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Simulator and proxy, and whatever else runs beside them.
struct Programs {
    all: Vec<Program>,
}

impl Programs {
    fn start(widget: &str) -> Result<Self> {
        log::step("building proxy and simulator", || {
            process::run(process::cargo().args([
                "build",
                "-p",
                "offramp-proxy",
                "-p",
                "offramp-simulator",
                "--bins",
            ]))
        })?;
        fs::create_dir_all(FOLDER).with_context(|| FOLDER.to_owned())?;
        remove_database()?;

        let (shop, proxy) = (
            format!("http://127.0.0.1:{SHOP}"),
            format!("http://127.0.0.1:{PROXY}"),
        );
        let (secret, webhook_secret) = (random()?, random()?);
        // The stand-in knows its keys by how they begin.
        let capa_key = format!("sim_capa_{}", random()?);
        let simulator = Program::start(
            "simulator",
            &[
                ("SIMULATOR_LISTEN", &format!("127.0.0.1:{SHOP}")),
                ("SIMULATOR_CAPA_KEY", &capa_key),
                ("SIMULATOR_WEBHOOK_URL", &format!("{proxy}/webhooks/capa")),
                ("SIMULATOR_WEBHOOK_SECRET", &webhook_secret),
                ("SHOP_PROXY_URL", &proxy),
                ("SHOP_PAGE_DIR", widget),
                ("OFFRAMP_SECRET_KEY", &secret),
            ],
        )?;
        // Not the shop's page, which trunk may still be building.
        simulator.wait_until_ready(SHOP, "/_sim/clock")?;
        let origins: Vec<String> = [SHOP, TRUNK]
            .iter()
            .flat_map(|port| ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}")))
            .collect();
        let server = Program::start(
            "proxy",
            &[
                ("OFFRAMP_LISTEN", &format!("127.0.0.1:{PROXY}")),
                ("OFFRAMP_PUBLIC_URL", &proxy),
                ("OFFRAMP_SECRET_KEY", &secret),
                ("OFFRAMP_ALLOWED_ORIGINS", &origins.join(",")),
                (
                    "OFFRAMP_DATABASE_URL",
                    &format!("sqlite://{FOLDER}/offramp.db"),
                ),
                ("OFFRAMP_WIDGET_DIR", widget),
                ("CAPA_BASE_URL", &shop),
                ("CAPA_API_KEY", &capa_key),
                ("CAPA_WEBHOOK_SECRET", &webhook_secret),
                ("OFFRAMP_CLOCK_URL", &format!("{shop}/_sim/clock")),
            ],
        )?;
        server.wait_until_ready(PROXY, "/readyz")?;
        Ok(Self {
            all: vec![simulator, server],
        })
    }

    /// Waits until one of them ends, which is an error. Ctrl-C never gets here.
    fn watch(&self) -> Result<()> {
        process::ctrl_c_is_success();
        loop {
            for program in &self.all {
                program.still_runs()?;
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Every run begins with no order.
fn remove_database() -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let path = format!("{FOLDER}/offramp.db{ending}");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).context(path),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Refuses to start where something else listens already.
fn free(ports: &[u16]) -> Result<()> {
    for port in ports {
        if TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err() {
            bail!("port {port} is taken: is another demo running? Stop it and start again");
        }
    }
    Ok(())
}

/// 256 random bits, good for one run.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("/dev/urandom")?;
    Ok(HEXLOWER.encode(&bytes))
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
