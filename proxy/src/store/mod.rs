//! The order store: what the proxy remembers.
//!
//! Every write to an order compares the revision it read, so that a lost race is noticed and
//! repeated on what is true by then.

mod backlog;
mod destinations;
mod idempotency;
mod inbox;
mod intents;
mod leases;
mod nonces;
mod notifications;
mod open;
mod orders;
mod outbox;
mod payers;
mod quotes;
mod record;
mod sessions;
mod signing_requests;
mod transfers;

use std::{sync::Arc, time::Duration};

use offramp_domain::time::Timestamp;
use sqlx::{Any, AnyPool, Transaction};
use thiserror::Error;

use self::open::Engine;
pub use self::{
    backlog::{Age, Backlog, OrderGroup, Overdue, Waiting},
    destinations::Destination,
    idempotency::{KeyUse, Replay},
    inbox::{InboxEntry, Missed, Stored},
    intents::{DueIntent, IntentKind},
    leases::DueOrder,
    notifications::{NotificationCursor, NotificationFilter, Resend},
    orders::{Change, Inserted, OrderFilter},
    outbox::DueNotification,
    payers::Payer,
    quotes::StoredQuote,
    record::{
        Asked, Authorised, Call, CancelEnd, Offers, OrderRecord, REPORT_FRESH, Shown, Signature,
    },
    sessions::{NewSession, StoredSession, Terms},
    transfers::Counted,
};
use crate::secrets::{Secrets, new_id};

/// How long a webhook is kept after it was handled. The provider repeats one for half an hour.
const WEBHOOKS_KEPT: Duration = Duration::from_hours(30 * 24);

/// No plan for something under way reaches farther than this: what does was made by a clock that has
/// been put back since, and is due.
const FARTHEST_PLAN: Duration = Duration::from_hours(2);

/// A handle on the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    /// Which of the proxies on one database this is.
    proxy_id: Arc<str>,
    secrets: Secrets,
    /// What is to be told to the partner, if anything is.
    outbox: Option<outbox::Outbox>,
}

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database's schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Another process has the file.
    #[error("another process is using the database {0}: one proxy per SQLite file")]
    InUse(String),
    /// The address of the database is not understood.
    #[error("the database address is not understood: it begins with sqlite:// or postgres://")]
    Address,
    /// The file beside the database cannot be made.
    #[error("the lock file {path} cannot be opened")]
    LockFile {
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A row that this version cannot read.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        /// What kind of row.
        what: &'static str,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Somebody else changed the order again and again.
    #[error("an order kept changing while it was written")]
    Contended,
    /// Another proxy is answering a request with the same idempotency key.
    #[error("the idempotency key is in use")]
    KeyUsed,
    /// Another order's signature over the same nonce may still be carried out.
    #[error("another order's signature holds the nonce")]
    NonceHeld,
}

impl StoreError {
    pub(crate) fn unreadable(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable {
            what,
            source: source.into(),
        }
    }

    /// Whether a unique index refused the write.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Database(error) => error
                .as_database_error()
                .is_some_and(sqlx::error::DatabaseError::is_unique_violation),
            Self::Migrate(_)
            | Self::InUse(_)
            | Self::Address
            | Self::LockFile { .. }
            | Self::Unreadable { .. }
            | Self::Contended
            | Self::KeyUsed
            | Self::NonceHeld => false,
        }
    }
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened, is used by another process, or cannot be migrated.
    pub async fn open(url: &str, secrets: Secrets) -> Result<Self, StoreError> {
        Ok(Self::over(open::open(url).await?, secrets))
    }

    /// Opens the database beside the proxy that uses it, for an operator's command: it is not
    /// migrated, and a file may be in use.
    ///
    /// # Errors
    /// When it is not there, or cannot be opened.
    pub async fn open_beside(url: &str, secrets: Secrets) -> Result<Self, StoreError> {
        Ok(Self::over(open::open_beside(url).await?, secrets))
    }

    fn over((pool, engine): (AnyPool, Engine), secrets: Secrets) -> Self {
        Self {
            pool,
            engine,
            proxy_id: new_id("prx").into(),
            secrets,
            outbox: None,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Forgets what nobody needs any more: keys, prices, sessions, what webhooks said,
    /// what the partner was told, and nonces of signatures that ran out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_old(&self, now: Timestamp) -> Result<(), StoreError> {
        let old = [
            (
                "DELETE FROM idempotency_keys WHERE created_at <= $1",
                now.minus(idempotency::KEPT),
            ),
            (
                "DELETE FROM quotes WHERE created_at <= $1",
                now.minus(idempotency::KEPT),
            ),
            ("DELETE FROM sessions WHERE read_until <= $1", now),
            (
                "DELETE FROM webhook_inbox WHERE handled_at <= $1",
                now.minus(WEBHOOKS_KEPT),
            ),
            (
                "DELETE FROM notifications WHERE state = 'delivered' AND ended_at <= $1",
                now.minus(notifications::DELIVERED_KEPT),
            ),
            (
                "DELETE FROM notifications WHERE state = 'dead' AND ended_at <= $1",
                now.minus(notifications::DEAD_KEPT),
            ),
            ("DELETE FROM nonces WHERE held_until <= $1", now),
        ];
        for (forget, before) in old {
            sqlx::query(forget)
                .bind(before.as_millis())
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// The keys that what is stored was made with.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Whether other proxies may use the same database.
    pub fn is_shared(&self) -> bool {
        match self.engine {
            Engine::Sqlite { .. } => false,
            Engine::Postgres => true,
        }
    }

    /// Begins a transaction that writes.
    async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let statement = match &self.engine {
            // It waits for others that write, instead of failing when it comes to its first write.
            Engine::Sqlite { .. } => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        // On a task of its own, because a request may be broken off at any time: sqlx 0.9.0 forgets a
        // BEGIN whose answer it does not wait for, and the pool lends the connection out with the
        // transaction open (sqlx #4393, mended after 0.9.0). The task ends what nobody takes.
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
        Ok(begun.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }
}
