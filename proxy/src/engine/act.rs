//! What the payer asks for: to report that the crypto was sent, and to call an order off.

use std::sync::Arc;

use offramp_domain::{
    api::{
        Action, AfterSending, ErrorCode, FieldProblem, NotReceived, ProvideInformation,
        ReportNotReceived, ReportSent,
    },
    bank::Problem,
    network::TxHash,
    order::{Custody, OrderState, Reason},
};
use tracing::warn;

use super::{Engine, apply, payee::accept};
use crate::{
    crash,
    error::ApiError,
    provider::{ActOutcome, ProviderRef},
    store::{CancelEnd, Change, IntentKind, KeyUse, OrderRecord, StoreError},
};

/// The longest note of a payer.
const LONGEST_NOTE: usize = 1_000;

impl Engine {
    /// The payer says that the crypto was sent.
    ///
    /// # Errors
    /// When the hash cannot be right, or there was never an address to send to.
    pub async fn report_sent(
        self: &Arc<Self>,
        order: &OrderRecord,
        report: &ReportSent,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let hash = self.checked_hash(order, report).await?;
        let flagged = match &hash {
            Some(hash) => self.reported_elsewhere(order, hash).await?,
            None => false,
        };
        let changed = self
            .change(&order.id, |order, change| {
                if !order.takes_report() {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                self.reported(order, hash.as_ref(), change);
                if flagged {
                    change.note("hash_of_another_payer", None);
                }
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }

    fn reported(&self, order: &mut OrderRecord, hash: Option<&TxHash>, change: &mut Change) {
        let now = self.now();
        change.note("report_sent", None);
        order.reported_at = Some(now);
        if let Some(hash) = hash {
            order.tx_hash = Some(hash.as_str().to_owned());
        }
        order.check_by(now);
        if order.state.is_terminal() {
            // Crypto for an order that has ended: a person has to look at it.
            order.enter(OrderState::Attention, now);
            order.reason = Some(Reason::DepositAfterEnd);
            order.custody = Custody::Unknown;
            order.actions = vec![Action::ReportSent];
        }
        // Where nothing waits for it any more, it is kept for whoever looks.
        let is_asked_for = order.actions.contains(&Action::ReportSent);
        if order.has_ended() || order.ever_funded || !is_asked_for {
            return;
        }
        // Sent after all: what is not called off yet stays.
        apply::stop_cancelling(order, "the crypto was sent", change);
        if order.after_sending == AfterSending::ReportSent {
            change.start(IntentKind::Execute, now);
        }
        let is_left_to_a_person = matches!(
            order.reason,
            Some(Reason::ProviderMismatch | Reason::UnknownStatus)
        );
        if !is_left_to_a_person {
            order.enter(OrderState::DepositSubmitted, now);
            order.reason = None;
            order.custody = Custody::InFlight;
            order.actions = vec![Action::ReportSent];
        }
    }

    async fn checked_hash(
        &self,
        order: &OrderRecord,
        report: &ReportSent,
    ) -> Result<Option<TxHash>, ApiError> {
        let refused = |problem| {
            ApiError::invalid_fields(vec![FieldProblem {
                key: "tx_hash".to_owned(),
                problem,
            }])
        };
        let Some(text) = report
            .tx_hash
            .as_deref()
            .filter(|text| !text.trim().is_empty())
        else {
            return Ok(None);
        };
        let hash = TxHash::parse(order.network, text).map_err(|_| refused(Problem::WrongForm))?;
        let others = self
            .store
            .payers_with_hash(&order.provider, hash.as_str(), &order.id)
            .await?;
        if others.contains(&order.payer_id) {
            return Err(refused(Problem::AlreadyUsed));
        }
        Ok(Some(hash))
    }

    /// Whether another payer reported the same transfer: taken all the same, and flagged.
    async fn reported_elsewhere(
        &self,
        order: &OrderRecord,
        hash: &TxHash,
    ) -> Result<bool, ApiError> {
        let others = self
            .store
            .payers_with_hash(&order.provider, hash.as_str(), &order.id)
            .await?;
        if others.is_empty() {
            return Ok(false);
        }
        warn!(
            order.id,
            "a transfer was reported that another payer reported before"
        );
        Ok(true)
    }

    /// The payer calls the order off. It is called off on the provider's word only.
    ///
    /// # Errors
    /// When it cannot be called off any more.
    pub async fn cancel(
        self: &Arc<Self>,
        order: &OrderRecord,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let changed = self
            .change(&order.id, |order, change| {
                if order.is_cancelling() || order.state == OrderState::Cancelled {
                    change.key(key.clone());
                    return Ok(());
                }
                let may = order.actions.contains(&Action::Cancel)
                    && !order.is_answered(Action::Cancel)
                    && order.pending_action.is_none();
                if !may {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                let now = self.now();
                if order.reference.is_none() {
                    // Nobody can tell whether there is anything to call off, and no address was
                    // shown: the payer gives it up.
                    apply::abandon(order, now);
                    change.note("abandoned", None);
                    return Ok(());
                }
                order.pending_action = Some(Action::Cancel);
                order.cancel_end = Some(CancelEnd::Payer);
                change.end(IntentKind::Execute, "the payer calls the order off");
                change.start(IntentKind::Cancel, now);
                change.note("cancel_due", None);
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }
}

impl Engine {
    /// The payer says that the money arrived. Final.
    ///
    /// # Errors
    /// When the provider does not take that now.
    pub async fn confirm_received(
        self: &Arc<Self>,
        order: &OrderRecord,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let changed = self
            .change(&order.id, |order, change| {
                if order.confirmed_at.is_some() {
                    change.key(key.clone());
                    return Ok(());
                }
                let may = order.actions.contains(&Action::ConfirmReceived);
                if !may || order.pending_action.is_some() {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                order.confirmed_at = Some(self.now());
                self.undertake(order, Action::ConfirmReceived, IntentKind::Confirm, change);
                Ok(())
            })
            .await?;
        crash::point("confirmation_committed");
        self.hurry();
        settled(changed)
    }

    /// The payer says that the money did not arrive. It confirms nothing, and the partner hears.
    ///
    /// # Errors
    /// When nothing was said to have arrived, or the note cannot be kept.
    pub async fn report_not_received(
        self: &Arc<Self>,
        order: &OrderRecord,
        report: &ReportNotReceived,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let note = report.note.as_deref().map(str::trim);
        let note = note.filter(|note| !note.is_empty());
        if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            return Err(ApiError::invalid_request(format!(
                "a note has at most {LONGEST_NOTE} characters"
            )));
        }
        // What a payer writes may be personal.
        let sealed = note.map(|note| self.store.secrets().seal(note)).transpose();
        let sealed = sealed.map_err(|error| StoreError::unreadable("note", error))?;
        let changed = self
            .change(&order.id, |order, change| {
                let may = order.actions.contains(&Action::ReportNotReceived)
                    && !order.is_answered(Action::ReportNotReceived);
                if !may {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                let now = self.now();
                order.not_received = Some(NotReceived {
                    at: now,
                    note: sealed.clone(),
                });
                // Said once, so that no later read takes the question away from under a finger.
                order
                    .actions
                    .retain(|action| *action != Action::ReportNotReceived);
                order.check_by(now);
                change.note("report_not_received", None);
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }

    /// Where the payer goes on to verify who they are.
    ///
    /// # Errors
    /// When nothing of the kind is missing, or nobody can say where now.
    pub async fn verification_url(&self, order: &OrderRecord) -> Result<String, ApiError> {
        if !order.actions.contains(&Action::CompleteVerification) {
            return Err(ApiError::new(ErrorCode::ActionNotAllowed));
        }
        let unavailable = || ApiError::new(ErrorCode::ProviderUnavailable);
        let provider = self.provider(&order.provider).ok_or_else(unavailable)?;
        let payer = self.store.payer(&order.payer_id).await?;
        let payer = payer.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
        let told = provider.verification(&payer.user).await?.verification_url;
        told.or(payer.verification_url).ok_or_else(unavailable)
    }

    /// The payer gives what the provider misses. What is given is handed on, and not kept.
    ///
    /// # Errors
    /// Answers that are refused, or a provider that does not answer: then it is asked for again.
    pub async fn provide_information(
        self: &Arc<Self>,
        order: &OrderRecord,
        information: &ProvideInformation,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        if !order.actions.contains(&Action::ProvideInformation) {
            return Err(ApiError::new(ErrorCode::ActionNotAllowed));
        }
        let country = order.destination.country;
        let accepted = accept(country, &order.offers.fields, &information.fields)?;
        let provider = self
            .provider(&order.provider)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
        let payer = self.store.payer(&order.payer_id).await?;
        let payer = payer.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
        let reference = order.reference.clone().map(ProviderRef);
        let reference = reference.ok_or_else(|| ApiError::new(ErrorCode::ActionNotAllowed))?;
        let given = provider
            .provide(&payer.user, &reference, accepted.fields())
            .await?;
        if let ActOutcome::Refused(refusal) = given {
            return Err(refusal.into());
        }
        let changed = self
            .change(&order.id, |order, change| {
                change.key(key.clone());
                change.note("information_given", None);
                order.check_by(self.now());
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }
}

/// The order after a change that may have been refused.
pub(super) fn settled(
    changed: Option<(Result<(), ApiError>, OrderRecord)>,
) -> Result<OrderRecord, ApiError> {
    let (outcome, order) = changed.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    outcome.map(|()| order)
}
