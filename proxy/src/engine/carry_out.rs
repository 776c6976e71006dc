//! What the proxy has undertaken to do at the provider: telling it that the crypto was sent, and
//! calling orders off, each until it is answered.

use offramp_domain::{network::TxHash, time::Timestamp};
use tracing::{info, warn};

use super::{Engine, apply, duties::SWITCHED_OFF, schedule};
use crate::{
    provider::{ActOutcome, Provider, ProviderError, ProviderRef, Purpose, Refusal, Snapshot},
    store::{Asked, CancelEnd, DueIntent, IntentKind, OrderRecord, Payer, StoreError},
};

impl Engine {
    /// Makes the next attempt.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn carry_out(&self, intent: &DueIntent) -> Result<(), StoreError> {
        let Some((order, payer, provider)) = self.involved(&intent.order_id).await? else {
            let later = self.now().plus(SWITCHED_OFF);
            return self.store.retry_intent(intent, later).await;
        };
        match intent.kind {
            IntentKind::Execute => self.execute(intent, &order, provider.as_ref()).await,
            IntentKind::Cancel => {
                self.call_off(intent, &order, &payer, provider.as_ref())
                    .await
            }
            IntentKind::Transfer => {
                let purpose = Purpose::Transfer;
                self.hand_in(intent, &order, provider.as_ref(), purpose)
                    .await
            }
            IntentKind::Refund => {
                let purpose = Purpose::Refund;
                self.hand_in(intent, &order, provider.as_ref(), purpose)
                    .await
            }
            IntentKind::Confirm => self.confirm(intent, &order, provider.as_ref()).await,
        }
    }

    /// Tells the provider that the crypto was sent, until it has seen it.
    async fn execute(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        provider: &dyn Provider,
    ) -> Result<(), StoreError> {
        let now = self.now();
        // What the provider was seen to have, and was never told to pay out, has all the time.
        let has_all_time = order.deposit_seen_at.is_some() && !order.executed;
        let is_late =
            !has_all_time && schedule::executes_until(order).is_some_and(|until| now >= until);
        let may_execute =
            order.was_shown() && !order.has_ended() && !order.is_cancelling() && !is_late;
        let Some(reference) = order.reference.clone().filter(|_| may_execute) else {
            return self.end_intent(intent, "not due any more").await;
        };
        let again = now.plus(schedule::execute_again(intent.attempts));
        match execute_with_or_without_hash(order, &ProviderRef(reference), provider).await {
            Ok(ActOutcome::Done { status }) => {
                info!(order.id, provider_status = status, "execute was taken");
                self.store.retry_intent(intent, again).await?;
                self.change(&order.id, |order, change| {
                    order.executed = true;
                    order.check_by(self.now());
                    change.note("executed", Some(status.clone()));
                })
                .await?;
                self.hurry();
                Ok(())
            }
            // It is tried again all the same: a payer who sent crypto is to be paid.
            Ok(ActOutcome::Refused(refusal)) => {
                warn!(order.id, %refusal, "execute was refused");
                self.store.retry_intent(intent, again).await?;
                self.change(&order.id, |order, change| {
                    order.check_by(self.now());
                    change.note("execute_refused", Some(refusal.to_string()));
                })
                .await?;
                Ok(())
            }
            Err(error) => {
                warn!(
                    order.id,
                    provider = order.provider,
                    error = &error as &dyn std::error::Error,
                    "execute got no answer"
                );
                self.try_again(intent, again, &error).await
            }
        }
    }

    /// Calls an order off at the provider, until the provider says that it is.
    async fn call_off(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        payer: &Payer,
        provider: &dyn Provider,
    ) -> Result<(), StoreError> {
        let is_due = |order: &OrderRecord| order.cancel_end.is_some() && !order.has_ended();
        let Some(reference) = order.reference.clone().filter(|_| is_due(order)) else {
            return self.end_intent(intent, "not due any more").await;
        };
        let reference = ProviderRef(reference);
        let asked = order.asked.clone();
        let again = self.now().plus(schedule::cancel_again(intent.attempts));
        let retry = async |error: ProviderError| {
            warn!(
                order.id,
                provider = order.provider,
                error = &error as &dyn std::error::Error,
                "cancel got no answer"
            );
            self.try_again(intent, again, &error).await
        };
        let read = match provider.read(&payer.user, &reference).await {
            Ok(read) => read,
            Err(error) => return retry(error).await,
        };
        let assessment = provider.assess(&read, &order.facts(self.now()));
        let snapshot = if apply::has_arrived(&assessment) || assessment.state.is_terminal() {
            read
        } else {
            // The payer may have said meanwhile that the crypto was sent.
            let order = self.store.order(&order.id).await?;
            let Some(order) = order.filter(is_due) else {
                return self.end_intent(intent, "not due any more").await;
            };
            if order.cancel_end == Some(CancelEnd::OfferOver) && !assessment.waits_for_deposit {
                return self.not_by_itself(intent, provider, &asked, read).await;
            }
            if !provider.capabilities().can_cancel {
                return self.abandoned(intent, provider, &asked, read).await;
            }
            match provider.cancel(&reference).await {
                Ok(ActOutcome::Done { status }) => Snapshot { status, ..read },
                Ok(ActOutcome::Refused(refusal)) => {
                    return self.not_called_off(intent, &refusal).await;
                }
                Err(error) => return retry(error).await,
            }
        };
        info!(
            order.id,
            provider_status = snapshot.status,
            "cancel was answered"
        );
        // Unless this was the provider's last word.
        self.store.retry_intent(intent, again).await?;
        let read = Ok(snapshot);
        self.change(&order.id, |order, change| {
            self.take_in(provider, order, &asked, &read, change);
        })
        .await?;
        Ok(())
    }

    /// The provider has no way to call an order off: it is given up by us alone, and what comes to
    /// its address all the same is seen.
    async fn abandoned(
        &self,
        intent: &DueIntent,
        provider: &dyn Provider,
        asked: &Asked,
        read: Snapshot,
    ) -> Result<(), StoreError> {
        info!(order.id = intent.order_id, "the order is given up");
        let read = Ok(read);
        self.change(&intent.order_id, |order, change| {
            self.take_in(provider, order, asked, &read, change);
            if order.cancel_end.is_some() && !order.has_ended() {
                apply::abandon(order, self.now());
                change.end(IntentKind::Cancel, "given up");
                change.note("abandoned", None);
                self.plan(order);
            }
        })
        .await?;
        Ok(())
    }

    /// Only the clock asked for it, and nobody knows whether the provider still waits: what is paid
    /// may not be called off.
    async fn not_by_itself(
        &self,
        intent: &DueIntent,
        provider: &dyn Provider,
        asked: &Asked,
        read: Snapshot,
    ) -> Result<(), StoreError> {
        let read = Ok(read);
        self.change(&intent.order_id, |order, change| {
            self.take_in(provider, order, asked, &read, change);
            apply::stop_cancelling(order, "nobody knows where it stands", change);
        })
        .await?;
        Ok(())
    }

    /// The provider will not call the order off: it stands, and the next read says where.
    async fn not_called_off(
        &self,
        intent: &DueIntent,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        warn!(order.id = intent.order_id, %refusal, "cancel was refused");
        self.change(&intent.order_id, |order, change| {
            change.note("cancel_refused", Some(refusal.to_string()));
            let end = order.cancel_end;
            apply::stop_cancelling(order, "refused", change);
            // What nobody but us asked for is not asked for again.
            order.cancel_end = end.filter(|end| *end != CancelEnd::Payer);
            order.check_by(self.now());
        })
        .await?;
        Ok(())
    }

    /// Plans the next attempt after one without an answer. One that was not made does not count.
    pub(super) async fn try_again(
        &self,
        intent: &DueIntent,
        again: Timestamp,
        error: &ProviderError,
    ) -> Result<(), StoreError> {
        let soonest = self.now().plus(schedule::pause_after(error));
        match error {
            ProviderError::NotSent { .. } => self.store.put_off_intent(intent, soonest).await,
            ProviderError::Unavailable(_)
            | ProviderError::RateLimited { .. }
            | ProviderError::Refused(_)
            | ProviderError::Key => self.store.retry_intent(intent, again.max(soonest)).await,
        }
    }

    async fn end_intent(&self, intent: &DueIntent, why: &'static str) -> Result<(), StoreError> {
        self.change(&intent.order_id, |_, change| change.end(intent.kind, why))
            .await?;
        Ok(())
    }
}

/// The hash is a help to the provider, not a condition: the payer may have typed another one.
async fn execute_with_or_without_hash(
    order: &OrderRecord,
    reference: &ProviderRef,
    provider: &dyn Provider,
) -> Result<ActOutcome, ProviderError> {
    let hash = order
        .tx_hash
        .as_deref()
        .and_then(|hash| TxHash::parse(order.network, hash).ok());
    match provider.execute(reference, hash.as_ref()).await {
        Ok(ActOutcome::Refused(refusal)) if hash.is_some() => {
            warn!(order.id, %refusal, "execute was refused with the hash");
            provider.execute(reference, None).await
        }
        answered => answered,
    }
}
