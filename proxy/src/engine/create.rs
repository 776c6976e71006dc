//! Creating an order at the provider: once, and only once.

use std::{sync::Arc, time::Duration};

use offramp_domain::{
    api::{Action, ErrorCode, TimelineEntry},
    money::Amount,
    order::{Custody, OrderState, Reason},
    quote::Guarantee,
    time::Timestamp,
};
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::{Claim, Engine, limits};
use crate::{
    correlation, crash,
    error::ApiError,
    provider::{CreateOutcome, NewOrder, Payee, Provider, ProviderError, Refusal, Snapshot},
    secrets::new_id,
    store::{
        Asked, Call, Change, Inserted, KeyUse, Offers, OrderRecord, Replay, StoreError,
        StoredQuote, StoredSession,
    },
};

/// How often a new price is taken when the provider says that the last one has expired.
const REQUOTES: u32 = 3;

/// A price this close to its end is not worth sending.
const ALMOST_EXPIRED: Duration = Duration::from_millis(400);

/// When to look for the order after a create that got no answer.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// When to look at a create whose process died without a trace.
const LONGEST_CREATE: Duration = Duration::from_mins(1);

/// What a payer confirmed.
#[derive(Debug)]
pub struct Confirmed {
    /// The price on the screen.
    pub quote: StoredQuote,
    /// The least that the screen named.
    pub floor: Option<Amount>,
    /// The account, checked.
    pub payee: Payee,
    /// The idempotency key.
    pub key: KeyUse,
    /// Keeps others from using the key until the order is stored.
    pub claim: Claim,
}

impl Engine {
    /// Stores an order and creates it at the provider, in a task that goes on by itself when the
    /// caller goes away.
    ///
    /// # Errors
    /// A price that the payer has to decide about, or that nobody knows.
    pub async fn create(
        self: &Arc<Self>,
        session: &StoredSession,
        mut confirmed: Confirmed,
    ) -> Result<JoinHandle<Result<OrderRecord, ApiError>>, ApiError> {
        let provider = self
            .provider(&session.payer.provider)
            .map(Arc::clone)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
        let named = confirmed.quote.shown.id.clone();
        limits::keeps_locks(session, &confirmed.quote)?;
        // A provider that is left alone is tried with a price, never with an order.
        if !is_locked(&confirmed.quote, self.now()) || provider.ready().is_err() {
            confirmed.quote = {
                let user = &session.payer.user;
                self.requote(provider.as_ref(), user, &confirmed.quote)
                    .await?
            };
        }
        self.accept(&session.payer.id, &confirmed).await?;
        let work = Creation {
            engine: Arc::clone(self),
            provider,
            session: session.clone(),
            confirmed,
            order_id: new_id("ord"),
        };
        Ok(tokio::spawn(correlation::carried(work.run(named))))
    }

    /// The order that an earlier request with this key made or changed, here or at another proxy.
    ///
    /// # Errors
    /// When the key came with another body.
    pub async fn replayed(
        &self,
        payer_id: &str,
        key: &KeyUse,
    ) -> Result<Option<OrderRecord>, ApiError> {
        match self.store.replay(payer_id, key, self.now()).await? {
            Replay::New => Ok(None),
            Replay::Same { order_id } => Ok(self.store.order(&order_id).await?),
            Replay::Conflict => Err(ApiError::new(ErrorCode::IdempotencyConflict)),
        }
    }

    /// Whether the price is at least what the screen named. A worse one is offered to the payer,
    /// who decides.
    async fn accept(&self, payer_id: &str, confirmed: &Confirmed) -> Result<(), ApiError> {
        let quote = &confirmed.quote;
        match (quote.shown.guarantee, confirmed.floor) {
            (Guarantee::Estimate, _) => Ok(()),
            (Guarantee::Exact | Guarantee::AtLeast, Some(floor))
                if quote.shown.fiat_amount >= floor =>
            {
                Ok(())
            }
            (Guarantee::Exact | Guarantee::AtLeast, Some(_)) => {
                self.store.insert_quote(payer_id, quote, self.now()).await?;
                Err(ApiError::quote_changed(quote.shown.clone()))
            }
            (Guarantee::Exact | Guarantee::AtLeast, None) => Err(ApiError::invalid_request(
                "min_fiat_amount is needed with this quote",
            )),
        }
    }

    fn new_order(
        &self,
        id: &str,
        session: &StoredSession,
        provider: &dyn Provider,
        confirmed: &Confirmed,
    ) -> OrderRecord {
        let now = self.now();
        let quote = &confirmed.quote;
        let provider = provider.capabilities();
        OrderRecord {
            id: id.to_owned(),
            payer_id: session.payer.id.clone(),
            provider: session.payer.provider.clone(),
            state: OrderState::Creating,
            custody: Custody::Payer,
            sequence: 1,
            token: quote.shown.token,
            network: quote.shown.network,
            crypto_amount: quote.shown.crypto_amount,
            currency: quote.shown.currency,
            fiat_amount: quote.fiat_amount,
            fiat_minimum: confirmed.floor,
            guarantee: quote.shown.guarantee,
            rate: quote.shown.rate,
            fees: quote.shown.fees.clone(),
            destination: confirmed.payee.shown(),
            fingerprint: self.fingerprint(&confirmed.payee),
            deposit: provider.deposit,
            after_sending: provider.after_sending,
            fiat_told: quote.shown.guarantee != Guarantee::Estimate,
            call: Call {
                started_at: now,
                ended_at: None,
                provider_ahead_ms: quote.provider_ahead_ms,
                absences: 0,
            },
            reference: None,
            shown: None,
            actions: Vec::new(),
            reason: None,
            pending_action: None,
            cancel_end: None,
            asked: Asked::default(),
            provider_status: None,
            tx_hash: None,
            refund_tx_hash: None,
            authorised: None,
            transfer: None,
            refund: None,
            signature_problem: None,
            confirmed_at: None,
            not_received: None,
            offers: Offers::default(),
            executed: false,
            reported_at: None,
            deposit_seen_at: None,
            ever_funded: false,
            found_held_at: None,
            timeline: vec![TimelineEntry {
                state: OrderState::Creating,
                at: now,
            }],
            created_at: now,
            updated_at: now,
            ended_at: None,
            next_check_at: Some(now.plus(LONGEST_CREATE)),
        }
    }
}

/// Whether the provider still holds a price, and long enough to send it.
fn is_locked(quote: &StoredQuote, now: Timestamp) -> bool {
    let deadline = now.plus(ALMOST_EXPIRED);
    quote.reference.is_some() && quote.shown.expires_at.is_some_and(|at| at > deadline)
}

/// The work of creating one order, in a task of its own.
struct Creation {
    engine: Arc<Engine>,
    provider: Arc<dyn Provider>,
    session: StoredSession,
    confirmed: Confirmed,
    order_id: String,
}

impl Creation {
    /// Comes back with the order, whatever is known of it, or with a refusal that is certain.
    async fn run(mut self, quote_id: String) -> Result<OrderRecord, ApiError> {
        // No duty touches the order before this is over.
        let in_progress = || ApiError::new(ErrorCode::InProgress);
        let _claim = self.engine.claim(&self.order_id).ok_or_else(in_progress)?;
        if let Some(stored_elsewhere) = self.store(&quote_id).await? {
            return Ok(stored_elsewhere);
        }
        for attempt in 0..=REQUOTES {
            match self.provider.create(&self.asked()).await {
                CreateOutcome::Created(snapshot) => return self.created(&snapshot).await,
                CreateOutcome::Refused(Refusal::QuoteExpired) if attempt < REQUOTES => {
                    self.next_price().await?;
                }
                CreateOutcome::Refused(refusal) => return Err(self.refused(refusal).await?),
                CreateOutcome::NotSent(source) => {
                    return Err(self.not_sent(&quote_id, source).await?);
                }
                CreateOutcome::Uncertain(source) => {
                    warn!(
                        order.id = self.order_id,
                        provider = self.provider.name(),
                        error = &source as &dyn std::error::Error,
                        "nobody knows whether the order was made; it is looked for"
                    );
                    return self.unknown().await;
                }
            }
        }
        Err(self.refused(Refusal::QuoteExpired).await?)
    }

    /// Stores the order before the provider is asked. An order comes back where another proxy was
    /// faster with the same request.
    async fn store(&self, quote_id: &str) -> Result<Option<OrderRecord>, ApiError> {
        let Self {
            engine, session, ..
        } = self;
        let order = engine.new_order(
            &self.order_id,
            session,
            self.provider.as_ref(),
            &self.confirmed,
        );
        let mut change = Change::default();
        change.key(self.confirmed.key.clone());
        change.note("create_due", None);
        crash::point("before_intent");
        let refusal = match engine.store.insert_order(&order, quote_id, change).await? {
            Inserted::Stored => {
                info!(order.id, provider = order.provider, "order stored");
                crash::point("intent_committed");
                return Ok(None);
            }
            Inserted::QuoteUsed => ApiError::new(ErrorCode::QuoteNotFound),
            Inserted::KeyUsed => ApiError::new(ErrorCode::InProgress),
            Inserted::OrderOpen => {
                let open = engine.store.unfunded_order(&session.payer.id).await?;
                // It may have ended since.
                open.map_or_else(
                    || ApiError::new(ErrorCode::InProgress),
                    |open| ApiError::order_open(open.id),
                )
            }
        };
        let key = &self.confirmed.key;
        let stored = engine.replayed(&session.payer.id, key).await?;
        stored.map_or(Err(refusal), |order| Ok(Some(order)))
    }

    fn asked(&self) -> NewOrder {
        let quote = &self.confirmed.quote;
        let receiver = self.session.terms.receiver.as_ref();
        NewOrder {
            id: self.order_id.clone(),
            user: self.session.payer.user.clone(),
            quote_reference: quote.reference.clone(),
            token: quote.shown.token,
            network: quote.shown.network,
            crypto_amount: quote.shown.crypto_amount,
            currency: quote.shown.currency,
            payee: self.confirmed.payee.clone(),
            receiver: receiver.map(|receiver| receiver.id.clone()),
        }
    }

    async fn created(&self, snapshot: &Snapshot) -> Result<OrderRecord, ApiError> {
        crash::point("answer_read");
        // Whoever may sell has filled in what was asked for.
        if self.session.payer.form_asked_at.is_some() {
            let payer = &self.session.payer.id;
            self.engine.store.form_asked_for(payer, None).await?;
        }
        let bound = self
            .engine
            .store
            .order_by_reference(self.provider.name(), &snapshot.reference.0)
            .await?;
        if let Some(bound) = bound {
            if bound.id == self.order_id {
                // Found by another proxy, which thought that this one had died.
                return Ok(bound);
            }
            error!(
                order.id = self.order_id,
                "the provider answered with another order's id"
            );
            return self.unknown().await;
        }
        let changed = self
            .change(|order, change| {
                let now = self.engine.now();
                order.call.ended_at = Some(now);
                if order.state == OrderState::Creating {
                    self.engine
                        .take(self.provider.as_ref(), order, snapshot, change);
                } else {
                    // Given up meanwhile: it is looked for, and called off.
                    order.check_by(now);
                    change.note("created_too_late", None);
                }
            })
            .await;
        self.engine.hurry();
        match changed {
            // Another order of ours was bound to it in the meantime.
            Err(error) if error.is_conflict() => self.unknown().await,
            changed => {
                crash::point("committed_before_reply");
                Ok(changed?)
            }
        }
    }

    async fn unknown(&self) -> Result<OrderRecord, ApiError> {
        let finds_lost = self.provider.capabilities().finds_lost;
        let changed = self.change(|order, change| {
            let now = self.engine.now();
            order.call.ended_at = Some(now);
            change.note("create_unknown", None);
            if finds_lost {
                order.next_check_at = Some(now.plus(FIRST_LOOK));
            } else {
                leave_to_a_person(order, now);
            }
        });
        Ok(changed.await?)
    }

    /// Closes the order, and says why to the caller.
    async fn refused(&self, refusal: Refusal) -> Result<ApiError, StoreError> {
        info!(order.id = self.order_id, error = %refusal, "the provider refused the order");
        if let Refusal::NotVerified { url } | Refusal::FormMissing { url } = &refusal {
            let payer = &self.session.payer.id;
            self.engine.store.payer_verified(payer, None).await?;
            if let Some(url) = url {
                self.engine.store.payer_verifies_at(payer, url).await?;
            }
        }
        if let Refusal::FormMissing { .. } = &refusal {
            let (payer, now) = (&self.session.payer.id, self.engine.now());
            self.engine.store.form_asked_for(payer, Some(now)).await?;
        }
        let reason = if refusal == Refusal::QuoteExpired {
            Reason::PriceChanged
        } else {
            Reason::NotCreated
        };
        self.fail(reason, Some(refusal.to_string())).await?;
        let quote = &self.confirmed.quote.shown;
        Ok(limits::refused(refusal, quote.token, quote.currency))
    }

    /// Closes the order that nobody was asked for, so that the same request may ask anew.
    async fn not_sent(
        &self,
        quote_id: &str,
        source: ProviderError,
    ) -> Result<ApiError, StoreError> {
        warn!(
            order.id = self.order_id,
            provider = self.provider.name(),
            error = &source as &dyn std::error::Error,
            "the provider was not asked for the order"
        );
        self.change(|order, change| {
            close(order, Reason::NotCreated, self.engine.now());
            change.note("not_sent", None);
            change.release(quote_id);
        })
        .await?;
        Ok(source.into())
    }

    async fn fail(&self, reason: Reason, note: Option<String>) -> Result<(), StoreError> {
        self.change(|order, change| {
            close(order, reason, self.engine.now());
            change.note("refused", note.clone());
        })
        .await?;
        Ok(())
    }

    /// Takes a new price after the provider said for certain that the last one has expired. Without
    /// one that the payer accepts, the order is closed.
    async fn next_price(&mut self) -> Result<(), ApiError> {
        let old = &self.confirmed.quote;
        match self
            .engine
            .requote(self.provider.as_ref(), &self.session.payer.user, old)
            .await
        {
            Ok(new) => self.confirmed.quote = new,
            Err(error) => {
                let note = Some("no new price".to_owned());
                self.fail(Reason::NotCreated, note).await?;
                return Err(error);
            }
        }
        let payer_id = &self.session.payer.id;
        if let Err(worse) = self.engine.accept(payer_id, &self.confirmed).await {
            self.fail(Reason::PriceChanged, None).await?;
            return Err(worse);
        }
        self.change(|order, change| {
            reprice(order, &self.confirmed.quote, self.engine.now());
            change.note("requoted", None);
        })
        .await?;
        Ok(())
    }

    async fn change(
        &self,
        rule: impl FnMut(&mut OrderRecord, &mut Change),
    ) -> Result<OrderRecord, StoreError> {
        let changed = self.engine.change(&self.order_id, rule).await?;
        changed
            .map(|((), order)| order)
            .ok_or(StoreError::Contended)
    }
}

/// Closes an order of which it is certain that the provider has none.
fn close(order: &mut OrderRecord, reason: Reason, now: Timestamp) {
    order.call.ended_at = Some(now);
    order.next_check_at = None;
    order.reason = Some(reason);
    order.enter(OrderState::Failed, now);
}

/// Nobody can find out whether the provider made the order. No address was shown, so the payer may
/// give it up and begin anew.
pub(super) fn leave_to_a_person(order: &mut OrderRecord, now: Timestamp) {
    order.enter(OrderState::Attention, now);
    order.reason = Some(Reason::CreateUnknown);
    order.actions = vec![Action::Cancel];
    order.next_check_at = None;
}

/// Notes the price that is asked for now, and that the call begins anew.
fn reprice(order: &mut OrderRecord, quote: &StoredQuote, now: Timestamp) {
    order.fiat_amount = quote.fiat_amount;
    order.rate = quote.shown.rate;
    order.fees.clone_from(&quote.shown.fees);
    order.call.started_at = now;
    order.call.provider_ahead_ms = quote.provider_ahead_ms;
}
