//! Orders: one row each, read and written as a whole, with an audit trail beside it.

use offramp_domain::{
    order::{OrderState, Reason},
    time::Timestamp,
};
use sqlx::{Any, Row as _, Transaction, any::AnyRow};

use super::{
    DueOrder, FARTHEST_PLAN, IntentKind, KeyUse, OrderRecord, Store, StoreError,
    intents::Begin,
    leases::{alive_since, ours_to_take},
    nonces::{self, Hold},
};
use crate::{
    crash,
    provider::ToSign,
    secrets::{Secrets, new_id},
};

/// How often a lost race is run again.
pub(super) const RACES: usize = 8;

/// What goes with a change of an order, in the same transaction.
#[derive(Debug, Default)]
pub struct Change {
    notes: Vec<(&'static str, Option<String>)>,
    starts: Vec<(IntentKind, Timestamp, Begin)>,
    ends: Vec<(IntentKind, &'static str)>,
    key: Option<KeyUse>,
    released_quote: Option<String>,
    frees_nonces: bool,
    holds: Option<Hold>,
}

impl Change {
    /// Adds a line to the audit trail. Never anything personal.
    pub fn note(&mut self, kind: &'static str, note: impl Into<Option<String>>) {
        self.notes.push((kind, note.into()));
    }

    /// Undertakes to do something from `at` on, from the first attempt.
    pub fn start(&mut self, kind: IntentKind, at: Timestamp) {
        self.starts.push((kind, at, Begin::Anew));
    }

    /// Undertakes to do something from `at` on, unless that is under way.
    pub fn ensure(&mut self, kind: IntentKind, at: Timestamp) {
        self.starts.push((kind, at, Begin::UnlessUnderWay));
    }

    /// Ends what was undertaken.
    pub fn end(&mut self, kind: IntentKind, outcome: &'static str) {
        self.ends.push((kind, outcome));
    }

    /// As it is stored.
    fn kept(mut self, secrets: &Secrets) -> Self {
        self.key = self.key.map(|key| key.kept(secrets));
        self
    }

    /// Binds an idempotency key to the order.
    pub fn key(&mut self, key: KeyUse) {
        self.key = Some(key);
    }

    /// Holds the nonce that a signature for the order is over, so that no other order's is.
    pub fn hold_nonce(&mut self, request: &ToSign) {
        self.holds = Hold::of(request);
    }

    /// Frees what the order's signatures held: they are void, or the order is over.
    pub fn free_nonces(&mut self) {
        self.frees_nonces = true;
    }

    /// Frees what the order was made with, so that the same request may make another one: its
    /// idempotency key and this quote.
    pub fn release(&mut self, quote_id: &str) {
        self.released_quote = Some(quote_id.to_owned());
    }
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Only this payer's, by our id.
    pub payer_id: Option<String>,
    /// Only this payer's, by the partner's id.
    pub partner_payer_id: Option<String>,
    /// Only in this state.
    pub state: Option<OrderState>,
    /// Only those that the payer saw change at this time or later.
    pub updated_since: Option<Timestamp>,
    /// Only before this one: the last of the page before.
    pub before: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Stores a new order with its idempotency key and what has to be done for it.
    ///
    /// # Errors
    /// [`StoreError::Database`] with a unique violation when the payer has an unfunded order.
    pub async fn insert_order(
        &self,
        record: &OrderRecord,
        quote_id: &str,
        change: Change,
    ) -> Result<Inserted, StoreError> {
        let mut tx = self.write().await?;
        let used = sqlx::query("UPDATE quotes SET used_at = $1 WHERE id = $2 AND used_at IS NULL")
            .bind(record.created_at.as_millis())
            .bind(quote_id)
            .execute(&mut *tx)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(Inserted::QuoteUsed);
        }
        match insert(&mut tx, record, change.kept(&self.secrets), &self.proxy_id).await {
            Ok(true) => {
                self.tell(&mut tx, record, record.created_at).await?;
                tx.commit().await?;
                Ok(Inserted::Stored)
            }
            Ok(false) => Ok(Inserted::KeyUsed),
            Err(error) if error.is_conflict() => Ok(Inserted::OrderOpen),
            Err(error) => Err(error),
        }
    }

    /// The order with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn order(&self, id: &str) -> Result<Option<OrderRecord>, StoreError> {
        let row = sqlx::query("SELECT snapshot FROM orders WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The order that a provider knows by this reference.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn order_by_reference(
        &self,
        provider: &str,
        reference: &str,
    ) -> Result<Option<OrderRecord>, StoreError> {
        let row = sqlx::query("SELECT snapshot FROM orders WHERE provider = $1 AND reference = $2")
            .bind(provider)
            .bind(reference)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The payer's order that holds no crypto yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unfunded_order(&self, payer_id: &str) -> Result<Option<OrderRecord>, StoreError> {
        let row =
            sqlx::query("SELECT snapshot FROM orders WHERE payer_id = $1 AND unfunded = 1 LIMIT 1")
                .bind(payer_id)
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(read).transpose()
    }

    /// The payer's orders that are not closed, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_orders(&self, payer_id: &str) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT snapshot FROM orders WHERE payer_id = $1 AND closed = 0
             ORDER BY created_at DESC, id DESC LIMIT 50",
        )
        .bind(payer_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// A page of orders, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orders(&self, filter: &OrderFilter) -> Result<Vec<OrderRecord>, StoreError> {
        let (before_at, before_id) = match &filter.before {
            Some((at, id)) => (at.as_millis(), id.as_str()),
            None => (i64::MAX, ""),
        };
        let rows = sqlx::query(
            "SELECT snapshot FROM orders
             WHERE ($1 IS NULL OR payer_id = $1) AND ($2 IS NULL OR state = $2)
               AND ($3 IS NULL OR payer_id IN
                    (SELECT id FROM payers WHERE partner_payer_id = $3))
               AND (created_at < $4 OR (created_at = $4 AND id < $5))
               AND updated_at >= $6
             ORDER BY created_at DESC, id DESC LIMIT $7",
        )
        .bind(filter.payer_id.as_deref())
        .bind(filter.state.map(OrderState::as_str))
        .bind(filter.partner_payer_id.as_deref())
        .bind(before_at)
        .bind(before_id)
        .bind(filter.updated_since.map_or(i64::MIN, Timestamp::as_millis))
        .bind(i64::from(filter.limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Whose other orders carry this transfer's hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payers_with_hash(
        &self,
        provider: &str,
        tx_hash: &str,
        except: &str,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT payer_id FROM orders WHERE tx_hash = $1 AND provider = $2 AND id <> $3",
        )
        .bind(tx_hash)
        .bind(provider)
        .bind(except)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok(row.try_get("payer_id")?))
            .collect()
    }

    /// Orders that the provider should be asked about by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_orders(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueOrder>, StoreError> {
        let rows = sqlx::query(ours_to_take!(
            "SELECT id, leased_by FROM orders
             WHERE (next_check_at <= $3 OR (next_check_at > $4 AND closed = 0))",
            "ORDER BY next_check_at LIMIT $5"
        ))
        .bind(&*self.proxy_id)
        .bind(alive_since(now))
        .bind(now.as_millis())
        .bind(now.plus(FARTHEST_PLAN).as_millis())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DueOrder {
                    id: row.try_get("id")?,
                    is_leased: self.leases(row)?,
                })
            })
            .collect()
    }

    /// Whether this proxy looks after the order of a row.
    pub(super) fn leases(&self, row: &AnyRow) -> Result<bool, StoreError> {
        let leased_by: Option<String> = row.try_get("leased_by")?;
        Ok(leased_by.as_deref() == Some(&*self.proxy_id))
    }

    /// The payer's orders that the provider may have made without our knowing its id of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sought_orders(&self, payer_id: &str) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM orders
             WHERE payer_id = $1 AND reference IS NULL AND next_check_at IS NOT NULL",
        )
        .bind(payer_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Payers with an order that was stored since a moment, or is not closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payers_with_orders(&self, since: Timestamp) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT payer_id FROM orders WHERE created_at >= $1 OR closed = 0
             ORDER BY payer_id",
        )
        .bind(since.as_millis())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok(row.try_get("payer_id")?))
            .collect()
    }

    /// A payer's orders that were stored since a moment, or are not closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orders_to_reconcile(
        &self,
        payer_id: &str,
        since: Timestamp,
    ) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT snapshot FROM orders
             WHERE payer_id = $1 AND (created_at >= $2 OR closed = 0) ORDER BY created_at",
        )
        .bind(payer_id)
        .bind(since.as_millis())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Where several write at once, the next one reads when the last one is done.
    fn read_to_change(&self) -> &'static str {
        if self.is_shared() {
            "SELECT snapshot, revision FROM orders WHERE id = $1 FOR UPDATE"
        } else {
            "SELECT snapshot, revision FROM orders WHERE id = $1"
        }
    }

    /// Changes an order by a rule that sees it as it is when it is written.
    ///
    /// The rule may run more than once. What it does to the record, the notes and the
    /// undertakings are stored together or not at all. The sequence is raised when the payer would
    /// see a difference. `None` comes back when there is no such order.
    ///
    /// # Errors
    /// When the database fails, the order keeps being changed by others, or a signature was made over
    /// a nonce that another order's holds.
    pub async fn change_order<T>(
        &self,
        id: &str,
        now: Timestamp,
        mut rule: impl FnMut(&mut OrderRecord, &mut Change) -> T,
    ) -> Result<Option<(T, OrderRecord)>, StoreError> {
        for _ in 0..RACES {
            let mut tx = self.write().await?;
            let Some(row) = sqlx::query(self.read_to_change())
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?
            else {
                return Ok(None);
            };
            let before = read(&row)?;
            let revision: i64 = row.try_get("revision")?;
            let mut after = before.clone();
            let mut change = Change::default();
            let outcome = rule(&mut after, &mut change);
            if payer_sees(&before, &after) {
                after.sequence += 1;
                after.updated_at = now;
            }
            if !update(&mut tx, &after, revision).await? {
                continue;
            }
            finish(&mut tx, &after, change.kept(&self.secrets), now).await?;
            if after.sequence != before.sequence {
                self.tell(&mut tx, &after, now).await?;
            }
            crash::point("inside_apply");
            tx.commit().await?;
            return Ok(Some((outcome, after)));
        }
        Err(StoreError::Contended)
    }
}

/// How an insert ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored.
    Stored,
    /// The quote was used in the meantime.
    QuoteUsed,
    /// The payer has another order that holds no crypto yet.
    OrderOpen,
    /// The idempotency key was used in the meantime.
    KeyUsed,
}

/// Whether the order could be bound to its idempotency key.
async fn insert(
    tx: &mut Transaction<'static, Any>,
    record: &OrderRecord,
    mut change: Change,
    proxy_id: &str,
) -> Result<bool, StoreError> {
    let key = change.key.take();
    sqlx::query(
        "INSERT INTO orders (id, payer_id, provider, reference, state, unfunded, closed, sequence,
                             revision, tx_hash, next_check_at, created_at, updated_at, snapshot,
                             leased_by, reason, uncertain)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&record.id)
    .bind(&record.payer_id)
    .bind(&record.provider)
    .bind(record.reference.as_deref())
    .bind(record.state.as_str())
    .bind(i64::from(record.is_unfunded()))
    .bind(i64::from(record.is_closed()))
    .bind(record.sequence.cast_signed())
    .bind(record.tx_hash.as_deref())
    .bind(record.next_check_at.map(Timestamp::as_millis))
    .bind(record.created_at.as_millis())
    .bind(record.updated_at.as_millis())
    .bind(write(record)?)
    .bind(proxy_id)
    .bind(record.reason.map(Reason::as_str))
    .bind(i64::from(record.is_uncertain()))
    .execute(&mut **tx)
    .await?;
    let now = record.created_at;
    finish(tx, record, change, now).await?;
    match key {
        Some(key) => super::idempotency::insert(tx, &key, &record.payer_id, &record.id, now).await,
        None => Ok(true),
    }
}

/// Writes the order if nobody else did since `revision` was read.
async fn update(
    tx: &mut Transaction<'static, Any>,
    record: &OrderRecord,
    revision: i64,
) -> Result<bool, StoreError> {
    let written = sqlx::query(
        "UPDATE orders SET reference = $1, state = $2, unfunded = $3, closed = $4, sequence = $5,
                revision = revision + 1, tx_hash = $6, next_check_at = $7, updated_at = $8,
                snapshot = $9, reason = $10, uncertain = $11
         WHERE id = $12 AND revision = $13",
    )
    .bind(record.reference.as_deref())
    .bind(record.state.as_str())
    .bind(i64::from(record.is_unfunded()))
    .bind(i64::from(record.is_closed()))
    .bind(record.sequence.cast_signed())
    .bind(record.tx_hash.as_deref())
    .bind(record.next_check_at.map(Timestamp::as_millis))
    .bind(record.updated_at.as_millis())
    .bind(write(record)?)
    .bind(record.reason.map(Reason::as_str))
    .bind(i64::from(record.is_uncertain()))
    .bind(&record.id)
    .bind(revision)
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Stores what goes with a change.
async fn finish(
    tx: &mut Transaction<'static, Any>,
    record: &OrderRecord,
    change: Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (kind, note) in change.notes {
        sqlx::query(
            "INSERT INTO order_events (id, order_id, sequence, at, kind, state, custody, note)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new_id("evt"))
        .bind(&record.id)
        .bind(record.sequence.cast_signed())
        .bind(now.as_millis())
        .bind(kind)
        .bind(record.state.as_str())
        .bind(record.custody.as_str())
        .bind(note)
        .execute(&mut **tx)
        .await?;
    }
    for (kind, outcome) in change.ends {
        super::intents::end(tx, &record.id, kind, outcome, now).await?;
    }
    for (kind, at, begin) in change.starts {
        super::intents::start(tx, &record.id, kind, at, begin, now).await?;
    }
    if change.frees_nonces {
        nonces::free(tx, &record.id).await?;
    }
    if let Some(hold) = change.holds
        && !hold.take(tx, &record.id, now).await?
    {
        return Err(StoreError::NonceHeld);
    }
    if let Some(key) = change.key {
        let is_free =
            super::idempotency::insert(tx, &key, &record.payer_id, &record.id, now).await?;
        if !is_free {
            return Err(StoreError::KeyUsed);
        }
    }
    if let Some(quote_id) = change.released_quote {
        super::idempotency::free(tx, &record.id).await?;
        super::quotes::release(tx, &quote_id).await?;
    }
    Ok(())
}

/// Whether two versions differ in anything that a view shows.
fn payer_sees(before: &OrderRecord, after: &OrderRecord) -> bool {
    let hidden = |record: &OrderRecord| OrderRecord {
        next_check_at: None,
        asked: after.asked.clone(),
        provider_status: None,
        executed: false,
        reported_at: None,
        deposit_seen_at: None,
        cancel_end: None,
        call: after.call.clone(),
        reference: None,
        ..record.clone()
    };
    hidden(before) != hidden(after)
}

fn write(record: &OrderRecord) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::unreadable("order", error))
}

fn read(row: &AnyRow) -> Result<OrderRecord, StoreError> {
    let snapshot: String = row.try_get("snapshot")?;
    serde_json::from_str(&snapshot).map_err(|error| StoreError::unreadable("order", error))
}
