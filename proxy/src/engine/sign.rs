//! Signatures that move crypto: asked of the payer's own wallet, or authorised by the partner for
//! its own.

use std::sync::Arc;

use offramp_domain::{
    api::{
        Action, AuthoriseTransfer, ErrorCode, FieldProblem, SignatureProblem, Signed,
        SigningRequest, SigningRequestRequest,
    },
    bank::Problem,
};

use super::{Engine, act::settled};
use crate::{
    crash,
    error::{ApiError, Range},
    provider::{DepositKind, Expected, Provider, ProviderRef, Purpose, SigningError, ToSign},
    secrets::new_id,
    store::{Authorised, Change, Counted, IntentKind, KeyUse, OrderRecord, Signature},
};

/// The longest reference that a partner gives a debit.
const LONGEST_REFERENCE: usize = 200;

impl Purpose {
    /// The action that it is the signature of.
    pub(super) fn action(self) -> Action {
        match self {
            Self::Transfer => Action::AuthoriseTransfer,
            Self::Refund => Action::AuthoriseRefund,
        }
    }

    pub(super) fn intent(self) -> IntentKind {
        match self {
            Self::Transfer => IntentKind::Transfer,
            Self::Refund => IntentKind::Refund,
        }
    }
}

impl OrderRecord {
    /// The signature that was made for this, if one is still to be handed in or was taken.
    pub(super) fn signature(&self, purpose: Purpose) -> Option<&Signature> {
        match purpose {
            Purpose::Transfer => self.transfer.as_ref(),
            Purpose::Refund => self.refund.as_ref(),
        }
    }

    /// Keeps a signature, which holds its nonce from now on.
    pub(super) fn sign(&mut self, purpose: Purpose, signature: Signature, change: &mut Change) {
        change.hold_nonce(&signature.request);
        self.set_signature(purpose, Some(signature));
    }

    /// Forgets a signature that was refused for certain.
    pub(super) fn unsign(
        &mut self,
        purpose: Purpose,
        problem: SignatureProblem,
        change: &mut Change,
    ) {
        change.free_nonces();
        self.set_signature(purpose, None);
        self.signature_problem = Some(problem);
    }

    /// The provider took the signature.
    pub(super) fn signature_taken(&mut self, purpose: Purpose) {
        let taken = self.signature(purpose).cloned();
        let taken = taken.map(|signature| Signature {
            taken: true,
            ..signature
        });
        self.set_signature(purpose, taken);
    }

    fn set_signature(&mut self, purpose: Purpose, signature: Option<Signature>) {
        self.signature_problem = None;
        match purpose {
            Purpose::Transfer => self.transfer = signature,
            Purpose::Refund => self.refund = signature,
        }
    }

    /// Whether the order waits for this signature, and none is under way.
    fn waits_for(&self, purpose: Purpose) -> bool {
        self.actions.contains(&purpose.action())
            && self.signature(purpose).is_none()
            && self.pending_action.is_none()
    }
}

impl Engine {
    /// What the payer's wallet is to sign now. Nothing else is handed in later.
    ///
    /// # Errors
    /// When the order does not wait for it, or what the provider hands out is not what was agreed.
    pub async fn signing_request(
        &self,
        order: &OrderRecord,
        request: SigningRequestRequest,
    ) -> Result<SigningRequest, ApiError> {
        let purpose = match request.action {
            Action::AuthoriseTransfer => Purpose::Transfer,
            Action::AuthoriseRefund => Purpose::Refund,
            Action::ReportSent
            | Action::ConfirmReceived
            | Action::ReportNotReceived
            | Action::ProvideInformation
            | Action::CompleteVerification
            | Action::ChangeDestination
            | Action::Cancel => return Err(ApiError::invalid_request("nothing to sign for this")),
        };
        let is_theirs = order.deposit == DepositKind::SignTypedData;
        if !is_theirs || !order.waits_for(purpose) {
            return Err(ApiError::new(ErrorCode::ActionNotAllowed));
        }
        let provider = self
            .provider(&order.provider)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
        let payer = self.store.payer(&order.payer_id).await?;
        let payer = payer.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
        let wallet = provider.wallet(&payer.user).await?;
        let wallet = wallet.ok_or_else(|| ApiError::new(ErrorCode::WalletNotLinked))?;
        let expected = self
            .expected(order, purpose, Some(wallet))
            .ok_or_else(|| ApiError::new(ErrorCode::ActionNotAllowed))?;
        let to_sign = provider.to_sign(&expected).await?;
        let id = new_id("sig");
        self.store
            .insert_signing_request(&id, &order.id, &to_sign)
            .await?;
        Ok(SigningRequest {
            id,
            signer: to_sign.signer,
            typed_data: to_sign.typed_data,
            expires_at: to_sign.expires_at,
        })
    }

    /// Takes what the payer's wallet signed, and hands it in.
    ///
    /// # Errors
    /// When it is not the signature of what this proxy handed out for this order.
    pub async fn authorise_by_wallet(
        self: &Arc<Self>,
        order: &OrderRecord,
        purpose: Purpose,
        signed: &Signed,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        if order.deposit != DepositKind::SignTypedData {
            return Err(ApiError::new(ErrorCode::ActionNotAllowed));
        }
        let request = self
            .store
            .signing_request(&signed.signing_request, &order.id)
            .await?
            .filter(|request| request.purpose == purpose && request.expires_at > self.now())
            .ok_or_else(|| {
                ApiError::new(ErrorCode::NotFound)
                    .detail("this order has no such signing request, or its time is over")
            })?;
        let provider = self
            .provider(&order.provider)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
        if !provider.is_signed(&request, &signed.signature) {
            return Err(ApiError::invalid_fields(vec![FieldProblem {
                key: "signature".to_owned(),
                problem: Problem::WrongForm,
            }]));
        }
        let signature = Signature {
            request,
            signature: signed.signature.clone(),
            taken: false,
        };
        let changed = self
            .change(&order.id, |order, change| {
                if !order.waits_for(purpose) {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                order.sign(purpose, signature.clone(), change);
                self.undertake(order, purpose.action(), purpose.intent(), change);
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }

    /// The partner has debited the payer: its own wallet pays.
    ///
    /// # Errors
    /// When the order does not wait for it, the amount is another one, or the day's limit is
    /// reached.
    pub async fn authorise_by_partner(
        self: &Arc<Self>,
        order: &OrderRecord,
        request: &AuthoriseTransfer,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let is_text = |text: &str| {
            (1..=LONGEST_REFERENCE).contains(&text.chars().count())
                && !text.chars().any(char::is_control)
        };
        if !is_text(&request.reference) {
            return Err(ApiError::invalid_request(format!(
                "reference has 1 to {LONGEST_REFERENCE} visible characters"
            )));
        }
        if order.deposit != DepositKind::Authorise || !order.waits_for(Purpose::Transfer) {
            return Err(ApiError::new(ErrorCode::ActionNotAllowed));
        }
        if request.crypto_amount != order.crypto_amount {
            return Err(ApiError::out_of_range(Range {
                min: Some(order.crypto_amount),
                max: Some(order.crypto_amount),
                currency: order.token.symbol().to_owned(),
            }));
        }
        self.count(order).await?;
        let authorised = Authorised {
            crypto_amount: request.crypto_amount,
            reference: request.reference.clone(),
            at: self.now(),
        };
        let changed = self
            .change(&order.id, |order, change| {
                if !order.waits_for(Purpose::Transfer) {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                order.authorised = Some(authorised.clone());
                let purpose = Purpose::Transfer;
                self.undertake(order, purpose.action(), purpose.intent(), change);
                Ok(())
            })
            .await?;
        crash::point("authorisation_committed");
        self.hurry();
        settled(changed)
    }

    /// The partner has what its own wallet paid back.
    ///
    /// # Errors
    /// When nothing is owed.
    pub async fn refund_by_partner(
        self: &Arc<Self>,
        order: &OrderRecord,
        key: KeyUse,
    ) -> Result<OrderRecord, ApiError> {
        let purpose = Purpose::Refund;
        let changed = self
            .change(&order.id, |order, change| {
                if order.deposit != DepositKind::Authorise || !order.waits_for(purpose) {
                    return Err(ApiError::new(ErrorCode::ActionNotAllowed));
                }
                change.key(key.clone());
                self.undertake(order, purpose.action(), purpose.intent(), change);
                Ok(())
            })
            .await?;
        self.hurry();
        settled(changed)
    }

    /// Counts an order's amount towards what the partner's wallet may pay on this day, once.
    async fn count(&self, order: &OrderRecord) -> Result<(), ApiError> {
        let provider = self
            .provider(&order.provider)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
        let Some(limit) = provider.capabilities().daily_limit else {
            return Err(ApiError::new(ErrorCode::LimitReached));
        };
        match self.store.count_transfer(order, limit, self.now()).await? {
            Counted::Within => Ok(()),
            Counted::Beyond => Err(ApiError::new(ErrorCode::LimitReached)
                .detail("the day's limit of the partner's wallet")),
        }
    }

    pub(super) fn undertake(
        &self,
        order: &mut OrderRecord,
        action: Action,
        intent: IntentKind,
        change: &mut Change,
    ) {
        order.pending_action = Some(action);
        change.start(intent, self.now());
        change.note(action.as_str(), None);
    }
}

impl Engine {
    /// What a signature for an order is to do.
    pub(super) fn expected(
        &self,
        order: &OrderRecord,
        purpose: Purpose,
        signer: Option<String>,
    ) -> Option<Expected> {
        let catalog = self.catalogs.of(&order.provider);
        let asset = catalog.asset(order.token, order.network)?;
        let contract = asset.contract.as_ref();
        Some(Expected {
            reference: ProviderRef(order.reference.clone()?),
            purpose,
            token: order.token,
            network: order.network,
            contract: contract.map(|contract| contract.as_str().to_owned()),
            decimals: asset.decimals,
            crypto_amount: order.crypto_amount,
            signer,
        })
    }

    /// Signs with the partner's own key what is held byte by byte against the order.
    pub(super) async fn signed_by_partner(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        purpose: Purpose,
    ) -> Result<(ToSign, String), SigningError> {
        let expected = self
            .expected(order, purpose, None)
            .ok_or(SigningError::Unexpected(
                "an order that is not offered any more",
            ))?;
        let request = provider.to_sign(&expected).await?;
        let signature = provider.sign(&request)?;
        Ok((request, signature))
    }
}
