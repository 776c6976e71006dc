//! Looking for an order whose create got no answer: adopted when exactly one fits in everything,
//! closed when it is known to be absent, left to a person otherwise.

use std::{sync::Arc, time::Duration};

use offramp_domain::{
    money::Round,
    order::{OrderState, Reason},
    time::Timestamp,
};
use tracing::{error, info, warn};

use super::{Engine, create::leave_to_a_person, resolve::Unresolved, schedule};
use crate::{
    crash,
    metrics::LostEnd,
    provider::{ActOutcome, Listing, Provider, ProviderError, Snapshot},
    store::{Asked, Change, OrderRecord, Payer, StoreError},
};

/// How long before the call began the provider may say that it made the order.
const BEFORE_CALL: Duration = Duration::from_secs(5);

/// How long after the call ended it may.
const AFTER_CALL: Duration = Duration::from_mins(2);

/// When to try again to call off what should not be there.
const SOON: Duration = Duration::from_mins(1);

/// What a reading of the provider's list says about a lost order.
enum Finding {
    /// Exactly one fits in everything.
    Found(Box<Snapshot>),
    /// More than one fits, or one fits that no longer waits for a deposit.
    Doubtful,
    /// None fits, and nothing is missing from the list.
    Absent,
    /// None fits, but the list may be incomplete.
    Unclear,
}

impl Engine {
    /// Looks for an order that the provider may have made without our knowing its id of it.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn look_for(
        self: &Arc<Self>,
        provider: &dyn Provider,
        payer: &Payer,
        order: &OrderRecord,
    ) -> Result<(), StoreError> {
        if !provider.capabilities().finds_lost {
            return self.stop_looking(order).await;
        }
        let asked = order.asked.clone();
        let finding = match self.list(provider, payer, order).await {
            Ok(listing) => self.find(provider, order, &listing).await?,
            Err(error) => {
                warn!(
                    order.id,
                    provider = order.provider,
                    error = &error as &dyn std::error::Error,
                    "cannot look for an order"
                );
                Finding::Unclear
            }
        };
        if order.has_ended() {
            return self.call_off_stray(provider, order, finding).await;
        }
        if matches!(finding, Finding::Found(_)) {
            crash::point("inside_adoption");
        }
        let settled = self
            .change(&order.id, |order, change| {
                self.settle(provider, order, &asked, &finding, change)
            })
            .await;
        let settled = match settled {
            Ok(settled) => settled,
            // Another order of ours was bound to it in the meantime.
            Err(error) if error.is_conflict() => {
                self.change(&order.id, |order, change| {
                    self.settle(provider, order, &asked, &Finding::Doubtful, change)
                })
                .await?
            }
            Err(error) => return Err(error),
        };
        if let Some((Some(end), _)) = settled {
            self.metrics.lost_create(end);
        }
        self.hurry();
        Ok(())
    }

    /// The provider says too little of its orders to tell one from another: what it may have made is
    /// left to a person, also where the process that asked for it has died.
    async fn stop_looking(&self, order: &OrderRecord) -> Result<(), StoreError> {
        self.change(&order.id, |order, change| {
            if order.reference.is_some() {
                return;
            }
            order.next_check_at = None;
            if order.state == OrderState::Creating {
                let now = self.now();
                order.call.ended_at.get_or_insert(now);
                change.note("create_unknown", None);
                leave_to_a_person(order, now);
            }
        })
        .await?;
        Ok(())
    }

    /// What became of the order, if that is known by now.
    fn settle(
        &self,
        provider: &dyn Provider,
        order: &mut OrderRecord,
        asked: &Asked,
        finding: &Finding,
        change: &mut Change,
    ) -> Option<LostEnd> {
        // Somebody else may have settled it since it was read.
        if order.reference.is_some() || order.has_ended() {
            return None;
        }
        let now = self.now();
        let ended_at = *order.call.ended_at.get_or_insert(now);
        let pause = schedule::look_again(order.state, now.since(ended_at));
        order.next_check_at = Some(now.plus(pause));
        let may_adopt = order.state == OrderState::Creating && provider.capabilities().finds_lost;
        let end = match finding {
            Finding::Found(snapshot) if may_adopt => {
                info!(order.id, "a lost answer was found again");
                change.note("adopted", None);
                self.take(provider, order, snapshot, change);
                Some(LostEnd::Adopted)
            }
            Finding::Found(_) | Finding::Doubtful => {
                order.call.absences = 0;
                let is_new = order.state == OrderState::Creating;
                if is_new {
                    error!(
                        order.id,
                        "a lost order cannot be told from another; it needs a person"
                    );
                    change.note("doubtful", None);
                    order.enter(OrderState::Attention, now);
                    order.reason = Some(Reason::ProviderMismatch);
                }
                is_new.then_some(LostEnd::Doubtful)
            }
            Finding::Absent => {
                order.call.absences += 1;
                let waited = now.since(ended_at) >= schedule::ABSENCE;
                let is_absent = waited && order.call.absences >= schedule::ABSENCES;
                if is_absent {
                    info!(order.id, "the provider never made the order");
                    change.note("absent", None);
                    order.enter(OrderState::Failed, now);
                    order.reason = Some(Reason::NotCreated);
                }
                is_absent.then_some(LostEnd::Absent)
            }
            Finding::Unclear => None,
        };
        order.keep_what_was_asked(asked);
        end
    }

    /// Calls off an order that turned up after it was given up: its address was never shown.
    async fn call_off_stray(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        finding: Finding,
    ) -> Result<(), StoreError> {
        let called_off = match finding {
            Finding::Found(stray) => {
                // An order that is being made right now is not a stray.
                let being_made = self.store.unfunded_order(&order.payer_id).await?;
                let is_safe = being_made.is_none_or(|other| other.reference.is_some());
                Some(is_safe && is_called_off(provider, order, &stray).await)
            }
            Finding::Doubtful => {
                error!(order.id, "an order turned up that may not be called off");
                Some(false)
            }
            Finding::Absent | Finding::Unclear => None,
        };
        let asked = order.asked.clone();
        self.change(&order.id, |order, change| {
            let now = self.now();
            self.plan(order);
            order.keep_what_was_asked(&asked);
            match called_off {
                Some(true) => change.note("stray_called_off", None),
                Some(false) => order.check_by(now.plus(SOON)),
                None => {}
            }
        })
        .await?;
        Ok(())
    }

    /// Whether the provider has an order that may be this one.
    ///
    /// # Errors
    /// When that cannot be told now.
    pub(super) async fn may_exist(
        &self,
        provider: &dyn Provider,
        payer: &Payer,
        order: &OrderRecord,
    ) -> Result<bool, Unresolved> {
        let listing = self.list(provider, payer, order).await?;
        Ok(match self.find(provider, order, &listing).await? {
            Finding::Absent => false,
            Finding::Found(_) | Finding::Doubtful => true,
            Finding::Unclear => return Err(Unresolved::Incomplete),
        })
    }

    async fn list(
        &self,
        provider: &dyn Provider,
        payer: &Payer,
        order: &OrderRecord,
    ) -> Result<Listing, ProviderError> {
        let since = on_their_clock(order.call.started_at, order.call.provider_ahead_ms);
        // A minute more, so that a clock read a little off hides nothing; what fits is decided by
        // the time each order was made.
        provider
            .list(
                &payer.user,
                since.minus(BEFORE_CALL + Duration::from_mins(1)),
            )
            .await
    }

    async fn find(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        listing: &Listing,
    ) -> Result<Finding, StoreError> {
        let now = self.now();
        let ahead = listing
            .provider_now
            .map_or(order.call.provider_ahead_ms, |theirs| {
                theirs.as_millis() - now.as_millis()
            });
        let mut waiting = Vec::new();
        let mut others = 0;
        for candidate in listing
            .orders
            .iter()
            .filter(|candidate| self.fits(provider, order, candidate, ahead))
        {
            let bound = self
                .store
                .order_by_reference(provider.name(), &candidate.reference.0)
                .await?
                .is_some();
            if bound {
                continue;
            }
            let assessment = provider.assess(candidate, &order.facts(now));
            if assessment.waits_for_deposit && !assessment.deposit_seen {
                waiting.push(candidate);
            } else if assessment.funded || !assessment.state.is_terminal() {
                others += 1;
            }
        }
        Ok(match (waiting.as_slice(), others) {
            ([only], 0) => Finding::Found(Box::new((*only).clone())),
            ([], 0) if listing.complete => Finding::Absent,
            ([], 0) => Finding::Unclear,
            ([] | [_, ..], _) => Finding::Doubtful,
        })
    }

    /// Whether an order of the provider's is what the lost call asked for, in everything.
    fn fits(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        candidate: &Snapshot,
        ahead_ms: i64,
    ) -> bool {
        if let Some(ours) = &candidate.our_id {
            return *ours == order.id && self.mismatch(provider, order, candidate).is_none();
        }
        let cents = order.currency.decimals();
        let from = on_their_clock(order.call.started_at, ahead_ms).minus(BEFORE_CALL);
        let ended = order.call.ended_at.unwrap_or_else(|| self.now());
        let until = on_their_clock(ended, ahead_ms).plus(AFTER_CALL);
        candidate
            .created_at
            .is_some_and(|at| (from..=until).contains(&at))
            && candidate.token == Some(order.token)
            && candidate.network == Some(order.network)
            && candidate.currency == Some(order.currency)
            && candidate.crypto_amount == order.crypto_amount
            && candidate.fiat_amount.is_some_and(|fiat| {
                fiat.rounded(cents, Round::Down) == order.fiat_amount.rounded(cents, Round::Down)
            })
            && self.pays_the_account(order, candidate)
    }
}

async fn is_called_off(provider: &dyn Provider, order: &OrderRecord, stray: &Snapshot) -> bool {
    match provider.cancel(&stray.reference).await {
        Ok(ActOutcome::Done { status: _ }) => {
            warn!(
                order.id,
                "an order turned up after it was given up, and was called off"
            );
            true
        }
        Ok(ActOutcome::Refused(refusal)) => {
            error!(order.id, %refusal, "an order that turned up cannot be called off");
            false
        }
        Err(error) => {
            warn!(
                order.id,
                provider = order.provider,
                error = &error as &dyn std::error::Error,
                "an order that turned up could not be called off yet"
            );
            false
        }
    }
}

fn on_their_clock(ours: Timestamp, ahead_ms: i64) -> Timestamp {
    Timestamp::from_millis(ours.as_millis().saturating_add(ahead_ms))
}
