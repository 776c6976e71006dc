//! The way out of `attention`: what a person found out about an order, checked against the provider
//! as far as it can be, and written on the audit trail.

use std::sync::Arc;

use offramp_domain::{
    network::TxHash,
    order::{Custody, OrderState, Reason},
};

pub use super::finding::{Finding, Unresolved, Word};

use super::Engine;
use crate::{
    provider::{DepositKind, Provider, ProviderRef},
    store::{CancelEnd, Change, IntentKind, OrderRecord, Payer},
};

impl Engine {
    /// Settles an order that needs a person. The `word` is written on the audit trail.
    ///
    /// # Errors
    /// When the finding does not fit what the store and the provider say.
    pub async fn resolve(
        self: &Arc<Self>,
        order_id: &str,
        finding: &Finding,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        if self.store.order(order_id).await?.is_none() {
            return Err(Unresolved::NoSuchOrder);
        }
        let (order, payer, provider) = self
            .involved(order_id)
            .await?
            .ok_or(Unresolved::SwitchedOff)?;
        needs_a_person(&order)?;
        let provider = provider.as_ref();
        match finding {
            Finding::Adopt(reference) => {
                self.adopt_by_hand(&order, &payer, provider, reference, word)
                    .await
            }
            Finding::NotCreated => self.never_created(&order, &payer, provider, word).await,
            Finding::NothingArrived => self.nothing_arrived(&order, &payer, provider, word).await,
            Finding::Returned(hash) => self.returned(&order, hash, word).await,
            Finding::StillHeld => self.still_held(&order, word).await,
        }
    }

    async fn adopt_by_hand(
        self: &Arc<Self>,
        order: &OrderRecord,
        payer: &Payer,
        provider: &dyn Provider,
        reference: &ProviderRef,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        is_unbound(order)?;
        if !provider.capabilities().finds_lost {
            return Err(Unresolved::NeverAdopted);
        }
        if order.has_ended() {
            return Err(Unresolved::HadEnded);
        }
        let owner = self
            .store
            .order_by_reference(provider.name(), &reference.0)
            .await?;
        if let Some(owner) = owner {
            return Err(Unresolved::BelongsTo {
                reference: reference.0.clone(),
                order_id: owner.id,
            });
        }
        let snapshot = provider.read(&payer.user, reference).await?;
        if let Some(what) = self.mismatch(provider, order, &snapshot) {
            return Err(Unresolved::Differs(what));
        }
        self.settle_by_hand(&order.id, |order, change| {
            is_unbound(order)?;
            let finding = format!("adopt {}", reference.0);
            change.note("resolved", Some(word.written(&finding)));
            order.reason = None;
            self.take(provider, order, &snapshot, change);
            Ok(())
        })
        .await
    }

    async fn never_created(
        self: &Arc<Self>,
        order: &OrderRecord,
        payer: &Payer,
        provider: &dyn Provider,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        is_unbound(order)?;
        self.none_fits(provider, payer, order, word).await?;
        self.settle_by_hand(&order.id, |order, change| {
            is_unbound(order)?;
            change.note("resolved", Some(word.written("not created")));
            close(
                order,
                OrderState::Failed,
                Custody::Payer,
                change,
                self.now(),
            );
            order.reason = Some(Reason::NotCreated);
            self.plan(order);
            Ok(())
        })
        .await
    }

    async fn nothing_arrived(
        self: &Arc<Self>,
        order: &OrderRecord,
        payer: &Payer,
        provider: &dyn Provider,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        let mut still_waits = false;
        let signed = order.transfer.as_ref();
        if let Some(until) = signed.map(|signature| signature.request.expires_at)
            && until > self.now()
        {
            return Err(Unresolved::MayStillArrive(until));
        }
        if let Some(reference) = order.reference.clone().map(ProviderRef) {
            let snapshot = provider.read(&payer.user, &reference).await?;
            let assessment = provider.assess(&snapshot, &order.facts(self.now()));
            if assessment.funded || assessment.deposit_seen {
                return Err(Unresolved::HasArrived {
                    status: snapshot.status,
                });
            }
            still_waits = assessment.waits_for_deposit;
        } else {
            self.none_fits(provider, payer, order, word).await?;
        }
        self.settle_by_hand(&order.id, |order, change| {
            // Seen at any time, also since the provider was asked just now.
            if order.ever_funded || order.deposit_seen_at.is_some() {
                let status = order.provider_status.clone().unwrap_or_default();
                return Err(Unresolved::HasArrived { status });
            }
            let now = self.now();
            change.note("resolved", Some(word.written("nothing arrived")));
            if still_waits {
                // The provider still takes a deposit: it ends on the provider's word.
                order.cancel_end = Some(CancelEnd::OfferOver);
                order.pending_action = Some(offramp_domain::api::Action::Cancel);
                change.end(IntentKind::Execute, "nothing arrived");
                change.start(IntentKind::Cancel, now);
            } else {
                let (end, reason) = if order.state == OrderState::Failed {
                    (OrderState::Failed, None)
                } else {
                    (OrderState::Expired, Some(Reason::OfferOver))
                };
                close(order, end, Custody::Payer, change, now);
                order.reason = reason;
                // What was signed moved nothing, and nobody can use it any more.
                order.transfer = None;
                change.free_nonces();
                self.plan(order);
            }
            Ok(())
        })
        .await
    }

    /// That the provider made no order that may be this one: by its list, and where that does not
    /// tell one order from another, by the word of somebody there.
    async fn none_fits(
        &self,
        provider: &dyn Provider,
        payer: &Payer,
        order: &OrderRecord,
        word: &Word,
    ) -> Result<(), Unresolved> {
        if !provider.capabilities().finds_lost {
            let is_said = word.note.is_some();
            return is_said.then_some(()).ok_or(Unresolved::NeedsWord);
        }
        if self.may_exist(provider, payer, order).await? {
            return Err(Unresolved::MayExist);
        }
        Ok(())
    }

    async fn returned(
        self: &Arc<Self>,
        order: &OrderRecord,
        hash: &str,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        let network = order.network;
        let hash = TxHash::parse(network, hash).map_err(|_| Unresolved::NotAHash {
            network: network.id(),
        })?;
        self.settle_by_hand(&order.id, |order, change| {
            let finding = format!("returned by {}", hash.as_str());
            change.note("resolved", Some(word.written(&finding)));
            close(
                order,
                OrderState::Refunded,
                Custody::Returned,
                change,
                self.now(),
            );
            order.refund_tx_hash = Some(hash.as_str().to_owned());
            order.reason = None;
            self.plan(order);
            Ok(())
        })
        .await
    }

    /// It is not over: the provider has to be made to return it.
    async fn still_held(
        self: &Arc<Self>,
        order: &OrderRecord,
        word: &Word,
    ) -> Result<OrderRecord, Unresolved> {
        self.settle_by_hand(&order.id, |order, change| {
            if !order.ever_funded && order.transfer.is_none() {
                return Err(Unresolved::NeverLeft);
            }
            change.note("resolved", Some(word.written("still held")));
            order.enter(OrderState::Attention, self.now());
            order.reason = Some(Reason::PayoutFailed);
            order.custody = match order.deposit {
                DepositKind::TransferToAddress => Custody::Provider,
                DepositKind::SignTypedData | DepositKind::Authorise => Custody::Escrow,
            };
            order.ever_funded = true;
            order.found_held_at = Some(self.now());
            self.plan(order);
            Ok(())
        })
        .await
    }

    /// Writes a settlement, if the order still needs one.
    async fn settle_by_hand(
        self: &Arc<Self>,
        order_id: &str,
        mut rule: impl FnMut(&mut OrderRecord, &mut Change) -> Result<(), Unresolved>,
    ) -> Result<OrderRecord, Unresolved> {
        let changed = self
            .change(order_id, |order, change| {
                needs_a_person(order)?;
                rule(order, change)
            })
            .await?;
        let (outcome, order) = changed.ok_or(Unresolved::NoSuchOrder)?;
        self.hurry();
        outcome.map(|()| order)
    }
}

/// Whether it waits for a person: in `attention`, being created while nobody waits for the answer, or
/// failed with the crypto nobody knows where.
fn needs_a_person(order: &OrderRecord) -> Result<(), Unresolved> {
    let is_lost = order.state == OrderState::Creating && order.call.ended_at.is_some();
    let is_adrift = order.state == OrderState::Failed && !order.is_closed();
    if order.state == OrderState::Attention || is_lost || is_adrift {
        Ok(())
    } else {
        Err(Unresolved::NotInAttention(order.state))
    }
}

fn is_unbound(order: &OrderRecord) -> Result<(), Unresolved> {
    match &order.reference {
        Some(reference) => Err(Unresolved::IsBound(reference.clone())),
        None => Ok(()),
    }
}

/// Ends an order, and what was undertaken for it.
fn close(
    order: &mut OrderRecord,
    state: OrderState,
    custody: Custody,
    change: &mut Change,
    now: offramp_domain::time::Timestamp,
) {
    change.end(IntentKind::Execute, "settled by hand");
    change.end(IntentKind::Cancel, "settled by hand");
    order.enter(state, now);
    order.custody = custody;
    order.actions.clear();
    order.pending_action = None;
    order.cancel_end = None;
}
