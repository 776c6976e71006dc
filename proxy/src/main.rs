//! `offramp-proxy`: read the configuration, then bind and run, or do what an operator asks.

use std::{env, num::NonZeroU32, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};
use clap::Parser as _;
use offramp_proxy::{
    admin,
    clock::Clock,
    command::CommandLine,
    config::Config,
    engine::Engine,
    logging::{self, Format},
    providers,
    secrets::Secrets,
    store::Store,
};
use tokio::{net::TcpListener, signal};
use tracing::{info, warn};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

/// Files besides connections: the database, the provider, the widget.
const OTHER_FILES: u64 = 256;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let command = CommandLine::parse().command;
    let filter = EnvFilter::try_from_env("OFFRAMP_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lookup = |name: &str| env::var(name).ok();
    let format = Format::from_env(&lookup)?;
    logging::subscriber(format, filter, std::io::stderr).init();

    let config = Config::from_env(&lookup)?;
    allow_files(config.connections.at_once);
    let clock = match config.clock_url.clone() {
        Some(url) => {
            warn!(%url, "OFFRAMP_CLOCK_URL: the time is the simulator's, for a demo");
            Clock::following(url, reqwest::Client::new()).await
        }
        None => Clock::system(),
    };
    let providers = providers::from_env(&lookup, &clock).await?;
    if !providers
        .iter()
        .any(|provider| provider.name() == config.provider)
    {
        bail!(
            "OFFRAMP_PROVIDER is `{}`, and that provider's variables are not set",
            config.provider
        );
    }
    let secrets = Secrets::of(&config);
    let store = match command {
        None => Store::open(config.database_url(), secrets).await,
        Some(_) => Store::open_beside(config.database_url(), secrets).await,
    }
    .context("OFFRAMP_DATABASE_URL")?;
    if let Some(command) = command {
        let engine = Engine::new(config, store, providers, clock)?;
        return command.run(&engine).await;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("OFFRAMP_LISTEN: {} cannot be bound", config.listen))?;
    let admin = match config.admin_listen {
        None => None,
        Some(address) => {
            admin::warn_of_readers(address);
            let admin = TcpListener::bind(address)
                .await
                .with_context(|| format!("OFFRAMP_ADMIN_LISTEN: {address} cannot be bound"))?;
            info!(address = %admin.local_addr()?, "metrics are read here");
            Some(admin)
        }
    };
    info!(address = %listener.local_addr()?, provider = config.provider, "listening");
    let engine = Engine::new(config, store, providers, clock)?;
    offramp_proxy::run_with_admin(listener, admin, Arc::clone(&engine), stop_signal()).await?;
    engine.store.leave().await?;
    info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Raises the number of files that may be open, as far as the system lets: every connection is one,
/// and the default is usually 1,024.
fn allow_files(connections: NonZeroU32) {
    let needed = u64::from(connections.get()) + OTHER_FILES;
    match rlimit::increase_nofile_limit(needed) {
        Ok(allowed) if allowed < needed => warn!(
            allowed,
            needed, "the system allows fewer open files than OFFRAMP_MAX_CONNECTIONS needs"
        ),
        Ok(_) => {}
        Err(error) => warn!(%error, "the limit of open files is not known"),
    }
}

/// Ctrl-C, or what a service manager sends.
async fn stop_signal() {
    let interrupt = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
