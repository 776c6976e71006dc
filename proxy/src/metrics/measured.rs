//! A provider whose calls are counted and timed, whichever it is.

use std::{future::Future, sync::Arc, time::Instant};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{Form, PayerRef, Verification, WalletChallenge, WalletLinkRequest},
    bank::{CountryCode, ListedDetails},
    money::{Amount, Currency},
    network::TxHash,
    time::Timestamp,
};

use super::{
    Metrics,
    labels::{Operation, Outcome, ProviderCall},
};
use crate::provider::{
    AccountRef, ActOutcome, Assessment, Capabilities, CreateOutcome, Expected, Hint, History,
    Listing, LocalFacts, NewOrder, Provider, ProviderError, ProviderQuote, ProviderRef,
    ProviderUserId, QuoteAsk, Registered, SavedAccount, SigningError, Snapshot, ToSign,
    WebhookError,
};

/// A provider whose calls are counted and timed.
#[derive(Debug)]
pub(crate) struct Measured {
    provider: Arc<dyn Provider>,
    metrics: Arc<Metrics>,
}

impl Measured {
    pub(crate) fn new(provider: Arc<dyn Provider>, metrics: Arc<Metrics>) -> Self {
        Self { provider, metrics }
    }

    async fn call<T>(
        &self,
        operation: Operation,
        call: impl Future<Output = T>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> T {
        let began = Instant::now();
        let ended = call.await;
        let call = ProviderCall {
            provider: self.provider.name(),
            operation,
            outcome: outcome(&ended),
        };
        self.metrics.called(&call, began.elapsed());
        ended
    }
}

fn of_result<T>(result: &Result<T, ProviderError>) -> Outcome {
    match result {
        Ok(_) => Outcome::Answered,
        Err(error) => of_error(error),
    }
}

fn of_error(error: &ProviderError) -> Outcome {
    match error {
        ProviderError::Unavailable(_) => Outcome::NoAnswer,
        ProviderError::NotSent { .. } => Outcome::NotSent,
        ProviderError::RateLimited { .. } => Outcome::RateLimited,
        ProviderError::Refused(_) => Outcome::Refused,
        ProviderError::Key => Outcome::Key,
    }
}

fn of_signing<T>(result: &Result<T, SigningError>) -> Outcome {
    match result {
        Ok(_) | Err(SigningError::Unexpected(_)) => Outcome::Answered,
        Err(SigningError::Provider(error)) => of_error(error),
    }
}

fn of_create(outcome: &CreateOutcome) -> Outcome {
    match outcome {
        CreateOutcome::Created(_) => Outcome::Answered,
        CreateOutcome::Refused(_) => Outcome::Refused,
        CreateOutcome::NotSent(error) | CreateOutcome::Uncertain(error) => of_error(error),
    }
}

fn of_act(result: &Result<ActOutcome, ProviderError>) -> Outcome {
    match result {
        Ok(ActOutcome::Done { status: _ }) => Outcome::Answered,
        Ok(ActOutcome::Refused(_)) => Outcome::Refused,
        Err(error) => of_error(error),
    }
}

#[async_trait]
impl Provider for Measured {
    fn name(&self) -> &'static str {
        self.provider.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    fn catalog(&self) -> &'static str {
        self.provider.catalog()
    }

    fn misses(&self, payer: &PayerRef) -> Vec<&'static str> {
        self.provider.misses(payer)
    }

    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let call = self.provider.register(payer);
        self.call(Operation::Register, call, of_result).await
    }

    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        let call = self.provider.verification(user);
        self.call(Operation::Verification, call, of_result).await
    }

    fn tier(&self, currency: Currency, fiat_amount: Amount) -> u8 {
        self.provider.tier(currency, fiat_amount)
    }

    async fn form(&self, country: CountryCode) -> Result<Form, ProviderError> {
        let call = self.provider.form(country);
        self.call(Operation::Form, call, of_result).await
    }

    async fn save_account(
        &self,
        user: &ProviderUserId,
        account: &ListedDetails,
    ) -> Result<SavedAccount, ProviderError> {
        let call = self.provider.save_account(user, account);
        self.call(Operation::SaveAccount, call, of_result).await
    }

    async fn remove_account(
        &self,
        user: &ProviderUserId,
        account: &AccountRef,
    ) -> Result<(), ProviderError> {
        let call = self.provider.remove_account(user, account);
        self.call(Operation::RemoveAccount, call, of_result).await
    }

    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
        let call = self.provider.quote(ask);
        self.call(Operation::Quote, call, of_result).await
    }

    fn ready(&self) -> Result<(), ProviderError> {
        self.provider.ready()
    }

    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        let call = self.provider.create(order);
        self.call(Operation::Create, call, of_create).await
    }

    async fn read(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        let call = self.provider.read(user, reference);
        self.call(Operation::Read, call, of_result).await
    }

    async fn list(
        &self,
        user: &ProviderUserId,
        since: Timestamp,
    ) -> Result<Listing, ProviderError> {
        let call = self.provider.list(user, since);
        self.call(Operation::List, call, of_result).await
    }

    async fn execute(
        &self,
        reference: &ProviderRef,
        tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        let call = self.provider.execute(reference, tx_hash);
        self.call(Operation::Execute, call, of_act).await
    }

    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let call = self.provider.cancel(reference);
        self.call(Operation::Cancel, call, of_act).await
    }

    async fn wallet(&self, user: &ProviderUserId) -> Result<Option<String>, ProviderError> {
        let call = self.provider.wallet(user);
        self.call(Operation::Wallet, call, of_result).await
    }

    async fn wallet_challenge(
        &self,
        user: &ProviderUserId,
        address: &str,
    ) -> Result<WalletChallenge, ProviderError> {
        let call = self.provider.wallet_challenge(user, address);
        self.call(Operation::Wallet, call, of_result).await
    }

    async fn link_wallet(
        &self,
        user: &ProviderUserId,
        link: &WalletLinkRequest,
    ) -> Result<String, ProviderError> {
        let call = self.provider.link_wallet(user, link);
        self.call(Operation::Wallet, call, of_result).await
    }

    async fn to_sign(&self, expected: &Expected) -> Result<ToSign, SigningError> {
        let call = self.provider.to_sign(expected);
        self.call(Operation::ToSign, call, of_signing).await
    }

    fn sign(&self, request: &ToSign) -> Result<String, SigningError> {
        self.provider.sign(request)
    }

    fn is_signed(&self, request: &ToSign, signature: &str) -> bool {
        self.provider.is_signed(request, signature)
    }

    async fn hand_in(
        &self,
        request: &ToSign,
        signature: &str,
    ) -> Result<ActOutcome, ProviderError> {
        let call = self.provider.hand_in(request, signature);
        self.call(Operation::HandIn, call, of_act).await
    }

    async fn confirm(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let call = self.provider.confirm(reference);
        self.call(Operation::Confirm, call, of_act).await
    }

    async fn provide(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
        fields: &[(String, String)],
    ) -> Result<ActOutcome, ProviderError> {
        let call = self.provider.provide(user, reference, fields);
        self.call(Operation::Provide, call, of_act).await
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        self.provider.assess(snapshot, facts)
    }

    fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError> {
        self.provider.webhook(headers, body)
    }

    fn takes_webhooks(&self) -> bool {
        self.provider.takes_webhooks()
    }

    async fn history(&self, since: Timestamp) -> Result<History, ProviderError> {
        let call = self.provider.history(since);
        self.call(Operation::History, call, of_result).await
    }

    async fn notice(&self, id: &str) -> Result<Hint, ProviderError> {
        let call = self.provider.notice(id);
        self.call(Operation::Notice, call, of_result).await
    }
}
