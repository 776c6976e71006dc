//! An off-ramp provider, seen through our own vocabulary.
//!
//! The trait holds the calls of the neutral model and nothing more: no wrapper of it repeats a
//! `create` or an action, because only the order store knows when repeating is safe.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{Action, PayerRef, Verification},
    bank::{BankDetails, CountryCode},
    money::{Amount, Currency, Token},
    network::{Network, TxHash},
    order::{Custody, OrderState, Reason},
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};
use secrecy::SecretString;
use thiserror::Error;

/// An off-ramp provider.
#[async_trait]
pub trait Provider: Debug + Send + Sync {
    /// The name used in configuration, in the database and in logs.
    fn name(&self) -> &'static str;

    /// What it offers, as far as the core and the widget have to know.
    fn capabilities(&self) -> Capabilities;

    /// What has to be said about a payer before they can be made known.
    fn asks_of_payer(&self) -> &'static [PayerField] {
        &[]
    }

    /// Makes a payer known, or finds the one who is known already.
    async fn register(&self, payer: &PayerRef) -> Result<ProviderUserId, ProviderError>;

    /// Whether a payer may sell.
    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError>;

    /// The pricing tier of a fiat amount: rates are the same within one.
    fn tier(&self, currency: Currency, fiat_amount: Amount) -> u8;

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
        reference: &ProviderRef,
        tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError>;

    /// Calls an order off. May be repeated.
    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError>;

    /// Where an order stands, from what the provider says and what only we know: a pure function.
    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment;

    /// Checks a webhook's signature and reads what it hints at. Never a state.
    ///
    /// Without a configured secret there is no webhook route.
    ///
    /// # Errors
    /// When the signature does not fit, or the body is not what was agreed on.
    fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError>;

    /// Whether webhooks can be verified.
    fn takes_webhooks(&self) -> bool;

    /// The webhooks that it wrote at or after `since`, whether they arrived or not.
    async fn history(&self, since: Timestamp) -> Result<History, ProviderError>;

    /// What one of them hints at, the same as the webhook itself.
    async fn notice(&self, id: &str) -> Result<Hint, ProviderError>;
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
    /// Whether it has to be told that the crypto was sent.
    pub needs_execute: bool,
    /// Whether it can call an order off.
    pub can_cancel: bool,
    /// Whether a read returns the deposit address, so that a lost answer can be adopted.
    pub reads_address: bool,
    /// Whether a price needs the bank account first.
    pub quote_needs_destination: bool,
}

/// Something that a provider asks about a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayerField {
    /// A person or a business.
    Type,
    /// An e-mail address.
    Email,
}

/// A provider's id of a payer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderUserId(pub String);

/// The id never prints: it must not reach a log.
impl Debug for ProviderUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderUserId(…)")
    }
}

/// A provider's id of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderRef(pub String);

/// What a price is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteAsk {
    /// How binding it should be.
    pub kind: QuoteKind,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Country of the bank account.
    pub country: CountryCode,
    /// Currency received.
    pub currency: Currency,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
}

/// A price, as the provider gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderQuote {
    /// The provider's id of it, for a locked one.
    pub reference: Option<String>,
    /// How binding it is.
    pub kind: QuoteKind,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// What arrives, with all digits as received.
    pub fiat_amount: Amount,
    /// Fiat for one token.
    pub rate: Amount,
    /// The partner's spread in it, as a fraction of the amount; zero where there is none.
    pub spread: Amount,
    /// Until when it holds, on the provider's clock.
    pub expires_at: Option<Timestamp>,
    /// The provider's clock when it answered, in whole seconds.
    pub provider_now: Option<Timestamp>,
}

/// An order to be created.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Whose it is.
    pub user: ProviderUserId,
    /// The locked price.
    pub quote_reference: String,
    /// The account that is paid.
    pub destination: BankDetails,
    /// Somebody else who is paid, by the provider's id.
    pub receiver: Option<String>,
}

/// How a create ended.
#[derive(Debug)]
pub enum CreateOutcome {
    /// The provider made the order.
    Created(Box<Snapshot>),
    /// The provider refused for certain: there is no order.
    Refused(Refusal),
    /// The provider was not asked: there is no order.
    NotSent(ProviderError),
    /// Nobody knows whether there is an order.
    Uncertain(ProviderError),
}

/// How an action ended, where it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActOutcome {
    /// The provider took it, and says where the order stands.
    Done {
        /// The status in the provider's words.
        status: String,
    },
    /// The provider refused for certain.
    Refused(Refusal),
}

/// A refusal by the provider that is certain: nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The locked price is over.
    #[error("the quote has expired")]
    QuoteExpired,
    /// The payer has to verify who they are.
    #[error("the payer is not verified")]
    NotVerified,
    /// The receiver is not verified.
    #[error("the receiver is not verified")]
    ReceiverNotVerified,
    /// The provider does not know the payer (any more).
    #[error("the payer is not known")]
    PayerUnknown,
    /// The order, quote, receiver or account does not exist.
    #[error("not found")]
    NotFound,
    /// Too little or too much.
    #[error("the amount is out of range")]
    AmountOutOfRange {
        /// Least, where it was said.
        min: Option<Amount>,
        /// Greatest, where it was said.
        max: Option<Amount>,
        /// Whether fiat or crypto is limited.
        side: Side,
    },
    /// The token, network or currency is switched off.
    #[error("the token, network or currency is not available")]
    AssetUnavailable,
    /// The order is in a state that does not allow it.
    #[error("not possible in this state")]
    NotPossibleNow,
    /// Anything else that the contract lists; the code, for the log.
    #[error("refused with {code}")]
    Other {
        /// The provider's code.
        code: String,
    },
}

/// Which of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The money.
    Fiat,
    /// The token.
    Crypto,
}

/// What the provider says about one order.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The provider's id of it.
    pub reference: ProviderRef,
    /// The status, in the provider's words.
    pub status: String,
    /// Token sold; `None` when it is one nobody knows.
    pub token: Option<Token>,
    /// Network it travels on; `None` when it is one nobody knows.
    pub network: Option<Network>,
    /// Currency received; `None` when it is one nobody knows.
    pub currency: Option<Currency>,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// What arrives, with all digits as received.
    pub fiat_amount: Amount,
    /// Fiat for one token.
    pub rate: Amount,
    /// Where to send.
    pub address: Option<String>,
    /// The account number that is paid. Secret: it is only ever fingerprinted.
    pub account: Option<SecretString>,
    /// When the provider made it, on the provider's clock.
    pub created_at: Option<Timestamp>,
    /// Why it was cancelled, in the provider's words.
    pub cancellation_reason: Option<String>,
    /// Hash of the deposit that the provider matched.
    pub tx_hash: Option<String>,
    /// The provider's clock when it answered.
    pub provider_now: Option<Timestamp>,
}

/// All orders of a payer since a moment.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The orders, newest first.
    pub orders: Vec<Snapshot>,
    /// Whether nothing since that moment is missing.
    pub complete: bool,
    /// The provider's clock when it answered.
    pub provider_now: Option<Timestamp>,
}

/// What only we know about an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub struct LocalFacts {
    /// Whether the provider took an `execute` at least once.
    pub executed: bool,
    /// Whether the crypto is on its way: the payer said so, or some was seen.
    pub reported: bool,
    /// Whether that is longer ago than the provider should need to see it.
    pub report_is_stale: bool,
    /// Whether the provider was ever seen to hold the crypto.
    pub ever_funded: bool,
    /// Whether we asked the provider to call it off.
    pub cancel_asked: bool,
    /// Whether the deposit was still being offered when last looked at.
    pub offer_is_over: bool,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// What the payer can do about it; the first is what the order waits for.
    pub actions: Vec<Action>,
    /// Why, where that needs saying.
    pub reason: Option<Reason>,
    /// Whether the provider is seen to hold, or to have held, the crypto.
    pub funded: bool,
    /// Whether a deposit is seen, so that `execute` is due even without a report.
    pub deposit_seen: bool,
    /// Whether the provider still waits for the deposit, so that `execute` is worth repeating.
    pub waits_for_deposit: bool,
}

/// What a webhook hints at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What tells this notification from others.
    pub event_key: String,
    /// The order it is about.
    pub reference: Option<ProviderRef>,
    /// The payer it is about, by the partner's id.
    pub payer_id: Option<String>,
}

/// The webhooks that a provider wrote since a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// One for each, in no order.
    pub notices: Vec<Notice>,
    /// Whether nothing since that moment is missing.
    pub complete: bool,
}

/// A webhook in a provider's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The provider's id of it.
    pub id: String,
    /// Whether the provider takes it for delivered.
    pub arrived: bool,
}

/// Why a webhook was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WebhookError {
    /// No webhooks are configured.
    #[error("no webhooks are configured")]
    NotConfigured,
    /// The signature is missing or wrong.
    #[error("the signature does not fit")]
    Signature,
    /// The body is not what was agreed on.
    #[error("the body cannot be read")]
    Body,
}

/// Why a call to the provider did not give an answer that can be used.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// No answer, or one that says nothing: a time-out, a reset, a 5xx, an unreadable body.
    #[error("provider `{provider}` gave no usable answer")]
    Unavailable {
        /// Which provider.
        provider: &'static str,
        /// What happened.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Certain: the provider was not asked.
    #[error("provider `{provider}` was not asked")]
    NotSent {
        /// Which provider.
        provider: &'static str,
        /// In how many seconds it is worth trying again.
        retry_after_secs: u64,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Too many calls.
    #[error("provider `{provider}` asks to slow down")]
    RateLimited {
        /// Which provider.
        provider: &'static str,
        /// How long, where it was said.
        retry_after_secs: Option<u64>,
    },
    /// The provider refused.
    #[error("provider `{provider}` refused")]
    Refused {
        /// Which provider.
        provider: &'static str,
        /// Why.
        #[source]
        refusal: Refusal,
    },
    /// The partner's key is not accepted.
    #[error("provider `{provider}` does not accept the configured key")]
    Key {
        /// Which provider.
        provider: &'static str,
    },
}

impl ProviderError {
    /// How long to wait before the provider is asked again, where that is known.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::NotSent {
                retry_after_secs, ..
            } => Some(Duration::from_secs(*retry_after_secs)),
            Self::RateLimited {
                retry_after_secs, ..
            } => retry_after_secs.map(Duration::from_secs),
            Self::Unavailable { .. } | Self::Refused { .. } | Self::Key { .. } => None,
        }
    }
}
