//! An off-ramp provider, seen through our own vocabulary.
//!
//! The trait holds the calls of the neutral model and nothing more: no wrapper of it repeats a
//! `create` or an action, because only the order store knows when repeating is safe. `asked` has what
//! goes into them, `said` what comes back, `standing` where an order is, `signed` what moves crypto by
//! a signature, `error` what is refused or fails.

mod asked;
mod error;
mod ids;
mod said;
mod signed;
mod standing;

use std::fmt::Debug;

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{AfterSending, Form, PayerRef, Verification, WalletChallenge, WalletLinkRequest},
    bank::{CountryCode, ListedDetails},
    money::{Amount, Currency},
    network::TxHash,
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

pub use self::{
    asked::{NewOrder, Payee, QuoteAsk},
    error::{ProviderError, Refusal, Side, WebhookError},
    ids::{AccountRef, ProviderRef, ProviderUserId},
    said::{
        ActOutcome, CreateOutcome, Hint, History, Listing, Notice, ProviderQuote, Registered,
        SavedAccount, Snapshot,
    },
    signed::{Expected, Purpose, SigningError, ToSign},
    standing::{Assessment, LocalFacts},
};

/// An off-ramp provider.
#[async_trait]
pub trait Provider: Debug + Send + Sync {
    /// The name used in configuration, in the database and in logs.
    fn name(&self) -> &'static str;

    /// What it offers, as far as the core and the widget have to know.
    fn capabilities(&self) -> Capabilities;

    /// The catalogue of what it offers, where the configured one does not speak of it.
    fn catalog(&self) -> &'static str;

    /// What has to be said about a payer before they can be made known, and was not.
    fn misses(&self, _payer: &PayerRef) -> Vec<&'static str> {
        Vec::new()
    }

    /// Makes a payer known, or finds the one who is known already.
    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError>;

    /// Whether a payer may sell.
    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError>;

    /// The pricing tier of a fiat amount: rates are the same within one.
    fn tier(&self, _currency: Currency, _fiat_amount: Amount) -> u8 {
        0
    }

    /// How a bank account in a country is asked for.
    async fn form(&self, _country: CountryCode) -> Result<Form, ProviderError> {
        Ok(Form::BuiltIn)
    }

    /// Saves an account, where prices need one first.
    async fn save_account(
        &self,
        _user: &ProviderUserId,
        _account: &ListedDetails,
    ) -> Result<SavedAccount, ProviderError> {
        Err(self.cannot("save_account"))
    }

    /// Removes a saved account. One that is not there any more is removed.
    async fn remove_account(
        &self,
        _user: &ProviderUserId,
        _account: &AccountRef,
    ) -> Result<(), ProviderError> {
        Err(self.cannot("remove_account"))
    }

    /// A price. Its kind may be weaker than the one asked for.
    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError>;

    /// Whether an order would be sent now, so that nothing is stored for one that would not.
    ///
    /// # Errors
    /// [`ProviderError::NotSent`] while the provider is left alone.
    fn ready(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Creates an order. Sent at most once per intent.
    async fn create(&self, order: &NewOrder) -> CreateOutcome;

    /// What the provider says about one order now.
    async fn read(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError>;

    /// All orders of a payer created at or after `since`.
    async fn list(&self, user: &ProviderUserId, since: Timestamp)
    -> Result<Listing, ProviderError>;

    /// Tells the provider that the crypto was sent, so that it pays out. May be repeated.
    async fn execute(
        &self,
        _reference: &ProviderRef,
        _tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("execute"))
    }

    /// Calls an order off. May be repeated.
    async fn cancel(&self, _reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("cancel"))
    }

    /// The wallet that signs for a payer, if one was linked.
    async fn wallet(&self, _user: &ProviderUserId) -> Result<Option<String>, ProviderError> {
        Err(self.cannot("wallet"))
    }

    /// What a wallet has to sign to be linked to a payer.
    async fn wallet_challenge(
        &self,
        _user: &ProviderUserId,
        _address: &str,
    ) -> Result<WalletChallenge, ProviderError> {
        Err(self.cannot("wallet_challenge"))
    }

    /// Links a wallet to a payer, for good. Its address as the provider writes it.
    async fn link_wallet(
        &self,
        _user: &ProviderUserId,
        _link: &WalletLinkRequest,
    ) -> Result<String, ProviderError> {
        Err(self.cannot("link_wallet"))
    }

    /// What has to be signed for an order now, held byte by byte against what is expected.
    async fn to_sign(&self, _expected: &Expected) -> Result<ToSign, SigningError> {
        Err(self.cannot("to_sign").into())
    }

    /// Signs with the partner's own key, where the partner's wallet pays.
    ///
    /// # Errors
    /// Where there is no such key, or it is not the one that has to sign.
    fn sign(&self, _request: &ToSign) -> Result<String, SigningError> {
        Err(self.cannot("sign").into())
    }

    /// Whether a signature is the one that was asked for.
    fn is_signed(&self, _request: &ToSign, _signature: &str) -> bool {
        false
    }

    /// Hands in a signature. The same bytes may be handed in again.
    async fn hand_in(
        &self,
        _request: &ToSign,
        _signature: &str,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("hand_in"))
    }

    /// Says that the money arrived. Final. May be repeated.
    async fn confirm(&self, _reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("confirm"))
    }

    /// Gives what an order misses.
    async fn provide(
        &self,
        _user: &ProviderUserId,
        _reference: &ProviderRef,
        _fields: &[(String, String)],
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("provide"))
    }

    /// The refusal of what it does not do at all.
    fn cannot(&self, what: &str) -> ProviderError {
        ProviderError::Refused(Refusal::Other {
            code: what.to_owned(),
        })
    }

    /// Where an order stands, from what the provider says and what only we know: a pure function.
    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment;

    /// Checks a webhook's signature and reads what it hints at. Never a state.
    ///
    /// Without a configured secret there is no webhook route.
    ///
    /// # Errors
    /// When the signature does not fit, or the body is not what was agreed on.
    fn webhook(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Hint, WebhookError> {
        Err(WebhookError::NotConfigured)
    }

    /// Whether webhooks can be verified.
    fn takes_webhooks(&self) -> bool {
        false
    }

    /// The webhooks that it wrote at or after `since`, whether they arrived or not. Nothing where it
    /// keeps no history.
    async fn history(&self, _since: Timestamp) -> Result<History, ProviderError> {
        Ok(History {
            notices: Vec::new(),
            complete: true,
        })
    }

    /// What one of them hints at, the same as the webhook itself.
    async fn notice(&self, _id: &str) -> Result<Hint, ProviderError> {
        Err(self.cannot("notice"))
    }
}

/// What a provider offers, as far as others have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub struct Capabilities {
    /// The most binding price it gives.
    pub quote_kind: QuoteKind,
    /// What its prices promise.
    pub guarantee: Guarantee,
    /// How the crypto leaves the payer.
    pub deposit: DepositKind,
    /// What the payer does once it is sent.
    pub after_sending: AfterSending,
    /// Whether it can call an order off.
    pub can_cancel: bool,
    /// Whether an order whose create got no answer can be found, with all that has to be shown.
    pub finds_lost: bool,
    /// Whether a price needs a saved bank account first.
    pub quote_needs_destination: bool,
    /// Whether the payer has to link a wallet before the first order.
    pub links_wallet: bool,
    /// How much of a token the partner's own wallet may pay on one day, where it pays.
    pub daily_limit: Option<Amount>,
    /// What its answers about an order never say, so that it cannot be held against what was asked.
    pub unsaid: &'static [Part],
}

/// How the crypto leaves the payer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositKind {
    /// The payer sends it to an address.
    #[default]
    TransferToAddress,
    /// The payer's own wallet signs it away.
    SignTypedData,
    /// The partner authorises it from a wallet of theirs.
    Authorise,
}

/// A part of an order that a provider may not speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The network that the token travels on.
    Network,
    /// The currency received.
    Currency,
    /// The account that is paid.
    Account,
}
