//! A server of this process's own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{output, programs::Programs};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the server, says so, and stops it when its standard input ends: when the process that
/// holds the other end has ended, even by `SIGKILL`.
const KEEPER: &str = r#"
initdb=$1; postgres=$2; port=$3
folder=$(mktemp -d "${TMPDIR:-/tmp}/offramp-postgres-XXXXXX") || exit 1
"$initdb" --pgdata="$folder/data" --username=offramp --auth=trust --encoding=UTF8 \
    --locale=C --no-sync >"$folder/initdb.log" 2>&1 || { tail -n 1 "$folder/initdb.log"; rm -rf "$folder"; exit 1; }
"$postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=400 -c fsync=off -c full_page_writes=off \
    -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 \
    >"$folder/server.log" 2>&1 &
server=$!
echo "started $folder"
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$folder"
"#;

/// A server that runs until this process ends.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
}

impl Server {
    /// Starts one on a free port.
    pub(crate) fn start(programs: &Programs) -> Result<Self> {
        // The server refuses to run as root.
        let is_root = fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
        let port = free_port()?;
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "sh",
            ]);
            command
        } else {
            Command::new("sh")
        };
        let mut keeper = command
            .args(["-c", KEEPER, "keeper"])
            .arg(programs.path("initdb"))
            .arg(programs.path("postgres"))
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("a PostgreSQL cannot be started")?;
        let said = keeper.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let Some(folder) = line.trim().strip_prefix("started ") else {
            bail!("PostgreSQL's initdb failed: {}", line.trim());
        };
        // Open for as long as this process runs.
        std::mem::forget(keeper.stdin.take());
        let server = Self { port };
        server.wait_for(programs, Path::new(folder))?;
        Ok(server)
    }

    /// The address of a database that is always there.
    pub(crate) fn url(&self) -> String {
        format!("postgres://offramp@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_for(&self, programs: &Programs, folder: &Path) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut psql = Command::new(programs.path("psql"));
            let answer = output(psql.args(["--no-psqlrc", "-c", "SELECT 1", &self.url()]));
            match answer {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() >= deadline => {
                    let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                    return Err(error.context(log));
                }
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
