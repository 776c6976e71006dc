//! Opening the database: SQLite, alone on its file, or PostgreSQL, shared with other proxies.

use std::{fs::File, path::Path, sync::Arc, time::Duration};

use sqlx::{
    AnyPool, Executor as _,
    any::{AnyPoolOptions, install_default_drivers},
    migrate::Migrator,
};

use super::StoreError;

/// How long a request waits for a connection, and for another writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections to SQLite. One writes at a time, whatever their number.
const SQLITE_CONNECTIONS: u32 = 4;

/// Connections to PostgreSQL, which allows a hundred in all unless told otherwise.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Every commit is on the disk before it is acknowledged; readers do not wait for writers; what is
/// deleted is overwritten.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Which database it is.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    /// One file, one process.
    Sqlite {
        /// Held for as long as the store is, so that no second proxy opens the same file.
        _lock: Option<Arc<File>>,
    },
    /// A server that several proxies share.
    Postgres,
}

/// Connects, and brings the schema up to date: under a lock of the server's where it is shared.
pub(super) async fn open(url: &str) -> Result<(AnyPool, Engine), StoreError> {
    install_default_drivers();
    let (pool, engine) = if let Some(path) = url.strip_prefix("sqlite://") {
        let lock = lock_file(path)?;
        make_private(path)?;
        let engine = Engine::Sqlite {
            _lock: Some(Arc::new(lock)),
        };
        (sqlite(url, "rwc").await?, engine)
    } else if is_postgres(url) {
        (postgres(url).await?, Engine::Postgres)
    } else {
        return Err(StoreError::Address);
    };
    // Two steps, so that a test can kill the process between them.
    #[cfg(feature = "crash-points")]
    {
        MIGRATIONS.run_to(1, &pool).await?;
        crate::crash::point("during_migration");
    }
    MIGRATIONS.run(&pool).await?;
    Ok((pool, engine))
}

/// Connects to a database that is there, beside whoever uses it.
pub(super) async fn open_beside(url: &str) -> Result<(AnyPool, Engine), StoreError> {
    install_default_drivers();
    if url.starts_with("sqlite://") {
        Ok((sqlite(url, "rw").await?, Engine::Sqlite { _lock: None }))
    } else if is_postgres(url) {
        Ok((postgres(url).await?, Engine::Postgres))
    } else {
        Err(StoreError::Address)
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// `mode` is `rwc` where the file is made if it is not there yet.
async fn sqlite(url: &str, mode: &str) -> Result<AnyPool, sqlx::Error> {
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = if url.contains("mode=") {
        url.to_owned()
    } else {
        format!("{url}{separator}mode={mode}")
    };
    AnyPoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SQLITE_PRAGMAS).await?;
                Ok(())
            })
        })
        .connect(&url)
        .await
}

async fn postgres(url: &str) -> Result<AnyPool, sqlx::Error> {
    AnyPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect(url)
        .await
}

/// Makes the file where it is not there yet, for this user alone: SQLite gives what it puts beside it
/// the same rights.
fn make_private(path: &str) -> Result<(), StoreError> {
    let database = path.split('?').next().unwrap_or(path);
    if database == ":memory:" {
        return Ok(());
    }
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(database) {
        Ok(_) => Ok(()),
        Err(source) => Err(StoreError::LockFile {
            path: database.to_owned(),
            source,
        }),
    }
}

fn lock_file(path: &str) -> Result<File, StoreError> {
    let database = path.split('?').next().unwrap_or(path);
    let lock = format!("{database}.lock");
    let unusable = |source| StoreError::LockFile {
        path: lock.clone(),
        source,
    };
    if let Some(folder) = Path::new(&lock)
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(unusable)?;
    }
    let file = File::create(&lock).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(database.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(unusable(source)),
    }
}
