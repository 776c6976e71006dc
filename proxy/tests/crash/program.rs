//! The proxy as a process of its own.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::watch,
    time::{sleep, timeout},
};

/// The partner's key.
pub(crate) const PARTNER: &str = "sk_test_0123456789abcdef0123456789abcdef";

/// The partner's page.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// What webhooks are signed with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test";

/// How long anything may take that should not take long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running proxy. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    pub(crate) client: Client,
    /// Where it listens, once it said so.
    url: watch::Receiver<Option<String>>,
    started: Instant,
}

impl Program {
    /// Starts it on a free port, before the provider at this address, with more variables.
    /// `OFFRAMP_PROGRAM` names another build than the tests' own.
    pub(crate) fn spawn(
        provider: &str,
        database: &str,
        more: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self> {
        let started = Instant::now();
        let built = env!("CARGO_BIN_EXE_offramp-proxy");
        let program = std::env::var_os("OFFRAMP_PROGRAM").unwrap_or_else(|| built.into());
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("OFFRAMP_LISTEN", "127.0.0.1:0")
            .env("OFFRAMP_LOG", "warn,offramp_proxy=info")
            .env("NO_COLOR", "1")
            .env("OFFRAMP_SECRET_KEY", PARTNER)
            .env("OFFRAMP_ALLOWED_ORIGINS", ORIGIN)
            .env("OFFRAMP_DATABASE_URL", database)
            .env("OFFRAMP_CLOCK_URL", format!("{provider}/_sim/clock"))
            .env("OFFRAMP_QUOTES_PER_SECOND", "1000")
            // One address is every payer here, and none of them pauses.
            .env("OFFRAMP_RATE_LIMITS", "off")
            .env("CAPA_BASE_URL", provider)
            .env("CAPA_API_KEY", "sim_capa_key")
            .env("CAPA_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .envs(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().context("the proxy cannot be started")?;
        let errors = child.stderr.take().context("no standard error")?;
        let (said, url) = watch::channel(None);
        tokio::spawn(async move {
            let mut lines = BufReader::new(errors).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(address) = address(&line) {
                    said.send_replace(Some(format!("http://{address}")));
                }
            }
        });
        Ok(Self {
            child,
            client: Client::builder().timeout(PATIENCE).build()?,
            url,
            started,
        })
    }

    /// Its id with the system.
    pub(crate) fn id(&self) -> Result<u32> {
        self.child.id().context("it has ended already")
    }

    /// Where it listens. An error when it dies first.
    pub(crate) async fn url(&self) -> Result<String> {
        let mut url = self.url.clone();
        let said = timeout(PATIENCE, url.wait_for(Option::is_some)).await??;
        said.clone().context("it said nothing")
    }

    /// How long it took from its start until it answered.
    pub(crate) async fn is_ready(&self) -> Result<Duration> {
        let url = format!("{}/readyz", self.url().await?);
        loop {
            match self.client.get(&url).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(self.started.elapsed()),
                Ok(_) | Err(_) => ensure!(self.started.elapsed() < PATIENCE, "it is never ready"),
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills it as the system would: at once.
    pub(crate) fn kill(&mut self) -> Result<()> {
        Ok(self.child.start_kill()?)
    }

    /// Whether it is dead, or about to be: a connection ends a moment before its process.
    pub(crate) async fn is_dying(&mut self) -> Result<bool> {
        match timeout(Duration::from_secs(2), self.child.wait()).await {
            Ok(status) => Ok(status.is_ok()),
            Err(_elapsed) => Ok(false),
        }
    }

    /// Waits for its death by `SIGKILL`.
    pub(crate) async fn has_died(&mut self) -> Result<()> {
        use std::os::unix::process::ExitStatusExt as _;
        let status = timeout(PATIENCE, self.child.wait()).await??;
        ensure!(status.signal() == Some(9), "it ended by itself: {status}");
        Ok(())
    }

    /// Has it end in peace.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let id = self.child.id().context("it has ended already")?;
        let id = nix::unistd::Pid::from_raw(i32::try_from(id)?);
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM)?;
        let status = timeout(PATIENCE, self.child.wait()).await??;
        ensure!(status.success(), "it did not end in peace: {status}");
        Ok(())
    }
}

/// The address in the line that says where it listens.
fn address(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("listening address=")?;
    rest.split_whitespace().next()
}
