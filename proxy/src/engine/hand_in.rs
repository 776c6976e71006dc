//! Handing in what was signed or said: each until it is answered. A signature is stored before it is
//! sent; another one is made only after the provider has refused the last for certain.

use offramp_domain::{
    api::{Action, SignatureProblem},
    time::Timestamp,
};
use tracing::{error, info, warn};

use super::{Engine, schedule};
use crate::{
    crash,
    provider::{
        ActOutcome, DepositKind, Provider, ProviderError, ProviderRef, Purpose, Refusal,
        SigningError,
    },
    store::{Change, DueIntent, OrderRecord, Signature, StoreError},
};

/// How many signatures the partner's key makes for one order.
const SIGNATURES: u32 = 8;

impl Engine {
    /// Moves crypto by a signature: makes it where the partner's wallet pays, and hands it in.
    pub(super) async fn hand_in(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        provider: &dyn Provider,
        purpose: Purpose,
    ) -> Result<(), StoreError> {
        let _turn = match (order.deposit, purpose) {
            (DepositKind::Authorise, Purpose::Transfer) => Some(self.paying.lock().await),
            (DepositKind::Authorise, Purpose::Refund)
            | (DepositKind::SignTypedData | DepositKind::TransferToAddress, _) => None,
        };
        let signature = match order.signature(purpose) {
            Some(signature) if signature.taken => {
                return self.over(intent, purpose.action(), "taken").await;
            }
            Some(signature) => signature.clone(),
            None if may_sign(order, purpose) => {
                match self.signed_by_partner(provider, order, purpose).await {
                    Ok((request, signature)) => Signature {
                        request,
                        signature,
                        taken: false,
                    },
                    Err(error) => return self.not_signed(intent, order, purpose, &error).await,
                }
            }
            None => {
                return self
                    .over(intent, purpose.action(), "nothing to hand in")
                    .await;
            }
        };
        crash::point("signature_made");
        if order.signature(purpose).is_none() {
            match self.keep(order, purpose, &signature).await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                // It is thrown away. By the next attempt the provider may count on.
                Err(StoreError::NonceHeld) => {
                    info!(order.id, "another order's signature holds the nonce");
                    let now = self.now();
                    let again = now.plus(schedule::next_turn(now.since(intent.created_at)));
                    return self.store.put_off_intent(intent, again).await;
                }
                Err(error) => return Err(error),
            }
        }
        crash::point("signature_stored");
        let again = self.now().plus(schedule::cancel_again(intent.attempts));
        let answer = provider
            .hand_in(&signature.request, &signature.signature)
            .await;
        crash::point("signature_answered");
        match answer {
            Ok(ActOutcome::Done { status }) => {
                info!(order.id, provider_status = status, "a signature was taken");
                self.ended(intent, purpose.action(), |order, change| {
                    order.signature_taken(purpose);
                    change.note("signature_taken", Some(status.clone()));
                })
                .await
            }
            // Nothing is owed any more: the same bytes were taken before.
            Ok(ActOutcome::Refused(Refusal::NotPossibleNow))
                if purpose == Purpose::Refund && order.signature(purpose).is_some() =>
            {
                info!(order.id, "a refund was taken before");
                self.ended(intent, purpose.action(), |order, change| {
                    order.signature_taken(purpose);
                    change.note("signature_taken", Some("before".to_owned()));
                })
                .await
            }
            // Perhaps because the same bytes were taken before: the next read says so.
            Ok(ActOutcome::Refused(Refusal::NotPossibleNow)) => {
                warn!(order.id, "a signature is not taken now");
                self.ended(intent, purpose.action(), |_, change| {
                    change.note("signature_not_taken", None);
                })
                .await
            }
            Ok(ActOutcome::Refused(refusal)) => {
                warn!(order.id, %refusal, "a signature was refused");
                self.refused(intent, order, purpose, &refusal).await
            }
            Err(error) => {
                warn!(
                    order.id,
                    provider = order.provider,
                    error = &error as &dyn std::error::Error,
                    "a signature got no answer"
                );
                if self.now() >= signature.request.expires_at {
                    return self
                        .over(intent, purpose.action(), "expired unanswered")
                        .await;
                }
                self.try_again(intent, again, &error).await
            }
        }
    }

    /// Stores a signature that the partner's key made. Not when somebody else has, or the order
    /// waits for none any more; an error where another order's signature holds its nonce.
    async fn keep(
        &self,
        order: &OrderRecord,
        purpose: Purpose,
        signature: &Signature,
    ) -> Result<bool, StoreError> {
        let kept = self
            .change(&order.id, |order, change| {
                let is_due = may_sign(order, purpose) && order.signature(purpose).is_none();
                if is_due {
                    order.sign(purpose, signature.clone(), change);
                    change.note("signed", None);
                }
                is_due
            })
            .await?;
        Ok(kept.is_some_and(|(is_kept, _)| is_kept))
    }

    /// What was to be signed is not there, or not what was agreed.
    async fn not_signed(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        purpose: Purpose,
        error: &SigningError,
    ) -> Result<(), StoreError> {
        match error {
            SigningError::Unexpected(what) => {
                error!(
                    order.id,
                    what, "nothing was signed: it is not what was agreed"
                );
                self.ended(intent, purpose.action(), |_, change| {
                    change.note("not_signed", Some((*what).to_owned()));
                })
                .await
            }
            SigningError::Provider(ProviderError::Refused(refusal)) => {
                self.refused(intent, order, purpose, refusal).await
            }
            SigningError::Provider(error) => {
                warn!(
                    order.id,
                    provider = order.provider,
                    error = error as &dyn std::error::Error,
                    "what is to be signed is not known yet"
                );
                let again = self.now().plus(schedule::cancel_again(intent.attempts));
                self.try_again(intent, again, error).await
            }
        }
    }

    /// The provider refused for certain. The partner's wallet signs anew, the payer is asked again.
    async fn refused(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        purpose: Purpose,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        let signs_anew =
            order.deposit == DepositKind::Authorise && intent.attempts + 1 < SIGNATURES;
        let note = refusal.to_string();
        let problem = problem(refusal);
        if !signs_anew {
            return self
                .ended(intent, purpose.action(), |order, change| {
                    order.unsign(purpose, problem, change);
                    change.note("signature_refused", Some(note.clone()));
                })
                .await;
        }
        let again = self.now().plus(schedule::cancel_again(intent.attempts));
        self.store.retry_intent(intent, again).await?;
        self.change(&order.id, |order, change| {
            order.unsign(purpose, problem, change);
            order.check_by(self.now());
            change.note("signature_refused", Some(note.clone()));
        })
        .await?;
        Ok(())
    }

    /// Tells the provider that the money arrived. Nobody does that but the payer, and it is final.
    pub(super) async fn confirm(
        &self,
        intent: &DueIntent,
        order: &OrderRecord,
        provider: &dyn Provider,
    ) -> Result<(), StoreError> {
        let action = Action::ConfirmReceived;
        let is_due = order.confirmed_at.is_some();
        let Some(reference) = order.reference.clone().filter(|_| is_due) else {
            return self.over(intent, action, "not due any more").await;
        };
        let again = self.now().plus(schedule::cancel_again(intent.attempts));
        let answer = provider.confirm(&ProviderRef(reference)).await;
        crash::point("confirmation_answered");
        match answer {
            Ok(ActOutcome::Done { status }) => {
                info!(
                    order.id,
                    provider_status = status,
                    "the confirmation was taken"
                );
                self.ended(intent, action, |_, change| {
                    change.note("confirmed", Some(status.clone()));
                })
                .await
            }
            Ok(ActOutcome::Refused(refusal)) => {
                warn!(order.id, %refusal, "the confirmation was refused");
                self.ended(intent, action, |order, change| {
                    order.confirmed_at = None;
                    change.note("confirmation_refused", Some(refusal.to_string()));
                })
                .await
            }
            Err(error) => {
                warn!(
                    order.id,
                    provider = order.provider,
                    error = &error as &dyn std::error::Error,
                    "the confirmation got no answer"
                );
                self.try_again(intent, again, &error).await
            }
        }
    }

    async fn over(
        &self,
        intent: &DueIntent,
        action: Action,
        why: &'static str,
    ) -> Result<(), StoreError> {
        self.ended(intent, action, |_, change| {
            change.note("given_up", why.to_owned());
        })
        .await
    }

    /// Ends what was undertaken, and reads at once where the order stands.
    async fn ended(
        &self,
        intent: &DueIntent,
        action: Action,
        mut rule: impl FnMut(&mut OrderRecord, &mut Change),
    ) -> Result<(), StoreError> {
        let now: Timestamp = self.now();
        self.change(&intent.order_id, |order, change| {
            rule(order, change);
            if order.pending_action == Some(action) {
                order.pending_action = None;
            }
            order.check_by(now);
            change.end(intent.kind, "answered");
        })
        .await?;
        self.hurry();
        Ok(())
    }
}

/// Why a signature moved nothing, as far as that is anybody's business.
fn problem(refusal: &Refusal) -> SignatureProblem {
    match refusal {
        Refusal::FundsUnavailable => SignatureProblem::FundsUnavailable,
        Refusal::QuoteExpired
        | Refusal::NotVerified { .. }
        | Refusal::FormMissing { .. }
        | Refusal::WalletNotLinked
        | Refusal::Fields { .. }
        | Refusal::ReceiverNotVerified
        | Refusal::PayerUnknown
        | Refusal::NotFound
        | Refusal::AmountOutOfRange { .. }
        | Refusal::AssetUnavailable
        | Refusal::NotPossibleNow
        | Refusal::Other { .. } => SignatureProblem::SignatureRefused,
    }
}

/// Whether the partner's key may sign: only for what the partner itself authorised.
fn may_sign(order: &OrderRecord, purpose: Purpose) -> bool {
    order.deposit == DepositKind::Authorise
        && match purpose {
            Purpose::Transfer => order.authorised.is_some() && !order.ever_funded,
            Purpose::Refund => order.pending_action == Some(Action::AuthoriseRefund),
        }
}
