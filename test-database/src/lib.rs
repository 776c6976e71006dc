//! A real PostgreSQL for tests: a server of the test process's own, on a free port and in a folder
//! of its own, which stops when the process ends, however it ends.
//!
//! `OFFRAMP_TEST_DATABASE_URL` names a server to use instead. Each [`Database`] is new and empty.

mod programs;
mod server;

use std::{
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context as _, Result, ensure};

use crate::{programs::Programs, server::Server};

/// Names a server where databases may be made, instead of starting one.
pub const VARIABLE: &str = "OFFRAMP_TEST_DATABASE_URL";

/// The server of this process, once the first test asked for it.
static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);

/// Tells this process's databases from one another.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Where databases are made.
#[derive(Clone, Debug)]
struct Cluster {
    programs: Programs,
    /// The address of a database that is always there.
    url: String,
}

/// A new database, which is dropped with this.
#[derive(Debug)]
pub struct Database {
    cluster: Cluster,
    name: String,
}

impl Database {
    /// Makes one.
    ///
    /// # Errors
    /// When there is no PostgreSQL, with a sentence that says what to do.
    pub fn create() -> Result<Self> {
        let cluster = cluster()?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("offramp_{}_{number}", std::process::id());
        cluster.run(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { cluster, name })
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.cluster.of(&self.name)
    }

    /// Everything in it, as its own program for backups writes it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn dump(&self) -> Result<Vec<u8>> {
        let mut dump = Command::new(self.cluster.programs.path("pg_dump"));
        output(dump.arg("--inserts").arg(self.url()))
    }

    /// How many of its connections wait with a transaction that was begun and not ended.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn open_transactions(&self) -> Result<usize> {
        let count = self.cluster.run(&format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = '{}' AND state LIKE 'idle in transaction%'",
            self.name
        ))?;
        count.trim().parse().context("a count")
    }

    /// Cuts every connection to it, as a server that is restarted does.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn cut_connections(&self) -> Result<()> {
        self.cluster
            .run(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ))
            .map(|_| ())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // One that stays goes with its server.
        let _ = self
            .cluster
            .run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

impl Cluster {
    /// The address of one of its databases.
    fn of(&self, name: &str) -> String {
        let (address, options) = match self.url.split_once('?') {
            Some((address, options)) => (address, format!("?{options}")),
            None => (self.url.as_str(), String::new()),
        };
        let server = address
            .rsplit_once('/')
            .map_or(address, |(server, _)| server);
        format!("{server}/{name}{options}")
    }

    /// What the server answers, and nothing around it.
    fn run(&self, sql: &str) -> Result<String> {
        let mut psql = Command::new(self.programs.path("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"])
            .args(["--tuples-only", "--no-align"])
            .args(["--command", sql, &self.url]);
        Ok(String::from_utf8(output(&mut psql)?)?)
    }
}

/// Whether PostgreSQL's programs are on this machine.
pub fn is_installed() -> bool {
    Programs::find().is_ok()
}

/// The server of this process: the one that is named, or one that is started now.
fn cluster() -> Result<Cluster> {
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = cluster.as_ref() {
        return Ok(running.clone());
    }
    let programs = Programs::find()?;
    let url = match std::env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => url,
        _ => Server::start(&programs)?.url(),
    };
    Ok(cluster.insert(Cluster { programs, url }).clone())
}

/// What a program printed; what it complained of, when it failed.
fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| name.clone())?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}", complaint.trim());
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, process::Stdio, thread, time::Duration};

    use super::*;

    #[test]
    fn databases_are_separate_and_new() -> Result<()> {
        let (one, other) = (Database::create()?, Database::create()?);
        assert_ne!(one.url(), other.url());
        let table = |database: &Database, sql: &str| {
            let mut psql = Command::new(database.cluster.programs.path("psql"));
            psql.args([
                "--set",
                "ON_ERROR_STOP=1",
                "--command",
                sql,
                &database.url(),
            ]);
            output(&mut psql)
        };
        table(&one, "CREATE TABLE of_one (id BIGINT)")?;
        assert!(table(&other, "SELECT * FROM of_one").is_err());
        assert!(String::from_utf8_lossy(&one.dump()?).contains("of_one"));
        Ok(())
    }

    #[test]
    fn a_transaction_that_nobody_ends_is_counted() -> Result<()> {
        let (one, other) = (Database::create()?, Database::create()?);
        let mut psql = Command::new(one.cluster.programs.path("psql"));
        let mut psql = psql
            .args(["--no-psqlrc", &one.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let mut says = psql.stdin.take().context("no standard input")?;
        writeln!(says, "BEGIN;")?;
        let wanted = |count| (0..500).find(|_| is_or_wait(one.open_transactions(), count));
        assert!(wanted(1).is_some());
        assert_eq!(other.open_transactions()?, 0);
        writeln!(says, "COMMIT;")?;
        assert!(wanted(0).is_some());
        drop(says);
        assert!(psql.wait()?.success());
        Ok(())
    }

    /// Whether it is as many now; if not, a moment has passed.
    fn is_or_wait(found: Result<usize>, wanted: usize) -> bool {
        let is_so = found.is_ok_and(|found| found == wanted);
        if !is_so {
            thread::sleep(Duration::from_millis(20));
        }
        is_so
    }

    #[test]
    fn a_database_is_named_in_the_address_of_its_server() {
        let cluster = Cluster {
            programs: Programs::default(),
            url: "postgres://offramp@127.0.0.1:5433/postgres?sslmode=disable".to_owned(),
        };
        assert_eq!(
            cluster.of("a"),
            "postgres://offramp@127.0.0.1:5433/a?sslmode=disable"
        );
    }
}
