//! The stand-ins as a program: read the environment, bind, print the addresses, run.
//!
//! `SIMULATOR_LISTEN` (`127.0.0.1:4000`) is where; [`Config::from_env`] lists every other variable.

use std::future;
use std::io::{self, Write};

use anyhow::Context;
use offramp_simulator::{Clock, Config, Simulator, run};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();

    let config = Config::from_env(|name| std::env::var(name).ok())?;
    let listen = std::env::var("SIMULATOR_LISTEN").unwrap_or("127.0.0.1:4000".to_owned());
    let listener = TcpListener::bind(&listen)
        .await
        .with_context(|| format!("SIMULATOR_LISTEN: cannot listen on `{listen}`"))?;
    let address = listener.local_addr().context("SIMULATOR_LISTEN")?;
    writeln!(
        io::stdout(),
        "{}",
        greeting(&format!("http://{address}"), &config)
    )?;

    run(
        listener,
        Simulator::new(config, Clock::system()),
        stop_signal(),
    )
    .await?;
    Ok(())
}

/// Where everything is, and which amounts play a story by themselves.
fn greeting(base: &str, config: &Config) -> String {
    let shop = match &config.shop {
        Some(_) => format!("{base}/"),
        None => "off (OFFRAMP_SECRET_KEY is not set)".to_owned(),
    };
    format!(
        "Capa          {base}/api/partner/v2\n\
         CryptoPocket  {base}/cryptopocket/api\n\
         UNIGOX        {base}/unigox\n\
         Control       {base}/_sim/books\n\
         Shop          {shop}\n\
         Amounts       10.01 is paid, 10.02 fails the name check, 10.03 is never received"
    )
}

/// Ctrl-C, or the signal that asks a service to end.
async fn stop_signal() {
    tokio::select! {
        () = interrupt() => {}
        () = terminate() => {}
    }
}

async fn interrupt() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(error = %error, "Ctrl-C is not heard");
        future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(error = %error, "SIGTERM is not heard");
            future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    future::pending::<()>().await;
}
